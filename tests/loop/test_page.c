/**
 * @file tests/loop/test_page.c  Browsers on the board's own page
 *
 * Whole phones that act as browsers register at a board that needs no server,
 * call it, are called by it, lose their connection and come back.
 */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/loop/support/party.h"

enum {
	TALK = 3 * CLOCK_S,
	LEVEL = -20,
	AWAY = 10000, /* Media over several losses [ms] */
	BACK = 3000,  /* Media after a move [ms], SECURITY row 40 */
	PASSWORD_LEN = 32,
	STATUS_LEN = 1024,
	MINUTE = 60 * CLOCK_S,
};

static unsigned code_of(const json_t *ev)
{
	return (unsigned)json_integer_value(json_object_get(ev, "code"));
}

/* Without a silence longer than that [ms], ever since */
static void assert_hears_with_gap(unsigned i, unsigned tone, unsigned gap)
{
	struct sound_heard heard;

	party_heard(i, &heard);
	print_message("phone %u hears %.1f Hz, %.1f dBFS, gap %u ms\n", i,
		      heard.frequency, heard.level, heard.gap);
	assert_true(fabs(heard.frequency - tone) < tone / 100.0);
	assert_true(fabs(heard.level - LEVEL) < 3);
	assert_true(heard.gap <= gap);
}

static void assert_hears(unsigned i, unsigned tone)
{
	assert_hears_with_gap(i, tone, 60);
}

static const char *status_text(void)
{
	static char text[STATUS_LEN];

	re_snprintf(text, sizeof(text), "%H", phone_print, party_phone(0));
	return text;
}

static void call_board(unsigned i)
{
	assert_int_equal(
		phone_call(party_phone(i), "board", NULL, NULL, clock_now()),
		0);
	assert_non_null(party_wait(i, "connected:call", PARTY_WAIT));
	assert_non_null(
		party_wait(i, "m_stream_audio_remote_added", PARTY_WAIT));
}

static void call_guest(unsigned i, unsigned *idp)
{
	const struct reception *r = phone_reception(party_phone(0));
	struct reception_guest g;

	assert_true(reception_get(r, i, &g));
	assert_int_equal(phone_call_guest(party_phone(0), &g, idp, clock_now()),
			 0);
}

static void test_page_registers_who_knows_the_password(void **state)
{
	struct phone *board;
	const json_t *ev;
	(void)state;

	party_start(NULL);
	party_visit(1, NULL);
	ev = party_wait(0, "connected:page", PARTY_WAIT);
	assert_non_null(ev);
	assert_false(json_is_true(json_object_get(ev, "back")));
	assert_int_equal(doorstep_trusted(), 1);
	board = party_phone(0);
	assert_int_equal(reception_registered(phone_reception(board)), 1);
	assert_int_equal(phone_register(board, NULL, clock_now()), ENODEV);
	assert_int_equal(phone_call(board, "a", NULL, NULL, clock_now()),
			 ENODEV);
	assert_non_null(strstr(status_text(), "guest 1: registered"));
	assert_non_null(strstr(doorstep_info(), "\"fingerprint\":\"AA:BB\""));
	party_stop();
}

/* Beside an account, each minds its own business */
static void test_page_is_beside_an_account(void **state)
{
	(void)state;

	party_start("password=correct-horse\n[account]\nrealm=loop.invalid\n"
		    "user=a\npassword=x\n[transport]\n"
		    "url=wss://loop.invalid/\n");
	assert_non_null(party_wait(0, "connected:register", PARTY_WAIT));
	party_visit(1, NULL);
	call_board(1);
	assert_int_equal(
		phone_call(party_phone(0), "nobody", NULL, NULL, clock_now()),
		0);
	assert_int_equal(code_of(party_wait(0, "terminated:call", PARTY_WAIT)),
			 404);
	assert_int_equal(phone_calls(party_phone(0)), 1);
	party_stop();
}

