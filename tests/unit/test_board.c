/**
 * @file tests/unit/test_board.c  Tests of the board: devices by name
 */
#include "tests/unit/test.h"
#include "board/board.h"
#include "core/base/log.h"

enum {
	TEXT = 4096,
};

static void test_board_makes_the_camera_of_that_name(void **state)
{
	static const struct {
		const char *device;
		int err;
		bool some;
	} casev[] = {
		{ "none", 0, false },
		{ "sim:pattern", 0, true },
		{ "sim:pattern=still", 0, true },
		{ "sim:nothing", EINVAL, false },
		{ "simulated", EINVAL, false },
		{ "none:x", EINVAL, false },
		{ "", EINVAL, false },
		{ "v4l2:/dev/nothing", 0, true }, /* It may come */
		{ "v4l2:a/b", EINVAL, false },
		{ "v4l2:x,brightness", EINVAL, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct camera *c = NULL;

		assert_int_equal(
			board_camera_alloc(&board_sim, &c, casev[i].device),
			casev[i].err);
		assert_int_equal(c != NULL, casev[i].some);
		mem_deref(c);
	}
}

static void test_board_makes_the_screen_of_that_name(void **state)
{
	static const struct {
		const char *device;
		int err;
		bool some;
	} casev[] = {
		{ "none", 0, false },
		{ "sim:slides", 0, true },
		{ "drm", 0, true },
		{ "drm:/dev/nothing", 0, true }, /* May come */
		{ "drm:card0", EINVAL, false },
		{ "drmx", EINVAL, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct camera *c = NULL;

		assert_int_equal(
			board_screen_alloc(&board_sim, &c, casev[i].device),
			casev[i].err);
		assert_int_equal(c != NULL, casev[i].some);
		mem_deref(c);
	}
}

static void test_board_makes_the_display_of_that_name(void **state)
{
	struct display *d;
	(void)state;

	assert_int_equal(board_display_alloc(&board_sim, &d, "none"), 0);
	assert_non_null(d);
	mem_deref(d);
	assert_int_equal(board_display_alloc(&board_sim, &d, "file=/tmp"), 0);
	mem_deref(d);
	assert_int_equal(board_display_alloc(&board_sim, &d, "file=/nothing"),
			 ENOENT);
	assert_null(d);
	assert_int_equal(
		board_display_alloc(&board_sim, &d, "drm=/dev/nothing"), 0);
	assert_non_null(d); /* May come */
	mem_deref(d);
	assert_int_equal(board_display_alloc(&board_sim, &d, "hdmi"), EINVAL);
	assert_int_equal(board_display_alloc(&board_sim, &d, "file"), EINVAL);
	assert_int_equal(board_display_alloc(&board_sim, &d, "none=x"), EINVAL);
	assert_int_equal(board_display_alloc(&board_sim, &d, "drmx"), EINVAL);
}

static void test_board_lists_what_can_be_named(void **state)
{
	char text[TEXT];
	(void)state;

	(void)re_snprintf(text, sizeof(text), "%H%H%H", board_camera_list,
			  &board_sim, board_display_list, &board_sim,
			  board_coder_list, &board_sim);
	assert_non_null(strstr(text, "sim:pattern\n"));
	assert_non_null(strstr(text, "file=DIRECTORY\nnone\n"));
	assert_non_null(strstr(text, "openh264  H264 encode decode\n"));
	assert_non_null(strstr(text, "vp8  VP8 encode decode\n"));
}

/* SOI, then whatever */
static void check_jpeg(const struct frame *f, int expect)
{
	struct mbuf *mb = NULL;

	assert_int_equal(board_sim.jpegh(&mb, f), expect);
	assert_int_equal(mb != NULL, !expect);
	if (mb) {
		assert_int_equal(mbuf_read_u8(mb), 0xff);
		assert_int_equal(mbuf_read_u8(mb), 0xd8);
	}
	mem_deref(mb);
}

static void test_board_makes_a_jpeg_of_any_picture(void **state)
{
	static const enum frame_format formatv[] = { FRAME_I420, FRAME_NV12,
						     FRAME_YUYV };
	struct frame *f;
	struct mbuf *mb;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(formatv); i++) {
		assert_int_equal(frame_alloc(&f, formatv[i], 64, 48), 0);
		for (unsigned k = 0; k < FRAME_PLANES; k++) {
			if (f->planev[k])
				memset(f->planev[k], 128, f->stridev[k]);
		}
		check_jpeg(f, 0);
		mem_deref(f);
	}

	/* A camera's JPEG; and one that is none */
	assert_int_equal(frame_alloc(&f, FRAME_I420, 64, 48), 0);
	frame_black(f);
	assert_int_equal(board_sim.jpegh(&mb, f), 0);
	mem_deref(f);
	assert_int_equal(frame_wrap(&f, FRAME_MJPEG, 64, 48, NULL, NULL), 0);
	f->planev[0] = mb->buf;
	f->size = mb->end;
	check_jpeg(f, 0);
	f->size = 4;
	check_jpeg(f, EBADMSG);
	mem_deref(f);
	mem_deref(mb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_board_makes_the_camera_of_that_name),
		cmocka_unit_test(test_board_makes_the_screen_of_that_name),
		cmocka_unit_test(test_board_makes_the_display_of_that_name),
		cmocka_unit_test(test_board_lists_what_can_be_named),
		cmocka_unit_test(test_board_makes_a_jpeg_of_any_picture),
	};

	log_set_level(LOG_LEVEL_WARNING + 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
