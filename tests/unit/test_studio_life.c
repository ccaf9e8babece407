/**
 * @file tests/unit/test_studio_life.c  Tests of the studio: whatever happens
 */
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "tests/support/memory.h"
#include "tests/unit/support/atelier.h"

enum {
	SEEDS = 60,
	STEPS = 80,
	USERS = 4,
};

struct wait {
	unsigned told;
};

static void on_snapshot(int err, struct mbuf *mb, uint64_t now, void *arg)
{
	struct wait *w = arg;
	(void)err;
	(void)mb;
	(void)now;

	++w->told;
}

/* What fails is silent, and nothing is left */
static bool lives_without(struct atelier *r, long n, bool once)
{
	const struct optics optics = optics_all(r->cam);
	struct atelier_user a = { .u.muted = true }, b = { .units = 0 };
	const size_t before = memory_blocks();
	struct wait w = { .told = 0 };
	bool failed;

	memory_fail_after(n, once);
	if (!studio_alloc(&r->st, r->cfg, false, &optics, r->bus)) {
		(void)studio_attach(r->st, &a.u, "H264", ATELIER_RATE,
				    atelier_unit, &a);
		(void)studio_attach(r->st, &b.u, "VP8", ATELIER_RATE,
				    atelier_unit, &b);
		a.st = b.st = r->st;
		atelier_pass(r, 4 * ATELIER_FRAME);
		studio_mute(r->st, &a.u, false);
		(void)studio_snapshot(r->st, on_snapshot, &w, clock_now());
		atelier_pass(r, 4 * ATELIER_FRAME);
		studio_mute(r->st, &b.u, true);
		atelier_pass(r, 4 * ATELIER_FRAME);
		failed = memory_failed();

		/* With memory again it goes on */
		memory_fail_after(-1, false);
		a.units = b.units = 0;
		atelier_pass(r, 2 * CLOCK_S);
		assert_true(!a.u.le.list || a.units);
		assert_true(!b.u.le.list || b.units);
		studio_detach(r->st, &a.u);
		studio_detach(r->st, &b.u);
		atelier_pass(r, CLOCK_S);
		assert_int_equal(optics_encoders(), 0);
	} else {
		failed = memory_failed();
	}
	memory_fail_after(-1, false);
	r->st = mem_deref(r->st);
	assert_false(r->cam->open);
	assert_int_equal(memory_blocks(), before);
	return failed;
}

static void test_studio_lives_without_memory(void **state)
{
	struct atelier r = atelier_make();
	bool some = true, one = true;
	(void)state;

	optics_errv[OPTICS_V4L2] = ENODEV;
	(void)lives_without(&r, -1, false);
	for (long n = 0; some || one; n++) {
		some = lives_without(&r, n, false);
		one = lives_without(&r, n, true);
		assert_true(n < 10000);
	}
	atelier_down(&r);
}

static uint32_t random_of(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1103515245 + 12345; /* C11 7.22.2.2 */
	return (*seed >> 16) % below;
}

static void happens(struct atelier *r, struct atelier_user *u, uint32_t *seed)
{
	struct optics_encoder *e;
	bool muted;

	switch (random_of(seed, 8)) {
	case 0:
		u->fresh |= !u->u.le.list;
		u->st = r->st;
		u->leaves = !random_of(seed, 8);
		(void)studio_attach(r->st, &u->u,
				    random_of(seed, 2) ? "H264" : "VP8",
				    ATELIER_RATE, atelier_unit, u);
		break;
	case 1:
		studio_detach(r->st, &u->u);
		break;
	case 2:
		muted = !random_of(seed, 3);
		u->fresh |= muted != u->u.muted;
		studio_mute(r->st, &u->u, muted);
		break;
	case 3:
		studio_rate(r->st, &u->u, random_of(seed, 32768) * 64);
		break;
	case 4:
		studio_wish(r->st, &u->u, clock_now());
		break;
	case 5:
		r->cam->err = random_of(seed, 3) ? 0 : ENODEV;
		break;
	case 6:
		e = optics_encoder(random_of(seed, OPTICS_CODERS), 0);
		if (e)
			e->fh(EIO, e->arg);
		break;
	default:
		if (r->cam->open)
			r->cam->sh(random_of(seed, 2) ? ENODEV : 0,
				   r->cam->arg);
	}
}

static void test_studio_keeps_its_promises_whatever_happens(void **state)
{
	(void)state;

	for (uint32_t n = 1; n <= SEEDS; n++) {
		struct atelier_user userv[USERS] = { { .units = 0 } };
		uint32_t seed = n;
		struct atelier r;

		(void)atelier_up(&r);
		for (unsigned i = 0; i < STEPS; i++) {
			bool needed = false;

			happens(&r, &userv[random_of(&seed, USERS)], &seed);
			for (unsigned k = 0; k < USERS; k++)
				needed |= userv[k].u.le.list &&
					  !userv[k].u.muted;
			assert_true(needed || !r.cam->open);
			atelier_pass(&r, random_of(&seed, 8) * ATELIER_FRAME);
			assert_true(optics_encoders() <= 5);
		}
		r.cam->err = 0;
		if (r.cam->open)
			r.cam->sh(0, r.cam->arg);
		for (unsigned k = 0; k < USERS; k++) {
			userv[k].leaves = false;
			userv[k].units = 0;
		}
		atelier_pass(&r, 3 * CLOCK_S);
		for (unsigned k = 0; k < USERS; k++) {
			assert_true(!userv[k].u.le.list || userv[k].units);
			studio_detach(r.st, &userv[k].u);
		}
		atelier_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_studio_lives_without_memory),
		cmocka_unit_test(
			test_studio_keeps_its_promises_whatever_happens),
	};

	log_set_level(LOG_LEVEL_WARNING + 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
