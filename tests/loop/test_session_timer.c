/**
 * @file tests/loop/test_session_timer.c  Calls that are kept alive, or not
 *
 * Two whole phones in virtual time (RFC 4028).
 */
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	LONG = 600 * CLOCK_S,
};

#define TIMER "[call]\nsession_timer=90s\n"

static void establish(uint32_t seed, const char *const extra[RIG_PHONES])
{
	rig_start(seed, extra);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "connected:call", WAIT));
}

static void test_session_timer_keeps_a_call_of_who_wants_it(void **state)
{
	static const char *const extrav[][RIG_PHONES] = {
		{ TIMER, NULL },
		{ "[call]\nsession_timer=no\n", TIMER },
	};
	(void)state;

	for (uint32_t i = 0; i < ARRAY_SIZE(extrav); i++) {
		establish(i, extrav[i]);
		rig_run(LONG);
		assert_int_equal(rig_count(0, "terminated"), 0);
		assert_int_equal(phone_hangup(rig_phone(1), 0, clock_now()), 0);
		for (unsigned k = 0; k < RIG_PHONES; k++)
			assert_non_null(rig_wait(k, "terminated:call", WAIT));
		rig_stop();
	}
}

static void test_session_timer_ends_a_call_that_nobody_refreshes(void **state)
{
	static const char *const extra[] = { TIMER, TIMER };
	const json_t *ev;
	(void)state;

	establish(3, extra);
	exchange_set_up(false);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		ev = rig_wait(i, "terminated:call", 90 * CLOCK_S);
		assert_non_null(ev);
		assert_string_equal(
			json_string_value(json_object_get(ev, "why")),
			"expired");
	}
	exchange_set_up(true);
	rig_stop();
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(
			test_session_timer_keeps_a_call_of_who_wants_it),
		cmocka_unit_test(
			test_session_timer_ends_a_call_that_nobody_refreshes),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
