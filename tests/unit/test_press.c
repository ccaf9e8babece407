/**
 * @file tests/unit/test_press.c  Tests of short, long and double presses
 */
#include "tests/unit/test.h"
#include "app/press.h"

enum {
	STEPS = 12,
	HELD = PRESS_HOLD / CLOCK_MS,
	GAP = PRESS_AGAIN / CLOCK_MS,
};

/* Times of changes, pressed first [ms], and what is told, as letters */
static const struct {
	bool longs, doubles;
	unsigned changev[STEPS];
	const char *told;
} casev[] = {
	{ false, false, { 0, 100 }, "s" },
	{ false, false, { 0, 5000, 5100, 5200 }, "ss" },
	{ true, false, { 0, 100 }, "s" },
	{ true, false, { 0, HELD - 1 }, "s" },
	{ true, false, { 0, HELD + 1 }, "l" },
	{ true, false, { 0, 100, 200, 300 }, "ss" },
	{ true, false, { 0, 900, 1000, 1100 }, "ls" },
	{ false, true, { 0, 100 }, "s" },
	{ false, true, { 0, 3000 }, "s" },
	{ false, true, { 0, 100, 200, 300 }, "d" },
	{ false, true, { 0, 100, 99 + GAP, 600 }, "d" },
	{ false, true, { 0, 100, 101 + GAP, 600 }, "ss" },
	{ false, true, { 0, 10, 20, 30, 40, 50 }, "ds" },
	{ false, true, { 0, 10, 20, 30, 40, 50, 60, 70 }, "dd" },
	{ true, true, { 0, 100 }, "s" },
	{ true, true, { 0, 900 }, "l" },
	{ true, true, { 0, 900, 1000, 1100 }, "ls" },
	{ true, true, { 0, 100, 200, 2000 }, "d" },
};

static char told[STEPS];

static void tell(enum press_kind kind)
{
	const char letter[] = { press_name(kind) ? *press_name(kind) : 0, 0 };

	strcat(told, letter);
}

static void until(struct press *p, uint64_t now)
{
	while (p->due && p->due <= now)
		tell(press_expire(p));
}

static void test_press_is_short_long_or_double(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct press p = { .longs = casev[i].longs,
				   .doubles = casev[i].doubles };

		told[0] = '\0';
		for (unsigned k = 0; k < STEPS && (!k || casev[i].changev[k]);
		     k++) {
			const uint64_t now = CLOCK_S +
					     casev[i].changev[k] * CLOCK_MS;

			until(&p, now);
			tell(press_change(&p, k % 2 == 0, now));
		}
		until(&p, CLOCK_NEVER);
		assert_string_equal(told, casev[i].told);
		assert_int_equal(p.state, PRESS_UP);
	}
}

static void test_press_does_not_wait_without_a_reason(void **state)
{
	struct press p = { .longs = false };
	(void)state;

	assert_int_equal(press_change(&p, true, CLOCK_S), PRESS_SHORT);
	assert_int_equal(press_change(&p, false, CLOCK_S), PRESS_NONE);

	/* It was pressed when the phone started */
	assert_int_equal(press_change(&p, false, CLOCK_S), PRESS_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_press_is_short_long_or_double),
		cmocka_unit_test(test_press_does_not_wait_without_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
