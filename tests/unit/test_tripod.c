/**
 * @file tests/unit/test_tripod.c  Tests of the tripod: the camera
 */
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "core/call/encoding.h"
#include "tests/unit/support/atelier.h"

static void test_tripod_says_when_the_camera_is_away(void **state)
{
	struct atelier_user a = { .units = 0 };
	struct optics_encoder *e;
	struct atelier r;
	char text[512];
	(void)state;

	(void)atelier_up(&r);
	atelier_attach(&r, &a, "H264");
	e = optics_encoder(OPTICS_V4L2, 0);
	atelier_pass(&r, CLOCK_S);
	r.silent = true;
	r.cam->sh(ENODEV, r.cam->arg);
	a.units = 0;
	atelier_pass(&r, 5 * CLOCK_S);
	assert_int_equal(r.lost, 1);
	assert_in_range(a.units, 9, 11);
	assert_in_range(e->luma, 60, 80);
	assert_int_equal(e->format, FRAME_NV12);
	assert_int_equal(studio_snapshot(r.st, NULL, NULL, 1), ENODEV);
	(void)re_snprintf(text, sizeof(text), "%H", studio_print, r.st);
	assert_non_null(strstr(text, "(away)"));
	assert_non_null(strstr(text, "H264 users=1"));
	r.cam->sh(0, r.cam->arg);
	r.silent = false;
	atelier_pass(&r, CLOCK_S);
	assert_int_equal(r.back, 1);
	assert_int_equal(e->luma, 200);

	/* Nor does one count that is there and makes nothing */
	r.silent = true;
	atelier_pass(&r, 5 * CLOCK_S);
	assert_in_range(e->luma, 60, 80);
	studio_detach(r.st, &a.u);
	atelier_down(&r);
}

static void test_tripod_opens_a_camera_that_is_back(void **state)
{
	struct atelier_user a = { .u.muted = true }, b = { .units = 0 };
	struct atelier r;
	(void)state;

	(void)atelier_up(&r);
	r.cam->err = EBUSY;
	assert_int_equal(studio_attach(r.st, &b.u, "H264", ATELIER_RATE,
				       atelier_unit, &b),
			 EBUSY);
	assert_null(b.u.le.list);
	atelier_attach(&r, &a, "H264");
	studio_mute(r.st, &a.u, false);
	atelier_pass(&r, 5 * CLOCK_S);
	assert_in_range(r.cam->starts, 5, 8);
	assert_true(a.units > 8);
	assert_int_equal(r.lost, 1);
	r.cam->err = 0;
	atelier_pass(&r, 2 * CLOCK_S);
	assert_true(studio_open(r.st));
	assert_int_equal(r.back, 1);
	assert_true(a.units > 30);
	studio_detach(r.st, &a.u);
	atelier_down(&r);
}

static void test_tripod_hears_of_a_camera_that_nobody_needs(void **state)
{
	struct atelier_user a = { .units = 0 };
	struct atelier r;
	(void)state;

	r = atelier_make();
	camera_tell(&r.cam->camera, ENODEV); /* It was never there */
	atelier_begin(&r);
	assert_int_equal(r.lost, 1);
	assert_int_equal(studio_snapshot(r.st, NULL, NULL, 1), ENODEV);

	/* Nor is it there for the call, which says so */
	r.silent = true;
	atelier_attach(&r, &a, "H264");
	atelier_pass(&r, 2 * CLOCK_S);
	r.cam->sh(ENODEV, r.cam->arg);
	atelier_pass(&r, 2 * CLOCK_S);
	assert_in_range(a.units, 4, 11);
	assert_in_range(optics_encoder(OPTICS_V4L2, 0)->luma, 60, 80);
	assert_int_equal(r.lost, 1);
	assert_int_equal(r.back, 0);
	studio_detach(r.st, &a.u);

	camera_tell(&r.cam->camera, 0);
	assert_int_equal(r.back, 1);
	camera_tell(&r.cam->camera, 0);
	camera_tell(&r.cam->camera, ENODEV);
	assert_int_equal(r.lost, 2);
	assert_int_equal(r.back, 1);
	atelier_down(&r);
}