static void test_page_lets_nobody_else_in(void **state)
{
	const json_t *ev;
	(void)state;

	party_start(NULL);
	party_visit(1, "wrong-horse");
	ev = party_wait(1, "terminated:register", PARTY_WAIT);
	assert_non_null(ev);
	assert_int_equal(code_of(ev), 401);
	assert_int_equal(doorstep_trusted(), 0);
	assert_int_equal(
		phone_call(party_phone(1), "board", NULL, NULL, clock_now()),
		0);
	assert_non_null(party_wait(1, "terminated:call", PARTY_WAIT));
	assert_int_equal(party_count(0, "i_new_call"), 0);

	/* Not for ever */
	assert_int_equal(doorstep_conns(), 1);
	doorstep_lock(true);
	party_run(31 * CLOCK_S);
	assert_int_equal(doorstep_conns(), 0);
	party_stop();
}

/* The first one: libraries keep a little of what the first call made */
static void test_page_calls_the_board(void **state)
{
	(void)state;

	party_start(NULL);
	party_visit(1, NULL);
	call_board(1);
	party_run(TALK);
	assert_hears(0, party_tone(1));
	assert_hears(1, party_tone(0));
	assert_int_equal(phone_hangup(party_phone(1), 0, clock_now()), 0);
	assert_non_null(party_wait(0, "terminated:call", PARTY_WAIT));
	assert_int_equal(phone_calls(party_phone(0)), 0);
	party_stop();
}

static void test_page_is_called_by_the_board(void **state)
{
	unsigned id;
	(void)state;

	party_start(NULL);
	party_visit(1, NULL);
	call_guest(0, &id);
	assert_non_null(party_wait(1, "ringing", PARTY_WAIT));
	assert_int_equal(party_answer(1), 0);
	assert_non_null(party_wait(0, "connected:call", PARTY_WAIT));
	party_run(TALK);
	assert_hears(0, party_tone(1));
	assert_hears(1, party_tone(0));
	assert_int_equal(phone_hangup(party_phone(0), id, clock_now()), 0);
	assert_non_null(party_wait(1, "terminated:call", PARTY_WAIT));
	party_stop();
}

static void test_page_is_told_that_another_answered(void **state)
{
	const json_t *ev;
	unsigned id;
	(void)state;

	party_start(NULL);
	party_visit(1, NULL);
	call_guest(0, &id);
	assert_non_null(party_wait(1, "ringing", PARTY_WAIT));
	assert_int_equal(phone_dismiss(party_phone(0), id, 200,
				       "Answered elsewhere", clock_now()),
			 0);
	ev = party_wait(1, "terminated:call", PARTY_WAIT);
	assert_non_null(ev);
	assert_non_null(strstr(json_string_value(json_object_get(ev, "cause")),
			       "Answered elsewhere"));
	party_stop();
}

static void test_page_rings_here_if_it_is_not_to_be_answered(void **state)
{
	(void)state;

	party_start("password=correct-horse\nanswer=no\n");
	party_visit(1, NULL);
	assert_int_equal(
		phone_call(party_phone(1), "board", NULL, NULL, clock_now()),
		0);
	assert_non_null(party_wait(0, "ringing", PARTY_WAIT));
	assert_non_null(party_wait(1, "i_ao_request", PARTY_WAIT));
	assert_int_equal(party_answer(0), 0);
	assert_non_null(party_wait(1, "connected:call", PARTY_WAIT));
	party_stop();
}

/* Each watcher hears the board, and the board hears somebody */
static void test_page_has_several_watchers(void **state)
{
	enum {
		WATCHERS = 3
	};
	struct sound_heard heard;
	(void)state;

	party_start(NULL);
	for (unsigned i = 1; i <= WATCHERS; i++) {
		party_visit(i, NULL);
		call_board(i);
	}
	party_run(TALK);
	for (unsigned i = 1; i <= WATCHERS; i++)
		assert_hears(i, party_tone(0));
	party_heard(0, &heard);
	assert_true(heard.level > LEVEL);
	assert_int_equal(phone_calls(party_phone(0)), WATCHERS);
	party_stop();
}

/* Wi-Fi that is gone for a moment: the same call goes on */
static void lose_and_find(void (*lose)(unsigned i))
{
	const json_t *ev;

	party_start(NULL);
	party_visit(1, NULL);
	call_board(1);
	party_run(TALK);
	assert_non_null(party_wait(0, "connected:page", PARTY_WAIT));
	lose(1);
	assert_non_null(party_wait(1, "connected:register", PARTY_WAIT));
	ev = party_wait(0, "connected:page", PARTY_WAIT);
	assert_non_null(ev);
	assert_true(json_is_true(json_object_get(ev, "back")));
	assert_int_equal(json_integer_value(json_object_get(ev, "id")), 1);
	assert_int_equal(doorstep_conns(), 1);
	party_run(TALK);
	assert_hears(0, party_tone(1));
	assert_hears(1, party_tone(0));

	assert_int_equal(party_count(0, "terminated:call"), 0);
	assert_int_equal(phone_hangup(party_phone(1), 0, clock_now()), 0);
	assert_non_null(party_wait(0, "terminated:call", PARTY_WAIT));
	party_stop();
}

