/**
 * @file tests/unit/test_debounce.c  Tests of contacts that bounce
 */
#include "tests/unit/test.h"
#include "drivers/debounce.h"

enum {
	TIME = 20 * CLOCK_MS,
	BOUNCES = 40, /* For 8 ms */
	APART = 200,
	SEEDS = 200,
	EDGES = 500,
	LONGEST = 30 * CLOCK_MS, /* Between two edges */
};

static void test_debounce_hears_a_bouncing_press_once(void **state)
{
	struct debounce d;
	uint64_t now = CLOCK_S;
	(void)state;

	debounce_init(&d, TIME, false);
	assert_true(d.due == CLOCK_NEVER);
	for (unsigned i = 0; i <= BOUNCES; i++, now += APART)
		debounce_edge(&d, i % 2 == 0, now);

	assert_true(d.due == now - APART + TIME);
	assert_true(debounce_look(&d, true));
	assert_true(d.on);
	assert_true(d.due == CLOCK_NEVER);
}

static void test_debounce_takes_a_spark_for_nothing(void **state)
{
	struct debounce d;
	(void)state;

	debounce_init(&d, TIME, false);
	debounce_edge(&d, true, CLOCK_S);
	debounce_edge(&d, false, CLOCK_S + APART);
	assert_true(d.due == CLOCK_NEVER);

	/* Its second edge was lost, or read together with the first one */
	debounce_edge(&d, true, CLOCK_S);
	assert_false(debounce_look(&d, false));
	debounce_edge(&d, false, CLOCK_S);
	assert_true(d.due == CLOCK_NEVER);
	assert_false(d.on);
}

/* Whatever the edges are, what it says was so for the whole time */
static void test_debounce_property(void **state)
{
	(void)state;

	for (unsigned seed = 1; seed < SEEDS; seed++) {
		uint64_t now = CLOCK_S, since = CLOCK_S;
		unsigned r = seed;
		struct debounce d;
		bool on = false;

		debounce_init(&d, TIME, on);
		for (unsigned i = 0; i < EDGES; i++) {
			r = r * 1103515245 + 12345;
			now += (r >> 8) % LONGEST;
			if (d.due <= now && debounce_look(&d, on))
				assert_true(now >= since + TIME);
			on = !on;
			since = now;
			debounce_edge(&d, on, now);
		}
		if (d.due != CLOCK_NEVER)
			(void)debounce_look(&d, on);
		assert_int_equal(d.on, on);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_debounce_hears_a_bouncing_press_once),
		cmocka_unit_test(test_debounce_takes_a_spark_for_nothing),
		cmocka_unit_test(test_debounce_property),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
