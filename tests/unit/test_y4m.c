/**
 * @file tests/unit/test_y4m.c  Tests of files of raw pictures
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "drivers/y4m.h"

static int decode(const char *line, struct y4m_header *h, size_t *lenp)
{
	return y4m_header_decode(h, (const uint8_t *)line, strlen(line), lenp);
}

/* As ffmpeg 5, mjpegtools and others write it */
static void test_y4m_takes_what_programs_write(void **state)
{
	static const struct {
		const char *line;
		unsigned width, height;
		uint32_t num, den;
	} v[] = {
		{ "YUV4MPEG2 W640 H480 F30:1 Ip A1:1 C420jpeg XYSCSS=420JPEG\n",
		  640, 480, 30, 1 },
		{ "YUV4MPEG2 W352 H288 F30000:1001 Ip A128:117 C420mpeg2 "
		  "XYSCSS=420MPEG2 XCOLORRANGE=LIMITED\n",
		  352, 288, 30000, 1001 },
		{ "YUV4MPEG2 H16 W16 F1:1\n", 16, 16, 1, 1 },
		{ "YUV4MPEG2 W1920 H1920 F240:1 I? A0:0 C420paldv\n", 1920,
		  1920, 240, 1 },
		{ "YUV4MPEG2 C420 W16 H18 F25:2\nFRAME\n", 16, 18, 25, 2 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		struct y4m_header h;
		size_t len;

		assert_int_equal(decode(v[i].line, &h, &len), 0);
		assert_int_equal(len, strcspn(v[i].line, "\n") + 1);
		assert_int_equal(h.width, v[i].width);
		assert_int_equal(h.height, v[i].height);
		assert_int_equal(h.fps_num, v[i].num);
		assert_int_equal(h.fps_den, v[i].den);
	}
}

static const char *const refusedv[] = {
	"",
	"\n",
	"YUV4MPEG2",
	"YUV4MPEG2\n",
	"YUV4MPEG3 W16 H16 F1:1\n",
	"yuv4mpeg2 W16 H16 F1:1\n",
	"YUV4MPEG2W16 H16 F1:1\n",
	"YUV4MPEG2 W16 H16 F1:1",
	"YUV4MPEG2 W16 H16\n",
	"YUV4MPEG2 W16 F1:1\n",
	"YUV4MPEG2 H16 F1:1\n",
	"YUV4MPEG2  W16 H16 F1:1\n",
	"YUV4MPEG2 W16 H16 F1:1 \n",
	"YUV4MPEG2 W16 H16 F1:1 W16\n",
	"YUV4MPEG2 W16 H16 F1:1 F1:1\n",
	"YUV4MPEG2 W15 H16 F1:1\n",
	"YUV4MPEG2 W14 H16 F1:1\n",
	"YUV4MPEG2 W1922 H16 F1:1\n",
	"YUV4MPEG2 W16 H1000000000000 F1:1\n",
	"YUV4MPEG2 W16 H-16 F1:1\n",
	"YUV4MPEG2 W016 H16 F1:1\n",
	"YUV4MPEG2 W16x H16 F1:1\n",
	"YUV4MPEG2 W H16 F1:1\n",
	"YUV4MPEG2 W16 H16 F1\n",
	"YUV4MPEG2 W16 H16 F1:\n",
	"YUV4MPEG2 W16 H16 F:1\n",
	"YUV4MPEG2 W16 H16 F0:0\n",
	"YUV4MPEG2 W16 H16 F1:0\n",
	"YUV4MPEG2 W16 H16 F1:2\n",
	"YUV4MPEG2 W16 H16 F241:1\n",
	"YUV4MPEG2 W16 H16 F1:1:1\n",
	"YUV4MPEG2 W16 H16 F1:1 It\n",
	"YUV4MPEG2 W16 H16 F1:1 Im\n",
	"YUV4MPEG2 W16 H16 F1:1 C444\n",
	"YUV4MPEG2 W16 H16 F1:1 C420p10\n",
	"YUV4MPEG2 W16 H16 F1:1 Cmono\n",
	"YUV4MPEG2 W16 H16 F1:1 C\n",
	"YUV4MPEG2 W16 H16 F1:1 Z1\n",
};

static void test_y4m_refuses_what_it_cannot_show(void **state)
{
	char line[Y4M_HEADER_MAX + 2];
	struct y4m_header h;
	size_t len;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(refusedv); i++)
		if (decode(refusedv[i], &h, &len) != EBADMSG)
			fail_msg("%s", refusedv[i]);

	/* As long as it may be, and one longer */
	memset(line, 'X', sizeof(line));
	memcpy(line, "YUV4MPEG2 W16 H16 F1:1 ", 23);
	line[Y4M_HEADER_MAX - 1] = '\n';
	line[Y4M_HEADER_MAX] = 0;
	assert_int_equal(decode(line, &h, &len), 0);
	line[Y4M_HEADER_MAX - 1] = 'X';
	line[Y4M_HEADER_MAX] = '\n';
	line[Y4M_HEADER_MAX + 1] = 0;
	assert_int_equal(decode(line, &h, &len), EBADMSG);
}

