/**
 * @file tests/loop/test_call.c  Two phones call each other
 *
 * Whole phones, from phone_call() to sound in the other's ear, with ICE,
 * DTLS and SRTP, over a simulated server and network, in virtual time.
 */
#include <math.h>
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	TALK = 3 * CLOCK_S,
	LEVEL = -20,
};

static unsigned code_of(const json_t *ev)
{
	return (unsigned)json_integer_value(json_object_get(ev, "code"));
}

static void establish(void)
{
	const uint64_t now = clock_now();

	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, now), 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_non_null(rig_wait(0, "i_ao_request", WAIT));
	assert_int_equal(rig_answer(1), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		assert_non_null(rig_wait(i, "connected:call", WAIT));
		assert_non_null(
			rig_wait(i, "m_stream_audio_remote_added", WAIT));
	}
}

static void assert_hears(unsigned i)
{
	struct sound_heard heard;

	rig_heard(i, &heard);
	print_message("phone %u hears %.1f Hz, %.1f dBFS, gap %u ms\n", i,
		      heard.frequency, heard.level, heard.gap);
	assert_true(fabs(heard.frequency - rig_tonev[i]) < rig_tonev[i] / 100);
	assert_true(fabs(heard.level - LEVEL) < 3);
	assert_true(heard.gap <= 60);
}

static void assert_quiet(unsigned i)
{
	struct sound_heard heard;

	rig_heard(i, &heard);
	print_message("phone %u hears %.1f dBFS\n", i, heard.level);
	assert_true(heard.level < LEVEL - 40);
}

static void test_call_carries_sound_both_ways(void **state)
{
	(void)state;

	rig_start(1, NULL);
	establish();
	rig_run(TALK);
	assert_hears(0);
	assert_hears(1);
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
	assert_int_equal(phone_calls(rig_phone(0)), 0);
	assert_int_equal(phone_calls(rig_phone(1)), 0);
	rig_stop();
}

