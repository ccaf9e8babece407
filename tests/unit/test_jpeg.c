/**
 * @file tests/unit/test_jpeg.c  Tests of JPEG
 */
#include <stdlib.h>
#include <turbojpeg.h>
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "drivers/jpeg.h"
#include "tests/unit/support/reel.h"

static void test_jpeg_of_a_frame_comes_back(void **state)
{
	static const unsigned sidev[][2] = {
		{ 16, 16 }, { 640, 480 }, { 322, 242 }, { 1920, 18 }
	};
	void *context = NULL;
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(sidev); i++) {
		struct frame *f = reel_picture(FRAME_I420, sidev[i][0],
					       sidev[i][1], 0);
		struct frame *back;
		unsigned width, height;
		uint8_t *data;
		size_t size;

		assert_int_equal(jpeg_from_frame(f, JPEG_QUALITY, &data, &size),
				 0);
		assert_int_equal(jpeg_size(data, size, &width, &height), 0);
		assert_int_equal(width, f->width);
		assert_int_equal(height, f->height);
		assert_int_equal(
			frame_alloc(&back, FRAME_I420, f->width, f->height), 0);
		assert_int_equal(jpeg_to_frame(&context, back, data, size), 0);
		assert_true(reel_psnr(f, back) > 30);
		mem_deref(back);
		mem_deref(f);
		free(data);
	}
	jpeg_close(context);
}

/* JFIF 1.02: full range, so black is 0 there and 16 in a frame */
static void test_jpeg_has_full_range(void **state)
{
	static const uint8_t pairv[][2] = { { 16, 0 }, { 235, 255 } };
	uint8_t grey[32 * 32];
	tjhandle handle = tjInitDecompress();
	struct frame *f;
	(void)state;

	assert_int_equal(frame_alloc(&f, FRAME_I420, 32, 32), 0);
	frame_black(f);
	for (unsigned i = 0; i < ARRAY_SIZE(pairv); i++) {
		uint8_t *data;
		size_t size;

		memset(f->planev[0], pairv[i][0], sizeof(grey));
		assert_int_equal(jpeg_from_frame(f, 95, &data, &size), 0);
		assert_int_equal(tjDecompress2(handle, data, size, grey, 32, 0,
					       32, TJPF_GRAY, 0),
				 0);
		assert_in_range(grey[100] + 1 - pairv[i][1], 0, 2);
		free(data);
	}
	mem_deref(f);
	(void)tjDestroy(handle);
}

static void test_jpeg_of_any_sampling_is_decoded(void **state)
{
	static const struct {
		int sampling, err;
	} casev[] = {
		{ TJSAMP_420, 0 },  { TJSAMP_422, 0 },	     { TJSAMP_444, 0 },
		{ TJSAMP_GRAY, 0 }, { TJSAMP_411, EBADMSG },
	};
	static uint8_t rgb[64 * 48 * 3];
	tjhandle handle = tjInitCompress();
	void *context = NULL;
	struct frame *f;
	(void)state;

	for (unsigned i = 0; i < sizeof(rgb); i += 3)
		rgb[i] = 255; /* Red */
	assert_int_equal(frame_alloc(&f, FRAME_I420, 64, 48), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(casev); i++) {
		const bool grey = casev[i].sampling == TJSAMP_GRAY;
		uint8_t *data = NULL;
		unsigned long size = 0;

		assert_int_equal(tjCompress2(handle, rgb, 64, 0, 48, TJPF_RGB,
					     &data, &size, casev[i].sampling,
					     95, 0),
				 0);
		assert_int_equal(jpeg_to_frame(&context, f, data, size),
				 casev[i].err);
		tjFree(data);
		if (casev[i].err)
			continue;
		assert_in_range(f->planev[0][64 * 24 + 32], 79, 84);
		assert_in_range(f->planev[1][32 * 23 + 31], grey ? 128 : 88,
				grey ? 128 : 93);
		assert_in_range(f->planev[2][32 * 23 + 31], grey ? 128 : 237,
				grey ? 128 : 242);
	}
	jpeg_close(context);
	mem_deref(f);
	(void)tjDestroy(handle);
}

static void test_jpeg_damaged_is_told(void **state)
{
	struct frame *f = reel_picture(FRAME_I420, 64, 48, 0);
	struct frame *other;
	void *context = NULL;
	unsigned w, h;
	uint8_t *data;
	size_t size;
	(void)state;

	log_set_level(LOG_LEVEL_WARNING);
	assert_int_equal(jpeg_from_frame(f, 0, &data, &size), EINVAL);
	assert_int_equal(jpeg_from_frame(f, 101, &data, &size), EINVAL);
	assert_int_equal(jpeg_from_frame(f, 80, &data, &size), 0);
	assert_int_equal(frame_alloc(&other, FRAME_I420, 48, 64), 0);
	assert_int_equal(jpeg_to_frame(&context, other, data, size), EBADMSG);
	for (size_t n = 0; n < size - 2; n++)
		assert_int_equal(jpeg_to_frame(&context, f, data, n), EBADMSG);
	assert_int_equal(jpeg_size(data, 0, &w, &h), EBADMSG);
	assert_int_equal(jpeg_size(data, JPEG_SIZE_MAX + 1, &w, &h), EBADMSG);
	assert_int_equal(jpeg_to_frame(&context, f, data, size), 0);
	free(data);
	mem_deref(other);
	mem_deref(f);
	jpeg_close(context);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jpeg_of_a_frame_comes_back),
		cmocka_unit_test(test_jpeg_has_full_range),
		cmocka_unit_test(test_jpeg_of_any_sampling_is_decoded),
		cmocka_unit_test(test_jpeg_damaged_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
