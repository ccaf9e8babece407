/**
 * @file tests/loop/test_hold.c  Hold and resume, from either side
 *
 * Whole phones in virtual time: what the other side hears, and is told.
 */
#include <math.h>
#include "tests/loop/support/film.h"
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	TALK = 2 * CLOCK_S,
	LEVEL = -20,
	CYCLES = 10,
	LISTEN = 1500 * CLOCK_MS,
	GAP = 20, /* What may be missing [ms] */
};

static void establish(uint32_t seed, const char *const extra[RIG_PHONES])
{
	rig_start(seed, extra);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		assert_non_null(rig_wait(i, "connected:call", WAIT));
		assert_non_null(rig_wait(i, "media_added", WAIT));
	}
	rig_run(TALK);
}

static void finish(void)
{
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	assert_non_null(rig_wait(0, "terminated:call", WAIT));
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
	rig_stop();
}

static void hold(unsigned i, bool on)
{
	assert_int_equal(phone_hold(rig_phone(i), 0, on, clock_now()), 0);
}

/* Phone i holds or resumes, both are told, and time passes */
static void hold_and_wait(unsigned i, bool on)
{
	hold(i, on);
	assert_non_null(rig_wait(
		i, on ? "m_local_hold_ok" : "m_local_resume_ok", WAIT));
	assert_non_null(
		rig_wait(!i, on ? "m_remote_hold" : "m_remote_resume", WAIT));
	rig_run(TALK);
}

/* Whether there is sound now, which is the other one's tone */
static bool hears(unsigned i)
{
	struct sound_heard heard;
	uint64_t before;

	rig_heard(i, &heard);
	before = heard.sounding;
	rig_run(LISTEN);
	rig_heard(i, &heard);
	print_message("phone %u hears %.1f Hz, %.1f dBFS, %llu ms\n", i,
		      heard.frequency, heard.level,
		      (unsigned long long)(heard.sounding - before));
	if (heard.sounding == before)
		return false;

	assert_true(heard.sounding - before >= LISTEN / CLOCK_MS - GAP);
	assert_true(fabs(heard.frequency - rig_tonev[i]) < rig_tonev[i] / 100);
	assert_true(fabs(heard.level - LEVEL) < 3);
	return true;
}

static unsigned sent(unsigned i)
{
	json_t *js = rig_stats(i);
	int n = -1;

	assert_int_equal(json_unpack(js, "{s:{s:{s:{s:i}}}}", "media", "audio",
				     "sent", "packets", &n),
			 0);
	json_decref(js);
	return (unsigned)n;
}

static void test_hold_sends_nothing_and_resume_all(void **state)
{
	unsigned before[RIG_PHONES];
	(void)state;

	for (unsigned i = 0; i < RIG_PHONES; i++) {
		establish(i, NULL);
		hold(i, true);
		before[i] = sent(i);
		rig_run(100 * CLOCK_MS);
		before[!i] = sent(!i);
		rig_run(10 * CLOCK_S);
		for (unsigned k = 0; k < RIG_PHONES; k++) {
			assert_int_equal(sent(k), before[k]);
			assert_false(hears(k));
		}
		assert_int_equal(phone_hold(rig_phone(i), 0, true, clock_now()),
				 EALREADY);
		assert_int_equal(rig_count(i, "m_local_hold_ok"), 1);
		assert_int_equal(rig_count(!i, "m_remote_hold"), 1);
		hold(i, false);
		rig_run(TALK);
		assert_true(hears(0));
		assert_true(hears(1));
		assert_int_equal(rig_count(i, "m_local_resume_ok"), 1);
		assert_int_equal(rig_count(!i, "m_remote_resume"), 1);
		assert_int_equal(
			phone_hold(rig_phone(i), 0, false, clock_now()),
			EALREADY);
		finish();
	}
}

