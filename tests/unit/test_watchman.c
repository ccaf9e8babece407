/**
 * @file tests/unit/test_watchman.c  Tests of relays that end without us
 */
#include "tests/unit/test.h"
#include "drivers/watchman.h"

static bool onv[WATCHMAN_LINES];
static int broken;

static int on_switch(unsigned line, bool on, void *arg)
{
	(void)arg;

	if (!broken)
		onv[line] = on;
	return broken;
}

static void begin(struct watchman *w)
{
	memset(w, 0, sizeof(*w));
	memset(onv, 0, sizeof(onv));
	broken = 0;
	w->h = on_switch;
	w->linev[0].longest = 3 * CLOCK_S;
	w->linev[1].longest = CLOCK_S;
	assert_true(watchman_due(w) == CLOCK_NEVER);
}

static void test_watchman_ends_all_in_silence(void **state)
{
	uint64_t now = CLOCK_S;
	struct watchman w;
	(void)state;

	begin(&w);
	assert_int_equal(watchman_set(&w, 0, true, now), 0);
	assert_int_equal(watchman_set(&w, 1, true, now), 0);
	assert_true(watchman_due(&w) == now + WATCHMAN_SILENCE);
	watchman_expire(&w, now + WATCHMAN_SILENCE - 1);
	assert_true(onv[0] && onv[1]);
	watchman_expire(&w, now + WATCHMAN_SILENCE);
	assert_false(onv[0] || onv[1]);

	/* It goes on again only when it is told to */
	watchman_beat(&w, now + WATCHMAN_SILENCE + 1);
	assert_true(watchman_due(&w) == CLOCK_NEVER);
}

static void test_watchman_keeps_the_time_of_each(void **state)
{
	const uint64_t start = CLOCK_S;
	uint64_t now = start;
	struct watchman w;
	(void)state;

	begin(&w);
	(void)watchman_set(&w, 0, true, now);
	(void)watchman_set(&w, 1, true, now);
	for (; now < start + 4 * CLOCK_S; now += WATCHMAN_BEAT) {
		watchman_beat(&w, now);
		(void)watchman_set(&w, 0, now < start + 3 * CLOCK_S, now);
		watchman_expire(&w, now);
		assert_int_equal(onv[0], now < start + 3 * CLOCK_S);
		assert_int_equal(onv[1], now < start + CLOCK_S);
	}
}

static void test_watchman_tries_again(void **state)
{
	uint64_t now = CLOCK_S;
	struct watchman w;
	(void)state;

	begin(&w);
	(void)watchman_set(&w, 0, true, now);
	broken = EIO;
	now += WATCHMAN_SILENCE;
	watchman_expire(&w, now);
	assert_true(onv[0]);
	assert_true(watchman_due(&w) == now + WATCHMAN_BEAT);
	broken = 0;
	watchman_expire(&w, now + WATCHMAN_BEAT);
	assert_false(onv[0]);
	assert_int_equal(watchman_set(&w, 0, false, now), 0);
	broken = EIO;
	assert_int_equal(watchman_set(&w, 0, true, now), EIO);
	assert_true(watchman_due(&w) == CLOCK_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_watchman_ends_all_in_silence),
		cmocka_unit_test(test_watchman_keeps_the_time_of_each),
		cmocka_unit_test(test_watchman_tries_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
