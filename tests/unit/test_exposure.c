/**
 * @file tests/unit/test_exposure.c  Tests of how bright pictures are
 */
#include "tests/unit/test.h"
#include "app/exposure.h"

enum {
	WIDTH = 64,
	HEIGHT = 32,
	HALF = HEIGHT / 2,
	TEXT = 160,
};

/* The upper lines of one luma, the others of another */
static struct frame *picture(enum frame_format format, unsigned lines,
			     uint8_t upper, uint8_t lower)
{
	const size_t step = format == FRAME_YUYV ? 2 : 1;
	struct frame *f = NULL;

	assert_int_equal(frame_alloc(&f, format, WIDTH, HEIGHT), 0);
	for (unsigned y = 0; y < HEIGHT; y++) {
		uint8_t *line = f->planev[0] + y * f->stridev[0];

		memset(line, 255, WIDTH * step); /* Chroma of YUYV */
		for (unsigned x = 0; x < WIDTH; x++)
			line[x * step] = y < lines ? upper : lower;
	}
	return f;
}

static void test_exposure_is_told_in_words(void **state)
{
	static const struct {
		unsigned lines;
		uint8_t upper, lower;
		const char *words;
	} casev[] = {
		{ 0, 0, 120,
		  "is fine: brightness 120 of 16 to 235, "
		  "0 % white, 0 % black" },
		{ 0, 0, 39, "too dark: " },
		{ 0, 0, 40, "is fine: brightness 40" },
		{ 0, 0, 200, "is fine: brightness 200" },
		{ 0, 0, 201, "too bright: " },
		{ 0, 0, 16,
		  "brightness 16 of 16 to 235, 0 % white, "
		  "100 % black" },
		{ 0, 0, 235, "100 % white, 0 % black" },
		{ 8, 255, 60, "too bright in places: " },
		{ 8, 234, 60, "is fine: brightness 103" },
		{ HALF, 17, 180, "is fine: brightness 98" },
		{ HALF, 0, 180,
		  "too dark in places: is there light from "
		  "the front? brightness 90 of 16 to 235, 0 % "
		  "white, 50 % black" },
	};
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(casev); i++) {
		for (int format = FRAME_I420; format <= FRAME_YUYV; format++) {
			struct exposure e = { .pixels = 0 };
			struct frame *f = picture(
				(enum frame_format)format, casev[i].lines,
				casev[i].upper, casev[i].lower);
			char text[TEXT];

			exposure_put(&e, f);
			mem_deref(f);
			(void)re_snprintf(text, sizeof(text), "%H",
					  exposure_print, &e);
			if (!strstr(text, casev[i].words))
				fail_msg("%u: %s", i, text);
			assert_int_equal(exposure_fine(&e),
					 strstr(text, "is fine") != NULL);
		}
	}
}

static void test_exposure_is_the_mean_of_all_pictures(void **state)
{
	struct exposure e = { .pixels = 0 };
	(void)state;

	assert_false(exposure_fine(&e));
	assert_int_equal(exposure_mean(&e), 0);
	for (unsigned i = 0; i < 4; i++) {
		struct frame *f = picture(FRAME_I420, 0, 0,
					  (uint8_t)(100 + 20 * i));

		exposure_put(&e, f);
		mem_deref(f);
	}
	assert_int_equal(exposure_mean(&e), 130);
	assert_true(exposure_fine(&e));
}

static void test_exposure_passes_over_what_is_compressed(void **state)
{
	struct exposure e = { .pixels = 0 };
	struct frame f = { .format = FRAME_MJPEG,
			   .width = WIDTH,
			   .height = HEIGHT };
	char text[TEXT];
	(void)state;

	exposure_put(&e, &f);
	f.format = FRAME_H264;
	exposure_put(&e, &f);
	assert_int_equal(e.pixels, 0);
	(void)re_snprintf(text, sizeof(text), "%H", exposure_print, &e);
	assert_string_equal(text, "exposure is not known");
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_exposure_is_told_in_words),
		cmocka_unit_test(test_exposure_is_the_mean_of_all_pictures),
		cmocka_unit_test(test_exposure_passes_over_what_is_compressed),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