/* A camera that encodes, and who watches it */
static void watch_encoding_camera(struct atelier *r, struct atelier_user *a)
{
	*r = atelier_make();
	r->cam->offers |= FRAME_BIT(FRAME_H264);
	optics_errv[OPTICS_V4L2] = ENODEV;
	atelier_begin(r);
	atelier_pass(r, CLOCK_S);
	atelier_attach(r, a, "H264");
	assert_int_equal(r->cam->fmt.format, FRAME_H264);
}

static void test_tripod_passes_on_what_the_camera_encodes(void **state)
{
	struct atelier_user a = { .units = 0 }, b = { .units = 0 };
	struct atelier r;
	(void)state;

	watch_encoding_camera(&r, &a);
	optics_pass(r.cam, false, clock_now());
	assert_int_equal(a.units, 0);
	optics_pass(r.cam, true, clock_now());
	optics_pass(r.cam, false, clock_now());
	assert_int_equal(a.units, 2);
	assert_int_equal(optics_encoders(), 0);

	/* Away, a picture of ours is encoded */
	r.cam->sh(ENODEV, r.cam->arg);
	atelier_pass(&r, 2 * CLOCK_S);
	assert_true(a.units > 4);
	r.cam->sh(0, r.cam->arg);
	a.units = 0;
	a.fresh = true;
	optics_pass(r.cam, false, clock_now());
	assert_int_equal(a.units, 0);

	/* When somebody needs another codec it is over, until it closes */
	atelier_attach(&r, &b, "VP8");
	atelier_pass(&r, CLOCK_S);
	assert_int_equal(r.cam->fmt.format, FRAME_I420);
	assert_true(a.units > 20 && b.units > 20);
	studio_detach(r.st, &b.u);
	atelier_pass(&r, CLOCK_S);
	assert_int_equal(r.cam->fmt.format, FRAME_I420);
	studio_detach(r.st, &a.u);
	atelier_down(&r);
}

/* A camera's units are as long as it likes */
static void test_tripod_takes_pictures_for_who_needs_slices(void **state)
{
	struct atelier_user a = { .units = 0 }, b = { .u.single = true };
	struct atelier r;
	(void)state;

	watch_encoding_camera(&r, &a);
	atelier_attach(&r, &b, "H264");
	atelier_pass(&r, CLOCK_S);
	assert_int_equal(r.cam->fmt.format, FRAME_YUYV);
	assert_int_equal(optics_encoder(OPTICS_OPENH264, 0)->prefs.nal_max,
			 ENCODING_NAL_MAX);
	assert_true(b.units > 20);
	studio_detach(r.st, &a.u);
	studio_detach(r.st, &b.u);

	/* Nor does it begin with them */
	atelier_pass(&r, CLOCK_S);
	b.units = 0;
	atelier_attach(&r, &b, "H264");
	assert_int_not_equal(r.cam->fmt.format, FRAME_H264);
	atelier_pass(&r, CLOCK_S);
	assert_true(b.units > 20);
	studio_detach(r.st, &b.u);
	atelier_down(&r);
}

static void test_tripod_sees_that_the_camera_cannot_encode(void **state)
{
	struct atelier_user a = { .units = 0 };
	struct atelier r;
	(void)state;

	r = atelier_make();
	optics_errv[OPTICS_V4L2] = ENODEV;
	atelier_begin(&r);
	for (unsigned i = 0; i < 3; i++) {
		atelier_attach(&r, &a, "H264");
		atelier_pass(&r, CLOCK_S);
		assert_true(a.units > 28);
		studio_detach(r.st, &a.u);
	}
	assert_int_equal(r.cam->starts, 4); /* Asked once */
	atelier_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tripod_says_when_the_camera_is_away),
		cmocka_unit_test(test_tripod_opens_a_camera_that_is_back),
		cmocka_unit_test(
			test_tripod_hears_of_a_camera_that_nobody_needs),
		cmocka_unit_test(test_tripod_passes_on_what_the_camera_encodes),
		cmocka_unit_test(
			test_tripod_takes_pictures_for_who_needs_slices),
		cmocka_unit_test(
			test_tripod_sees_that_the_camera_cannot_encode),
	};

	log_set_level(LOG_LEVEL_WARNING + 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
