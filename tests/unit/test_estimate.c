/**
 * @file tests/unit/test_estimate.c  Tests of the estimate, over a narrow way
 *
 * The figures come from libwebrtc's unit tests of its congestion control, and
 * from what a call needs: within 3 s down and 15 s up, and no queue of over
 * 300 ms for more than a second.
 */
#include "tests/unit/test.h"
#include "tests/unit/support/narrows.h"

/* 2 Mbit/s, 300 kbit/s, and back: within 3 s and 15 s. What is on the way
 * when it narrows makes a queue of 4.7 times the round trip and the interval
 * of the feedback; the best that can be done is to send nothing then */
static void test_estimate_follows_a_way_that_narrows(void **state)
{
	enum {
		RUNS = 32
	};
	unsigned long_ones = 0;
	(void)state;

	for (unsigned i = 0; i < RUNS; i++) {
		struct narrows *s = narrows_open(2000000,
						 (5 + i % 4 * 10) * CLOCK_MS);

		s->seed = i;
		s->jitter = i % 8 * CLOCK_MS;
		narrows_run(s, 30);
		narrows_run_ms(s, i * 77 + 1);
		s->bad_max = 0;
		s->rate = 300000;
		assert_in_range(narrows_settle(s, 150000, 310000, 10), 1, 3);
		if (s->bad_max > CLOCK_S)
			++long_ones;
		assert_in_range(s->bad_max, 0, 1600 * CLOCK_MS);
		narrows_run(s, 20);
		s->bad_max = 0;
		s->rate = 2000000;
		assert_in_range(narrows_settle(s, 1400000, 2200000, 30), 1, 12);
		assert_int_equal(s->bad_max, 0);
		narrows_close(s);
	}
	assert_in_range(long_ones, 0, RUNS / 2);
}

/* libwebrtc, goog_cc_network_control_unittest */
static void test_estimate_reaches_libwebrtcs_figures(void **state)
{
	struct narrows *s = narrows_open(500000, 100 * CLOCK_MS);
	(void)state;

	narrows_run(s, 25);
	assert_in_range(estimate_target(s->est), 350000, 550000);
	s->rate = 800000;
	narrows_run(s, 20);
	assert_in_range(estimate_target(s->est), 600000, 900000);
	s->rate = 100000;
	s->delay = 200 * CLOCK_MS;
	narrows_run(s, 50);
	assert_in_range(estimate_target(s->est), 65000, 115000);
	narrows_close(s);
}

/* The same: > 100 kbit/s of 2 Mbit/s after two minutes with 10 % */
static void test_estimate_does_not_mind_random_losses(void **state)
{
	(void)state;

	for (uint32_t loss = 20; loss <= 150; loss += 26) {
		struct narrows *s = narrows_open(2000000, 50 * CLOCK_MS);

		s->loss = loss; /* From the start */
		narrows_run(s, 60);
		assert_in_range(narrows_run(s, 30), 1200000, 2100000);
		s->loss = 0;
		narrows_run(s, 30);
		s->loss = loss; /* In between */
		narrows_run(s, 30);
		assert_in_range(narrows_run(s, 30), 1200000, 2100000);
		narrows_close(s);
	}
}

/* No queue to speak of: what is too much is lost */
static void test_estimate_minds_losses_of_a_policer(void **state)
{
	(void)state;

	for (uint32_t seed = 0; seed < 8; seed++) {
		struct narrows *s = narrows_open(1000000, 50 * CLOCK_MS);
		unsigned dropped, sent;

		s->seed = seed;
		s->room = 8 * NARROWS_MTU;
		narrows_run(s, 30);
		dropped = s->dropc;
		sent = s->sentc;
		assert_in_range(narrows_run(s, 60), 700000, 1100000);
		assert_in_range((s->dropc - dropped) * 100 / (s->sentc - sent),
				0, 10);
		narrows_close(s);
	}
}

