/**
 * @file tests/unit/test_loop.c  Tests of the loop's timers in virtual time
 */
#include "tests/unit/test.h"
#include "core/base/loop.h"

struct rec {
	struct loop_timer t;
	uint64_t firedv[8];
	unsigned n;
	uint64_t again; /* Re-arm after this [us], 0 for not */
};

static void on_timer(uint64_t now, void *arg)
{
	struct rec *r = arg;

	r->firedv[r->n++] = now;
	if (r->again && r->n < ARRAY_SIZE(r->firedv))
		loop_timer_arm(&r->t, now + r->again);
}

static void test_loop_fires_timers_in_order_of_time(void **state)
{
	struct rec a = { .n = 0 }, b = { .n = 0 };
	uint64_t now;
	(void)state;

	loop_virtual_run(0, NULL, NULL);
	now = clock_now();
	loop_timer_init(&a.t, "a", on_timer, &a);
	loop_timer_init(&b.t, "b", on_timer, &b);
	loop_timer_arm(&a.t, now + 2 * CLOCK_S);
	loop_timer_arm(&b.t, now + CLOCK_S);
	loop_virtual_run(now + CLOCK_S, NULL, NULL);
	assert_int_equal(a.n, 0);
	assert_int_equal(b.n, 1);
	assert_true(clock_now() == now + CLOCK_S);
	assert_false(loop_timer_armed(&b.t));
	loop_timer_arm(&a.t, CLOCK_NEVER);
	loop_virtual_run(now + 10 * CLOCK_S, NULL, NULL);
	assert_int_equal(a.n, 0);
	loop_virtual_end();
}

static void test_loop_rearms_a_timer_from_its_handler(void **state)
{
	struct rec a = { .again = 250 };
	uint64_t now;
	(void)state;

	loop_virtual_run(0, NULL, NULL);
	now = clock_now();
	loop_timer_init(&a.t, "a", on_timer, &a);
	loop_timer_arm(&a.t, now);
	loop_virtual_run(now + CLOCK_S, NULL, NULL);
	assert_int_equal(a.n, 8);
	assert_true(a.firedv[7] == now + 7 * 250);
	loop_virtual_end();
}

static void stop_real(uint64_t now, void *arg)
{
	uint64_t *due = arg;

	assert_true(now >= *due);
	loop_stop();
}

static void test_loop_runs_with_the_kernels_clock(void **state)
{
	struct loop_timer t;
	uint64_t due;
	(void)state;

	assert_int_equal(loop_init(), 0);
	due = clock_now() + 2 * CLOCK_MS;
	loop_timer_init(&t, "real", stop_real, &due);
	loop_timer_arm(&t, due);
	assert_int_equal(loop_run(NULL, NULL), 0);
	assert_true(clock_now() >= due);
	loop_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loop_fires_timers_in_order_of_time),
		cmocka_unit_test(test_loop_rearms_a_timer_from_its_handler),
		cmocka_unit_test(test_loop_runs_with_the_kernels_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
