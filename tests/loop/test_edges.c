/**
 * @file tests/loop/test_edges.c  Two phones at the edges of a call
 *
 * What a phone does when things end in the middle of others, and what it must
 * not do before its user has answered (SECURITY row 8).
 */
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	TEXT = 2048,
};

static void call(void)
{
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
}

static void establish(void)
{
	call();
	assert_int_equal(rig_answer(1), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		assert_non_null(rig_wait(i, "connected:call", WAIT));
		assert_non_null(
			rig_wait(i, "m_stream_audio_remote_added", WAIT));
	}
}

static unsigned code_of(const json_t *ev)
{
	return (unsigned)json_integer_value(json_object_get(ev, "code"));
}

static bool says(unsigned i, const char *text)
{
	char buf[TEXT];

	(void)re_snprintf(buf, sizeof(buf), "%H", phone_print, rig_phone(i));
	return strstr(buf, text) != NULL;
}

static void test_edges_ringing_opens_and_sends_nothing(void **st)
{
	(void)st;

	rig_start(1, NULL);
	call();
	rig_run(2 * CLOCK_S);
	assert_true(says(1, " closed"));
	assert_true(ether_stats()->sent == 0);
	assert_int_equal(rig_count(1, "m_permission_requested"), 0);
	assert_int_equal(rig_answer(1), 0);
	assert_true(says(1, " open"));
	assert_non_null(rig_wait(1, "connected:call", WAIT));
	assert_int_equal(rig_count(1, "m_permission_requested"), 1);
	assert_int_equal(phone_hangup(rig_phone(1), 0, clock_now()), 0);
	assert_true(says(1, " closed"));
	rig_stop();
}

static void test_edges_answer_over_a_flow_that_just_broke(void **state)
{
	static const struct exchange_mood broken = { .send_err = ECONNRESET };
	(void)state;

	rig_start(2, NULL);
	call();
	exchange_set_mood(&broken);
	assert_int_not_equal(rig_answer(1), 0);
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
	assert_int_equal(phone_calls(rig_phone(1)), 0);
	assert_true(says(1, " closed"));
	rig_stop();
}

static void test_edges_media_closed_without_bye_end_the_call(void **state)
{
	(void)state;

	rig_start(3, NULL);
	establish();
	exchange_set_up(false);
	rig_run(CLOCK_S);
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
	assert_non_null(rig_wait(1, "terminated:call", 10 * CLOCK_S));
	assert_true(says(1, " closed"));
	rig_stop();
}

static void test_edges_bye_that_vanishes_is_not_in_the_way(void **state)
{
	static const char *const extra[] = { "[call]\nmax=1\n",
					     "[call]\nmax=1\n" };
	static const struct exchange_mood hole = { .swallows = "BYE" };
	(void)state;

	rig_start(4, extra);
	establish();
	exchange_set_mood(&hole);
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	rig_run(6 * CLOCK_S);
	assert_int_equal(phone_calls(rig_phone(0)), 1);
	establish();
	assert_int_equal(phone_calls(rig_phone(0)), 2);
	assert_int_equal(phone_mute(rig_phone(0), 0, true, clock_now()), 0);
	assert_int_equal(phone_dtmf(rig_phone(0), 0, "1", clock_now()), 0);
	rig_run(40 * CLOCK_S);
	assert_int_equal(phone_calls(rig_phone(0)), 1);
	rig_stop();
}

static void test_edges_nobody_answers(void **state)
{
	static const char *const extra[] = { NULL, "[call]\nno_answer=5s\n" };
	(void)state;

	rig_start(5, extra);
	call();
	assert_int_equal(code_of(rig_wait(0, "terminated:call", 6 * CLOCK_S)),
			 480);
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
	rig_stop();
}

static void test_edges_auto_answer_knows_whom(void **state)
{
	static const char *const friend[] = {
		NULL, "[call]\nauto_answer=sip:x@y, sip:a@LOOP.invalid\n"
	};
	static const char *const stranger[] = {
		NULL, "[call]\nauto_answer=sip:a@y, sip:A@loop.invalid\n"
	};
	(void)state;

	rig_start(6, friend);
	call();
	assert_non_null(rig_wait(1, "connected:call", WAIT));
	rig_stop();

	rig_start(7, stranger);
	call();
	assert_null(rig_wait(1, "connected:call", WAIT));
	assert_true(says(1, " closed"));
	rig_stop();
}

