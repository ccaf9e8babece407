/**
 * @file tests/unit/test_v4l2_raw.c  Tests of how frames get into a codec
 *
 * A file in memory stands for a dmabuf: it has a length, too.
 */
#include <sys/mman.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "drivers/v4l2_format.h"
#include "drivers/v4l2_raw.h"

enum {
	WIDTH = 64,
	HEIGHT = 48,
	BYTES = WIDTH * HEIGHT * 2,
	RAWS = FRAME_BIT(FRAME_I420) | FRAME_BIT(FRAME_NV12),
	SEEDS = 50,
};

static const struct encoder_prefs prefs = { WIDTH, HEIGHT, 30, 1000000, 0 };

struct bench {
	uint8_t data[2 * BYTES];
	struct frame f;
	struct v4l2_raw r;
};

static void lay(struct bench *b, enum frame_format format, size_t stride,
		unsigned lines, off_t size)
{
	memset(b, 0, sizeof(*b));
	b->f.format = format;
	b->f.width = WIDTH;
	b->f.height = HEIGHT;
	b->f.dmabuf = -1;
	(void)v4l2_format_planes(&b->f, b->data, stride, lines);
	if (size) {
		b->f.dmabuf = memfd_create("frame", MFD_CLOEXEC);
		assert_true(b->f.dmabuf >= 0);
		assert_int_equal(ftruncate(b->f.dmabuf, size), 0);
	}
}

static void choose(struct bench *b, unsigned raws, bool import)
{
	v4l2_raw_choose(&b->r, &prefs, raws, import, &b->f);
	if (b->f.dmabuf >= 0)
		(void)close(b->f.dmabuf);
}

static void test_v4l2_raw_imports_what_lies_in_one_piece(void **state)
{
	static const struct {
		enum frame_format format;
		size_t stride;
		unsigned lines;
		off_t size;
		bool import;
	} casev[] = {
		{ FRAME_NV12, 64, 48, 4608, true },
		{ FRAME_NV12, 64, 48, 4607, false },
		{ FRAME_NV12, 80, 64, 7040, true },
		{ FRAME_I420, 64, 48, 8192, true },
		{ FRAME_I420, 64, 48, 0, false },
		{ FRAME_YUYV, 128, 48, 8192, false }, /* Not taken */
	};
	struct bench b;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		lay(&b, casev[i].format, casev[i].stride, casev[i].lines,
		    casev[i].size);
		choose(&b, RAWS, true);
		assert_int_equal(b.r.import, casev[i].import);
		assert_int_equal(b.r.stride,
				 casev[i].import ? casev[i].stride : 0);
		assert_int_equal(b.r.lines,
				 casev[i].import ? casev[i].lines : 0);
	}

	lay(&b, FRAME_NV12, 64, 48, 4608);
	choose(&b, RAWS, false);
	assert_false(b.r.import);
	lay(&b, FRAME_I420, 64, 48, 8192);
	b.f.planev[2] += 1;
	choose(&b, RAWS, true);
	assert_false(b.r.import);
}

static void test_v4l2_raw_converts_what_the_device_does_not_take(void **state)
{
	struct bench b;
	(void)state;

	lay(&b, FRAME_YUYV, 0, HEIGHT, 0);
	choose(&b, RAWS, true);
	assert_int_equal(b.r.format, FRAME_I420);
	choose(&b, FRAME_BIT(FRAME_NV12), true);
	assert_int_equal(b.r.format, FRAME_NV12);
	choose(&b, RAWS | FRAME_BIT(FRAME_YUYV), true);
	assert_int_equal(b.r.format, FRAME_YUYV);

	lay(&b, FRAME_NV12, 64, HEIGHT, 4608);
	b.f.width /= 2; /* Is scaled, in I420 */
	choose(&b, RAWS, true);
	assert_int_equal(b.r.format, FRAME_I420);
	assert_int_equal(b.r.width, WIDTH);
	assert_false(b.r.import);
}

/* A copy has the frame's pixels, whatever the strides are */
static void test_v4l2_raw_copies_each_line(void **state)
{
	static const enum frame_format formatv[] = { FRAME_I420, FRAME_NV12,
						     FRAME_YUYV };
	struct v4l2_raw_writer w = { .between = NULL };
	struct bench a, b;
	(void)state;

	for (unsigned seed = 0; seed < SEEDS; seed++) {
		const enum frame_format format = formatv[seed % 3];
		const size_t stride = format == FRAME_YUYV ? 2 * WIDTH : WIDTH;

		lay(&a, format, stride, HEIGHT, 0);
		lay(&b, format, stride + seed / 3 * 2, HEIGHT + seed % 8, 0);
		for (size_t i = 0; i < BYTES; i++)
			a.data[i] = (uint8_t)(i * 7 + seed);
		assert_int_equal(v4l2_raw_write(&w, &b.f, &a.f), 0);
		for (unsigned p = 0; p < FRAME_PLANES && a.f.planev[p]; p++) {
			const unsigned lines = p ? HEIGHT / 2 : HEIGHT;

			for (unsigned y = 0; y < lines; y++)
				assert_memory_equal(
					b.f.planev[p] + y * b.f.stridev[p],
					a.f.planev[p] + y * a.f.stridev[p],
					a.f.stridev[p]);
		}
	}
	v4l2_raw_close(&w);
}

static void test_v4l2_raw_interleaves_for_nv12(void **state)
{
	struct v4l2_raw_writer w = { .between = NULL };
	size_t blocks = test_blocks();
	struct bench a, b;
	(void)state;

	lay(&a, FRAME_I420, WIDTH, HEIGHT, 0);
	lay(&b, FRAME_NV12, WIDTH, HEIGHT, 0);
	memset(a.f.planev[0], 100, (size_t)WIDTH * HEIGHT);
	memset(a.f.planev[1], 50, (size_t)WIDTH * HEIGHT / 4);
	memset(a.f.planev[2], 200, (size_t)WIDTH * HEIGHT / 4);
	assert_int_equal(v4l2_raw_write(&w, &b.f, &a.f), 0);
	assert_int_equal(b.f.planev[0][WIDTH * HEIGHT - 1], 100);
	assert_int_equal(b.f.planev[1][0], 50);
	assert_int_equal(b.f.planev[1][1], 200);
	assert_int_equal(b.f.planev[1][WIDTH * HEIGHT / 2 - 1], 200);

	a.f.format = FRAME_H264;
	assert_int_equal(v4l2_raw_write(&w, &b.f, &a.f), EINVAL);
	v4l2_raw_close(&w);
	assert_int_equal(test_blocks(), blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_v4l2_raw_imports_what_lies_in_one_piece),
		cmocka_unit_test(
			test_v4l2_raw_converts_what_the_device_does_not_take),
		cmocka_unit_test(test_v4l2_raw_copies_each_line),
		cmocka_unit_test(test_v4l2_raw_interleaves_for_nv12),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
