/**
 * @file tests/unit/test_pattern.c  Tests of the test picture
 *
 * The layout is a contract with the browser's reader, so that its numbers
 * stand here once more.
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "drivers/pattern.h"

/* A day, and a time of it with all kinds of digits: 13:46:07.258 */
static const uint64_t wall = 20000ULL * 86400000 + 49567258;

static struct frame *make(unsigned width, unsigned height)
{
	struct frame *f;

	assert_int_equal(frame_alloc(&f, FRAME_I420, width, height), 0);
	return f;
}

static uint8_t luma(const struct frame *f, unsigned x, unsigned y)
{
	return f->planev[0][y * f->stridev[0] + x];
}

/* As drawn into a frame that showed nothing */
static bool same_as_new(const struct frame *f, uint32_t number, uint64_t time)
{
	struct frame *fresh = make(f->width, f->height);
	struct pattern p = { .drawn = false };
	bool same;

	pattern_draw(&p, fresh, number, time);
	same = !memcmp(f->planev[0], fresh->planev[0],
		       (size_t)f->width * f->height) &&
	       !memcmp(f->planev[1], fresh->planev[1],
		       (size_t)f->width * f->height / 4) &&
	       !memcmp(f->planev[2], fresh->planev[2],
		       (size_t)f->width * f->height / 4);
	mem_deref(fresh);
	return same;
}

static void test_pattern_is_laid_out_as_agreed(void **state)
{
	static const uint8_t barv[8][3] = {
		{ 180, 128, 128 }, { 161, 44, 142 }, { 131, 156, 44 },
		{ 112, 72, 58 },   { 84, 184, 198 }, { 65, 100, 212 },
		{ 35, 212, 114 },  { 16, 128, 128 },
	};
	struct frame *f = make(640, 480);
	struct pattern p = { .drawn = false };
	const uint32_t time = (uint32_t)wall;
	const unsigned check = 0xbeef ^ (time >> 16) ^ (time & 0xffff) ^ 0xa5c3;
	const unsigned wordv[4] = { 0xbeef, time >> 16, time & 0xffff, check };
	(void)state;

	pattern_draw(&p, f, 0xbeef, wall);
	for (unsigned row = 0; row < 4; row++)
		for (unsigned i = 0; i < 16; i++) {
			const int want = wordv[row] >> (15 - i) & 1 ? 235 : 16;

			assert_int_equal(luma(f, i * 40, row * 40), want);
			assert_int_equal(luma(f, i * 40 + 39, row * 40 + 39),
					 want);
		}
	assert_int_equal(f->planev[1][0], 128);
	for (unsigned i = 0; i < 8; i++) {
		const size_t at = 120 * 320 + i * 40 + 20;

		assert_int_equal(luma(f, i * 80, 160), barv[i][0]);
		assert_int_equal(luma(f, i * 80 + 79, 319), barv[i][0]);
		assert_int_equal(f->planev[1][at], barv[i][1]);
		assert_int_equal(f->planev[2][at], barv[i][2]);
	}
	mem_deref(f);
}

/* The time of day, as it would be read */
static void test_pattern_has_text_for_people(void **state)
{
	struct frame *f = make(640, 480);
	struct pattern p = { .drawn = false };
	(void)state;

	pattern_draw(&p, f, 70000, wall);
	assert_string_equal(p.text, "04464 13:46:07.258");
	mem_deref(f);
}

static void test_pattern_is_read_in_every_size(void **state)
{
	(void)state;

	for (unsigned width = 16; width <= 1920; width += 62)
		for (unsigned height = 16; height <= 1920; height += 186) {
			struct frame *f = make(width, height);
			struct pattern p = { .drawn = false };
			uint32_t number, time;

			pattern_draw(&p, f, 0x12345, wall);
			assert_int_equal(pattern_read(f, &number, &time), 0);
			assert_int_equal(number, 0x2345);
			assert_int_equal(time, (uint32_t)wall);
			assert_true(pattern_colour_error(f) < 0.01);
			mem_deref(f);
		}
}

static void test_pattern_drawn_again_is_as_drawn_anew(void **state)
{
	(void)state;

	for (unsigned seed = 0; seed < 200; seed++) {
		struct frame *f;
		struct pattern p = { .drawn = false };
		uint32_t number, seen, time;

		srand(seed);
		number = (uint32_t)rand();
		f = make(16 + 2 * (unsigned)(rand() % 300),
			 16 + 2 * (unsigned)(rand() % 200));
		for (unsigned i = 0; i < 5; i++) {
			const uint64_t at = wall + (uint64_t)rand() * 1000;

			number += (uint32_t)(rand() % 9);
			pattern_draw(&p, f, number, at);
			assert_true(same_as_new(f, number, at));
			assert_int_equal(pattern_read(f, &seen, &time), 0);
			assert_int_equal(seen, number & 0xffff);
			assert_int_equal(time, (uint32_t)at);
		}
		mem_deref(f);
	}
}

static void test_pattern_says_when_it_is_not_there(void **state)
{
	struct frame *f = make(320, 240), *yuyv;
	struct pattern p = { .drawn = false };
	uint32_t number, time;
	(void)state;

	frame_black(f);
	assert_int_equal(pattern_read(f, &number, &time), EBADMSG);
	assert_true(pattern_colour_error(f) > 20);

	/* One cell is wrong */
	pattern_draw(&p, f, 1, wall);
	assert_int_equal(pattern_read(f, &number, &time), 0);
	memset(f->planev[0], 235, 20);
	for (unsigned y = 1; y < 20; y++)
		memset(f->planev[0] + y * f->stridev[0], 235, 20);
	assert_int_equal(pattern_read(f, &number, &time), EBADMSG);
	mem_deref(f);

	assert_int_equal(frame_alloc(&yuyv, FRAME_YUYV, 320, 240), 0);
	assert_int_equal(pattern_read(yuyv, &number, &time), EINVAL);
	assert_true(pattern_colour_error(yuyv) > 99);
	mem_deref(yuyv);

	/* Nobody promised that what a decoder makes is large enough */
	assert_int_equal(frame_wrap(&f, FRAME_I420, 8, 8, NULL, NULL), 0);
	assert_int_equal(pattern_read(f, &number, &time), EBADMSG);
	assert_true(pattern_colour_error(f) > 99);
	mem_deref(f);
}

static void test_pattern_is_read_through_noise(void **state)
{
	struct frame *f = make(160, 120);
	struct pattern p = { .drawn = false };
	uint32_t number, time;
	(void)state;

	for (unsigned seed = 0; seed < 50; seed++) {
		p.drawn = false;
		pattern_draw(&p, f, seed, wall + seed);
		srand(seed);
		for (size_t i = 0; i < 160 * 120; i++)
			f->planev[0][i] = (uint8_t)(f->planev[0][i] * 3 / 4 +
						    rand() % 60);
		assert_int_equal(pattern_read(f, &number, &time), 0);
		assert_int_equal(number, seed);
		assert_int_equal(time, (uint32_t)(wall + seed));
	}
	mem_deref(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pattern_is_laid_out_as_agreed),
		cmocka_unit_test(test_pattern_has_text_for_people),
		cmocka_unit_test(test_pattern_is_read_in_every_size),
		cmocka_unit_test(test_pattern_drawn_again_is_as_drawn_anew),
		cmocka_unit_test(test_pattern_says_when_it_is_not_there),
		cmocka_unit_test(test_pattern_is_read_through_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