static void test_edges_direction_of_the_configuration(void **state)
{
	static const char *const extra[] = { "[call]\ndirection=recvonly\n",
					     NULL };
	const struct calls_way both = { .send = true, .recv = true };
	struct sound_heard heard;
	(void)state;

	rig_start(8, extra);
	establish();
	rig_run(3 * CLOCK_S);
	rig_heard(1, &heard);
	assert_true(heard.sounding == 0);
	rig_heard(0, &heard);
	assert_true(heard.sounding > 1000);
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	assert_non_null(rig_wait(1, "terminated:call", WAIT));

	assert_int_equal(
		phone_call(rig_phone(0), "b", &both, NULL, clock_now()), 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	assert_non_null(rig_wait(1, "connected:call", WAIT));
	rig_run(3 * CLOCK_S);
	rig_heard(1, &heard);
	assert_true(heard.sounding > 1000);
	rig_stop();
}

static void test_edges_status_survives_a_foreign_reason(void **state)
{
	/* After escaping, the cut is in the middle of a character */
	static const char why[] =
		"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
		"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
		"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
		"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
		"a\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
		"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9";
	static const struct exchange_mood rude = { .why = why };
	json_t *js;
	(void)state;

	rig_start(9, NULL);
	exchange_set_mood(&rude);
	exchange_set_up(false);
	rig_run(CLOCK_S);
	js = phone_status_json(rig_phone(0));
	assert_non_null(js);
	json_decref(js);
	exchange_set_up(true);
	assert_non_null(rig_wait(0, "connected:register", 30 * CLOCK_S));
	rig_stop();
}

static void test_edges_two_calls_share_one_device(void **state)
{
	unsigned one, two;
	struct sound_heard heard;
	(void)state;

	rig_start(10, NULL);
	establish();
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, &two, clock_now()),
			 0);
	one = two - 1;
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	assert_non_null(rig_wait(0, "connected:call", WAIT));
	rig_run(3 * CLOCK_S);
	rig_heard(1, &heard);
	assert_true(heard.gap < 1000);
	assert_int_equal(phone_calls(rig_phone(0)), 2);

	/* The first one ends behind the second, the device stays open */
	assert_int_equal(phone_hangup(rig_phone(0), one, clock_now()), 0);
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
	assert_true(says(0, " open"));
	rig_run(CLOCK_S);
	assert_int_equal(phone_hangup(rig_phone(0), two, clock_now()), 0);
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
	assert_true(says(0, " closed"));
	assert_true(says(1, " closed"));
	rig_run(CLOCK_S);
	assert_int_equal(phone_hangup(rig_phone(0), two, clock_now()), ENOENT);
	rig_stop();
}

static void test_edges_words_for_what_is_not_there(void **state)
{
	const uint64_t now = clock_now();
	struct phone *p;
	(void)state;

	rig_start(11, NULL);
	p = rig_phone(0);
	assert_int_equal(phone_answer(p, 0, CALLS_CONFIGURED, now), ENOENT);
	assert_int_equal(phone_reject(p, 0, 0, now), ENOENT);
	assert_int_equal(phone_hangup(p, 7, now), ENOENT);
	assert_int_equal(phone_dtmf(p, 0, "1", now), ENOENT);
	assert_int_equal(phone_mute(p, 0, true, now), ENOENT);
	assert_int_equal(phone_call(p, "sip:", NULL, NULL, now), EINVAL);
	assert_int_equal(phone_call(p, "", NULL, NULL, now), EINVAL);
	assert_int_equal(phone_call(p, "sip:a@b\r\nX: y", NULL, NULL, now),
			 EINVAL);
	assert_int_equal(phone_calls(p), 0);
	call();
	assert_int_equal(phone_answer(p, 0, CALLS_CONFIGURED, clock_now()),
			 ENOENT);
	assert_int_equal(phone_reject(rig_phone(1), 0, 302, clock_now()),
			 EINVAL);
	assert_int_equal(phone_dtmf(rig_phone(1), 0, "1", clock_now()), EINVAL);
	assert_int_equal(phone_reject(rig_phone(1), 0, 486, clock_now()), 0);
	assert_int_equal(code_of(rig_wait(0, "terminated:call", WAIT)), 486);
	exchange_set_up(false);
	rig_run(CLOCK_S);
	assert_int_equal(phone_call(p, "b", NULL, NULL, clock_now()), ENOTCONN);
	exchange_set_up(true);
	rig_run(30 * CLOCK_S);
	rig_stop();
}

static void test_edges_another_fork_answers_than_the_early_one(void **state)
{
	static const struct exchange_mood forks = { .forks = true };
	struct sound_heard heard;
	(void)state;

	rig_start(9, NULL);
	call();
	exchange_set_mood(&forks);
	assert_int_equal(rig_answer(1), 0);
	assert_non_null(rig_wait(0, "m_early_media", WAIT));
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(
			rig_wait(i, "m_stream_audio_remote_added", WAIT));
	rig_run(2 * CLOCK_S);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		rig_heard(i, &heard);
		assert_true(heard.sounding > 1000);
	}
	assert_int_equal(phone_hangup(rig_phone(1), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
	rig_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_edges_media_closed_without_bye_end_the_call),
		cmocka_unit_test(test_edges_ringing_opens_and_sends_nothing),
		cmocka_unit_test(test_edges_answer_over_a_flow_that_just_broke),
		cmocka_unit_test(
			test_edges_bye_that_vanishes_is_not_in_the_way),
		cmocka_unit_test(test_edges_nobody_answers),
		cmocka_unit_test(test_edges_auto_answer_knows_whom),
		cmocka_unit_test(test_edges_direction_of_the_configuration),
		cmocka_unit_test(test_edges_status_survives_a_foreign_reason),
		cmocka_unit_test(test_edges_two_calls_share_one_device),
		cmocka_unit_test(test_edges_words_for_what_is_not_there),
		cmocka_unit_test(
			test_edges_another_fork_answers_than_the_early_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
