/**
 * @file tests/unit/test_v4l2_format.c  Tests of the choice of a format
 *
 * Devices are tables of what they offer, as `v4l2-ctl --list-formats-ext`
 * shows it, and wishes with what should be taken.
 */
#include <linux/videodev2.h>
#include "tests/unit/test.h"
#include "drivers/v4l2_format.h"

enum {
	SEEDS = 2000,
	MODES = 40,
};

/* A USB camera of the common kind: raw pictures are slow when large */
static const struct v4l2_mode webcam[] = {
	{ V4L2_PIX_FMT_MJPEG, 1920, 1080, { 1, 30 } },
	{ V4L2_PIX_FMT_MJPEG, 1280, 720, { 1, 30 } },
	{ V4L2_PIX_FMT_MJPEG, 640, 480, { 1, 30 } },
	{ V4L2_PIX_FMT_YUYV, 1920, 1080, { 1, 5 } },
	{ V4L2_PIX_FMT_YUYV, 1280, 720, { 1, 10 } },
	{ V4L2_PIX_FMT_YUYV, 640, 480, { 1, 30 } },
	{ V4L2_PIX_FMT_YUYV, 320, 240, { 1, 30 } },
	{ V4L2_PIX_FMT_H264, 1280, 720, { 1, 30 } },
	{ V4L2_PIX_FMT_SBGGR8, 640, 480, { 1, 30 } },
};

/* A camera of a board's connector: one size, no word about rates */
static const struct v4l2_mode sensor[] = {
	{ V4L2_PIX_FMT_YUYV, 800, 600, { 0, 0 } },
	{ V4L2_PIX_FMT_YUV420, 800, 600, { 0, 0 } },
	{ V4L2_PIX_FMT_NV12, 800, 600, { 0, 0 } },
};

#define ALL	0
#define ONLY(x) FRAME_BIT(FRAME_##x)

static const struct {
	const struct v4l2_mode *modev;
	size_t n;
	struct camera_prefs prefs;
	uint32_t fourcc;
	unsigned width, height;
} wishv[] = {
	{ webcam,
	  ARRAY_SIZE(webcam),
	  { 640, 480, 30, ALL },
	  V4L2_PIX_FMT_YUYV,
	  640,
	  480 },
	{ webcam,
	  ARRAY_SIZE(webcam),
	  { 1280, 720, 30, ALL },
	  V4L2_PIX_FMT_MJPEG,
	  1280,
	  720 },
	{ webcam,
	  ARRAY_SIZE(webcam),
	  { 1280, 720, 10, ALL },
	  V4L2_PIX_FMT_YUYV,
	  1280,
	  720 },
	{ webcam,
	  ARRAY_SIZE(webcam),
	  { 1280, 720, 30, ONLY(YUYV) },
	  V4L2_PIX_FMT_YUYV,
	  1280,
	  720 },
	{ webcam,
	  ARRAY_SIZE(webcam),
	  { 1280, 720, 30, ONLY(YUYV) | ONLY(H264) },
	  V4L2_PIX_FMT_H264,
	  1280,
	  720 },
	{ webcam,
	  ARRAY_SIZE(webcam),
	  { 352, 288, 30, ALL },
	  V4L2_PIX_FMT_YUYV,
	  320,
	  240 },
	{ webcam,
	  ARRAY_SIZE(webcam),
	  { 1600, 900, 25, ALL },
	  V4L2_PIX_FMT_MJPEG,
	  1920,
	  1080 },
	{ webcam, ARRAY_SIZE(webcam), { 640, 480, 30, ONLY(I420) }, 0, 0, 0 },
	{ sensor,
	  ARRAY_SIZE(sensor),
	  { 640, 480, 30, ALL },
	  V4L2_PIX_FMT_NV12,
	  800,
	  600 },
	{ sensor,
	  ARRAY_SIZE(sensor),
	  { 640, 480, 30, ONLY(I420) | ONLY(YUYV) },
	  V4L2_PIX_FMT_YUV420,
	  800,
	  600 },
	{ NULL, 0, { 640, 480, 30, ALL }, 0, 0, 0 },
};

static void test_v4l2_format_takes_the_nearest_mode(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(wishv); i++) {
		const struct v4l2_mode *m = v4l2_format_choose(
			wishv[i].modev, wishv[i].n, &wishv[i].prefs);

		if (!wishv[i].fourcc) {
			assert_null(m);
			continue;
		}
		assert_non_null(m);
		assert_int_equal(m->fourcc, wishv[i].fourcc);
		assert_int_equal(m->width, wishv[i].width);
		assert_int_equal(m->height, wishv[i].height);
	}
}

