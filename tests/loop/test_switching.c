/**
 * @file tests/loop/test_switching.c  Two calls of one phone: which is heard
 *
 *     b calls a, who talks; c calls a, too
 *
 * Whole phones in virtual time: what is told of the second call, who hears
 * whom after an answer, a switch and a hang-up, while somebody is called, and
 * when there are too many.
 */
#include <math.h>
#include "core/call/calls_show.h"
#include "tests/loop/support/rig.h"

enum {
	A = 0,
	B = 1,
	C = 2,
	WAIT = 8 * CLOCK_S,
	TALK = 2 * CLOCK_S,
	NOBODY = -1,
	WAITING_HZ = 425,
	RINGBACK_HZ = 425,
};

#define AUDIO "[call]\nmedia=audio\n"

static void begin(uint32_t seed, const char *of_a)
{
	const char *const extrav[] = { of_a ? of_a : AUDIO, AUDIO };

	rig_start(seed, extrav);
	rig_join(AUDIO);
}

static unsigned id_of(const json_t *ev, const char *field)
{
	assert_non_null(ev);
	return (unsigned)json_integer_value(json_object_get(ev, field));
}

/* i calls A, where it rings. @return its number there */
static unsigned dial(unsigned i)
{
	assert_int_equal(phone_call(rig_phone(i), "a", NULL, NULL, clock_now()),
			 0);
	return id_of(rig_wait(A, "ringing", WAIT), "id");
}

/* i calls A, who answers */
static unsigned talk(unsigned i)
{
	const unsigned id = dial(i);

	assert_int_equal(
		phone_answer(rig_phone(A), id, CALLS_CONFIGURED, clock_now()),
		0);
	assert_non_null(rig_wait(i, "media_added", WAIT));
	rig_run(TALK);
	return id;
}

/* What phone i hears in the next second [Hz], 0 for nothing */
static double hears(unsigned i)
{
	struct sound_heard heard;
	uint64_t before;

	rig_heard(i, &heard);
	before = heard.sounding;
	rig_run(1200 * CLOCK_MS);
	rig_heard(i, &heard);
	print_message("phone %u: %.0f Hz, %.1f dBFS, %llu ms\n", i,
		      heard.frequency, heard.level,
		      (unsigned long long)(heard.sounding - before));
	return heard.sounding > before + 1000 ? heard.frequency : 0;
}

static bool is_tone(double f, unsigned of)
{
	return fabs(f - rig_tonev[!(of % 2)]) < rig_tonev[!(of % 2)] / 100;
}

/* A and `who` hear each other, and the others nothing */
static void check_talks(int who)
{
	const double a = hears(A);

	if (who == NOBODY)
		assert_true(a == 0);
	else
		assert_true(is_tone(a, (unsigned)who));
	for (int i = B; i <= C; i++) {
		const double f = hears((unsigned)i);

		if (i == who)
			assert_true(is_tone(f, A));
		else
			assert_true(f == 0);
	}
}

static void switch_to(unsigned id)
{
	assert_int_equal(phone_switch(rig_phone(A), id, clock_now()), 0);
	assert_non_null(rig_wait(A, "m_local_resume_ok", WAIT));
	rig_run(TALK);
}

static void hang_up(unsigned i, unsigned id)
{
	assert_int_equal(phone_hangup(rig_phone(i), id, clock_now()), 0);
	assert_non_null(rig_wait(A, "terminated:call", WAIT));
	rig_run(TALK);
}