static void test_hold_ten_times_keeps_media_both_ways(void **state)
{
	(void)state;

	establish(3, NULL);
	for (unsigned n = 0; n < CYCLES; n++) {
		hold_and_wait(n % 2, true);
		hold_and_wait(n % 2, false);
		assert_true(hears(0));
		assert_true(hears(1));
	}
	finish();
}

static void test_hold_of_both_needs_both_to_resume(void **state)
{
	(void)state;

	establish(4, NULL);
	hold_and_wait(0, true);
	hold_and_wait(1, true);
	assert_false(hears(0));
	hold(0, false);
	assert_non_null(rig_wait(0, "m_local_resume_ok", WAIT));
	rig_run(TALK);
	assert_false(hears(0));
	assert_false(hears(1));
	assert_int_equal(rig_count(0, "m_remote_resume"), 0);
	hold(1, false);
	assert_non_null(rig_wait(1, "m_local_resume_ok", WAIT));
	rig_run(TALK);
	assert_true(hears(0));
	assert_true(hears(1));
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		assert_int_equal(rig_count(i, "m_remote_hold"), 1);
		assert_int_equal(rig_count(i, "m_remote_resume"), 1);
	}
	finish();
}

/* Glare: one waits 2.1 to 4 s, the other one less than 2 s */
static void test_hold_of_both_at_once_is_asked_again(void **state)
{
	(void)state;

	for (uint32_t seed = 5; seed < 10; seed++) {
		establish(seed, NULL);
		hold(0, true);
		hold(1, true);
		rig_run(WAIT);
		assert_int_equal(exchange_stats()->reinvites, 4);
		for (unsigned i = 0; i < RIG_PHONES; i++) {
			assert_false(hears(i));
			assert_int_equal(rig_count(i, "m_local_hold_ok"), 1);
			assert_int_equal(rig_count(i, "m_remote_hold"), 1);
			hold(i, false);
		}
		rig_run(WAIT);
		for (unsigned i = 0; i < RIG_PHONES; i++) {
			assert_true(hears(i));
			assert_int_equal(rig_count(i, "m_local_resume_ok"), 1);
			assert_int_equal(rig_count(i, "m_remote_resume"), 1);
		}
		finish();
	}
}

static void test_hold_and_resume_at_once_end_as_wanted_last(void **state)
{
	(void)state;

	establish(10, NULL);
	hold(0, true);
	hold(0, false);
	rig_run(TALK);
	assert_int_equal(rig_count(0, "m_local_hold_nok"), 0);
	assert_int_equal(rig_count(0, "m_local_resume_nok"), 0);
	assert_true(hears(0));
	assert_true(hears(1));
	finish();
}

static void test_hold_that_is_refused_is_none(void **state)
{
	static const struct exchange_mood no = { .refuses = "488 Not Here" };
	static const struct exchange_mood yes = { 0 };
	(void)state;

	establish(15, NULL);
	exchange_set_mood(&no);
	hold(0, true);
	assert_non_null(rig_wait(0, "m_local_hold_nok", WAIT));
	rig_run(TALK);
	assert_true(hears(0));
	assert_true(hears(1));
	exchange_set_mood(&yes);
	hold_and_wait(0, true);
	exchange_set_mood(&no);
	hold(0, false);
	assert_non_null(rig_wait(0, "m_local_resume_nok", WAIT));
	rig_run(TALK);
	assert_false(hears(0));
	assert_false(hears(1));
	exchange_set_mood(&yes);
	hold_and_wait(0, false);
	assert_true(hears(0));
	assert_true(hears(1));
	finish();
}

static void test_hold_keeps_mute(void **state)
{
	(void)state;

	establish(11, NULL);
	assert_int_equal(phone_mute(rig_phone(0), 0, true, clock_now()), 0);
	hold_and_wait(0, true);
	hold_and_wait(0, false);
	assert_false(hears(1));
	assert_true(hears(0));
	assert_int_equal(phone_mute(rig_phone(0), 0, false, clock_now()), 0);
	rig_run(TALK);
	assert_true(hears(1));
	finish();
}

