/**
 * @file tests/unit/test_outlet.c  Tests of what gets out of a queue
 */
#include "tests/unit/test.h"
#include "core/media/outlet.h"

static void test_outlet_measures_behind_the_first(void **state)
{
	struct outlet o = { .any = false };
	(void)state;

	outlet_put(&o, false, CLOCK_S, 9999);
	outlet_put(&o, true, CLOCK_S + CLOCK_MS, 9999);
	outlet_put(&o, true, CLOCK_S + 11 * CLOCK_MS, 1250);
	assert_true(outlet_rate(&o) <= 0); /* Too short */
	outlet_put(&o, true, CLOCK_S + 41 * CLOCK_MS, 3750);
	assert_int_equal((int)outlet_rate(&o), 1000000);
	outlet_put(&o, false, CLOCK_S + 50 * CLOCK_MS, 1);
	assert_true(outlet_rate(&o) <= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outlet_measures_behind_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
