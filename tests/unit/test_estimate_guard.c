/**
 * @file tests/unit/test_estimate_guard.c  Tests of the estimate: its bounds
 */
#include "tests/unit/test.h"
#include "core/media/estimate.h"

static uint32_t seed;

static uint32_t dice(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static struct estimate *setup(uint32_t start)
{
	struct estimate *e;

	assert_int_equal(estimate_alloc(&e, start, CLOCK_S), 0);
	return e;
}

static void test_estimate_obeys_caps(void **state)
{
	struct estimate *e = setup(1000000);
	(void)state;

	estimate_set_cap(e, ESTIMATE_REMB, 400000);
	estimate_set_cap(e, ESTIMATE_LOCAL, 600000);
	assert_int_equal(estimate_target(e), 400000);
	estimate_set_cap(e, ESTIMATE_REMB, 1);
	assert_int_equal(estimate_target(e), ESTIMATE_MIN);
	estimate_set_cap(e, ESTIMATE_TMMBR, UINT64_MAX);
	estimate_set_cap(e, ESTIMATE_REMB, 0);
	assert_int_equal(estimate_target(e), 600000);
	estimate_set_cap(e, ESTIMATE_LOCAL, 0);
	assert_int_equal(estimate_target(e), 1000000);
	mem_deref(e);
}

static void test_estimate_starts_within_bounds(void **state)
{
	struct estimate *lo = setup(0), *hi = setup(UINT32_MAX);
	(void)state;

	assert_int_equal(estimate_target(lo), ESTIMATE_MIN);
	assert_int_equal(estimate_target(hi), ESTIMATE_MAX);
	assert_true(estimate_due(lo) == CLOCK_NEVER);
	assert_true(estimate_due(hi) == CLOCK_NEVER);
	mem_deref(lo);
	mem_deref(hi);
}

/* A peer may claim anything; what is done with it stays within bounds */
static void test_estimate_survives_nonsense(void **state)
{
	struct estimate *e = setup(ESTIMATE_START);
	uint64_t now = CLOCK_S;
	(void)state;

	for (unsigned i = 0; i < 20000; i++) {
		struct acks_packet v[4];

		for (unsigned k = 0; k < ARRAY_SIZE(v); k++) {
			v[k].sent = now - dice(100000);
			v[k].arrived = (uint64_t)dice(1 << 20) << dice(44);
			v[k].size = dice(2000);
			v[k].lost = !dice(3);
			v[k].run = !dice(2);
		}
		now += dice(100) ? dice(100000) : dice(1 << 24);
		estimate_sent(e, dice(1500), now);
		estimate_set_rtt(e, dice(1 << 23));
		estimate_loss(e, (uint8_t)dice(256), now);
		if (i > 1000 && dice(10))
			estimate_acks(e, v, dice(5), now);
		if (estimate_due(e) <= now)
			estimate_tick(e, now);
		assert_in_range(estimate_target(e), ESTIMATE_MIN, ESTIMATE_MAX);
	}
	mem_deref(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_estimate_obeys_caps),
		cmocka_unit_test(test_estimate_starts_within_bounds),
		cmocka_unit_test(test_estimate_survives_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
