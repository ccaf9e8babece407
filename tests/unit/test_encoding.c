/**
 * @file tests/unit/test_encoding.c  Tests of encoding: an encoder, its users
 */
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "core/call/encoding.h"
#include "core/media/keyrule.h"
#include "tests/unit/support/atelier.h"

static void test_encoding_merges_wishes(void **state)
{
	struct atelier_user a = { .units = 0 };
	struct atelier r;
	unsigned before;
	(void)state;

	r = atelier_make();
	atelier_set(&r, "iframe_interval", "0");
	atelier_begin(&r);
	atelier_pass(&r, CLOCK_S);
	atelier_attach(&r, &a, "H264");
	atelier_pass(&r, 10 * CLOCK_S);
	assert_int_equal(a.keys, 1);

	studio_wish(r.st, &a.u, clock_now());
	atelier_pass(&r, 2 * ATELIER_FRAME);
	assert_int_equal(a.keys, 2);
	before = a.keys;
	for (unsigned i = 0; i < 300; i++) {
		studio_wish(r.st, &a.u, clock_now());
		atelier_pass(&r, ATELIER_FRAME);
	}
	assert_in_range(a.keys - before, 15, 10 * CLOCK_S / KEYRULE_SPACE);
	studio_detach(r.st, &a.u);
	studio_wish(r.st, &a.u, clock_now());
	atelier_down(&r);
}

