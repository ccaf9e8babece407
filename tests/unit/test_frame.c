/**
 * @file tests/unit/test_frame.c  Tests of frames
 */
#include "core/base/frame.h"
#include "tests/unit/test.h"

static void test_frame_has_planes_that_do_not_overlap(void **state)
{
	static const enum frame_format formatv[] = { FRAME_I420, FRAME_NV12,
						     FRAME_YUYV };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(formatv); i++) {
		struct frame *f;

		assert_int_equal(frame_alloc(&f, formatv[i], 34, 18), 0);
		for (unsigned k = 0; k < FRAME_PLANES; k++) {
			const size_t lines = k ? 9 : 18;

			if (!f->planev[k])
				continue;
			memset(f->planev[k], (int)k + 1, f->stridev[k] * lines);
		}
		for (unsigned k = 0; k < FRAME_PLANES; k++) {
			const size_t lines = k ? 9 : 18;

			for (size_t n = 0;
			     f->planev[k] && n < f->stridev[k] * lines; n++)
				assert_int_equal(f->planev[k][n], k + 1);
		}
		mem_deref(f);
	}
}

static void test_frame_refuses_what_no_picture_has(void **state)
{
	static const unsigned sidev[][2] = {
		{ 0, 16 }, { 16, 14 }, { 17, 16 }, { 16, 1922 }, { 1u << 31, 2 }
	};
	struct frame *f;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(sidev); i++)
		assert_int_equal(
			frame_alloc(&f, FRAME_I420, sidev[i][0], sidev[i][1]),
			EINVAL);
	assert_int_equal(frame_alloc(&f, FRAME_MJPEG, 16, 16), EINVAL);
	assert_int_equal(frame_alloc(&f, FRAME_H264, 16, 16), EINVAL);
}

static void release_handler(struct frame *f, void *arg)
{
	unsigned *n = arg;

	assert_int_equal(f->width, 16);
	++*n;
}

static void test_frame_gives_its_planes_back_once(void **state)
{
	struct frame *f;
	unsigned n = 0;
	(void)state;

	assert_int_equal(
		frame_wrap(&f, FRAME_MJPEG, 16, 16, release_handler, &n), 0);
	assert_int_equal(f->dmabuf, -1);
	mem_ref(f);
	mem_deref(f);
	assert_int_equal(n, 0);
	mem_deref(f);
	assert_int_equal(n, 1);
}

static void test_frame_is_black(void **state)
{
	struct frame *f;
	(void)state;

	assert_int_equal(frame_alloc(&f, FRAME_I420, 32, 16), 0);
	frame_black(f);
	assert_int_equal(f->planev[0][31 + 15 * f->stridev[0]], 16);
	assert_int_equal(f->planev[2][15 + 7 * f->stridev[2]], 128);
	mem_deref(f);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_frame_has_planes_that_do_not_overlap),
		cmocka_unit_test(test_frame_refuses_what_no_picture_has),
		cmocka_unit_test(test_frame_gives_its_planes_back_once),
		cmocka_unit_test(test_frame_is_black),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
