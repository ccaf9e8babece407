/**
 * @file tests/loop/test_porch.c  Bell and door of a board, with browsers
 *
 * The whole way: a button of the simulated board, its command, the ring plan,
 * calls to phones that act as browsers, and digits that open the door.
 */
#include <math.h>
#include "app/buttons.h"
#include "app/wiring.h"
#include "core/base/log.h"
#include "core/call/porch.h"
#include "drivers/sim_gpio.h"
#include "tests/loop/support/party.h"

enum {
	BROWSERS = 3,
	TALK = 3 * CLOCK_S,
	TEXT_SIZE = 512,
	DOOR_LINE = 2,
};

static const char wires[] = "[page]\nlisten=127.0.0.1:8443\n"
			    "[buttons]\n"
			    "bell = sim:1 press=ring:browsers/20s\n"
			    "twice = sim:3 press=ring:browsers/5s,browsers/5s\n"
			    "[relays]\n"
			    "door = sim:2 time=3s code=1234\n";

static struct {
	struct config *cfg;
	struct event_listener *listener;
	struct door *door;
	struct porch *porch;
	struct buttons *buttons;
	struct commands_context ctx;
	unsigned steps, calls; /* Of `ringing`, and of its last step */
	char why[16];	       /* Of the last `rung`                 */
	unsigned ends, opened, closed, presses;
} board;

static unsigned number(const struct event *ev, const char *name)
{
	return (unsigned)json_integer_value(json_object_get(ev->json, name));
}

static void on_event(const struct event *ev, void *arg)
{
	bool open = json_is_true(json_object_get(ev->json, "open"));
	(void)arg;

	switch (ev->type) {
	case EVENT_RINGING:
		if (strcmp(ev->session, "ring"))
			break;
		++board.steps;
		board.calls = number(ev, "calls");
		break;
	case EVENT_RUNG:
		++board.ends;
		str_ncpy(board.why,
			 json_string_value(json_object_get(ev->json, "why")),
			 sizeof(board.why));
		break;
	case EVENT_DOOR:
		board.opened += open;
		board.closed += !open;
		break;
	case EVENT_BUTTON:
		board.presses +=
			json_is_true(json_object_get(ev->json, "pressed"));
		break;
	default:
		break;
	}
}

static void start(unsigned browsers)
{
	memset(&board, 0, sizeof(board));
	party_start(NULL);
	assert_int_equal(config_parse(&board.cfg, "wires", wires, strlen(wires),
				      NULL, NULL),
			 0);
	assert_int_equal(
		event_listen(&board.listener, party_events(0), on_event, NULL),
		0);
	assert_int_equal(door_alloc(&board.door, party_events(0)), 0);
	assert_int_equal(wiring_door(board.door, board.cfg, &board_sim, NULL),
			 0);
	assert_int_equal(porch_alloc(&board.porch, party_phone(0), board.door,
				     party_events(0)),
			 0);
	board.ctx.phone = party_phone(0);
	board.ctx.porch = board.porch;
	board.ctx.door = board.door;
	assert_int_equal(buttons_alloc(&board.buttons, board.cfg, &board_sim,
				       &board.ctx, party_events(0)),
			 0);
	board.ctx.buttons = board.buttons;
	for (unsigned i = 1; i <= browsers; i++)
		party_visit(i, NULL);
}

static void stop(void)
{
	mem_deref(board.buttons);
	mem_deref(board.porch);
	mem_deref(board.door);
	mem_deref(board.listener);
	mem_deref(board.cfg);
	party_stop();
}

static int give(char *a, char *b)
{
	char *argv[] = { a, b };
	struct mbuf *out = mbuf_alloc(TEXT_SIZE);
	int err = commands_run(&board.ctx, b ? 2 : 1, argv, false, out,
			       clock_now());

	mem_deref(out);
	return err;
}

static void press(const char *name)
{
	assert_int_equal(
		buttons_act(board.buttons, name, BUTTONS_CLICK, clock_now()),
		0);
}