static void test_hold_waits_for_the_server_but_the_mouth_is_shut(void **state)
{
	(void)state;

	establish(12, NULL);
	exchange_set_up(false);
	rig_run(CLOCK_S);
	hold(0, true);
	rig_run(TALK);
	assert_false(hears(1));
	assert_int_equal(rig_count(0, "m_local_hold_ok"), 0);
	exchange_set_up(true);
	assert_non_null(rig_wait(0, "m_local_hold_ok", 30 * CLOCK_S));
	finish();
}

static void test_hold_of_a_way_to_watch_only_is_inactive(void **state)
{
	static const struct calls_way watch = { .recv = true,
						.media = CALLS_AUDIO };
	(void)state;

	rig_start(13, NULL);
	assert_int_equal(
		phone_call(rig_phone(0), "b", &watch, NULL, clock_now()), 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	assert_non_null(rig_wait(0, "media_added", WAIT));
	rig_run(TALK);
	assert_true(hears(0));
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		hold(i, true);
		rig_run(TALK);
		assert_false(hears(0));
		hold(i, false);
		rig_run(TALK);
		assert_true(hears(0));
		assert_int_equal(rig_count(i, "m_local_resume_ok"), 1);

		/* Who sends only has nothing to ask of the other one */
		assert_int_equal(rig_count(!i, "m_remote_hold"), !i);
		assert_int_equal(rig_count(!i, "m_remote_resume"), !i);
	}
	finish();
}

#define VIDEO "[video]\nsize=320x240\nfps=30\nbitrate=500k\n"

static void test_hold_closes_the_camera(void **state)
{
	static const char *const bothv[] = { VIDEO, VIDEO };
	unsigned shown[RIG_PHONES];
	(void)state;

	film_reset();
	for (unsigned i = 0; i < RIG_PHONES; i++)
		film_give(i, true, true);
	establish(14, bothv);
	hold_and_wait(0, true);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		assert_false(film_stats(i)->open);
		shown[i] = film_stats(i)->shown;
		assert_true(shown[i] > 0);
	}
	rig_run(TALK);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_int_equal(film_stats(i)->shown, shown[i]);
	hold_and_wait(0, false);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		assert_true(film_stats(i)->open);
		assert_true(film_stats(i)->shown > shown[i] + 30);
	}
	finish();
	film_reset();
}

/* Agreed, before another change is refused: both sides know it so */
static void test_hold_stays_when_a_later_change_is_refused(void **state)
{
	static const struct exchange_mood no = { .refuses = "488 Not Here" };
	static const struct exchange_mood yes = { 0 };
	static const char *const bothv[] = { VIDEO, VIDEO };
	(void)state;

	film_reset();
	for (unsigned i = 0; i < RIG_PHONES; i++)
		film_give(i, true, true);
	establish(22, bothv);
	for (unsigned on = 1; on < 2; on--) {
		hold(0, on);
		exchange_set_mood(&no);
		assert_int_equal(phone_video(rig_phone(0), 0, !on, clock_now()),
				 0);
		rig_run(TALK);
		exchange_set_mood(&yes);
		assert_int_equal(exchange_stats()->reinvites, on ? 2 : 4);
		assert_int_equal(rig_count(0, "m_local_hold_ok"), 1);
		assert_int_equal(rig_count(0, "m_local_resume_ok"), !on);
		assert_int_equal(rig_count(1, "m_remote_hold"), 1);
		assert_int_equal(rig_count(1, "m_remote_resume"), !on);
		assert_int_equal(hears(1), !on);
		assert_int_equal(hears(0), !on);
	}
	assert_int_equal(rig_count(0, "m_local_hold_nok"), 0);
	assert_int_equal(rig_count(0, "m_local_resume_nok"), 0);
	finish();
	film_reset();
}

enum {
	MUSIC_HZ = 600,
};

static double pitch_of(unsigned i)
{
	struct sound_heard heard;

	rig_run(LISTEN);
	rig_heard(i, &heard);
	print_message("phone %u hears %.1f Hz, %.1f dBFS\n", i, heard.frequency,
		      heard.level);
	assert_true(fabs(heard.level + 20) < 3);
	return heard.frequency;
}

