/**
 * @file tests/unit/test_studio.c  Tests of the studio: who sees the camera
 */
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "tests/unit/support/atelier.h"

static void test_studio_opens_the_camera_while_it_is_needed(void **state)
{
	struct atelier_user a = { .units = 0 }, b = { .units = 0 };
	struct atelier r;
	(void)state;

	(void)atelier_up(&r);
	assert_false(studio_open(r.st));
	assert_int_equal(r.cam->starts, 0);
	atelier_attach(&r, &a, "H264");
	assert_true(studio_open(r.st));
	assert_int_equal(r.cam->wished.width, 640);
	assert_int_equal(r.cam->wished.height, 480);
	assert_int_equal(r.cam->wished.fps, 30);
	assert_int_equal(studio_attach(r.st, &a.u, "VP8", ATELIER_RATE,
				       atelier_unit, &a),
			 EALREADY);
	assert_int_equal(studio_attach(r.st, &b.u, "AV1", ATELIER_RATE,
				       atelier_unit, &b),
			 ENOTSUP);
	atelier_pass(&r, CLOCK_S);
	assert_in_range(a.units, 29, 31);
	assert_int_equal(a.keys, 1);

	/* One encoder for both; the second has to wait for nothing */
	atelier_attach(&r, &b, "H264");
	atelier_pass(&r, CLOCK_S);
	assert_int_equal(optics_encoders(), 1);
	assert_in_range(b.units, 28, 31);
	studio_detach(r.st, &a.u);
	studio_detach(r.st, &a.u);
	assert_true(studio_open(r.st));
	studio_detach(r.st, &b.u);
	assert_false(studio_open(r.st));
	assert_false(r.cam->open);
	atelier_down(&r);
}

static void test_studio_encodes_nothing_for_who_is_held(void **state)
{
	struct atelier_user a = { .u = { .held = true } };
	struct atelier_user b = { .u = { .held = true } };
	struct atelier r;
	(void)state;

	(void)atelier_up(&r);
	atelier_attach(&r, &a, "H264");
	atelier_pass(&r, CLOCK_S);
	assert_true(studio_open(r.st));
	assert_int_equal(a.units, 0);

	/* The next frame is an IDR, and the first that was encoded */
	a.u.held = false;
	studio_wish(r.st, &a.u, clock_now());
	atelier_pass(&r, CLOCK_S);
	assert_in_range(a.units, 29, 31);
	assert_int_equal(a.keys, 1);

	/* Who is held costs the others neither an IDR nor a frame */
	atelier_attach(&r, &b, "H264");
	atelier_pass(&r, CLOCK_S / 2);
	assert_int_equal(b.units, 0);
	assert_in_range(a.units, 43, 47);
	assert_int_equal(a.keys, 1);
	b.u.held = false;
	studio_wish(r.st, &b.u, clock_now());
	atelier_pass(&r, CLOCK_S);
	assert_in_range(b.units, 28, 31);
	assert_int_equal(b.keys, 1);
	studio_detach(r.st, &a.u);
	studio_detach(r.st, &b.u);
	assert_false(studio_open(r.st));
	atelier_down(&r);
}

static void test_studio_says_what_it_can(void **state)
{
	static const struct {
		const char *encoder;
		bool h264, vp8;
	} casev[] = {
		{ "auto", true, true },
		{ "openh264", true, false },
		{ "v4l2m2m", false, false }, /* There is no such hardware */
		{ "vp8", false, true },
	};
	const struct optics none = { .camera = NULL };
	struct atelier_user a = { .units = 0 };
	struct atelier r;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		r = atelier_make();
		optics_errv[OPTICS_V4L2] = ENODEV;
		atelier_set(&r, "encoder", casev[i].encoder);
		atelier_begin(&r);
		assert_string_equal(studio_profile(r.st), "42e01f");
		atelier_pass(&r, CLOCK_S);
		assert_string_equal(studio_profile(r.st),
				    casev[i].h264 ? "42c01f" : "42e01f");
		assert_int_equal(studio_can(r.st, "H264"), casev[i].h264);
		assert_int_equal(studio_can(r.st, "VP8"), casev[i].vp8);
		assert_false(studio_can(r.st, "VP9"));
		assert_int_equal(r.cam->starts, 0);
		atelier_down(&r);
	}

	/* Nothing at all */
	r = atelier_make();
	assert_int_equal(studio_alloc(&r.st, r.cfg, false, &none, NULL), 0);
	assert_false(studio_can(r.st, "H264"));
	assert_int_equal(studio_attach(r.st, &a.u, "VP8", ATELIER_RATE,
				       atelier_unit, &a),
			 ENOTSUP);
	assert_int_equal(studio_snapshot(r.st, NULL, NULL, 1), ENODEV);
	atelier_down(&r);
}