static void answer(unsigned i)
{
	assert_int_equal(party_answer(i), 0);
	assert_non_null(party_wait(0, "connected:call", PARTY_WAIT));
	assert_non_null(
		party_wait(i, "m_stream_audio_remote_added", PARTY_WAIT));
}

static void assert_all_ring(void)
{
	for (unsigned i = 1; i <= BROWSERS; i++)
		assert_non_null(party_wait(i, "ringing", PARTY_WAIT));
}

static void assert_hears(unsigned i, unsigned tone)
{
	struct sound_heard heard;

	party_heard(i, &heard);
	assert_true(fabs(heard.frequency - tone) < tone / 100.0);
}

static const char *cause(const json_t *ev)
{
	const char *text = json_string_value(json_object_get(ev, "cause"));

	return text ? text : "";
}

static void test_porch_rings_all_and_the_first_wins(void **state)
{
	(void)state;

	start(BROWSERS);
	press(NULL);
	assert_int_equal(board.presses, 1);
	assert_int_equal(board.steps, 1);
	assert_int_equal(board.calls, BROWSERS);
	assert_all_ring();
	party_run(CLOCK_S);
	answer(2);
	assert_string_equal(board.why, "answered");

	for (unsigned i = 1; i <= BROWSERS; i += 2) {
		const json_t *ev = party_wait(i, "terminated:call", PARTY_WAIT);

		assert_non_null(ev);
		assert_string_equal(
			cause(ev), "SIP;cause=200;text=\"Answered elsewhere\"");
	}
	party_run(TALK);
	assert_hears(0, party_tone(2));
	assert_hears(2, party_tone(0));
	assert_int_equal(phone_calls(party_phone(0)), 1);
	assert_int_equal(board.ends, 1);
	stop();
}

static void test_porch_is_pressed_again(void **state)
{
	(void)state;

	start(BROWSERS);
	press("bell");
	assert_all_ring();
	press("bell");
	assert_int_equal(board.presses, 2);
	assert_int_equal(board.steps, 1);
	party_run(CLOCK_S);
	assert_int_equal(party_count(1, "ringing"), 1);

	/* In the call that it led to: the others are rung, and that one */
	answer(1);
	press("bell");
	assert_int_equal(board.steps, 2);
	assert_non_null(party_wait(2, "ringing", PARTY_WAIT));
	stop();
}

static void test_porch_goes_on_when_nobody_answers(void **state)
{
	(void)state;

	start(BROWSERS);
	press("twice");
	for (unsigned step = 1; step <= 2; step++) {
		assert_int_equal(board.steps, step);
		assert_all_ring();
		party_run(4 * CLOCK_S);
		assert_int_equal(phone_calls(party_phone(0)), BROWSERS);
		party_run(CLOCK_S);
		for (unsigned i = 1; i <= BROWSERS; i++)
			assert_int_equal(party_count(i, "terminated:call"),
					 step);
	}
	assert_string_equal(board.why, "no_answer");
	party_run(PARTY_WAIT);
	assert_int_equal(phone_calls(party_phone(0)), 0);
	stop();
}

static void test_porch_goes_on_when_all_refuse(void **state)
{
	(void)state;

	start(BROWSERS);
	press("twice");
	assert_all_ring();
	assert_int_equal(phone_reject(party_phone(1), 0, 486, clock_now()), 0);
	assert_int_equal(phone_reject(party_phone(3), 0, 603, clock_now()), 0);
	party_run(CLOCK_S);
	assert_int_equal(board.steps, 1);
	assert_int_equal(phone_reject(party_phone(2), 0, 600, clock_now()), 0);
	assert_all_ring();
	assert_int_equal(board.steps, 2);
	answer(3);
	assert_string_equal(board.why, "answered");
	stop();
}

static void test_porch_says_that_nobody_is_there(void **state)
{
	(void)state;

	start(0);
	press("twice");
	assert_int_equal(board.steps, 2);
	assert_int_equal(board.calls, 0);
	assert_string_equal(board.why, "no_answer");
	assert_int_equal(give("ring", NULL), ENOENT);
	assert_int_equal(give("ring", "anna"), ENOENT);
	assert_int_equal(give("ring", "a b"), EINVAL);
	stop();
}

