/**
 * @file tests/unit/test_lockout.c  Who guesses too often waits, who does not
 */
#include "tests/unit/test.h"
#include "core/base/entropy.h"
#include "core/sip/lockout.h"

static const uint64_t start = 5000ULL * CLOCK_S;

static struct sa address(const char *str, uint16_t port)
{
	struct sa sa;

	assert_int_equal(sa_set_str(&sa, str, port), 0);
	return sa;
}

static void test_lockout_waits_after_five_wrong_answers(void **state)
{
	struct sa a = address("192.0.2.1", 1), b = address("192.0.2.2", 1);
	struct lockout l = { .failures = 0 };
	uint64_t now = start;
	(void)state;

	for (int round = 0; round < 3; round++) {
		for (int i = 1; i < LOCKOUT_TRIES; i++) {
			sa_set_port(&a, (uint16_t)entropy_between(1, 60000));
			assert_false(lockout_fail(&l, &a, now));
			assert_true(lockout_left(&l, &a, now) == 0);
		}
		assert_true(lockout_fail(&l, &a, now));
		assert_true(lockout_left(&l, &a, now) == LOCKOUT_TIME);
		assert_true(lockout_left(&l, &b, now) == 0);
		now += LOCKOUT_TIME - 1;
		assert_true(lockout_left(&l, &a, now) == 1);
		now += 1;
		assert_true(lockout_left(&l, &a, now) == 0);
	}
	assert_int_equal(l.locks, 3);
}

static void test_lockout_forgets(void **state)
{
	struct sa a = address("192.0.2.1", 1);
	struct lockout l = { .failures = 0 };
	uint64_t now = start;
	(void)state;

	/* After a right answer */
	for (int i = 0; i < 20; i++) {
		for (int n = 1; n < LOCKOUT_TRIES; n++)
			assert_false(lockout_fail(&l, &a, now));
		lockout_pass(&l, &a);
		now += LOCKOUT_TIME;
	}

	/* And when the wrong one is long ago */
	for (int n = 1; n < LOCKOUT_TRIES; n++)
		assert_false(lockout_fail(&l, &a, now));
	now += LOCKOUT_FORGET + 1;
	for (int n = 1; n < LOCKOUT_TRIES; n++)
		assert_false(lockout_fail(&l, &a, now));
	now += LOCKOUT_FORGET;
	assert_true(lockout_fail(&l, &a, now));
}

static void test_lockout_knows_an_address_in_another_dress(void **state)
{
	static const uint8_t bytes[] = { 0, 0, 0,    0,	   0,	0, 0, 0,
					 0, 0, 0xff, 0xff, 192, 0, 2, 1 };
	struct sa mapped, a = address("192.0.2.1", 1),
			  v6 = address("2001:db8::1", 1),
			  neighbour = address("2001:db8::2", 1);
	struct lockout l = { .failures = 0 };
	(void)state;

	sa_set_in6(&mapped, bytes, 9);
	for (int i = 0; i < LOCKOUT_TRIES; i++)
		(void)lockout_fail(&l, i & 1 ? &a : &mapped, start);
	assert_true(lockout_left(&l, &a, start) > 0);
	assert_true(lockout_left(&l, &mapped, start) > 0);
	for (int i = 0; i < LOCKOUT_TRIES; i++)
		(void)lockout_fail(&l, &v6, start);
	assert_true(lockout_left(&l, &v6, start) > 0);
	assert_true(lockout_left(&l, &neighbour, start) == 0);

	/* Those that are not known are one */
	for (int i = 0; i < LOCKOUT_TRIES; i++)
		(void)lockout_fail(&l, NULL, start);
	assert_true(lockout_left(&l, NULL, start) > 0);
}

static void test_lockout_makes_all_wait_in_the_end(void **state)
{
	struct sa other = address("198.51.100.1", 1);
	struct lockout l = { .failures = 0 };
	uint64_t now = start;
	(void)state;

	for (int i = 0; i < LOCKOUT_TOTAL; i++) {
		struct sa a = address("2001:db8::", 1);

		a.u.in6.sin6_addr.s6_addr[15] = (uint8_t)i;
		assert_true(lockout_left(&l, &other, now) == 0);
		assert_int_equal(lockout_fail(&l, &a, now),
				 i == LOCKOUT_TOTAL - 1);
		now += CLOCK_S;
	}
	assert_true(lockout_left(&l, &other, now) > 0);
	assert_true(l.dropped > 0);
	now += LOCKOUT_TIME;
	assert_true(lockout_left(&l, &other, now) == 0);

	/* The same at leisure disturbs nobody */
	for (int i = 0; i < 10 * LOCKOUT_TOTAL; i++) {
		struct sa a = address("192.0.2.0", 1);

		a.u.in.sin_addr.s_addr ^= htonl((uint32_t)i);
		assert_false(lockout_fail(&l, &a, now));
		assert_true(lockout_left(&l, &other, now) == 0);
		now += 3ULL * CLOCK_S;
	}
}

static void test_lockout_forgets_those_that_wait_last(void **state)
{
	struct sa a = address("192.0.2.1", 1);
	struct lockout l = { .failures = 0 };
	uint64_t now = start;
	(void)state;

	for (int i = 0; i < LOCKOUT_TRIES; i++)
		(void)lockout_fail(&l, &a, now);
	for (int i = 0; i < LOCKOUT_TOTAL - LOCKOUT_TRIES - 1; i++) {
		struct sa b = address("198.51.100.0", 1);

		b.u.in.sin_addr.s_addr ^= htonl((uint32_t)i);
		(void)lockout_fail(&l, &b, ++now);
	}
	assert_true(lockout_left(&l, &a, now) > 0);
	assert_int_equal(l.dropped,
			 LOCKOUT_TOTAL - LOCKOUT_TRIES - LOCKOUT_ADDRESSES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lockout_waits_after_five_wrong_answers),
		cmocka_unit_test(test_lockout_forgets),
		cmocka_unit_test(
			test_lockout_knows_an_address_in_another_dress),
		cmocka_unit_test(test_lockout_makes_all_wait_in_the_end),
		cmocka_unit_test(test_lockout_forgets_those_that_wait_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