static void test_call_is_hung_up_by_the_called(void **state)
{
	(void)state;

	rig_start(2, NULL);
	establish();
	assert_int_equal(phone_hangup(rig_phone(1), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
	rig_stop();
}

static void test_call_is_rejected(void **state)
{
	const json_t *ev;
	(void)state;

	rig_start(1, NULL);
	assert_int_equal(phone_call(rig_phone(0), "sip:b@loop.invalid", NULL,
				    NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "i_new_call", WAIT));
	assert_int_equal(phone_reject(rig_phone(1), 0, 0, clock_now()), 0);
	ev = rig_wait(0, "terminated:call", WAIT);
	assert_non_null(ev);
	assert_int_equal(code_of(ev), 603);
	rig_stop();
}

static void test_call_is_cancelled_while_ringing(void **state)
{
	const json_t *ev;
	(void)state;

	rig_start(1, NULL);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	ev = rig_wait(0, "terminated:call", WAIT);
	assert_non_null(ev);
	ev = rig_wait(1, "terminated:call", WAIT);
	assert_non_null(ev);
	assert_int_equal(rig_count(1, "cancelled_request"), 1);
	rig_stop();
}

static void test_call_to_nobody_fails(void **state)
{
	const json_t *ev;
	(void)state;

	rig_start(1, NULL);
	assert_int_equal(
		phone_call(rig_phone(0), "nobody", NULL, NULL, clock_now()), 0);
	ev = rig_wait(0, "terminated:call", WAIT);
	assert_non_null(ev);
	assert_int_equal(code_of(ev), 404);
	rig_stop();
}

static void test_call_carries_digits_both_ways(void **state)
{
	static const char digits[] = "12*#";
	(void)state;

	rig_start(3, NULL);
	establish();
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		assert_int_equal(
			phone_dtmf(rig_phone(i), 0, digits, clock_now()), 0);
		for (const char *p = digits; *p; p++) {
			const json_t *ev = rig_wait(!i, "dtmf_received", WAIT);

			assert_non_null(ev);
			assert_int_equal(*p, *json_string_value(json_object_get(
						     ev, "digit")));
		}
	}
	assert_int_equal(phone_dtmf(rig_phone(0), 0, "12x", clock_now()),
			 EINVAL);
	rig_stop();
}

static void test_call_goes_on_without_its_server(void **state)
{
	struct sound_heard heard;
	uint64_t sounding;
	(void)state;

	rig_start(4, NULL);
	establish();
	rig_run(TALK);
	exchange_set_up(false);
	rig_run(10 * CLOCK_S);
	rig_heard(0, &heard);
	sounding = heard.sounding;
	assert_true(sounding > 12000);
	assert_hears(0);
	exchange_set_up(true);
	assert_non_null(rig_wait(0, "connected:register", 30 * CLOCK_S));
	rig_run(TALK);
	assert_hears(1);
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
	rig_stop();
}

/* Phone 0's connection is new: it tells phone 1 by a re-INVITE */
static void test_call_renews_its_way_after_a_lost_flow(void **state)
{
	(void)state;

	rig_start(8, NULL);
	establish();
	assert_int_equal(phone_mute(rig_phone(1), 0, true, clock_now()), 0);
	rig_run(CLOCK_S);
	exchange_lose(0);
	assert_non_null(rig_wait(0, "connected:register", WAIT));
	rig_run(TALK);
	assert_int_equal(exchange_stats()->reinvites, 1);
	assert_hears(1);
	assert_quiet(0);
	assert_int_equal(phone_mute(rig_phone(1), 0, false, clock_now()), 0);
	rig_run(TALK);
	assert_hears(0);

	assert_int_equal(phone_hangup(rig_phone(1), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
	assert_int_equal(exchange_stats()->unroutable, 0);
	rig_stop();
}

/* Each learns of its own new connection at the same time: 491, once more */
static void test_call_renews_both_ways_after_a_dead_server(void **state)
{
	(void)state;

	rig_start(9, NULL);
	establish();
	exchange_set_up(false);
	rig_run(TALK);
	exchange_set_up(true);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "connected:register", WAIT));
	rig_run(10 * CLOCK_S);
	assert_int_equal(exchange_stats()->reinvites, 4);
	assert_hears(0);
	assert_hears(1);

	assert_int_equal(phone_hangup(rig_phone(1), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
	rig_stop();
}

static unsigned received(unsigned i)
{
	json_t *js = rig_stats(i);
	int n = -1;

	assert_int_equal(json_unpack(js, "{s:{s:{s:{s:i}}}}", "media", "audio",
				     "received", "packets", &n),
			 0);
	json_decref(js);
	return (unsigned)n;
}

/* Another address, and so another connection: media are back within the 3 s
   of SECURITY row 40. 50 packets are a second */
static void test_call_moves_to_another_address(void **state)
{
	unsigned before, after;
	(void)state;

	rig_start(10, NULL);
	establish();
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		rig_run(TALK);
		before = received(!i);
		ether_move(i);
		exchange_lose(i);
		rig_run(TALK);
		after = received(!i);
		print_message("phone %u: %u packets in 3 s\n", !i,
			      after - before);
		assert_in_range(after - before, 50, 130);
		rig_run(TALK);
		assert_in_range(received(!i) - after, 148, 152);
		assert_hears(0);
		assert_hears(1);
	}
	assert_int_equal(exchange_stats()->reinvites, RIG_PHONES);
	assert_int_equal(phone_hangup(rig_phone(1), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
	rig_stop();
}

/* Both have offered, and wait (491), when phone 0 moves: the offer that phone
   1 then makes first knows nothing of it */
static void test_call_moves_while_both_want_to_offer(void **state)
{
	unsigned beforev[RIG_PHONES];
	(void)state;

	for (unsigned mover = 0; mover < RIG_PHONES; mover++) {
		rig_start(12 + mover, NULL);
		establish();
		exchange_set_up(false);
		rig_run(CLOCK_S);
		exchange_set_up(true);
		for (unsigned i = 0; i < RIG_PHONES; i++)
			assert_non_null(
				rig_wait(i, "connected:register", WAIT));
		rig_run(4 * EXCHANGE_DELAY);
		ether_move(mover);
		rig_run(2 * TALK);

		for (unsigned i = 0; i < RIG_PHONES; i++)
			beforev[i] = received(i);
		rig_run(TALK);
		for (unsigned i = 0; i < RIG_PHONES; i++)
			assert_in_range(received(i) - beforev[i], 148, 152);
		rig_stop();
	}
}

static void test_call_without_an_answer_to_its_move_ends(void **state)
{
	(void)state;

	rig_start(11, NULL);
	establish();
	rig_run(TALK);
	exchange_set_up(false);
	ether_move(0);
	assert_non_null(rig_wait(0, "terminated:call", 50 * CLOCK_S));
	exchange_set_up(true);
	rig_stop();
}

static void test_call_ends_when_the_media_path_dies(void **state)
{
	static const struct ether_weather dead = { .loss = 1000 };
	(void)state;

	rig_start(5, NULL);
	establish();
	rig_run(TALK);
	ether_set(&dead);
	assert_non_null(rig_wait(0, "terminated:call", 40 * CLOCK_S));
	assert_non_null(rig_wait(1, "terminated:call", 40 * CLOCK_S));
	rig_stop();
}

static void test_call_stops_with_its_phone(void **state)
{
	(void)state;

	rig_start(6, NULL);
	establish();
	rig_stop();
}

static void test_call_beyond_the_limit_is_busy(void **state)
{
	static const char *const extra[] = { "[call]\nmax=2\n", NULL };
	(void)state;

	rig_start(7, extra);
	establish();
	assert_int_equal(
		phone_call(rig_phone(0), "nobody", NULL, NULL, clock_now()), 0);
	assert_int_equal(
		phone_call(rig_phone(0), "nobody", NULL, NULL, clock_now()),
		EBUSY);
	rig_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_call_carries_sound_both_ways),
		cmocka_unit_test(test_call_is_hung_up_by_the_called),
		cmocka_unit_test(test_call_is_rejected),
		cmocka_unit_test(test_call_is_cancelled_while_ringing),
		cmocka_unit_test(test_call_to_nobody_fails),
		cmocka_unit_test(test_call_carries_digits_both_ways),
		cmocka_unit_test(test_call_goes_on_without_its_server),
		cmocka_unit_test(test_call_renews_its_way_after_a_lost_flow),
		cmocka_unit_test(
			test_call_renews_both_ways_after_a_dead_server),
		cmocka_unit_test(test_call_moves_to_another_address),
		cmocka_unit_test(test_call_moves_while_both_want_to_offer),
		cmocka_unit_test(test_call_without_an_answer_to_its_move_ends),
		cmocka_unit_test(test_call_ends_when_the_media_path_dies),
		cmocka_unit_test(test_call_stops_with_its_phone),
		cmocka_unit_test(test_call_beyond_the_limit_is_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