/* Nothing of the microphone meanwhile; mute does not silence music, and
   comes back with the call */
static void test_hold_with_music(void **state)
{
	static const char *const musicv[] = {
		"[call]\nmedia=audio\nhold_music=sim:tone=600\n",
		"[call]\nmedia=audio\n",
	};
	(void)state;

	establish(20, musicv);
	for (unsigned muted = 0; muted < 2; muted++) {
		assert_int_equal(
			phone_mute(rig_phone(0), 0, muted, clock_now()), 0);
		hold_and_wait(0, true);
		assert_true(fabs(pitch_of(1) - MUSIC_HZ) < MUSIC_HZ / 100);
		assert_false(hears(0));
		hold_and_wait(0, false);
		assert_true(hears(0));
		assert_int_equal(hears(1), !muted);
	}

	/* Who is held by both hears nothing, and whom the other one holds
	   without music neither */
	assert_int_equal(phone_mute(rig_phone(0), 0, false, clock_now()), 0);
	hold_and_wait(1, true);
	assert_false(hears(0));
	hold(0, true);
	assert_non_null(rig_wait(0, "m_local_hold_ok", WAIT));
	rig_run(TALK);
	assert_false(hears(1));
	finish();
}

static struct sip_msg *waiting;

/* Who rings at a re-INVITE until it is cancelled, once */
static bool ponders(unsigned i, const struct sip_msg *msg, uint64_t now)
{
	if (!pl_strcmp(&msg->met, "CANCEL")) {
		exchange_respond(i, msg, "200 OK", "", now);
		exchange_respond(i, waiting, "487 Request Terminated", "", now);
		waiting = mem_deref(waiting);
		exchange_set_agent(NULL);
	} else if (!pl_strcmp(&msg->met, "INVITE") && msg->to.tag.l) {
		assert_null(waiting);
		waiting = mem_ref((void *)(uintptr_t)msg);
		exchange_respond(i, msg, "180 Ringing", "", now);
	} else {
		return false;
	}

	return true;
}

/* What was before goes on, unless the user changed his mind meanwhile; after
   that all is as ever */
static void test_hold_that_is_never_answered_is_none(void **state)
{
	(void)state;

	establish(21, NULL);
	for (unsigned n = 0; n < 2; n++) {
		exchange_set_agent(ponders);
		hold(0, true);
		rig_run(58 * CLOCK_S);
		assert_false(hears(1));
		if (n)
			hold(0, false);
		assert_non_null(rig_wait(
			0, n ? "m_local_resume_ok" : "m_local_hold_nok", WAIT));
		rig_run(TALK);
		assert_true(hears(0));
		assert_true(hears(1));
		assert_int_equal(rig_count(1, "m_remote_hold"), n);
		assert_null(waiting);
		hold_and_wait(0, true);
		hold_and_wait(0, false);
		assert_true(hears(0));
	}
	finish();
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_hold_sends_nothing_and_resume_all),
		cmocka_unit_test(test_hold_ten_times_keeps_media_both_ways),
		cmocka_unit_test(test_hold_of_both_needs_both_to_resume),
		cmocka_unit_test(test_hold_of_both_at_once_is_asked_again),
		cmocka_unit_test(
			test_hold_and_resume_at_once_end_as_wanted_last),
		cmocka_unit_test(test_hold_that_is_refused_is_none),
		cmocka_unit_test(test_hold_keeps_mute),
		cmocka_unit_test(
			test_hold_waits_for_the_server_but_the_mouth_is_shut),
		cmocka_unit_test(test_hold_of_a_way_to_watch_only_is_inactive),
		cmocka_unit_test(test_hold_closes_the_camera),
		cmocka_unit_test(
			test_hold_stays_when_a_later_change_is_refused),
		cmocka_unit_test(test_hold_with_music),
		cmocka_unit_test(test_hold_that_is_never_answered_is_none),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
