/**
 * @file tests/unit/test_trip.c  Tests of the round trip
 */
#include "tests/unit/test.h"
#include "core/media/trip.h"

static void test_trip_means_and_keeps_the_least(void **state)
{
	struct trip t = { .mean = 0 };
	(void)state;

	assert_false(trip_is_swollen(&t, CLOCK_S));
	trip_put(&t, 40 * CLOCK_MS);
	assert_int_equal(t.mean, 40 * CLOCK_MS);
	trip_put(&t, 80 * CLOCK_MS);
	assert_int_equal(t.mean, 60 * CLOCK_MS);
	assert_in_range(t.least, 40 * CLOCK_MS, 41 * CLOCK_MS);
	assert_false(trip_is_swollen(&t, 340 * CLOCK_MS));
	assert_true(trip_is_swollen(&t, 342 * CLOCK_MS));

	trip_put(&t, CLOCK_NEVER);
	assert_true(t.mean <= TRIP_MAX);
	trip_set(&t, UINT32_MAX);
	assert_int_equal(t.mean, TRIP_MAX);
	trip_set(&t, 10 * CLOCK_MS);
	assert_int_equal(t.least, 10 * CLOCK_MS);
}

/* The way became a longer one */
static void test_trip_forgets_slowly(void **state)
{
	struct trip t = { .mean = 0 };
	(void)state;

	trip_put(&t, 20 * CLOCK_MS);
	for (unsigned i = 0; i < 100; i++)
		trip_put(&t, 900 * CLOCK_MS);
	assert_in_range(t.least, 21 * CLOCK_MS, 23 * CLOCK_MS);
	assert_true(trip_is_swollen(&t, 900 * CLOCK_MS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trip_means_and_keeps_the_least),
		cmocka_unit_test(test_trip_forgets_slowly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
