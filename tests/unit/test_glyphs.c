/**
 * @file tests/unit/test_glyphs.c  Tests of letters on a picture
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "core/call/glyphs.h"

enum {
	WIDTH = 64,
	HEIGHT = 16,
	INK = 200,
	BLACK = 16,
};

static struct frame *write_text(const char *text, unsigned dot)
{
	struct frame *f;

	assert_int_equal(frame_alloc(&f, FRAME_I420, WIDTH, HEIGHT), 0);
	frame_black(f);
	glyphs_draw(f, 1, 1, dot, INK, text);
	return f;
}

static bool same(const struct frame *a, const struct frame *b)
{
	return !memcmp(a->planev[0], b->planev[0], (size_t)WIDTH * HEIGHT);
}

static bool alike(const char *a, const char *b)
{
	struct frame *x = write_text(a, 1), *y = write_text(b, 1);
	const bool is = same(x, y);

	mem_deref(x);
	mem_deref(y);
	return is;
}

static void test_glyphs_are_where_they_should_be(void **state)
{
	static const char *const linev[] = {
		"....#....#...#", "...#.#...#...#", "..#...#..#...#",
		"..#...#..#####", "..#####..#...#", "..#...#..#...#",
		"..#...#..#...#",
	};
	struct frame *f = write_text(" AH", 2);
	(void)state;

	for (unsigned y = 0; y < GLYPHS_HEIGHT; y++) {
		for (unsigned x = 0; x < 5; x++) {
			const size_t at = (1 + 2 * y) * f->stridev[0] + 1 +
					  2 * (GLYPHS_WIDTH + x);

			assert_int_equal(f->planev[0][at],
					 linev[y][2 + x] == '#' ? INK : BLACK);
			assert_int_equal(f->planev[0][at + 1],
					 f->planev[0][at]);
		}
	}
	mem_deref(f);
}

static void test_glyphs_differ_from_each_other(void **state)
{
	(void)state;

	for (char a = ' '; a <= '~'; a++) {
		for (char b = ' '; b < a; b++) {
			const char textv[2][2] = { { a }, { b } };

			assert_false(alike(textv[0], textv[1]));
		}
	}
}

static void test_glyphs_read_any_text(void **state)
{
	(void)state;

	assert_true(alike("\xc3\xa9t\xc3\xa9 \xc3\x84\xc3\x9f", "ete As"));
	assert_true(alike("\xc3\x97\xc3\xb7\xc3\xbf", "x/y"));
	assert_false(alike("\xe2\x82\xac", " "));
	assert_true(alike("\xe2\x82\xac", "\x01"));
	assert_true(alike("\xff\xc3", "\x7f\x1f"));
	assert_int_equal(glyphs_count("\xc3\xa9t\xe2\x82\xac\xff"), 4);
	assert_int_equal(glyphs_count(""), 0);
}

static void test_glyphs_stay_on_the_picture(void **state)
{
	char text[40];
	struct frame *f;
	(void)state;

	srand(1);
	assert_int_equal(frame_alloc(&f, FRAME_I420, WIDTH, HEIGHT), 0);
	for (unsigned i = 0; i < 3000; i++) {
		for (size_t k = 0; k < sizeof(text) - 1; k++)
			text[k] = (char)(1 + rand() % 255);
		text[sizeof(text) - 1] = '\0';
		frame_black(f);
		glyphs_draw(f, (unsigned)rand() % 80, (unsigned)rand() % 20,
			    1 + (unsigned)rand() % 20, INK, text);
		assert_int_equal(f->planev[1][0], 128);
	}
	mem_deref(f);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_glyphs_are_where_they_should_be),
		cmocka_unit_test(test_glyphs_differ_from_each_other),
		cmocka_unit_test(test_glyphs_read_any_text),
		cmocka_unit_test(test_glyphs_stay_on_the_picture),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
