/**
 * @file tests/unit/test_retry.c  Tests of the times of reconnection
 */
#include "tests/unit/test.h"
#include "core/net/retry.h"

enum {
	SEEDS = 200,
};

static void test_retry_is_quick_once_then_backs_off(void **state)
{
	uint64_t lost = 1000 * (uint64_t)CLOCK_S;
	(void)state;

	for (unsigned i = 0; i < SEEDS; i++) {
		struct retry r = { 0 };
		uint64_t w = RETRY_BASE, now, due;

		retry_up(&r, 0);
		due = retry_lost(&r, lost);
		assert_in_range(due - lost, 0, RETRY_JITTER);

		/* The first wait counts from the loss */
		now = due;
		due = retry_failed(&r, 0, now);
		assert_in_range(due - lost, w / 2, w);

		for (unsigned k = 0; k < 12; k++) {
			w = w * 2 > RETRY_CAP ? RETRY_CAP : w * 2;
			now = due;
			due = retry_failed(&r, 0, now);
			assert_in_range(due - now, w / 2, w);
		}
	}
}

static void test_retry_leaves_a_server_in_peace_that_drops(void **state)
{
	uint64_t now = CLOCK_S, start, due;
	struct retry r = { 0 };
	unsigned n = 0;
	(void)state;

	start = now;
	while (now - start < 3600 * (uint64_t)CLOCK_S) {
		retry_up(&r, now);
		now += CLOCK_S; /* Up for a second only */
		due = retry_lost(&r, now);
		assert_true(due >= now);
		now = due;
		++n;
	}

	/* SECURITY row 39: under 60 REGISTER an hour, two of them for each */
	assert_in_range(n, 4, 12);
}

static void test_retry_forgets_after_a_stable_time(void **state)
{
	uint64_t now = CLOCK_S;
	struct retry r = { 0 };
	(void)state;

	for (unsigned i = 0; i < 10; i++)
		now = retry_failed(&r, 0, now);
	retry_up(&r, now);
	now += RETRY_STABLE;
	assert_in_range(retry_lost(&r, now) - now, 0, RETRY_JITTER);
	assert_in_range(retry_failed(&r, 0, now) - now, RETRY_BASE / 2,
			RETRY_BASE);
}

static void test_retry_waits_as_long_as_the_server_asks(void **state)
{
	uint64_t now = CLOCK_S;
	struct retry r = { 0 };
	(void)state;

	assert_true(retry_failed(&r, 300, now) - now >=
		    300 * (uint64_t)CLOCK_S);
	assert_in_range(retry_failed(&r, UINT32_MAX, now) - now,
			RETRY_CAP - CLOCK_S, RETRY_CAP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_retry_is_quick_once_then_backs_off),
		cmocka_unit_test(
			test_retry_leaves_a_server_in_peace_that_drops),
		cmocka_unit_test(test_retry_forgets_after_a_stable_time),
		cmocka_unit_test(test_retry_waits_as_long_as_the_server_asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