static void test_page_keeps_a_call_over_a_lost_connection(void **state)
{
	(void)state;

	lose_and_find(doorstep_cut);
}

static void test_page_keeps_a_call_over_an_early_second_one(void **state)
{
	(void)state;

	lose_and_find(doorstep_slip);
}

/* The board's address, or the browser's, is another one: so are both the
   connection and the way of media */
static void test_page_keeps_a_call_over_another_address(void **state)
{
	(void)state;

	for (unsigned i = 0; i < 2; i++) {
		party_start(NULL);
		party_visit(1, NULL);
		call_board(1);
		party_run(TALK);
		ether_move(i);
		doorstep_cut(1);
		assert_non_null(
			party_wait(1, "connected:register", PARTY_WAIT));
		party_run(2 * TALK);
		assert_hears_with_gap(0, party_tone(1), BACK);
		assert_hears_with_gap(1, party_tone(0), BACK);
		party_stop();
	}
}

/* The board wants to offer, may not yet, has no connection when it may, and
   then takes an offer that restarts ICE */
static void test_page_takes_an_offer_while_one_of_ours_waits(void **state)
{
	(void)state;

	party_start(NULL);
	party_visit(1, NULL);
	call_board(1);
	ether_move(0);
	party_run(TALK);
	doorstep_cut(1);
	assert_non_null(party_wait(1, "connected:register", PARTY_WAIT));
	party_run(4 * DOORSTEP_DELAY); /* Both offer: 491 */

	doorstep_lock(true);
	doorstep_cut(1);
	ether_move(1);
	party_run(PARTY_WAIT);
	doorstep_lock(false);
	assert_non_null(party_wait(1, "connected:register", PARTY_WAIT));
	party_run(2 * TALK);
	assert_hears_with_gap(0, party_tone(1), AWAY);
	assert_hears_with_gap(1, party_tone(0), AWAY);
	party_stop();
}

/* Nonces age, registrations are refreshed, and nobody notices */
static void test_page_keeps_a_guest_for_an_hour(void **state)
{
	(void)state;

	party_start(NULL);
	party_visit(1, NULL);
	for (unsigned i = 0; i < 60; i++)
		party_run(MINUTE);
	assert_true(phone_registered(party_phone(1)));
	assert_int_equal(party_count(0, "connected:page"), 1);
	assert_int_equal(party_count(0, "terminated:page"), 0);
	call_board(1);
	party_stop();
}