static void test_studio_takes_hardware_first(void **state)
{
	struct atelier_user a = { .units = 0 };
	struct atelier r;
	(void)state;

	(void)atelier_up(&r);
	atelier_attach(&r, &a, "H264");
	atelier_pass(&r, CLOCK_S);
	assert_non_null(optics_encoder(OPTICS_V4L2, 0));
	assert_int_equal(r.cam->fmt.format, FRAME_NV12);
	studio_detach(r.st, &a.u);
	atelier_pass(&r, CLOCK_S);

	optics_errv[OPTICS_V4L2] = ENODEV;
	atelier_attach(&r, &a, "H264");
	atelier_pass(&r, CLOCK_S);
	assert_non_null(optics_encoder(OPTICS_OPENH264, 0));
	assert_int_equal(r.cam->fmt.format, FRAME_YUYV);
	assert_true(a.units > 28);

	/* Who wants another format gets it */
	studio_detach(r.st, &a.u);
	atelier_attach(&r, &a, "VP8");
	atelier_pass(&r, CLOCK_S);
	assert_int_equal(r.cam->fmt.format, FRAME_I420);
	assert_true(a.units > 28);
	studio_detach(r.st, &a.u);
	atelier_down(&r);
}

static void test_studio_shows_black_to_who_is_muted(void **state)
{
	struct atelier_user a = { .units = 0 }, b = { .u.muted = true };
	struct optics_encoder *black;
	struct atelier r;
	(void)state;

	/* Alone, the camera is not even open */
	(void)atelier_up(&r);
	atelier_attach(&r, &b, "H264");
	atelier_pass(&r, 5 * CLOCK_S);
	assert_int_equal(r.cam->starts, 0);
	assert_in_range(b.units, 9, 12);
	black = optics_encoder(OPTICS_V4L2, 0);
	assert_int_equal(black->luma, 16);

	atelier_attach(&r, &a, "H264");
	atelier_pass(&r, CLOCK_S);
	assert_int_equal(optics_encoders(), 2);
	assert_int_equal(black->luma, 16);
	assert_int_equal(optics_encoder(OPTICS_V4L2, 1)->luma, 200);
	assert_true(a.units > 28);

	/* Both ways each begins with an IDR */
	a.units = b.units = 0;
	a.fresh = true;
	studio_mute(r.st, &a.u, true);
	assert_false(studio_open(r.st));
	atelier_pass(&r, CLOCK_S);
	assert_in_range(a.units, 1, 3);
	assert_int_equal(optics_encoders(), 1);
	a.units = b.units = 0;
	a.fresh = true;
	studio_mute(r.st, &a.u, false);
	studio_mute(r.st, &b.u, false);
	b.fresh = true;
	atelier_pass(&r, CLOCK_S);
	assert_true(studio_open(r.st));
	assert_in_range(b.units, 28, 31);
	studio_detach(r.st, &a.u);
	studio_detach(r.st, &b.u);
	studio_mute(r.st, &b.u, true);
	atelier_down(&r);
}

static void test_studio_may_be_left_within_a_handler(void **state)
{
	(void)state;

	for (unsigned who = 1; who < 8; who++) {
		struct atelier_user a = { .leaves = who & 1 },
				    b = { .leaves = who & 2 };
		struct atelier_user c = { .leaves = (who & 4) != 0 };
		struct atelier r;

		(void)atelier_up(&r);
		atelier_attach(&r, &a, "H264");
		atelier_attach(&r, &b, "H264");
		atelier_attach(&r, &c, "VP8");
		atelier_pass(&r, CLOCK_S);
		assert_int_equal(a.units == 1, a.leaves);
		assert_int_equal(b.units == 1, b.leaves);
		assert_int_equal(c.units == 1, c.leaves);
		assert_int_equal(studio_open(r.st), who != 7);
		studio_detach(r.st, &a.u);
		studio_detach(r.st, &b.u);
		studio_detach(r.st, &c.u);
		atelier_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_studio_opens_the_camera_while_it_is_needed),
		cmocka_unit_test(test_studio_encodes_nothing_for_who_is_held),
		cmocka_unit_test(test_studio_says_what_it_can),
		cmocka_unit_test(test_studio_takes_hardware_first),
		cmocka_unit_test(test_studio_shows_black_to_who_is_muted),
		cmocka_unit_test(test_studio_may_be_left_within_a_handler),
	};

	log_set_level(LOG_LEVEL_WARNING + 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