static void test_switching_answers_and_goes_back_and_forth(void **state)
{
	unsigned ab, ac;
	(void)state;

	begin(1, NULL);
	ab = talk(B);
	check_talks(B);
	assert_int_equal(rig_count(A, "call_waiting"), 0);
	assert_int_equal(phone_switch(rig_phone(A), 0, clock_now()), ENOENT);
	assert_int_equal(phone_switch(rig_phone(A), ab, clock_now()), EALREADY);

	ac = talk(C);
	assert_int_equal(rig_count(A, "call_waiting"), 1);
	assert_int_equal(rig_count(A, "m_local_hold_ok"), 1);
	assert_int_equal(rig_count(B, "m_remote_hold"), 1);
	check_talks(C);

	switch_to(ab);
	check_talks(B);
	switch_to(0);
	check_talks(C);
	assert_int_equal(phone_switch(rig_phone(A), ac, clock_now()), EALREADY);
	switch_to(ab);

	/* The one that is talked in is meant, and the other one stays */
	hang_up(A, 0);
	assert_int_equal(phone_calls(rig_phone(B)), 0);
	assert_int_equal(phone_calls(rig_phone(C)), 1);
	check_talks(NOBODY);
	assert_int_equal(phone_hold(rig_phone(A), 0, false, clock_now()), 0);
	rig_run(TALK);
	check_talks(C);
	hang_up(C, 0);
	rig_stop();
}

static void test_switching_tells_softly_of_who_waits(void **state)
{
	struct sound_heard heard;
	const json_t *ev;
	unsigned ab, ac, before;
	(void)state;

	begin(2, NULL);
	ab = talk(B);
	assert_int_equal(phone_mute(rig_phone(B), 0, true, clock_now()), 0);
	rig_run(TALK);
	ac = dial(C);
	ev = rig_wait(A, "call_waiting", WAIT);
	assert_int_equal(id_of(ev, "id"), ac);
	assert_int_equal(id_of(ev, "active"), ab);
	rig_heard(A, &heard);
	before = (unsigned)heard.sounding;
	rig_run(10 * CLOCK_S);
	rig_heard(A, &heard);
	print_message("%.0f Hz, %.1f dBFS, %u ms\n", heard.frequency,
		      heard.level, (unsigned)heard.sounding - before);
	assert_true(fabs(heard.frequency - WAITING_HZ) < 5);
	assert_true(heard.level < -25);
	assert_true(heard.sounding - before >= 700);
	assert_true(heard.sounding - before <= 900);

	/* No longer than there is somebody who could be told */
	hang_up(B, 0);
	rig_heard(A, &heard);
	before = (unsigned)heard.sounding;
	rig_run(10 * CLOCK_S);
	rig_heard(A, &heard);
	assert_int_equal(heard.sounding, before);
	assert_int_equal(phone_reject(rig_phone(A), 0, 0, clock_now()), 0);
	assert_non_null(rig_wait(C, "terminated:call", WAIT));
	rig_stop();
}

static void test_switching_ends_what_is_meant(void **state)
{
	unsigned ab, ac;
	(void)state;

	/* Who waits is not meant while one talks */
	begin(3, NULL);
	(void)talk(B);
	ac = dial(C);
	hang_up(A, 0);
	assert_int_equal(phone_calls(rig_phone(B)), 0);
	assert_int_equal(phone_calls(rig_phone(C)), 1);
	assert_int_equal(rig_answer(A), 0);
	assert_non_null(rig_wait(C, "media_added", WAIT));
	rig_run(TALK);
	check_talks(C);

	/* A held one goes away, and the other is not disturbed */
	ab = talk(B);
	check_talks(B);
	hang_up(C, 0);
	check_talks(B);
	assert_int_equal(phone_switch(rig_phone(A), ac, clock_now()), ENOENT);
	hang_up(A, ab);
	rig_stop();
}

static void test_switching_is_busy_beyond_the_limit(void **state)
{
	const json_t *ev;
	(void)state;

	begin(4, "[call]\nmedia=audio\nmax=1\n");
	(void)talk(B);
	assert_int_equal(phone_call(rig_phone(C), "a", NULL, NULL, clock_now()),
			 0);
	ev = rig_wait(C, "terminated:call", WAIT);
	assert_int_equal(id_of(ev, "code"), 486);
	assert_int_equal(rig_count(A, "call_waiting"), 0);
	check_talks(B);
	hang_up(A, 0);
	rig_stop();
}