static void test_estimate_stays_sane_when_little_is_sent(void **state)
{
	struct narrows *s = narrows_open(2000000, 50 * CLOCK_MS);
	(void)state;

	s->limit = 100000;
	narrows_run(s, 60);
	assert_in_range(estimate_target(s->est), 100000, 600000);
	s->limit = 0;
	assert_in_range(narrows_settle(s, 1400000, 2200000, 30), 1, 10);
	narrows_run(s, 20);
	s->limit = 100000;
	narrows_run(s, 60);
	assert_in_range(estimate_target(s->est), 1000000, 2500000);
	narrows_close(s);
}

/* Nor does the picture get worse for losses that it does not make */
static void test_estimate_leaves_alone_what_is_not_all_used(void **state)
{
	(void)state;

	for (uint32_t seed = 0; seed < 8; seed++) {
		struct narrows *s = narrows_open(4000000, 20 * CLOCK_MS);

		s->seed = seed;
		s->limit = 1000000;
		narrows_run(s, 20);
		s->loss = 50;
		for (unsigned i = 0; i < 60; i++) {
			narrows_run(s, 1);
			assert_true(estimate_target(s->est) >= s->limit);
		}
		narrows_close(s);
	}
}

static void test_estimate_makes_room_for_others(void **state)
{
	struct narrows *s = narrows_open(2000000, 50 * CLOCK_MS);
	(void)state;

	narrows_run(s, 30);
	s->cross = 1500000;
	narrows_run(s, 10);
	assert_in_range(narrows_run(s, 10), 300000, 550000);
	s->cross = 0;
	assert_in_range(narrows_settle(s, 1400000, 2200000, 30), 1, 15);
	narrows_close(s);
}

/* The gap of 299 s is libwebrtc's as well */
static void test_estimate_goes_down_when_feedback_stops(void **state)
{
	struct narrows *s = narrows_open(2000000, 50 * CLOCK_MS);
	struct estimate_stats st;
	(void)state;

	narrows_run(s, 30);
	s->deaf = true;
	narrows_run(s, 5);
	assert_in_range(estimate_target(s->est), ESTIMATE_MIN, 800000);
	narrows_run(s, 294);
	assert_int_equal(estimate_target(s->est), ESTIMATE_MIN);
	assert_true(estimate_due(s->est) == CLOCK_NEVER);
	estimate_stats(s->est, &st);
	assert_in_range(st.silences, 5, 20);
	s->deaf = false;
	assert_in_range(narrows_settle(s, 1400000, 2200000, 30), 1, 20);
	narrows_close(s);
}

static void test_estimate_lives_on_reports_alone(void **state)
{
	struct narrows *s = narrows_open(1000000, 50 * CLOCK_MS);
	(void)state;

	s->reports = true;
	narrows_run(s, 60);
	assert_in_range(narrows_run(s, 60), 700000, 1100000);
	s->loss = 80;
	narrows_run(s, 30);
	assert_in_range(narrows_run(s, 60), 500000, 1100000);
	narrows_close(s);
}

static void test_estimate_uses_what_is_there(void **state)
{
	(void)state;

	for (uint32_t rate = 100000; rate < 8000000; rate *= 2) {
		for (uint64_t jitter = 0; jitter <= 40; jitter += 20) {
			struct narrows *s = narrows_open(rate, 30 * CLOCK_MS);
			uint32_t used;

			s->jitter = jitter * CLOCK_MS;
			narrows_run(s, 20);
			s->bad_max = 0;
			used = narrows_run(s, 60) / (rate / 100);
			assert_in_range(used, 75, 102);
			assert_in_range(s->bad_max, 0, CLOCK_S);
			narrows_close(s);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_estimate_follows_a_way_that_narrows),
		cmocka_unit_test(test_estimate_reaches_libwebrtcs_figures),
		cmocka_unit_test(test_estimate_does_not_mind_random_losses),
		cmocka_unit_test(test_estimate_minds_losses_of_a_policer),
		cmocka_unit_test(test_estimate_stays_sane_when_little_is_sent),
		cmocka_unit_test(
			test_estimate_leaves_alone_what_is_not_all_used),
		cmocka_unit_test(test_estimate_makes_room_for_others),
		cmocka_unit_test(test_estimate_goes_down_when_feedback_stops),
		cmocka_unit_test(test_estimate_lives_on_reports_alone),
		cmocka_unit_test(test_estimate_uses_what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
