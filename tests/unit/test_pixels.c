/**
 * @file tests/unit/test_pixels.c  Tests of conversion and scaling
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "drivers/pixels.h"
#include "tests/unit/support/reel.h"

static void test_pixels_formats_become_the_same_picture(void **state)
{
	static const struct {
		enum frame_format format;
		double likeness; /* [dB] */
	} casev[] = {
		{ FRAME_I420, 99 },
		{ FRAME_NV12, 99 },
		{ FRAME_YUYV, 99 },
		{ FRAME_MJPEG, 35 },
	};
	struct frame *same = reel_picture(FRAME_I420, 322, 242, 0);
	struct pixels px = { .mem = NULL };
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(casev); i++) {
		struct frame *dst, *src;

		src = reel_picture(casev[i].format, 322, 242, 0);
		assert_int_equal(frame_alloc(&dst, FRAME_I420, 322, 242), 0);
		assert_int_equal(pixels_to_i420(&px, dst, src), 0);
		assert_true(reel_psnr(dst, same) > casev[i].likeness);
		for (unsigned y = 0; y < 242 / 2; y++) {
			for (unsigned x = 0; x < 322 / 2; x++) {
				const size_t at = y * dst->stridev[1] + x;

				assert_in_range(dst->planev[1][at] + 3 -
							same->planev[1][at],
						0, 6);
				assert_in_range(dst->planev[2][at] + 3 -
							same->planev[2][at],
						0, 6);
			}
		}
		mem_deref(dst);
		mem_deref(src);
	}
	pixels_close(&px);
	mem_deref(same);
}

static void test_pixels_scales_between_any_sizes(void **state)
{
	static const unsigned sidev[] = { 16, 18, 176, 322, 640, 1920 };
	struct pixels px = { .mem = NULL };
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(sidev); i++) {
		for (unsigned k = 0; k < ARRAY_SIZE(sidev); k++) {
			struct frame *dst, *src;

			assert_int_equal(
				frame_alloc(&src, FRAME_NV12, sidev[i], 240),
				0);
			memset(src->planev[0], 90, src->stridev[0] * 240);
			memset(src->planev[1], 60, src->stridev[1] * 120);
			assert_int_equal(
				frame_alloc(&dst, FRAME_I420, 160, sidev[k]),
				0);
			assert_int_equal(pixels_to_i420(&px, dst, src), 0);
			assert_in_range(dst->planev[0][0], 89, 91);
			assert_in_range(dst->planev[2][80 * (sidev[k] / 2) - 1],
					59, 61);
			mem_deref(dst);
			mem_deref(src);
		}
	}
	pixels_close(&px);
}

static void test_pixels_refuses_what_it_cannot_do(void **state)
{
	struct pixels px = { .mem = NULL };
	struct pixels_screen screen = { .width = 0 };
	struct frame *f, *dst;
	(void)state;

	assert_int_equal(frame_wrap(&f, FRAME_H264, 320, 240, NULL, NULL), 0);
	assert_int_equal(frame_alloc(&dst, FRAME_I420, 320, 240), 0);
	assert_int_equal(pixels_to_i420(&px, dst, f), EINVAL);
	assert_int_equal(pixels_to_screen(&px, &screen, dst), EINVAL);
	mem_deref(f);
	mem_deref(dst);
	pixels_close(&px);
}

static void test_pixels_fits_a_picture_to_a_screen(void **state)
{
	static const struct {
		unsigned width, height, across, down;
		struct pixels_rect r;
	} casev[] = {
		{ 640, 480, 640, 480, { 0, 0, 640, 480 } },
		{ 640, 480, 800, 480, { 80, 0, 640, 480 } },
		{ 640, 480, 480, 800, { 0, 220, 480, 360 } },
		{ 320, 240, 1280, 720, { 160, 0, 960, 720 } },
		{ 1280, 720, 320, 240, { 0, 30, 320, 180 } },
		{ 1920, 16, 101, 99, { 0, 48, 100, 2 } },
		{ 16, 1920, 2, 2, { 0, 0, 2, 2 } },
	};
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(casev); i++) {
		struct pixels_rect r =
			pixels_fit(casev[i].width, casev[i].height,
				   casev[i].across, casev[i].down);

		assert_int_equal(r.x, casev[i].r.x);
		assert_int_equal(r.y, casev[i].r.y);
		assert_int_equal(r.width, casev[i].r.width);
		assert_int_equal(r.height, casev[i].r.height);
	}
}

static void test_pixels_any_picture_stays_on_any_screen(void **state)
{
	(void)state;

	srand(1);
	for (unsigned i = 0; i < 100000; i++) {
		const unsigned w = 16 + 2 * ((unsigned)rand() % 953);
		const unsigned h = 16 + 2 * ((unsigned)rand() % 953);
		const unsigned across = 2 + (unsigned)rand() % 2000;
		const unsigned down = 2 + (unsigned)rand() % 2000;
		struct pixels_rect r = pixels_fit(w, h, across, down);

		assert_true(r.x + r.width <= across);
		assert_true(r.y + r.height <= down);
		assert_true(r.width >= 2 && r.height >= 2);
		assert_false(r.x % 2 || r.y % 2 || r.width % 2 || r.height % 2);
		assert_true(r.width + 2 > across || r.height + 2 > down);
	}
}

/* ITU-R BT.601: white, black, red */
static void test_pixels_colours_a_screen(void **state)
{
	static const struct {
		uint8_t yuv[3], bgr[3];
	} casev[] = {
		{ { 235, 128, 128 }, { 255, 255, 255 } },
		{ { 16, 128, 128 }, { 0, 0, 0 } },
		{ { 81, 90, 240 }, { 0, 0, 255 } },
	};
	enum {
		ACROSS = 100,
		DOWN = 61,
		STRIDE = 4 * ACROSS + 12
	};
	static uint8_t mem[STRIDE * DOWN];
	const struct pixels_screen s = { mem, STRIDE, ACROSS, DOWN };
	struct pixels px = { .mem = NULL };
	struct frame *f;
	(void)state;

	assert_int_equal(frame_alloc(&f, FRAME_I420, 64, 64), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(casev); i++) {
		memset(f->planev[0], casev[i].yuv[0], 64 * 64);
		memset(f->planev[1], casev[i].yuv[1], 32 * 32);
		memset(f->planev[2], casev[i].yuv[2], 32 * 32);
		memset(mem, 77, sizeof(mem));
		assert_int_equal(pixels_to_screen(&px, &s, f), 0);
		for (unsigned k = 0; k < 3; k++) {
			const int v = mem[30 * STRIDE + 50 * 4 + k];

			assert_in_range(v + 3 - casev[i].bgr[k], 0, 6);
		}
		assert_int_equal(mem[30 * STRIDE], 0);
		assert_int_equal(mem[30 * STRIDE + 4 * 99 + 2], 0);
		assert_int_equal(mem[60 * STRIDE + 4 * 50], 0);
		assert_int_equal(mem[30 * STRIDE + 4 * ACROSS], 77);
	}
	mem_deref(f);
	pixels_close(&px);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pixels_formats_become_the_same_picture),
		cmocka_unit_test(test_pixels_scales_between_any_sizes),
		cmocka_unit_test(test_pixels_refuses_what_it_cannot_do),
		cmocka_unit_test(test_pixels_fits_a_picture_to_a_screen),
		cmocka_unit_test(test_pixels_any_picture_stays_on_any_screen),
		cmocka_unit_test(test_pixels_colours_a_screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
