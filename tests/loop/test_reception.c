/**
 * @file tests/loop/test_reception.c  Tests of reception and guest
 *
 * Who is let in, what may be asked before that, who is known again, and what
 * happens when there is no memory.
 */
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/mbed.h"
#include "tests/loop/support/dice.h"
#include "tests/loop/support/hall.h"
#include "tests/support/memory.h"
#include "tests/unit/test.h"

/* ---- Before and after ---- */

static int setup(void **state)
{
	static const char text[] = "[page]\nlisten=127.0.0.1:0\n"
				   "password=correct-horse\n";
	(void)state;

	log_set_level(LOG_LEVEL_WARNING);
	loop_virtual_run(0, NULL, NULL);
	dice_throw(1);
	return mbed_init() ||
	       config_parse(&hall.cfg, "test", text, strlen(text), NULL,
			    NULL) ||
	       event_bus_alloc(&hall.bus);
}

static int teardown(void **state)
{
	(void)state;

	mem_deref(hall.bus);
	mem_deref(hall.cfg);
	dice_put_away();
	loop_virtual_end();
	return 0;
}

static int before(void **state)
{
	(void)state;

	return hall_start();
}

static int after(void **state)
{
	(void)state;

	hall_clear();
	return 0;
}

/* ---- Tests ---- */

static void test_reception_registers_and_trusts(void **state)
{
	struct reception_guest g;
	(void)state;

	hall_visit(0, "correct-horse");
	assert_true(hall.visitorv[0].registered);
	assert_true(hall.visitorv[0].conn->trusted);
	assert_int_equal(reception_registered(hall.r), 1);
	assert_true(reception_get(hall.r, 0, &g));
	assert_true(g.registered);
	assert_non_null(strstr(g.contact, "sip:"));
	assert_false(reception_get(hall.r, 1, &g));
}

static void test_reception_takes_messages_of_guests_only(void **state)
{
	(void)state;

	assert_int_equal(hall_make(0, "wrong"), 0);
	hall_come(0);
	assert_int_equal(hall_say(0, "text/plain"), 0);
	assert_int_equal(hall.visitorv[0].code, 401);
	assert_int_equal(hall.messages, 0);

	hall_visit(1, "correct-horse");
	assert_int_equal(hall_say(1, "text/plain"), 0);
	assert_int_equal(hall.visitorv[1].code, 403);
	assert_int_equal(hall.messages, 1);
}

static void test_reception_writes_to_all_or_one(void **state)
{
	struct reception_guest g;
	(void)state;

	assert_int_equal(
		reception_send(hall.r, NULL, "text/plain", "a", clock_now()),
		ENOENT);
	for (unsigned i = 0; i < 3; i++)
		hall_visit(i, "correct-horse");
	assert_int_equal(
		reception_send(hall.r, NULL, "text/plain", "a", clock_now()),
		0);
	assert_true(reception_get(hall.r, 1, &g));
	assert_int_equal(
		reception_send(hall.r, g.line, "text/plain", "b", clock_now()),
		0);
	hall_pass(HALL_SOON);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(hall.visitorv[i].messages, i == 1 ? 2 : 1);
}

static void test_reception_closes_who_does_not_register(void **state)
{
	(void)state;

	assert_int_equal(hall_make(0, "correct-horse"), 0);
	hall_come(0);
	hall_pass(29 * CLOCK_S);
	assert_non_null(hall.visitorv[0].conn);
	hall_pass(2 * CLOCK_S);
	assert_null(hall.visitorv[0].conn);
	assert_int_equal(hall.gone, 1);
}

static void test_reception_closes_who_unregistered(void **state)
{
	struct hall_visitor *v = &hall.visitorv[0];
	(void)state;

	hall_visit(0, "correct-horse");
	ua_unregister(v->ua, clock_now());
	hall_pass(HALL_SOON);
	assert_int_equal(reception_registered(hall.r), 0);
	assert_non_null(v->conn);
	hall.busy = true; /* Not amid a call */
	hall_pass(31 * CLOCK_S);
	assert_non_null(v->conn);
	hall.busy = false;
	hall_pass(31 * CLOCK_S);
	assert_null(v->conn);
}

static void test_reception_has_an_end_of_places(void **state)
{
	struct reception_guest g;
	(void)state;

	for (unsigned i = 0; i < HALL_VISITORS; i++)
		hall_come(i);
	assert_true(reception_get(hall.r, RECEPTION_GUESTS_MAX - 1, &g));
	assert_false(reception_get(hall.r, RECEPTION_GUESTS_MAX, &g));
	assert_null(hall.visitorv[HALL_VISITORS - 1].conn);
}

