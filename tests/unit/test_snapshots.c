/**
 * @file tests/unit/test_snapshots.c  Tests of snapshots, of the studio
 */
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "tests/unit/support/atelier.h"

struct wait {
	unsigned told, again;
	int err;
	struct studio *st;
};

static void on_snapshot(int err, struct mbuf *mb, uint64_t now, void *arg)
{
	struct wait *w = arg;

	++w->told;
	w->err = err;
	assert_int_equal(!err, mb != NULL);
	if (mb) {
		assert_int_equal(mbuf_read_u8(mb), 0xff);
		assert_int_equal(mbuf_get_left(mb), 1);
	}
	if (w->again && w->again--)
		assert_int_equal(studio_snapshot(w->st, on_snapshot, w, now),
				 0);
}

static void test_snapshots_are_taken(void **state)
{
	struct wait waitv[SNAPSHOTS_MAX] = { { .told = 0 } };
	struct atelier r;
	(void)state;

	(void)atelier_up(&r);
	for (unsigned i = 0; i < SNAPSHOTS_MAX; i++)
		assert_int_equal(studio_snapshot(r.st, on_snapshot, &waitv[i],
						 clock_now()),
				 0);
	assert_int_equal(studio_snapshot(r.st, on_snapshot, waitv, clock_now()),
			 EBUSY);
	assert_true(optics_shoot(r.cam, clock_now()));
	assert_int_equal(waitv[0].told, 0);
	assert_true(optics_shoot(r.cam, clock_now()));
	for (unsigned i = 0; i < SNAPSHOTS_MAX; i++) {
		assert_int_equal(waitv[i].told, 1);
		assert_int_equal(waitv[i].err, 0);
	}
	assert_false(studio_open(r.st));

	/* One after the other */
	waitv[0] = (struct wait){ .again = 2, .st = r.st };
	assert_int_equal(studio_snapshot(r.st, on_snapshot, waitv, clock_now()),
			 0);
	atelier_pass(&r, CLOCK_S);
	assert_int_equal(waitv[0].told, 3);
	assert_false(studio_open(r.st));
	atelier_down(&r);
}

static void test_snapshots_say_why_there_are_none(void **state)
{
	struct wait w = { .told = 0 };
	struct atelier r;
	uint64_t since;
	(void)state;

	(void)atelier_up(&r);
	r.silent = true;
	since = clock_now();
	assert_int_equal(studio_snapshot(r.st, on_snapshot, &w, since), 0);
	while (!w.told)
		atelier_pass(&r, ATELIER_FRAME);
	assert_true(clock_now() - since <= STUDIO_PATIENCE);
	assert_int_equal(w.err, ETIMEDOUT);
	assert_false(studio_open(r.st));

	r.silent = false;
	optics_jpeg_err = EINVAL;
	assert_int_equal(studio_snapshot(r.st, on_snapshot, &w, clock_now()),
			 0);
	atelier_pass(&r, CLOCK_S);
	assert_int_equal(w.told, 2);
	assert_int_equal(w.err, EINVAL);
	r.cam->err = EACCES;
	assert_int_equal(studio_snapshot(r.st, on_snapshot, &w, clock_now()),
			 EACCES);
	assert_int_equal(w.told, 2);

	/* One that is still waited for when all ends */
	r.cam->err = 0;
	assert_int_equal(studio_snapshot(r.st, on_snapshot, &w, clock_now()),
			 0);
	r.st = mem_deref(r.st);
	atelier_down(&r);
	assert_int_equal(w.told, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snapshots_are_taken),
		cmocka_unit_test(test_snapshots_say_why_there_are_none),
	};

	log_set_level(LOG_LEVEL_WARNING + 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