static void test_v4l2_format_leaves_out_what_cannot_be_a_frame(void **state)
{
	static const struct v4l2_mode modev[] = {
		{ V4L2_PIX_FMT_YUYV, 4096, 2160, { 1, 30 } },
		{ V4L2_PIX_FMT_YUYV, 8, 8, { 1, 30 } },
		{ V4L2_PIX_FMT_YUYV, 0, 0, { 1, 30 } },
		{ V4L2_PIX_FMT_MJPEG, 641, 480, { 1, 30 } },
		{ V4L2_PIX_FMT_MJPEG, 640, 481, { 1, 30 } },
		{ V4L2_PIX_FMT_YUYV, 1921, 1081, { 1, 30 } },
	};
	const struct camera_prefs prefs = { 4096, 2160, 30, 0 };
	(void)state;

	assert_ptr_equal(v4l2_format_choose(modev, ARRAY_SIZE(modev), &prefs),
			 &modev[5]);
	assert_null(v4l2_format_choose(modev, 5, &prefs));
}

static void test_v4l2_format_fits_a_side_into_a_range(void **state)
{
	static const struct {
		struct v4l2_range r;
		uint32_t wish, is;
	} casev[] = {
		{ { 640, 640, 0 }, 320, 640 },
		{ { 32, 2592, 2 }, 640, 640 },
		{ { 32, 2592, 2 }, 641, 640 },
		{ { 32, 2592, 16 }, 650, 656 },
		{ { 32, 2592, 16 }, 646, 640 },
		{ { 32, 2592, 16 }, 16, 32 },
		{ { 32, 2590, 16 }, 2589, 2576 },
		{ { 32, 2590, 16 }, 9999, 2590 },
		{ { 10, 5, 1 }, 7, 10 },
		{ { 0, UINT32_MAX, 0 }, 7, 7 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++)
		assert_int_equal(v4l2_format_fit(&casev[i].r, casev[i].wish),
				 casev[i].is);
}

static void test_v4l2_format_takes_the_nearest_rate(void **state)
{
	static const struct v4l2_interval offer[] = {
		{ 0, 0 },  { 1, 60 }, { 1001, 30000 },
		{ 1, 25 }, { 1, 15 }, { 1, 0 },
	};
	static const struct {
		unsigned wish;
		size_t best;
	} casev[] = { { 30, 2 }, { 25, 3 },  { 24, 3 }, { 60, 1 },
		      { 50, 1 }, { 120, 1 }, { 5, 4 },	{ 20, 3 } };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct v4l2_interval best = { 0, 0 };

		for (size_t k = 0; k < ARRAY_SIZE(offer); k++) {
			if (v4l2_format_nearer(&offer[k], &best, casev[i].wish))
				best = offer[k];
		}
		assert_int_equal(best.num, offer[casev[i].best].num);
		assert_int_equal(best.den, offer[casev[i].best].den);
	}
}

static void test_v4l2_format_takes_a_rate_out_of_a_range(void **state)
{
	const struct v4l2_interval min = { 1, 60 }, max = { 1, 5 };
	(void)state;

	assert_int_equal(v4l2_format_rate(&min, &max, 30).den, 30);
	assert_int_equal(v4l2_format_rate(&min, &max, 90).den, 60);
	assert_int_equal(v4l2_format_rate(&min, &max, 1).den, 5);
	assert_int_equal(v4l2_format_rate(&min, &max, 0).den, 60);
	assert_int_equal(
		v4l2_format_fps(&(struct v4l2_interval){ 1001, 30000 }), 30);
	assert_int_equal(v4l2_format_fps(&(struct v4l2_interval){ 0, 1 }), 0);
	assert_int_equal(v4l2_format_fps(&(struct v4l2_interval){ 1, 0 }), 0);
}

/* Bytes that a picture needs, and where its planes are */
static void test_v4l2_format_lays_planes_out(void **state)
{
	static const struct {
		enum frame_format format;
		unsigned width, height, lines;
		size_t stride, need;
		size_t offv[FRAME_PLANES], stridev[FRAME_PLANES];
	} casev[] = {
		{ FRAME_YUYV, 64, 48, 48, 0, 6144, { 0 }, { 128 } },
		{ FRAME_YUYV, 64, 48, 49, 160, 7680, { 0 }, { 160 } },
		{ FRAME_NV12, 64, 48, 48, 64, 4608, { 0, 3072 }, { 64, 64 } },
		{ FRAME_NV12, 64, 48, 64, 96, 8448, { 0, 6144 }, { 96, 96 } },
		{ FRAME_I420,
		  64,
		  48,
		  48,
		  0,
		  4608,
		  { 0, 3072, 3840 },
		  { 64, 32, 32 } },
		{ FRAME_I420,
		  64,
		  48,
		  49,
		  64,
		  4704,
		  { 0, 3136, 3936 },
		  { 64, 32, 32 } },
		{ FRAME_MJPEG, 64, 48, 48, 0, 0, { 0 }, { 0 } },
	};
	uint8_t data[1];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct frame f = { .format = casev[i].format,
				   .width = casev[i].width,
				   .height = casev[i].height };

		assert_int_equal(v4l2_format_planes(&f, data, casev[i].stride,
						    casev[i].lines),
				 casev[i].need);
		for (size_t k = 0; k < FRAME_PLANES; k++) {
			assert_int_equal(f.stridev[k], casev[i].stridev[k]);
			if (!k || casev[i].offv[k])
				assert_int_equal(f.planev[k] - data,
						 casev[i].offv[k]);
			else
				assert_null(f.planev[k]);
		}
	}
}