/* Who has the old one may not do anything more */
static void test_page_wants_the_new_password(void **state)
{
	char folder[] = "/tmp/page-XXXXXX";
	const char *text;
	char lines[64], file[64], old[PASSWORD_LEN];
	(void)state;

	assert_non_null(mkdtemp(folder));
	re_snprintf(lines, sizeof(lines), "state=%s\n", folder);
	re_snprintf(file, sizeof(file), "%s/password", folder);
	party_start(lines);
	str_ncpy(old, reception_password(phone_reception(party_phone(0))),
		 sizeof(old));
	party_visit(1, old);
	assert_non_null(party_wait(1, "connected:register", PARTY_WAIT));
	assert_string_equal(reception_password(phone_reception(party_phone(0))),
			    "");

	call_board(1);
	assert_int_equal(phone_new_password(party_phone(0), &text, clock_now()),
			 0);
	assert_non_null(party_wait(0, "terminated:page", PARTY_WAIT));
	assert_non_null(party_wait(1, "terminated:call", PARTY_WAIT));
	assert_int_equal(
		code_of(party_wait(1, "terminated:register", PARTY_WAIT)), 503);
	assert_int_equal(
		code_of(party_wait(1, "terminated:register", PARTY_WAIT)), 401);
	party_visit(2, old);
	assert_int_equal(
		code_of(party_wait(2, "terminated:register", PARTY_WAIT)), 401);
	party_visit(3, text);
	assert_non_null(party_wait(3, "connected:register", PARTY_WAIT));
	party_stop();
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* The browser crashed: its media stop, and so does the call */
static void test_page_forgets_who_does_not_come_back(void **state)
{
	(void)state;

	party_start(NULL);
	party_visit(1, NULL);
	call_board(1);
	party_run(TALK);
	party_crash(1);
	assert_non_null(party_wait(0, "terminated:page", PARTY_WAIT));
	assert_non_null(party_wait(0, "terminated:call", 90 * CLOCK_S));
	party_run(61 * CLOCK_S);
	assert_int_equal(phone_calls(party_phone(0)), 0);
	assert_int_equal(doorstep_conns(), 0);
	party_stop();
}

static void test_page_stops_in_the_middle_of_calls(void **state)
{
	(void)state;

	party_start(NULL);
	for (unsigned i = 1; i < 3; i++) {
		party_visit(i, NULL);
		call_board(i);
	}
	party_run(TALK);
	party_stop();
}

static void test_page_ends_with_the_board(void **state)
{
	(void)state;

	party_start(NULL);
	party_visit(1, NULL);
	call_board(1);
	party_end_board();
	assert_non_null(party_wait(1, "terminated:call", PARTY_WAIT));
	party_stop();
}

static void test_page_takes_messages(void **state)
{
	const json_t *ev;
	(void)state;

	party_start(NULL);
	assert_int_equal(phone_message(party_phone(0), NULL, PHONE_PAGE,
				       "nobody", NULL, clock_now()),
			 ENOENT);
	party_visit(1, NULL);
	party_visit(2, NULL);
	assert_int_equal(phone_message(party_phone(0), NULL, PHONE_PAGE,
				       "to all", NULL, clock_now()),
			 0);
	for (unsigned i = 1; i < 3; i++) {
		ev = party_wait(i, "i_new_message", PARTY_WAIT);
		assert_non_null(ev);
		assert_string_equal(
			json_string_value(json_object_get(ev, "content")),
			"to all");
	}

	assert_int_equal(phone_message(party_phone(1), NULL, "board", "hello",
				       NULL, clock_now()),
			 0);
	ev = party_wait(0, "i_new_message", PARTY_WAIT);
	assert_non_null(ev);
	assert_string_equal(json_string_value(json_object_get(ev, "content")),
			    "hello");
	party_stop();
}

static void test_page_takes_no_third_call_of_one_guest(void **state)
{
	unsigned id;
	(void)state;

	party_start(NULL);
	party_visit(1, NULL);
	call_board(1);
	call_guest(0, &id);
	assert_int_equal(
		phone_call(party_phone(1), "board", NULL, NULL, clock_now()),
		0);
	assert_int_equal(code_of(party_wait(1, "terminated:call", PARTY_WAIT)),
			 486);
	party_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_calls_the_board),
		cmocka_unit_test(test_page_registers_who_knows_the_password),
		cmocka_unit_test(test_page_is_beside_an_account),
		cmocka_unit_test(test_page_lets_nobody_else_in),
		cmocka_unit_test(test_page_is_called_by_the_board),
		cmocka_unit_test(test_page_is_told_that_another_answered),
		cmocka_unit_test(
			test_page_rings_here_if_it_is_not_to_be_answered),
		cmocka_unit_test(test_page_has_several_watchers),
		cmocka_unit_test(test_page_keeps_a_call_over_a_lost_connection),
		cmocka_unit_test(
			test_page_keeps_a_call_over_an_early_second_one),
		cmocka_unit_test(test_page_keeps_a_call_over_another_address),
		cmocka_unit_test(
			test_page_takes_an_offer_while_one_of_ours_waits),
		cmocka_unit_test(test_page_keeps_a_guest_for_an_hour),
		cmocka_unit_test(test_page_wants_the_new_password),
		cmocka_unit_test(test_page_forgets_who_does_not_come_back),
		cmocka_unit_test(test_page_stops_in_the_middle_of_calls),
		cmocka_unit_test(test_page_ends_with_the_board),
		cmocka_unit_test(test_page_takes_messages),
		cmocka_unit_test(test_page_takes_no_third_call_of_one_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
