/**
 * @file tests/loop/test_early.c  Two phones before the call is answered
 *
 * Reliable responses (RFC 3262) with and without an answer in them.
 */
#include "tests/loop/support/film.h"
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	TALK = 2 * CLOCK_S,
};

#define RELIABLE "[call]\nreliable=yes\n"
#define MEDIA	 "[call]\nreliable=media\n"

static void call(uint32_t seed, const char *callee)
{
	const char *const extrav[RIG_PHONES] = { NULL, callee };

	rig_start(seed, extrav);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
}

static unsigned heard(unsigned i)
{
	struct sound_heard h;

	rig_heard(i, &h);
	return (unsigned)h.sounding;
}

static void finish(void)
{
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "connected:call", WAIT));
	rig_run(TALK);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_true(heard(i) > 1000);
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "terminated:call", WAIT));
	rig_stop();
}

static void test_early_ringing_is_confirmed(void **state)
{
	static const char *const calleev[] = { NULL, RELIABLE, MEDIA };
	(void)state;

	for (uint32_t i = 0; i < ARRAY_SIZE(calleev); i++) {
		call(i, calleev[i]);
		rig_run(40 * CLOCK_S); /* Longer than it is repeated */
		assert_int_equal(exchange_stats()->pracks, i > 0);
		assert_int_equal(rig_answer(1), 0);
		finish();
	}
}

static void test_early_ringing_that_is_not_confirmed_ends(void **state)
{
	static const struct exchange_mood hole = { .swallows = "PRACK" };
	static const char *const extrav[RIG_PHONES] = { NULL, RELIABLE };
	const json_t *ev;
	(void)state;

	rig_start(4, extrav);
	exchange_set_mood(&hole);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	ev = rig_wait(0, "terminated:call", 33 * CLOCK_S);
	assert_int_equal(json_integer_value(json_object_get(ev, "code")), 504);
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
	rig_stop();

	/* Answered before: then it does not matter */
	rig_start(5, extrav);
	exchange_set_mood(&hole);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	finish();
}

static void test_early_answer_waits_for_the_user_with_all_ready(void **state)
{
	unsigned ear;
	(void)state;

	call(6, MEDIA);
	assert_non_null(rig_wait(0, "m_early_media", WAIT));
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "media_added", WAIT));
	rig_run(TALK);

	/* Encrypted, but nobody's microphone is open, and it still rings */
	assert_int_equal(heard(1), 0);
	assert_int_equal(rig_count(1, "m_permission_requested"), 0);
	ear = heard(0);
	rig_run(10 * CLOCK_S);
	assert_true(heard(0) > ear); /* The ring-back tone */
	assert_int_equal(rig_answer(1), 0);
	rig_run(50 * CLOCK_MS);
	assert_int_equal(rig_count(0, "connected:call"), 1);
	finish();
}

#define VIDEO "[video]\nsize=320x240\nfps=30\nbitrate=500k\n"

/* The picture is offered by UPDATE while it rings, of either side: the callee
   takes it, the caller did not want one */
static void test_early_picture_comes_by_update(void **state)
{
	static const char *const extrav[RIG_PHONES] = { VIDEO, MEDIA VIDEO };
	static const struct calls_way sound = { .send = true,
						.recv = true,
						.media = CALLS_AUDIO };
	(void)state;

	for (unsigned who = 0; who < RIG_PHONES; who++) {
		film_reset();
		for (unsigned i = 0; i < RIG_PHONES; i++)
			film_give(i, true, true);
		rig_start(7 + who, extrav);
		assert_int_equal(phone_call(rig_phone(0), "b", &sound, NULL,
					    clock_now()),
				 0);
		assert_non_null(rig_wait(0, "m_early_media", WAIT));
		rig_run(TALK);
		assert_int_equal(
			phone_video(rig_phone(who), 0, true, clock_now()), 0);
		rig_run(TALK);
		assert_int_equal(exchange_stats()->updates, 1);
		for (unsigned i = 0; i < RIG_PHONES; i++)
			assert_false(film_stats(i)->open);
		assert_int_equal(rig_answer(1), 0);
		rig_run(TALK);
		for (unsigned i = 0; i < RIG_PHONES; i++)
			assert_int_equal(film_stats(i)->shown > 30, who == 0);
		assert_int_equal(exchange_stats()->reinvites, 0);
		finish();
		film_reset();
	}
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_early_ringing_is_confirmed),
		cmocka_unit_test(test_early_ringing_that_is_not_confirmed_ends),
		cmocka_unit_test(
			test_early_answer_waits_for_the_user_with_all_ready),
		cmocka_unit_test(test_early_picture_comes_by_update),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