static void test_porch_loses_a_browser_while_it_rings(void **state)
{
	(void)state;

	start(BROWSERS);
	press("bell");
	assert_all_ring();
	party_crash(1);
	party_run(CLOCK_S);
	answer(3);
	assert_non_null(party_wait(2, "terminated:call", PARTY_WAIT));
	party_run(CLOCK_S);
	assert_int_equal(phone_calls(party_phone(0)), 1);
	stop();
}

/* Who comes while it rings is rung, too: a page that was opened for it */
static void test_porch_rings_who_comes(void **state)
{
	(void)state;

	start(1);
	press("bell");
	assert_non_null(party_wait(1, "ringing", PARTY_WAIT));
	party_visit(2, NULL);
	assert_non_null(party_wait(2, "ringing", PARTY_WAIT));
	party_run(CLOCK_S);
	assert_int_equal(party_count(1, "ringing"), 1);

	/* Who has refused is left alone; the others may come again */
	assert_int_equal(phone_reject(party_phone(1), 0, 0, clock_now()), 0);
	party_visit(3, NULL);
	assert_non_null(party_wait(3, "ringing", PARTY_WAIT));
	party_run(CLOCK_S);
	assert_int_equal(party_count(1, "ringing"), 1);
	assert_int_equal(board.steps, 1);
	answer(3);
	assert_non_null(party_wait(2, "terminated:call", PARTY_WAIT));

	/* And nobody else after the answer */
	party_visit(4, NULL);
	party_run(CLOCK_S);
	assert_int_equal(party_count(4, "ringing"), 0);
	stop();
}

/* The only page is loaded anew while it rings */
static void test_porch_waits_for_who_was_lost(void **state)
{
	(void)state;

	start(1);
	press("bell");
	assert_non_null(party_wait(1, "ringing", PARTY_WAIT));
	party_crash(1);
	party_run(CLOCK_S);
	assert_int_equal(board.ends, 0);
	party_visit(2, NULL);
	assert_non_null(party_wait(2, "ringing", PARTY_WAIT));
	answer(2);
	assert_string_equal(board.why, "answered");
	party_run(CLOCK_S);
	assert_int_equal(phone_calls(party_phone(0)), 1);
	stop();
}

/* The same, in order: a page that is closed says 480, and means it; it is not
   rung again, another one is */
static void test_porch_waits_when_a_page_is_closed(void **state)
{
	(void)state;

	start(1);
	press("bell");
	assert_non_null(party_wait(1, "ringing", PARTY_WAIT));
	assert_int_equal(phone_reject(party_phone(1), 0, 480, clock_now()), 0);
	party_run(CLOCK_S);
	assert_int_equal(board.ends, 0);
	party_visit(2, NULL);
	assert_non_null(party_wait(2, "ringing", PARTY_WAIT));
	party_run(CLOCK_S);
	assert_int_equal(party_count(1, "ringing"), 1);
	answer(2);
	stop();
}

/* Who hangs up at the board has had enough of it */
static void test_porch_is_hung_up(void **state)
{
	(void)state;

	start(1);
	press("bell");
	assert_non_null(party_wait(1, "ringing", PARTY_WAIT));
	assert_int_equal(phone_hangup(party_phone(0), 0, clock_now()), 0);
	assert_non_null(party_wait(1, "terminated:call", PARTY_WAIT));
	party_run(CLOCK_S);
	assert_int_equal(board.ends, 1);
	assert_string_equal(board.why, "no_answer");
	press("bell");
	assert_non_null(party_wait(1, "ringing", PARTY_WAIT));
	answer(1);
	stop();
}