static void test_y4m_reads_a_line_before_each_frame(void **state)
{
	static const struct {
		const char *line;
		int err;
		size_t len;
	} v[] = {
		{ "FRAME\nabc", 0, 6 },	     { "FRAME Ip XY\n", 0, 12 },
		{ "FRAME", EBADMSG, 0 },     { "FRAMES\n", EBADMSG, 0 },
		{ "frame\n", EBADMSG, 0 },   { "", EBADMSG, 0 },
		{ "FRAM\nE\n", EBADMSG, 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		size_t len = 0;

		assert_int_equal(y4m_frame_decode((const uint8_t *)v[i].line,
						  strlen(v[i].line), &len),
				 v[i].err);
		assert_int_equal(len, v[i].len);
	}
}

/* Frames of 16x16 whose bytes are their number; the last is cut short */
static void write_file(const char *path, unsigned frames, size_t cut)
{
	FILE *f = fopen(path, "wb");
	uint8_t v[384];

	assert_non_null(f);
	(void)fprintf(f, "YUV4MPEG2 W16 H16 F30:1\n");
	for (unsigned i = 0; i < frames; i++) {
		memset(v, (int)i, sizeof(v));
		(void)fprintf(f, i % 2 ? "FRAME Ip\n" : "FRAME\n");
		(void)fwrite(v, 1, sizeof(v) - (i + 1 < frames ? 0 : cut), f);
	}
	(void)fclose(f);
}

static void test_y4m_goes_round(void **state)
{
	char path[] = "/tmp/boardphone-y4m-XXXXXX";
	struct frame *f;
	struct y4m *y;
	(void)state;

	close(mkstemp(path));
	for (size_t cut = 0; cut < 2; cut++) {
		/* A frame that is not whole is not there */
		write_file(path, 5 + (unsigned)cut, cut);
		assert_int_equal(y4m_open(&y, path), 0);
		assert_int_equal(y4m_header(y)->width, 16);
		assert_int_equal(frame_alloc(&f, FRAME_I420, 16, 16), 0);
		for (unsigned i = 0; i < 13; i++) {
			assert_int_equal(y4m_read(y, f, 0), 0);
			assert_int_equal(f->planev[0][0], i % 5);
			assert_int_equal(f->planev[0][255], i % 5);
			assert_int_equal(f->planev[1][63], i % 5);
			assert_int_equal(f->planev[2][63], i % 5);
		}
		/* 13 % 5 is next: two are left out */
		assert_int_equal(y4m_read(y, f, 1), 0);
		assert_int_equal(f->planev[0][0], 4);
		mem_deref(f);
		mem_deref(y);
	}
	(void)unlink(path);
}

static void test_y4m_survives_a_file_that_changes(void **state)
{
	char path[] = "/tmp/boardphone-y4m-XXXXXX";
	struct frame *f;
	struct y4m *y;
	(void)state;

	close(mkstemp(path));
	assert_int_equal(y4m_open(&y, path), EBADMSG);
	assert_int_equal(y4m_open(&y, "/nonexistent.y4m"), ENOENT);
	assert_int_equal(y4m_open(&y, "/dev/null"), EBADMSG);
	assert_int_not_equal(y4m_open(&y, "/tmp"), 0);
	write_file(path, 1, 1);
	assert_int_equal(y4m_open(&y, path), EBADMSG);

	write_file(path, 4, 0);
	assert_int_equal(y4m_open(&y, path), 0);
	assert_int_equal(frame_alloc(&f, FRAME_I420, 16, 16), 0);
	assert_int_equal(y4m_read(y, f, 2), 0);
	assert_int_equal(truncate(path, 30), 0);
	assert_int_equal(y4m_read(y, f, 0), EBADMSG);
	assert_int_equal(y4m_read(y, f, 0), EBADMSG);
	write_file(path, 4, 0);
	assert_int_equal(y4m_read(y, f, 1), 0);
	assert_int_equal(f->planev[0][0], 1);
	mem_deref(f);
	mem_deref(y);
	(void)unlink(path);
}

/* Whatever stands there, nothing is read beyond and sides stay in bounds */
static void test_y4m_stands_lines_of_chance(void **state)
{
	static const char alphabet[] = "YUV4MPEG2 WHFICAX0123456789:\np";
	(void)state;

	for (unsigned seed = 0; seed < 20000; seed++) {
		uint8_t v[64] = "YUV4MPEG2 W16 H16 F1:1 Ip C420";
		struct y4m_header h;
		size_t len;

		srand(seed);
		for (unsigned n = (unsigned)rand() % 6; n; n--)
			v[(unsigned)rand() % sizeof(v)] =
				(uint8_t)alphabet[(unsigned)rand() %
						  (sizeof(alphabet) - 1)];
		if (y4m_header_decode(&h, v, sizeof(v), &len))
			continue;
		assert_in_range(len, 1, sizeof(v));
		assert_in_range(h.width, FRAME_SIDE_MIN, FRAME_SIDE_MAX);
		assert_in_range(h.height, FRAME_SIDE_MIN, FRAME_SIDE_MAX);
		assert_true(h.fps_den && h.fps_num >= h.fps_den);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_y4m_takes_what_programs_write),
		cmocka_unit_test(test_y4m_refuses_what_it_cannot_show),
		cmocka_unit_test(test_y4m_reads_a_line_before_each_frame),
		cmocka_unit_test(test_y4m_goes_round),
		cmocka_unit_test(test_y4m_survives_a_file_that_changes),
		cmocka_unit_test(test_y4m_stands_lines_of_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