/* Amid a call a guest is the same one over its next connection; else not */
static void test_reception_knows_who_comes_back(void **state)
{
	struct hall_visitor *v = &hall.visitorv[0];
	struct reception_guest g;
	(void)state;

	hall_visit(0, "correct-horse");
	hall.busy = true;
	ua_flow(v->ua, false, clock_now());
	hall_close(v->conn, ECONNRESET, clock_now());
	assert_int_equal(reception_registered(hall.r), 0);
	assert_true(reception_get(hall.r, 0, &g));
	assert_false(g.registered);
	assert_int_equal(g.id, 1);

	hall_come(0);
	hall_pass(HALL_SOON);
	assert_int_equal(reception_registered(hall.r), 1);
	assert_true(reception_get(hall.r, 0, &g));
	assert_int_equal(g.id, 1);
	assert_int_equal(
		reception_send(hall.r, NULL, "text/plain", "a", clock_now()),
		0);
	hall_pass(HALL_SOON);
	assert_int_equal(v->messages, 1);
	assert_int_equal(hall.renewed, 1);
	assert_int_equal(hall_say(0, "text/plain"), 0);
	assert_int_equal(hall.messages, 1);

	hall.busy = false;
	ua_flow(v->ua, false, clock_now());
	hall_close(v->conn, ECONNRESET, clock_now());
	assert_false(reception_get(hall.r, 0, &g));
}

static void test_reception_waits_a_minute_for_who_was_in_a_call(void **state)
{
	struct hall_visitor *v = &hall.visitorv[0];
	struct reception_guest g;
	(void)state;

	hall_visit(0, "correct-horse");
	hall.busy = true;
	ua_flow(v->ua, false, clock_now());
	hall_close(v->conn, ECONNRESET, clock_now());
	hall_pass(59 * CLOCK_S);
	assert_true(reception_get(hall.r, 0, &g));
	hall_pass(2 * CLOCK_S);
	assert_false(reception_get(hall.r, 0, &g));
	assert_int_equal(hall.gone, 1);
}

static void test_reception_stops_with_and_without_guests(void **state)
{
	(void)state;

	hall_visit(0, "correct-horse");
	assert_int_equal(hall_make(1, "wrong"), 0);
	hall_come(1);
	reception_stop(hall.r, hall_stopped, NULL, clock_now());
	assert_int_equal(hall.stopped, 0);
	hall_pass(HALL_SOON);
	assert_int_equal(hall.stopped, 1);
	assert_null(hall.visitorv[0].conn);
	hall_come(2);
	assert_null(hall.visitorv[2].conn);

	hall_clear();
	assert_int_equal(hall_start(), 0);
	reception_stop(hall.r, hall_stopped, NULL, clock_now());
	assert_int_equal(hall.stopped, 0); /* From the loop */
	hall_pass(HALL_SOON);
	assert_int_equal(hall.stopped, 1);
}

/* What a guest does, as far as memory goes */
static void whole_visit(void)
{
	if (!hall_start())
		hall_visit(0, "correct-horse");
	if (hall.r)
		(void)reception_send(hall.r, NULL, "text/plain", "a",
				     clock_now());
	if (hall.visitorv[0].ua)
		(void)hall_say(0, "text/plain");
}

/* One allocation fails, whichever, or all from there on: nothing is left */
static void test_reception_without_memory(void **state)
{
	bool failed;
	long n;
	(void)state;

	hall_clear();
	for (unsigned once = 0; once < 2; once++) {
		n = 0;
		do {
			const size_t blocks = memory_blocks();

			memory_fail_after(n++, once);
			whole_visit();
			failed = memory_failed();
			memory_fail_after(-1, true);
			hall_clear();
			assert_int_equal(memory_blocks(), blocks);
		} while (failed);
	}
	print_message("%ld allocations\n", n);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, before, after)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reception_registers_and_trusts),
		TEST(test_reception_takes_messages_of_guests_only),
		TEST(test_reception_writes_to_all_or_one),
		TEST(test_reception_closes_who_does_not_register),
		TEST(test_reception_closes_who_unregistered),
		TEST(test_reception_has_an_end_of_places),
		TEST(test_reception_knows_who_comes_back),
		TEST(test_reception_waits_a_minute_for_who_was_in_a_call),
		TEST(test_reception_stops_with_and_without_guests),
		TEST(test_reception_without_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
