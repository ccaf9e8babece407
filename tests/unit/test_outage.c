/**
 * @file tests/unit/test_outage.c  Tests of the estimate, after an outage
 *
 * For a while nothing gets through, one way or both. What a call needs: half
 * of the rate before within a second, most of it within five.
 */
#include "tests/unit/test.h"
#include "tests/unit/support/narrows.h"
#include "core/media/outage.h"

enum {
	ALL = 1000, /* Lost [1/1000] */
	RUNS = 24,
};

static void cut(struct narrows *s, bool there, bool back, unsigned ms)
{
	s->loss = there ? ALL : 0;
	s->deaf = back;
	narrows_run_ms(s, ms);
	s->loss = 0;
	s->deaf = false;
}

/* @return what is there of the rate before, or of what the way takes if that
 * was less [%] */
static unsigned left(struct narrows *s, uint32_t before, unsigned ms)
{
	narrows_run_ms(s, ms);
	return (unsigned)(estimate_target(s->est) * 100ULL /
			  MIN(before, s->rate));
}

static struct narrows *open_settled(unsigned i)
{
	static const uint32_t ratev[] = { 500000, 1000000, 2000000, 5000000 };
	struct narrows *s = narrows_open(ratev[i % ARRAY_SIZE(ratev)],
					 (5 + i % 3 * 20) * CLOCK_MS);

	s->seed = i;
	s->jitter = i % 5 * 4 * CLOCK_MS;
	narrows_run(s, 30);
	narrows_run_ms(s, i * 77 + 1);
	return s;
}

static void test_outage_of_seconds_is_soon_made_good(void **state)
{
	(void)state;

	for (unsigned i = 0; i < 3 * RUNS; i++) {
		struct narrows *s = open_settled(i);
		uint32_t before = estimate_target(s->est);

		cut(s, i % 3 != 2, i % 3 != 1, 2000 + i / 3 % 4 * 1000);
		s->bad_max = 0;
		assert_in_range(left(s, before, 1000), 40, 130);
		assert_in_range(left(s, before, 4000), 70, 150);
		assert_int_equal(s->bad_max, 0);
		narrows_close(s);
	}
}

/* Its losses are not the rate's */
static void test_outage_too_short_for_silence_changes_little(void **state)
{
	(void)state;

	for (unsigned i = 0; i < RUNS; i++) {
		struct narrows *s = open_settled(i);
		uint32_t before = estimate_target(s->est);

		cut(s, true, true, 250 + i * 40);
		for (unsigned k = 0; k < 5; k++)
			assert_in_range(left(s, before, 1000), 65, 160);
		narrows_close(s);
	}
}

static void test_outage_again_and_again(void **state)
{
	(void)state;

	for (unsigned i = 0; i < RUNS / 3; i++) {
		struct narrows *s = open_settled(i);
		uint32_t before = estimate_target(s->est);

		for (unsigned k = 0; k < 5; k++) {
			cut(s, true, true, 5000);
			assert_in_range(left(s, before, 5000), 60, 150);
		}
		narrows_close(s);
	}
}

/* The way was another one before: its queue is noticed as ever */
static void test_outage_comes_back_narrow(void **state)
{
	(void)state;

	for (unsigned i = 0; i < RUNS; i++) {
		struct narrows *s = narrows_open(2000000, 20 * CLOCK_MS);

		s->seed = i;
		narrows_run(s, 30);
		s->rate = 300000; /* Outage and all */
		if (i % 2)
			narrows_run_ms(s, i * 10);
		cut(s, true, true, 5000);
		assert_in_range(narrows_settle(s, 100000, 320000, 10), 1, 4);
		assert_in_range(narrows_run(s, 20), 200000, 310000);
		narrows_close(s);
	}
}

static void test_outage_too_long_is_not_remembered(void **state)
{
	struct narrows *s = open_settled(2);
	uint32_t before = estimate_target(s->est);
	(void)state;

	cut(s, true, true, 60000);
	assert_in_range(left(s, before, 1000), 0, 10);
	narrows_close(s);
}

static void test_outage_is_seen_in_reports(void **state)
{
	(void)state;

	for (unsigned i = 0; i < 8; i++) {
		struct narrows *s = narrows_open(1000000, 20 * CLOCK_MS);
		uint32_t before;

		s->reports = true;
		narrows_run(s, 60);
		narrows_run_ms(s, i * 77 + 1);
		before = estimate_target(s->est);
		cut(s, true, true, 5000);
		assert_in_range(left(s, before, 5000), 70, 150);
		narrows_close(s);
	}
}

static void test_outage_tells_its_losses_from_others(void **state)
{
	struct outage o = { .newest = 0 };
	(void)state;

	assert_false(outage_arrived(&o, CLOCK_S));
	assert_false(outage_arrived(&o, CLOCK_S + OUTAGE_LEAST));
	assert_false(outage_took(&o, CLOCK_S + 1));
	assert_true(outage_arrived(&o, 2 * CLOCK_S));
	assert_true(outage_took(&o, CLOCK_S + OUTAGE_LEAST + 1));
	assert_true(outage_took(&o, 2 * CLOCK_S - 1));
	assert_false(outage_took(&o, CLOCK_S + OUTAGE_LEAST));
	assert_false(outage_took(&o, 2 * CLOCK_S));
	assert_false(outage_arrived(&o, CLOCK_S)); /* Late */
	assert_false(outage_arrived(&o, 2 * CLOCK_S + 1));
}

static void test_outage_remembers_the_rate(void **state)
{
	struct outage o = { .newest = 0 };
	uint64_t now = 100 * CLOCK_S;
	(void)state;

	assert_false(outage_heals(&o, 0, now));
	outage_begin(&o, 1000000, now);
	outage_begin(&o, 700000, now + CLOCK_S);
	now += 5 * CLOCK_S;
	assert_int_equal((int)outage_end(&o, now), 500000);
	assert_true(outage_heals(&o, 999999, now));
	assert_false(outage_heals(&o, 1000000, now));
	assert_false(outage_heals(&o, 1, now + OUTAGE_HEALS));
	outage_begin(&o, 1000000, now);
	assert_int_equal((int)outage_end(&o, now + OUTAGE_MAX), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outage_of_seconds_is_soon_made_good),
		cmocka_unit_test(
			test_outage_too_short_for_silence_changes_little),
		cmocka_unit_test(test_outage_again_and_again),
		cmocka_unit_test(test_outage_comes_back_narrow),
		cmocka_unit_test(test_outage_too_long_is_not_remembered),
		cmocka_unit_test(test_outage_is_seen_in_reports),
		cmocka_unit_test(test_outage_tells_its_losses_from_others),
		cmocka_unit_test(test_outage_remembers_the_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
