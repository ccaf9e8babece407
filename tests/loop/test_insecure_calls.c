/**
 * @file tests/loop/test_insecure_calls.c  Calls that others can listen to
 *
 * Whole phones in virtual time that ask for SDES or plain RTP, or are asked
 * for it, with ICE and without, and with RTCP on a port of its own.
 */
#include "tests/loop/support/gateway.h"
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	TALK = 5 * CLOCK_S,
};

#define INSECURE "[video]\ncamera=none\n[call]\ninsecure_media=yes\n"

static void establish(const char *offer, const char *kind, unsigned lacks)
{
	const char *const extrav[RIG_PHONES] = { offer, INSECURE };
	struct sound_heard before[RIG_PHONES], after;

	rig_start(lacks, extrav);
	gateway_set(lacks);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		const json_t *ev = rig_wait(i, "insecure_media:call", WAIT);
		json_t *stats = rig_stats(i);

		assert_non_null(ev);
		assert_string_equal(
			json_string_value(json_object_get(ev, "kind")), kind);
		assert_string_equal(
			json_string_value(json_object_get(
				json_object_get(stats, "media"), "keying")),
			kind);
		json_decref(stats);
	}
	rig_run(CLOCK_S);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		rig_heard(i, &before[i]);
	rig_run(TALK);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		rig_heard(i, &after);
		assert_in_range(after.sounding - before[i].sounding,
				TALK / CLOCK_MS * 95 / 100, TALK / CLOCK_MS);
	}
}

static void test_insecure_calls_are_heard_and_told(void **state)
{
	static const struct {
		const char *offer, *kind;
	} v[] = {
		{ INSECURE "offer=sdes\n", "sdes" },
		{ INSECURE "offer=rtp\n", "rtp" },
	};
	static const unsigned lackv[] = { 0, GATEWAY_ICE,
					  GATEWAY_ICE | GATEWAY_MUX };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(lackv); k++) {
			establish(v[i].offer, v[i].kind, lackv[k]);

			/* It goes on as it was */
			assert_int_equal(
				phone_hold(rig_phone(1), 0, true, clock_now()),
				0);
			assert_non_null(rig_wait(0, "m_remote_hold", WAIT));
			assert_int_equal(
				phone_hold(rig_phone(1), 0, false, clock_now()),
				0);
			assert_non_null(rig_wait(0, "m_remote_resume", WAIT));
			rig_run(CLOCK_S);
			assert_int_equal(rig_count(0, "insecure_media"), 1);
			assert_int_equal(rig_count(0, "terminated:call"), 0);
			assert_int_equal(
				phone_hangup(rig_phone(0), 0, clock_now()), 0);
			rig_run(WAIT);
			rig_stop();
		}
	}
}

static void test_insecure_calls_are_refused_unless_allowed(void **state)
{
	const char *const extrav[RIG_PHONES] = { INSECURE "offer=rtp\n", NULL };
	const json_t *ev;
	(void)state;

	rig_start(9, extrav);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	ev = rig_wait(0, "terminated:call", WAIT);
	assert_non_null(ev);
	assert_int_equal(json_integer_value(json_object_get(ev, "code")), 488);
	assert_int_equal(rig_count(1, "ringing"), 0);
	rig_stop();
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_insecure_calls_are_heard_and_told),
		cmocka_unit_test(
			test_insecure_calls_are_refused_unless_allowed),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