/* Types of NAL units: ITU-T H.264 table 7-1 */
static void test_v4l2_format_measures_nal_units(void **state)
{
	static const struct {
		const char *data;
		size_t size, longest;
	} casev[] = {
		{ "", 0, 0 },
		{ "\0\0\1", 3, 0 },
		{ "abcd", 4, 0 },
		{ "\0\0\1abc", 6, 3 },
		{ "\0\0\0\1ab\0\0\0\1abcd\0\0\1a", 18, 4 },
		{ "\0\0\1abcd\0\0\0\1ab", 13, 4 },
		{ "\0\0\1ab\0\0\0", 8, 2 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++)
		assert_int_equal(
			v4l2_format_longest((const uint8_t *)casev[i].data,
					    casev[i].size),
			casev[i].longest);
}

static void test_v4l2_format_tells_an_idr(void **state)
{
	static const struct {
		uint8_t data[16];
		size_t size;
		bool idr;
	} casev[] = {
		{ { 0, 0, 0, 1, 0x67, 0x42, 0, 0, 1, 0x68, 0, 0, 1, 0x65 },
		  14,
		  true },
		{ { 0, 0, 1, 0x65, 0x88 }, 5, true },
		{ { 0, 0, 1, 0x09, 0x10, 0, 0, 1, 0x41, 0x9a }, 10, false },
		{ { 0, 0, 1, 0x41, 0, 0, 1, 0x65 }, 8, false },
		{ { 0, 0, 1, 0x67, 0x42 }, 5, false },
		{ { 0, 0, 1 }, 3, false },
		{ { 0 }, 0, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++)
		assert_int_equal(v4l2_format_idr(casev[i].data, casev[i].size),
				 casev[i].idr);
}

static uint32_t random_of(uint32_t *seed)
{
	*seed = *seed * 1664525U + 1013904223U; /* Numerical Recipes */
	return *seed >> 8;
}

/* What is offered as wished is taken, whatever else is offered */
static void test_v4l2_format_takes_what_is_as_wished(void **state)
{
	static const uint32_t fourccv[] = { V4L2_PIX_FMT_YUYV,
					    V4L2_PIX_FMT_NV12,
					    V4L2_PIX_FMT_MJPEG,
					    V4L2_PIX_FMT_SBGGR8 };
	(void)state;

	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		struct v4l2_mode modev[MODES];
		struct camera_prefs prefs = { 0 };
		const struct v4l2_mode *m, *wish;
		uint32_t r = seed;

		for (size_t i = 0; i < MODES; i++) {
			modev[i].fourcc = fourccv[random_of(&r) % 4];
			modev[i].width = random_of(&r) % 4096;
			modev[i].height = random_of(&r) % 4096;
			modev[i].interval.num = 1;
			modev[i].interval.den = random_of(&r) % 90;
		}
		wish = &modev[random_of(&r) % MODES];
		prefs.width = wish->width;
		prefs.height = wish->height;
		prefs.fps = v4l2_format_fps(&wish->interval);
		m = v4l2_format_choose(modev, MODES, &prefs);
		if (v4l2_format_choose(wish, 1, &prefs)) {
			assert_non_null(m);
			assert_int_equal(m->width, wish->width);
			assert_int_equal(m->height, wish->height);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_v4l2_format_takes_the_nearest_mode),
		cmocka_unit_test(
			test_v4l2_format_leaves_out_what_cannot_be_a_frame),
		cmocka_unit_test(test_v4l2_format_fits_a_side_into_a_range),
		cmocka_unit_test(test_v4l2_format_takes_the_nearest_rate),
		cmocka_unit_test(test_v4l2_format_takes_a_rate_out_of_a_range),
		cmocka_unit_test(test_v4l2_format_lays_planes_out),
		cmocka_unit_test(test_v4l2_format_tells_an_idr),
		cmocka_unit_test(test_v4l2_format_measures_nal_units),
		cmocka_unit_test(test_v4l2_format_takes_what_is_as_wished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