static void test_switching_answers_by_itself_only_when_idle(void **state)
{
	(void)state;

	begin(5, "[call]\nmedia=audio\nauto_answer=yes\n");
	(void)phone_call(rig_phone(B), "a", NULL, NULL, clock_now());
	assert_non_null(rig_wait(B, "media_added", WAIT));
	(void)dial(C);
	assert_non_null(rig_wait(A, "call_waiting", WAIT));
	rig_run(TALK);
	assert_int_equal(rig_count(C, "connected:call"), 0);
	check_talks(B);
	assert_int_equal(rig_answer(A), 0);
	rig_run(TALK);
	check_talks(C);
	hang_up(B, 0);
	hang_up(C, 0);
	rig_stop();
}

/* A hold that is refused: who is talked to by now stays in front */
static void test_switching_survives_a_refused_hold(void **state)
{
	static const struct exchange_mood no = { .refuses = "488 Not Here" };
	static const struct exchange_mood yes = { 0 };
	(void)state;

	begin(6, NULL);
	(void)talk(B);
	exchange_set_mood(&no);
	(void)talk(C);
	assert_int_equal(rig_count(A, "m_local_hold_nok"), 1);
	exchange_set_mood(&yes);
	assert_true(is_tone(hears(A), C));
	assert_true(is_tone(hears(C), A));
	assert_true(hears(B) == 0);
	hang_up(A, 0);
	hang_up(A, 0);
	rig_stop();
}

/* A, who talks to B, calls somebody. @return the number of the new call */
static unsigned consult(const char *whom)
{
	unsigned id = 0;

	assert_int_equal(phone_call(rig_phone(A), whom, NULL, &id, clock_now()),
			 0);
	return id;
}

/* A hears that it rings there, as if there were no other call */
static void check_rings(void)
{
	struct sound_heard heard;
	uint64_t before;

	rig_heard(A, &heard);
	before = heard.sounding;
	rig_run(10 * CLOCK_S);
	rig_heard(A, &heard);
	assert_true(fabs(heard.frequency - RINGBACK_HZ) < 5);
	assert_true(heard.sounding - before >= 1900);
	assert_true(heard.sounding - before <= 2100);
}

/* The call that A makes to C is answered, or ends, whoever does it */
static void test_switching_holds_while_another_is_called(void **state)
{
	unsigned ab, ac;
	(void)state;

	begin(7, NULL);
	ab = talk(B);
	ac = consult("c");
	assert_non_null(rig_wait(A, "m_local_hold_ok", WAIT));
	assert_int_equal(rig_count(B, "m_remote_hold"), 1);
	assert_non_null(rig_wait(C, "ringing", WAIT));
	rig_run(TALK);
	assert_true(hears(B) == 0);
	check_rings();
	assert_int_equal(rig_answer(C), 0);
	assert_non_null(rig_wait(C, "media_added", WAIT));
	rig_run(TALK);
	check_talks(C);

	/* Back and forth, and who is held stays so, as after every switch */
	switch_to(ab);
	check_talks(B);
	switch_to(ac);
	hang_up(C, 0);
	check_talks(NOBODY);
	assert_int_equal(rig_count(A, "m_local_resume_ok"), 2);
	switch_to(0);
	check_talks(B);
	hang_up(A, 0);
	rig_stop();
}

static void check_back(unsigned times)
{
	assert_non_null(rig_wait(A, "m_local_resume_ok", WAIT));
	rig_run(TALK);
	check_talks(B);
	assert_int_equal(rig_count(A, "m_local_resume_ok"), times);
	assert_int_equal(rig_count(B, "m_remote_hold"),
			 rig_count(B, "m_remote_resume"));
	assert_int_equal(phone_calls(rig_phone(A)), 1);
}

