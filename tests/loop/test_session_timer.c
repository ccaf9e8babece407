/**
 * @file tests/loop/test_session_timer.c  Calls that are kept alive, or not
 *
 * Two whole phones in virtual time (RFC 4028).
 */
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	LONG = 600 * CLOCK_S,
	HALF = 45 * CLOCK_S, /* Of the interval */
};

#define CHEAP "[audio]\nrate=8000\ncodecs=pcmu\n"
#define TIMER CHEAP "[call]\nsession_timer=90s\n"
#define NONE  CHEAP "[call]\nsession_timer=no\n"

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

/* Requests that keep a session alive, of each phone */
static struct {
	unsigned count;
	uint64_t last;
} refreshv[RIG_PHONES];

static void sent(unsigned i, struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_SESSION_EXPIRES);
	const uint64_t now = clock_now();

	if (!msg->to.tag.l || !hdr)
		return;

	/* At half of the interval, who refreshes stays the same */
	assert_int_equal(pl_strcmp(&hdr->val, "90;refresher=uac"), 0);
	if (refreshv[i].count++)
		assert_in_range(now - refreshv[i].last, HALF,
				HALF + 10 * EXCHANGE_DELAY);
	refreshv[i].last = now;
}

/* Our called side is who refreshes, by UPDATE, whoever wanted it */
static void test_session_timer_is_refreshed_at_half_time(void **state)
{
	static const struct exchange_spy spy = { .sent = sent };
	static const char *const extrav[][RIG_PHONES] = {
		{ TIMER, CHEAP },
		{ NONE, TIMER },
	};
	(void)state;

	for (uint32_t i = 0; i < ARRAY_SIZE(extrav); i++) {
		memset(refreshv, 0, sizeof(refreshv));
		establish(10 + i, extrav[i]);
		exchange_set_spy(&spy);
		rig_run(LONG);
		assert_int_equal(refreshv[0].count, 0);
		assert_in_range(refreshv[1].count, LONG / HALF - 1,
				LONG / HALF);
		assert_int_equal(exchange_stats()->updates, refreshv[1].count);
		exchange_set_spy(NULL);
		rig_stop();
	}
}

static void test_session_timer_keeps_a_call_of_who_wants_it(void **state)
{
	static const char *const extrav[][RIG_PHONES] = {
		{ TIMER, CHEAP },
		{ NONE, TIMER },
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
		cmocka_unit_test(test_session_timer_is_refreshed_at_half_time),
		cmocka_unit_test(
			test_session_timer_keeps_a_call_of_who_wants_it),
		cmocka_unit_test(
			test_session_timer_ends_a_call_that_nobody_refreshes),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
