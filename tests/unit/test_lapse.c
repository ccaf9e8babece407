/**
 * @file tests/unit/test_lapse.c  When to ask again
 */
#include "tests/unit/test.h"
#include "core/sip/lapse.h"

static void test_lapse_refreshes_in_good_time(void **state)
{
	static const uint32_t casev[][2] = {
		{ 10, 5 },     { 200, 100 },   { 1200, 600 },
		{ 1202, 602 }, { 3600, 3000 }, { 86400, 85800 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++)
		assert_int_equal(lapse_refresh(casev[i][0]),
				 (uint64_t)casev[i][1] * CLOCK_S);
	assert_int_equal(lapse_believe(0), 10);
	assert_int_equal(lapse_believe(200), 200);
	assert_int_equal(lapse_believe(UINT32_MAX), 86400);
}

static void test_lapse_pauses_longer_each_time(void **state)
{
	uint64_t bound = 60;
	(void)state;

	for (unsigned n = 1; n < 100; n++) {
		uint64_t pause = lapse_pause(n, 0);

		assert_true(pause >= bound * CLOCK_S / 2);
		assert_true(pause <= bound * CLOCK_S);
		bound = 2 * bound < 1800 ? 2 * bound : 1800;
	}
	assert_int_equal(lapse_pause(9, 7), 7ULL * CLOCK_S);
	assert_int_equal(lapse_pause(1, UINT32_MAX), 86400ULL * CLOCK_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lapse_refreshes_in_good_time),
		cmocka_unit_test(test_lapse_pauses_longer_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