/* A lost connection, and the same page again */
static void test_porch_rings_who_comes_back(void **state)
{
	(void)state;

	start(1);
	press("bell");
	assert_non_null(party_wait(1, "ringing", PARTY_WAIT));
	doorstep_cut(1);
	assert_non_null(party_wait(1, "connected:register", PARTY_WAIT));
	party_run(CLOCK_S);
	assert_int_equal(board.ends, 0);
	answer(1);
	assert_string_equal(board.why, "answered");
	stop();
}

static void test_porch_stops_ringing(void **state)
{
	(void)state;

	start(BROWSERS);
	press("bell");
	assert_all_ring();
	assert_int_equal(give("ring", "stop"), 0);
	assert_string_equal(board.why, "stopped");
	for (unsigned i = 1; i <= BROWSERS; i++)
		assert_non_null(party_wait(i, "terminated:call", PARTY_WAIT));

	/* The board ends while it rings */
	press("bell");
	party_run(CLOCK_S);
	stop();
}

static void test_porch_opens_by_the_code_in_a_call(void **state)
{
	(void)state;

	start(BROWSERS);
	press("bell");
	assert_all_ring();
	answer(2);
	assert_int_equal(phone_dtmf(party_phone(2), 0, "1234", clock_now()), 0);
	party_run(2 * CLOCK_S);
	assert_int_equal(board.opened, 1);
	assert_true(sim_gpio_on(DOOR_LINE));
	party_run(3 * CLOCK_S);
	assert_int_equal(board.closed, 1);
	assert_false(sim_gpio_on(DOOR_LINE));

	/* Five wrong ones, then not even the right one */
	assert_int_equal(phone_dtmf(party_phone(2), 0, "99999999999999999999",
				    clock_now()),
			 0);
	party_run(10 * CLOCK_S);
	assert_true(door_locked(board.door, clock_now()));
	assert_int_equal(phone_dtmf(party_phone(2), 0, "1234", clock_now()), 0);
	party_run(3 * CLOCK_S);
	assert_int_equal(board.opened, 1);

	/* Who is on the board itself may */
	assert_int_equal(give("door", "cellar"), ENOENT);
	assert_int_equal(give("door", NULL), 0);
	assert_int_equal(board.opened, 2);
	stop();
	assert_false(sim_gpio_on(DOOR_LINE));
}

static void test_porch_tells_of_itself(void **state)
{
	char *argv[] = { "status" };
	struct mbuf *out;
	(void)state;

	start(1);
	out = mbuf_alloc(TEXT_SIZE);
	press("bell");
	assert_non_null(strstr(doorstep_info(),
			       "\"relays\":[{\"name\":\"door\",\"way\":"
			       "\"message\"}]"));
	assert_int_equal(
		commands_run(&board.ctx, 1, argv, false, out, clock_now()), 0);
	assert_int_equal(mbuf_write_u8(out, 0), 0);
	assert_non_null(strstr((char *)out->buf, "button bell: ring, 1 press"));
	assert_non_null(strstr((char *)out->buf, "relay door closed"));
	assert_non_null(strstr((char *)out->buf, "ring step 1 of 1, 1 call"));
	assert_null(strstr((char *)out->buf, "1234"));
	mem_deref(out);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_porch_rings_all_and_the_first_wins),
		cmocka_unit_test(test_porch_is_pressed_again),
		cmocka_unit_test(test_porch_goes_on_when_nobody_answers),
		cmocka_unit_test(test_porch_goes_on_when_all_refuse),
		cmocka_unit_test(test_porch_says_that_nobody_is_there),
		cmocka_unit_test(test_porch_loses_a_browser_while_it_rings),
		cmocka_unit_test(test_porch_rings_who_comes),
		cmocka_unit_test(test_porch_waits_for_who_was_lost),
		cmocka_unit_test(test_porch_is_hung_up),
		cmocka_unit_test(test_porch_waits_when_a_page_is_closed),
		cmocka_unit_test(test_porch_rings_who_comes_back),
		cmocka_unit_test(test_porch_stops_ringing),
		cmocka_unit_test(test_porch_opens_by_the_code_in_a_call),
		cmocka_unit_test(test_porch_tells_of_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
