/**
 * @file tests/loop/test_limits.c  Times of calls: ringing, answering, the end
 *
 * Whole phones in virtual time.
 */
#include <math.h>
#include "core/call/calls_show.h"
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	TALK = 2 * CLOCK_S,
	WARNING_HZ = 1400,
};

static void begin(uint32_t seed, const char *of_b)
{
	const char *const extrav[] = { "[call]\nmedia=audio\n", of_b };

	rig_start(seed, extrav);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
}

static unsigned field(const json_t *ev, const char *name)
{
	assert_non_null(ev);
	return (unsigned)json_integer_value(json_object_get(ev, name));
}

static void hang_up(void)
{
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
	rig_stop();
}

static void test_limits_ring_for_a_time(void **state)
{
	uint64_t since;
	(void)state;

	begin(1, "[call]\nring_time=10s\nmedia=audio\n");
	since = clock_now();
	assert_int_equal(
		field(rig_wait(0, "terminated:call", 3 * WAIT), "code"), 480);
	assert_true(clock_now() - since > 9 * CLOCK_S);
	assert_true(clock_now() - since < 11 * CLOCK_S);
	rig_stop();
}

static void test_limits_end_a_call_with_a_warning(void **state)
{
	struct sound_heard heard;
	const json_t *ev;
	const char *text;
	(void)state;

	begin(2, "[call]\nmedia=audio\ntime_limit=60s\nwarning_time=20s\n");
	assert_int_equal(rig_answer(1), 0);
	assert_non_null(rig_wait(1, "media_added", WAIT));
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_int_equal(phone_mute(rig_phone(i), 0, true, clock_now()),
				 0);
	rig_run(38 * CLOCK_S);
	assert_int_equal(rig_count(1, "time_warning"), 0);
	ev = rig_wait(1, "time_warning", WAIT);
	assert_int_equal(field(ev, "left"), 20);
	rig_run(TALK);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		rig_heard(i, &heard);
		print_message("phone %u: %.0f Hz\n", i, heard.frequency);
		assert_true(fabs(heard.frequency - WARNING_HZ) < 20);
	}
	rig_run(15 * CLOCK_S);
	assert_int_equal(rig_count(0, "terminated:call"), 0);
	ev = rig_wait(0, "terminated:call", WAIT);
	assert_non_null(ev);
	text = json_string_value(json_object_get(ev, "cause"));
	assert_non_null(text);
	assert_non_null(strstr(text, "Call time limit"));
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
	rig_stop();
}

static void test_limits_answer_after_a_while_and_say_nothing(void **state)
{
	struct sound_heard heard;
	(void)state;

	begin(3, "[call]\nmedia=audio\nauto_answer=all\nauto_delay=3s\n"
		 "auto_media=none\n");
	rig_run(2 * CLOCK_S);
	assert_int_equal(rig_count(0, "connected:call"), 0);
	assert_non_null(rig_wait(0, "media_added", TALK));
	rig_run(TALK);
	rig_heard(0, &heard);
	assert_true(fabs(heard.frequency - rig_tonev[0]) > 20);
	rig_heard(1, &heard);
	assert_true(fabs(heard.frequency - rig_tonev[1]) < 20);
	assert_int_equal(phone_mute(rig_phone(1), 0, false, clock_now()), 0);
	rig_run(TALK);
	rig_heard(0, &heard);
	assert_true(fabs(heard.frequency - rig_tonev[0]) < 20);
	hang_up();
}

/* Who does not ask, rings */
static void test_limits_answer_who_asks(void **state)
{
	(void)state;

	begin(4, "[call]\nmedia=audio\nauto_answer=all\nauto_when=asked\n");
	rig_run(WAIT);
	assert_int_equal(rig_count(0, "connected:call"), 0);
	hang_up();

	/* And it is no use to ask where it is not configured */
	for (unsigned yes = 0; yes < 2; yes++) {
		const char *const extrav[] = {
			"[call]\nmedia=audio\n[headers]\nAnswer-Mode=Auto\n",
			yes ? "[call]\nauto_answer=sip:a@loop.invalid\n"
			      "auto_when=asked\n"
			    : "[call]\nauto_when=asked\n",
		};

		rig_start(5 + yes, extrav);
		assert_int_equal(
			phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			0);
		rig_run(WAIT);
		assert_int_equal(rig_count(0, "connected:call"), yes);
		hang_up();
	}
}

