/**
 * @file tests/unit/test_v4l2_coder.c  Tests of what a codec is told
 */
#include "tests/unit/test.h"
#include "drivers/v4l2_coder.h"

/* Raspberry Pi: 25 k to 25 M in steps of 25 k (bcm2835-v4l2-codec.c) */
static void test_v4l2_coder_rounds_the_bit_rate_down(void **state)
{
	static const uint32_t casev[][2] = {
		{ 1000000, 1000000 },	   { 1024999, 1000000 },
		{ 24999, 25000 },	   { 1, 25000 },
		{ UINT32_MAX, INT32_MAX },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++)
		assert_int_equal(v4l2_coder_bitrate(casev[i][0]), casev[i][1]);
}

/* ITU-T H.264 table A-1: level 3.1 has 3600 macroblocks, 108000 a second */
static void test_v4l2_coder_takes_the_level_of_the_size(void **state)
{
	static const struct {
		unsigned width, height, fps;
		int32_t level;
	} casev[] = {
		{ 640, 480, 30, V4L2_MPEG_VIDEO_H264_LEVEL_3_1 },
		{ 1280, 720, 30, V4L2_MPEG_VIDEO_H264_LEVEL_3_1 },
		{ 1280, 720, 31, V4L2_MPEG_VIDEO_H264_LEVEL_4_0 },
		{ 1282, 720, 15, V4L2_MPEG_VIDEO_H264_LEVEL_4_0 },
		{ 1920, 1080, 25, V4L2_MPEG_VIDEO_H264_LEVEL_4_0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++)
		assert_int_equal(v4l2_coder_level(casev[i].width,
						  casev[i].height,
						  casev[i].fps),
				 casev[i].level);
}

static void test_v4l2_coder_knows_what_is_no_device(void **state)
{
	struct v4l2_coder c;
	(void)state;

	assert_int_equal(v4l2_coder_open(&c, "/dev/null", V4L2_PIX_FMT_H264),
			 ENODEV);
	assert_int_equal(c.fd, -1);
	v4l2_coder_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_v4l2_coder_rounds_the_bit_rate_down),
		cmocka_unit_test(test_v4l2_coder_takes_the_level_of_the_size),
		cmocka_unit_test(test_v4l2_coder_knows_what_is_no_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
