/**
 * @file tests/unit/test_placard.c  Tests of placards
 */
#include "tests/unit/test.h"
#include "core/call/placard.h"

enum {
	BLACK = 16,
	GREY = 128,
	ALL = FRAME_BIT(FRAME_I420) | FRAME_BIT(FRAME_NV12) |
	      FRAME_BIT(FRAME_YUYV),
};

static unsigned shades(const struct frame *f)
{
	bool seen[256] = { false };
	unsigned n = 0;

	for (unsigned y = 0; y < f->height; y++) {
		for (unsigned x = 0; x < f->width; x++)
			seen[f->planev[0][f->stridev[0] * y + x]] = true;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(seen); i++)
		n += seen[i];
	return n;
}

static void test_placard_is_black_or_shows_something(void **state)
{
	static const unsigned sizev[][2] = {
		{ 640, 480 }, { 64, 64 },   { 16, 16 },
		{ 240, 134 }, { 480, 640 }, { 1920, 1080 },
	};
	struct frame *f;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(sizev); i++) {
		assert_int_equal(placard_alloc(&f, PLACARD_BLACK, ALL,
					       sizev[i][0], sizev[i][1]),
				 0);
		assert_int_equal(shades(f), 1);
		assert_int_equal(f->planev[0][0], BLACK);
		mem_deref(f);

		assert_int_equal(placard_alloc(&f, PLACARD_AWAY, ALL,
					       sizev[i][0], sizev[i][1]),
				 0);
		assert_int_equal(f->width, sizev[i][0]);
		assert_int_equal(f->height, sizev[i][1]);
		assert_true(shades(f) > 1);
		assert_int_equal(f->planev[1][0], GREY);
		mem_deref(f);
	}
	assert_int_equal(placard_alloc(&f, PLACARD_AWAY, ALL, 15, 15), EINVAL);
}

static void test_placard_is_of_a_format_that_is_taken(void **state)
{
	static const struct {
		unsigned formats;
		enum frame_format format;
	} casev[] = {
		{ ALL, FRAME_I420 },
		{ FRAME_BIT(FRAME_NV12), FRAME_NV12 },
		{ FRAME_BIT(FRAME_NV12) | FRAME_BIT(FRAME_YUYV), FRAME_NV12 },
		{ FRAME_BIT(FRAME_MJPEG), FRAME_I420 },
		{ 0, FRAME_I420 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct frame *f;

		assert_int_equal(placard_alloc(&f, PLACARD_AWAY,
					       casev[i].formats, 64, 64),
				 0);
		assert_int_equal(f->format, casev[i].format);
		mem_deref(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_placard_is_black_or_shows_something),
		cmocka_unit_test(test_placard_is_of_a_format_that_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