static void test_switching_goes_back_to_who_was_held_for_nothing(void **state)
{
	unsigned ac;
	(void)state;

	begin(8, "[call]\nmedia=audio\nno_answer=20s\nmax=2\n");
	(void)talk(B);

	/* Refused, given up, not answered, and nobody there: that is known
	   before B has heard of the hold */
	(void)consult("c");
	assert_non_null(rig_wait(C, "ringing", WAIT));
	rig_run(TALK);
	assert_true(hears(B) == 0);
	assert_int_equal(phone_reject(rig_phone(C), 0, 486, clock_now()), 0);
	check_back(1);

	ac = consult("c");
	assert_non_null(rig_wait(C, "ringing", WAIT));
	rig_run(TALK);
	assert_int_equal(phone_hangup(rig_phone(A), 0, clock_now()), 0);
	check_back(2);
	assert_int_equal(phone_switch(rig_phone(A), ac, clock_now()), ENOENT);

	(void)consult("c");
	rig_run(20 * CLOCK_S);
	check_back(3);

	(void)consult("nobody");
	assert_non_null(rig_wait(A, "terminated:call", WAIT));
	rig_run(TALK);
	check_talks(B);

	/* Two at once: the first that ends is not the last; no third one */
	ac = consult("c");
	rig_run(TALK);
	assert_int_equal(phone_call(rig_phone(A), "c", NULL, NULL, clock_now()),
			 EBUSY);
	assert_true(hears(B) == 0);
	hang_up(A, ac);
	check_talks(B);
	hang_up(A, 0);
	rig_stop();
}

static void test_switching_leaves_held_what_the_user_holds(void **state)
{
	unsigned ab, ac;
	(void)state;

	/* Before, and while it rings: the phone says that it is so, and knows
	   who wants it */
	begin(9, NULL);
	ab = talk(B);
	for (unsigned n = 0; n < 2; n++) {
		if (!n)
			assert_int_equal(
				phone_hold(rig_phone(A), ab, true, clock_now()),
				0);
		ac = consult("c");
		rig_run(TALK);
		if (n)
			assert_int_equal(
				phone_hold(rig_phone(A), ab, true, clock_now()),
				EALREADY);
		hang_up(A, ac);
		check_talks(NOBODY);
		switch_to(ab);
	}

	/* Whom the user goes back to meanwhile is held by the answer */
	ac = consult("c");
	rig_run(TALK);
	switch_to(ab);
	check_talks(B);
	assert_int_equal(rig_answer(C), 0);
	rig_run(TALK);
	check_talks(C);
	hang_up(C, 0);
	check_talks(NOBODY);
	hang_up(B, 0);
	rig_stop();
}

/* B will not be held: who is talked to is C, and after that B again */
static void test_switching_calls_beside_a_refused_hold(void **state)
{
	static const struct exchange_mood no = { .refuses = "488 Not Here" };
	static const struct exchange_mood yes = { 0 };
	(void)state;

	begin(10, NULL);
	(void)talk(B);
	exchange_set_mood(&no);
	(void)consult("c");
	assert_non_null(rig_wait(A, "m_local_hold_nok", WAIT));
	assert_non_null(rig_wait(C, "ringing", WAIT));
	exchange_set_mood(&yes);
	assert_int_equal(phone_reject(rig_phone(C), 0, 486, clock_now()), 0);
	rig_run(TALK);
	check_talks(B);
	(void)consult("c");
	assert_non_null(rig_wait(C, "ringing", WAIT));
	assert_int_equal(rig_answer(C), 0);
	rig_run(TALK);
	check_talks(C);
	hang_up(A, 0);
	hang_up(A, 0);
	rig_stop();
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(
			test_switching_answers_and_goes_back_and_forth),
		cmocka_unit_test(test_switching_tells_softly_of_who_waits),
		cmocka_unit_test(test_switching_ends_what_is_meant),
		cmocka_unit_test(test_switching_is_busy_beyond_the_limit),
		cmocka_unit_test(
			test_switching_answers_by_itself_only_when_idle),
		cmocka_unit_test(test_switching_survives_a_refused_hold),
		cmocka_unit_test(test_switching_holds_while_another_is_called),
		cmocka_unit_test(
			test_switching_goes_back_to_who_was_held_for_nothing),
		cmocka_unit_test(
			test_switching_leaves_held_what_the_user_holds),
		cmocka_unit_test(test_switching_calls_beside_a_refused_hold),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