static void test_encoding_makes_an_idr_each_interval(void **state)
{
	static const struct {
		const char *text;
		unsigned keys; /* In ten seconds */
	} casev[] = {
		{ "2s", 5 },   { "500ms", 20 }, { "60f", 5 },
		{ "10f", 30 }, { "1f", 300 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct atelier_user a = { .units = 0 };
		struct atelier r = atelier_make();

		atelier_set(&r, "iframe_interval", casev[i].text);
		atelier_begin(&r);
		atelier_pass(&r, CLOCK_S);
		atelier_attach(&r, &a, "H264");
		atelier_pass(&r, 10 * CLOCK_S);
		assert_in_range(a.keys, casev[i].keys - 1, casev[i].keys + 1);
		studio_detach(r.st, &a.u);
		atelier_down(&r);
	}
}

/* Packetization-mode 0 needs short NAL units, while somebody has it */
static void test_encoding_makes_slices_for_who_needs_them(void **state)
{
	struct atelier_user a = { .units = 0 }, b = { .u.single = true };
	struct optics_encoder *e;
	struct atelier r;
	(void)state;

	(void)atelier_up(&r);
	atelier_attach(&r, &a, "H264");
	e = optics_encoder(OPTICS_V4L2, 0);
	atelier_pass(&r, 2 * ATELIER_FRAME);
	assert_int_equal(e->prefs.nal_max, 0);
	atelier_attach(&r, &b, "H264");
	atelier_pass(&r, ATELIER_FRAME);
	assert_int_equal(e->prefs.nal_max, ENCODING_NAL_MAX);
	studio_detach(r.st, &b.u);
	atelier_pass(&r, ATELIER_FRAME);
	assert_int_equal(e->prefs.nal_max, 0);
	studio_detach(r.st, &a.u);
	atelier_down(&r);
}

/* Of hardware that cannot, though it be the only one allowed */
static void test_encoding_takes_another_that_makes_slices(void **state)
{
	static const char *const onlyv[] = { "auto", "v4l2m2m" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(onlyv); i++) {
		struct atelier_user a = { .units = 0 };
		struct atelier_user b = { .u.single = true };
		struct optics_encoder *e;
		struct atelier r = atelier_make();

		atelier_set(&r, "encoder", onlyv[i]);
		atelier_begin(&r);
		atelier_pass(&r, CLOCK_S);
		optics_whole = true;
		atelier_attach(&r, &a, "H264");
		atelier_pass(&r, CLOCK_S);
		assert_non_null(optics_encoder(OPTICS_V4L2, 0));

		a.fresh = b.fresh = true; /* An IDR begins it */
		atelier_attach(&r, &b, "H264");
		atelier_pass(&r, CLOCK_S);
		e = optics_encoder(OPTICS_OPENH264, 0);
		assert_int_equal(e->prefs.nal_max, ENCODING_NAL_MAX);
		assert_null(optics_encoder(OPTICS_V4L2, 0));
		assert_true(b.units > 20 && a.units > 45);

		studio_detach(r.st, &b.u);
		a.units = 0;
		atelier_pass(&r, 2 * CLOCK_S);
		assert_null(optics_encoder(OPTICS_OPENH264, 0));
		e = optics_encoder(OPTICS_V4L2, 0);
		assert_int_equal(e->prefs.nal_max, 0);
		assert_true(a.units > 25);

		/* Or said so, and did not */
		optics_whole = false;
		atelier_attach(&r, &b, "H264");
		atelier_pass(&r, CLOCK_S);
		assert_int_equal(e->prefs.nal_max, ENCODING_NAL_MAX);
		e->fh(ENOTSUP, e->arg);
		atelier_pass(&r, CLOCK_S);
		assert_non_null(optics_encoder(OPTICS_OPENH264, 0));
		studio_detach(r.st, &a.u);
		studio_detach(r.st, &b.u);
		atelier_down(&r);
	}
}

static void test_encoding_serves_the_slowest(void **state)
{
	struct atelier_user a = { .units = 0 }, b = { .units = 0 };
	struct optics_encoder *e;
	struct atelier r;
	(void)state;

	(void)atelier_up(&r);
	atelier_attach(&r, &a, "H264");
	atelier_attach(&r, &b, "H264");
	e = optics_encoder(OPTICS_V4L2, 0);
	atelier_pass(&r, 2 * ATELIER_FRAME);
	assert_int_equal(e->prefs.bitrate, ATELIER_RATE);
	studio_rate(r.st, &b.u, 300000);
	atelier_pass(&r, ATELIER_FRAME);
	assert_int_equal(e->prefs.bitrate, 300000);
	assert_int_equal(e->prefs.width, 640);

	/* So little that the picture becomes smaller, and not too little */
	studio_rate(r.st, &b.u, 1);
	atelier_pass(&r, ATELIER_FRAME);
	assert_int_equal(e->prefs.bitrate, 30000);
	assert_int_equal(e->prefs.width, 320);
	assert_int_equal(a.width, 320);
	assert_true(a.key);
	a.units = 0;
	atelier_pass(&r, CLOCK_S);
	assert_in_range(a.units, e->prefs.fps - 1, e->prefs.fps + 1);

	/* With the slow one gone, as all others can, but as is allowed */
	studio_detach(r.st, &b.u);
	studio_rate(r.st, &a.u, UINT32_MAX);
	atelier_pass(&r, 5 * CLOCK_S);
	assert_int_equal(e->prefs.bitrate, 1000000);
	assert_int_equal(a.width, 640);
	assert_int_equal(e->prefs.fps, 30);
	studio_detach(r.st, &a.u);
	atelier_down(&r);
}

static void test_encoding_makes_a_failed_encoder_anew(void **state)
{
	struct atelier_user a = { .units = 0 };
	struct optics_encoder *e;
	struct atelier r;
	unsigned before;
	(void)state;

	(void)atelier_up(&r);
	atelier_attach(&r, &a, "H264");
	atelier_pass(&r, 2 * CLOCK_S);
	before = optics_madev[OPTICS_V4L2];
	a.units = 0;
	a.fresh = true;
	for (unsigned i = 0; i < 90; i++) {
		e = optics_encoder(OPTICS_V4L2, 0);
		if (e)
			e->fh(EIO, e->arg);
		atelier_pass(&r, ATELIER_FRAME);
	}
	assert_in_range(optics_madev[OPTICS_V4L2] - before, 1, 3);
	assert_int_equal(r.lost, 1);

	/* Nor is one that does not last, until nobody needs it */
	a.units = 0;
	atelier_pass(&r, 2 * CLOCK_S);
	assert_non_null(optics_encoder(OPTICS_OPENH264, 0));
	assert_null(optics_encoder(OPTICS_V4L2, 0));
	assert_true(a.units > 20);
	studio_detach(r.st, &a.u);
	atelier_pass(&r, CLOCK_S);
	atelier_attach(&r, &a, "H264");
	atelier_pass(&r, 5 * CLOCK_S);
	assert_non_null(optics_encoder(OPTICS_V4L2, 0));
	assert_true(r.lost == 1 && r.back == 1);

	/* One that never makes anything is not tried for ever */
	atelier_pass(&r, 2 * CLOCK_S);
	e = optics_encoder(OPTICS_V4L2, 0);
	e->fh(EIO, e->arg);
	(void)optics_shoot(r.cam, clock_now());
	e = optics_encoder(OPTICS_V4L2, 0);
	e->fh(EIO, e->arg);
	e->fh(EIO, e->arg);
	a.fresh = true;
	atelier_pass(&r, 2 * CLOCK_S);
	assert_non_null(optics_encoder(OPTICS_OPENH264, 0));
	assert_true(a.units);
	studio_detach(r.st, &a.u);
	atelier_down(&r);
}

static void test_encoding_makes_none_while_all_are_full(void **state)
{
	struct atelier_user a = { .units = 0 }, b = { .units = 0 };
	struct atelier r;
	unsigned before;
	(void)state;

	(void)atelier_up(&r);
	atelier_attach(&r, &a, "H264");
	atelier_attach(&r, &b, "H264");
	atelier_pass(&r, 10 * ATELIER_FRAME);
	studio_rate(r.st, &a.u, 0);
	before = a.units;
	atelier_pass(&r, 10 * ATELIER_FRAME);
	assert_in_range(a.units - before, 8, 12);
	studio_rate(r.st, &b.u, 0);
	atelier_pass(&r, 2 * ATELIER_FRAME);
	before = a.units;
	atelier_pass(&r, 10 * ATELIER_FRAME);
	assert_int_equal(a.units, before);
	studio_rate(r.st, &a.u, ATELIER_RATE);
	atelier_pass(&r, 10 * ATELIER_FRAME);
	assert_in_range(a.units - before, 8, 12);
	studio_detach(r.st, &a.u);
	studio_detach(r.st, &b.u);
	atelier_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encoding_merges_wishes),
		cmocka_unit_test(test_encoding_makes_an_idr_each_interval),
		cmocka_unit_test(test_encoding_makes_slices_for_who_needs_them),
		cmocka_unit_test(test_encoding_takes_another_that_makes_slices),
		cmocka_unit_test(test_encoding_serves_the_slowest),
		cmocka_unit_test(test_encoding_makes_none_while_all_are_full),
		cmocka_unit_test(test_encoding_makes_a_failed_encoder_anew),
	};

	log_set_level(LOG_LEVEL_WARNING + 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