static bool moves(unsigned i, const struct sip_msg *msg, uint64_t now)
{
	if (pl_strcmp(&msg->met, "INVITE") || pl_strcmp(&msg->uri.user, "x"))
		return false;

	exchange_respond(i, msg, "302 Moved Temporarily",
			 "Contact: <sip:b@loop.invalid>\r\n", now);
	return true;
}

static void test_limits_of_a_redirect(void **state)
{
	static const char *const audiov[] = { "[call]\nmedia=audio\n",
					      "[call]\nmedia=audio\n" };
	static const char *const nov[] = { "[call]\nredirect=no\n", NULL };
	json_t *js;
	(void)state;

	rig_start(8, audiov);
	exchange_set_agent(moves);
	assert_int_equal(phone_call(rig_phone(0), "x", NULL, NULL, clock_now()),
			 0);
	assert_int_equal(field(rig_wait(0, "redirected", WAIT), "code"), 302);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	assert_non_null(rig_wait(0, "media_added", WAIT));
	assert_non_null(rig_wait(1, "media_added", WAIT));
	js = phone_calls_json(rig_phone(0));
	assert_int_equal(json_array_size(json_object_get(json_array_get(js, 0),
							 "history")),
			 1);
	json_decref(js);
	exchange_set_agent(NULL);
	hang_up();

	rig_start(9, nov);
	exchange_set_agent(moves);
	assert_int_equal(phone_call(rig_phone(0), "x", NULL, NULL, clock_now()),
			 0);
	assert_int_equal(field(rig_wait(0, "terminated:call", WAIT), "code"),
			 302);
	exchange_set_agent(NULL);
	rig_stop();
}

/* The user says yes, no, hangs up, or nothing */
static void test_limits_of_a_redirect_that_is_asked_for(void **state)
{
	static const char *const askv[] = {
		"[call]\nmedia=audio\nredirect=ask\nno_answer=20s\n",
		"[call]\nmedia=audio\n",
	};
	const json_t *ev;
	(void)state;

	for (unsigned i = 0; i < 4; i++) {
		const uint64_t now = clock_now();

		rig_start(10 + i, askv);
		exchange_set_agent(moves);
		assert_int_equal(phone_consent(rig_phone(0), 0, true, now),
				 ENOENT);
		assert_int_equal(phone_call(rig_phone(0), "x", NULL, NULL, now),
				 0);
		ev = rig_wait(0, "redirect_requested", WAIT);
		assert_int_equal(field(ev, "code"), 302);
		rig_run(WAIT);
		assert_int_equal(rig_count(1, "ringing"), 0);
		if (i < 2)
			assert_int_equal(
				phone_consent(rig_phone(0), 0, !i, clock_now()),
				0);
		if (i == 2)
			assert_int_equal(
				phone_hangup(rig_phone(0), 0, clock_now()), 0);
		if (i)
			assert_int_equal(
				field(rig_wait(0, "terminated:call", 3 * WAIT),
				      "code"),
				i == 2 ? 0 : 302);
		else
			assert_non_null(rig_wait(1, "ringing", WAIT));
		assert_int_equal(rig_count(0, "redirected"), !i);
		exchange_set_agent(NULL);
		if (i)
			rig_stop();
		else
			hang_up();
	}
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_limits_ring_for_a_time),
		cmocka_unit_test(test_limits_end_a_call_with_a_warning),
		cmocka_unit_test(
			test_limits_answer_after_a_while_and_say_nothing),
		cmocka_unit_test(test_limits_answer_who_asks),
		cmocka_unit_test(test_limits_of_a_redirect),
		cmocka_unit_test(test_limits_of_a_redirect_that_is_asked_for),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
