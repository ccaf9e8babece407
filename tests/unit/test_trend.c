/**
 * @file tests/unit/test_trend.c  Tests of trend, gauge and losses: the parts
 *                                of the estimate, one by one
 */
#include "tests/unit/test.h"
#include "core/media/gauge.h"
#include "core/media/losses.h"
#include "core/media/trend.h"

enum {
	STEP = 10 * CLOCK_MS,
};

static uint32_t seed;

static uint32_t dice(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* How many of n packets, each delayed by `grow` [us] more and by noise, were
 * followed by that use */
static unsigned count(struct trend *t, uint64_t *sent, int64_t grow,
		      uint32_t noise, unsigned n, enum trend_use use)
{
	static int64_t delay;
	unsigned k = 0;

	for (unsigned i = 0; i < n; i++) {
		*sent += STEP;
		delay += grow;
		trend_put(t, *sent,
			  *sent + 100 * CLOCK_S + (uint64_t)delay +
				  dice(noise + 1));
		k += trend_use(t) == use;
	}
	return k;
}

static void test_trend_sees_a_queue_come_and_go(void **state)
{
	uint64_t sent = CLOCK_S;
	struct trend *t;
	(void)state;

	assert_int_equal(trend_alloc(&t), 0);
	assert_int_equal(count(t, &sent, 0, 0, 500, TREND_NORMAL), 500);
	assert_int_equal(trend_queue(t), 0);
	assert_in_range(count(t, &sent, 2000, 0, 50, TREND_OVER), 30, 49);
	assert_int_equal(trend_queue(t), 100 * CLOCK_MS);
	assert_in_range(count(t, &sent, -2000, 0, 50, TREND_UNDER), 25, 50);
	assert_int_equal(trend_queue(t), 0);
	mem_deref(t);
}

static void test_trend_gets_used_to_noise(void **state)
{
	uint64_t sent = CLOCK_S;
	struct trend *t;
	(void)state;

	assert_int_equal(trend_alloc(&t), 0);
	count(t, &sent, 0, 10 * CLOCK_MS, 2000, TREND_OVER);
	assert_in_range(count(t, &sent, 0, 10 * CLOCK_MS, 5000, TREND_OVER), 0,
			250);
	mem_deref(t);
}

static void test_trend_takes_a_longer_way_for_given(void **state)
{
	uint64_t sent = CLOCK_S;
	struct trend *t;
	(void)state;

	assert_int_equal(trend_alloc(&t), 0);
	count(t, &sent, 0, 0, 100, TREND_OVER);
	count(t, &sent, 200 * CLOCK_MS, 0, 1, TREND_OVER);
	assert_int_equal(trend_queue(t), 200 * CLOCK_MS);
	trend_rebase(t);
	assert_int_equal(trend_queue(t), 0);
	count(t, &sent, 0, 0, 7000, TREND_OVER);
	assert_int_equal(trend_queue(t), 0);
	mem_deref(t);
}

static void test_gauge_measures_over_a_span(void **state)
{
	struct gauge g = { .first = 0 };
	(void)state;

	assert_int_equal(gauge_rate(&g, CLOCK_S), 0);
	for (uint64_t t = 0; t < 2 * CLOCK_S; t += STEP)
		gauge_put(&g, t, t < CLOCK_S ? 1250 : 125);
	assert_int_equal(gauge_rate(&g, 500 * CLOCK_MS), 100000);
	assert_int_equal(gauge_since(&g, 1900 * CLOCK_MS), 8 * 125);
	gauge_put(&g, CLOCK_S / 2, 9999); /* Too old */
	assert_int_equal(gauge_rate(&g, CLOCK_S), 100000);
	gauge_put(&g, 60ULL * CLOCK_S, 1000);
	assert_in_range(gauge_rate(&g, CLOCK_S), 1, 200000);
	gauge_put(&g, CLOCK_S, 1000); /* Another clock */
	assert_in_range(gauge_rate(&g, CLOCK_S), 1, 200000);
}

static unsigned cut_short; /* Tenths of seconds of lose() */

/* Ten seconds of a loss that does, or does not, go with the rate, in bursts
 * so long; the rate follows. @return the rate in the end */
static uint32_t lose(struct losses *l, uint32_t rate, uint32_t capacity,
		     unsigned permille, unsigned burst, uint64_t *now)
{
	const uint32_t wished = rate;
	unsigned left = 0;

	for (unsigned i = 0; i < 100; i++) {
		unsigned sent = rate / 10 / 9600, lost = 0, runs = 0;

		for (unsigned k = 0; k < sent; k++) {
			const unsigned was = left;

			if (!left && dice(1000) < permille)
				left = burst;
			if (!left && rate > capacity && dice(rate) > capacity)
				left = 1;
			lost += left > 0;
			runs += left > was;
			left -= left > 0;
		}
		losses_put(l, lost, runs, sent);
		*now += 100 * CLOCK_MS;
		switch (losses_judge(l, rate, false, false, *now)) {
		case LOSSES_CUT:
		case LOSSES_BACK:
			rate = losses_rate(l);
			break;
		case LOSSES_FREE:
		case LOSSES_HOLD:
			break;
		}
		cut_short += rate < wished / 10 * 6;
	}
	return rate;
}

static void test_losses_blame_the_way_or_the_rate(void **state)
{
	(void)state;

	for (uint32_t i = 0; i < 15; i++) {
		struct losses way = { .lost = 0 }, ours = { .lost = 0 };
		uint64_t now = CLOCK_S;

		seed = i;
		assert_in_range(lose(&way, 1000000, 2000000, 150, 1, &now),
				840000, 1000000);
		assert_in_range(lose(&ours, 1000000, 800000, 0, 0, &now),
				600000, 860000);
		assert_true(ours.own <= 0);
	}
}

/* Bursts of 8, of which a second has none or three: that says little of the
 * rate, which is seldom cut by much */
static void test_losses_count_a_burst_as_one(void **state)
{
	unsigned n = 0;
	(void)state;

	cut_short = 0;
	for (uint32_t i = 0; i < 100; i++, n += 100) {
		struct losses way = { .lost = 0 };
		uint64_t now = CLOCK_S;

		seed = i;
		(void)lose(&way, 400000, 2000000, 20, 8, &now);
	}
	assert_in_range(cut_short, 0, n / 20);
}

/* Where more may be sent than is, few losses call for no trial: it would cut
 * what is sent. Many do */
static void test_losses_hold_what_is_not_used(void **state)
{
	enum {
		PACKETS = 100
	};
	struct losses l = { .lost = 0 };
	uint64_t now = CLOCK_S;
	(void)state;

	assert_int_equal(losses_judge(&l, 1000000, true, false, now),
			 LOSSES_FREE);
	for (unsigned lost = 6; lost <= 15; lost++) {
		losses_put(&l, lost, lost, PACKETS);
		now += CLOCK_S;
		assert_int_equal(losses_judge(&l, 1000000, true, false, now),
				 LOSSES_HOLD);
	}
	losses_put(&l, 30, 30, PACKETS);
	now += CLOCK_S;
	assert_int_equal(losses_judge(&l, 1000000, true, false, now),
			 LOSSES_CUT);
	assert_int_equal(losses_rate(&l), 750000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trend_sees_a_queue_come_and_go),
		cmocka_unit_test(test_trend_gets_used_to_noise),
		cmocka_unit_test(test_trend_takes_a_longer_way_for_given),
		cmocka_unit_test(test_gauge_measures_over_a_span),
		cmocka_unit_test(test_losses_blame_the_way_or_the_rate),
		cmocka_unit_test(test_losses_count_a_burst_as_one),
		cmocka_unit_test(test_losses_hold_what_is_not_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
