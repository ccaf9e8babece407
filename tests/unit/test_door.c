/**
 * @file tests/unit/test_door.c  Tests of the door: relays, codes, orders
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "core/call/door.h"
#include "core/call/order.h"
#include "drivers/sim_gpio.h"
#include "tests/support/memory.h"

enum {
	DOOR_LINE = 3,
	GATE_LINE = 4,
	TEXT_SIZE = 1024,
};

struct heard {
	unsigned opened, closed, locked;
	enum door_by by;
	char relay[32];
};

static struct heard heard;
static struct event_bus *bus;
static struct event_listener *listener;

static void on_door(const char *relay, bool open, enum door_by by, uint64_t now,
		    void *arg)
{
	(void)now;
	assert_ptr_equal(arg, &heard);

	heard.opened += open;
	heard.closed += !open;
	heard.by = by;
	str_ncpy(heard.relay, relay, sizeof(heard.relay));
}

static void on_event(const struct event *ev, void *arg)
{
	(void)arg;

	if (ev->type == EVENT_DOOR && json_object_get(ev->json, "locked"))
		++heard.locked;
}

static void add(struct door *d, const char *name, const char *line,
		const char *code, bool page, int expect)
{
	struct door_relay r = {
		.name = name,
		.time = 3 * CLOCK_S,
		.code = code,
		.page = page,
	};

	assert_int_equal(sim_gpio_output(&r.output,
					 &(struct gpio_params){ .chip = "sim",
								.line = line }),
			 0);
	assert_int_equal(door_add(d, &r), expect);
	mem_deref(r.output);
}

static struct door *make(void)
{
	struct door *d;

	log_set_level(LOG_LEVEL_WARNING + 1);
	memset(&heard, 0, sizeof(heard));
	loop_virtual_run(0, NULL, NULL);
	assert_int_equal(event_bus_alloc(&bus), 0);
	assert_int_equal(event_listen(&listener, bus, on_event, NULL), 0);
	assert_int_equal(door_alloc(&d, bus), 0);
	door_set_handler(d, on_door, &heard);
	return d;
}

static void unmake(struct door *d)
{
	mem_deref(d);
	mem_deref(listener);
	mem_deref(bus);
	assert_false(sim_gpio_on(DOOR_LINE));
	assert_false(sim_gpio_on(GATE_LINE));
	assert_int_equal(loop_timers(), 0);
	loop_virtual_end();
}

static void pass(uint64_t us)
{
	loop_virtual_run(clock_now() + us, NULL, NULL);
}

static void digits(struct door *d, unsigned call, const char *text)
{
	for (; *text; text++) {
		if (*text == ' ')
			pass(DOOR_PAUSE + CLOCK_S);
		else
			door_digit(d, call, *text, clock_now());
	}
}

static void test_door_opens_for_its_time(void **state)
{
	struct door *d = make();
	(void)state;

	assert_int_equal(door_open(d, NULL, DOOR_BY_COMMAND, clock_now()),
			 ENOENT);
	add(d, "door", "3", NULL, true, 0);
	add(d, "gate", "4", NULL, false, 0);
	assert_int_equal(door_relays(d), 2);

	assert_int_equal(door_open(d, "", DOOR_BY_COMMAND, clock_now()), 0);
	assert_true(sim_gpio_on(DOOR_LINE));
	assert_false(sim_gpio_on(GATE_LINE));
	assert_int_equal(heard.opened, 1);
	assert_string_equal(heard.relay, "door");

	/* Again does not lengthen it */
	pass(2 * CLOCK_S);
	assert_int_equal(door_open(d, "DOOR", DOOR_BY_PAGE, clock_now()), 0);
	assert_int_equal(heard.opened, 1);
	pass(CLOCK_S);
	assert_false(sim_gpio_on(DOOR_LINE));
	assert_int_equal(heard.closed, 1);

	/* Not each is for the page */
	assert_int_equal(door_open(d, "gate", DOOR_BY_PAGE, clock_now()),
			 EPERM);
	assert_int_equal(door_open(d, "cellar", DOOR_BY_PAGE, clock_now()),
			 ENOENT);

	/* Freed while it is open: it closes */
	assert_int_equal(door_open(d, "gate", DOOR_BY_COMMAND, clock_now()), 0);
	assert_true(sim_gpio_on(GATE_LINE));
	unmake(d);
}

/* Its line is gone, or what keeps it safe is */
static void test_door_is_closed_by_itself(void **state)
{
	struct door *d = make();
	struct door_relay r = { .name = "door", .time = 3 * CLOCK_S };
	(void)state;

	assert_int_equal(sim_gpio_output(&r.output,
					 &(struct gpio_params){ .chip = "sim",
								.line = "3" }),
			 0);
	assert_int_equal(door_add(d, &r), 0);
	r.output->offh(ENODEV, r.output->arg);
	assert_int_equal(heard.closed, 0);

	assert_int_equal(door_open(d, NULL, DOOR_BY_COMMAND, clock_now()), 0);
	pass(CLOCK_S);
	(void)output_set(r.output, false);
	r.output->offh(ENODEV, r.output->arg);
	assert_int_equal(heard.closed, 1);
	pass(3 * CLOCK_S);
	assert_int_equal(heard.closed, 1);

	/* And opens again, for its whole time */
	assert_int_equal(door_open(d, NULL, DOOR_BY_COMMAND, clock_now()), 0);
	pass(2 * CLOCK_S);
	assert_int_equal(heard.closed, 1);
	pass(2 * CLOCK_S);
	assert_int_equal(heard.closed, 2);
	unmake(d);
	assert_null(r.output->offh);
	mem_deref(r.output);
}

static void test_door_opens_by_its_code(void **state)
{
	static const struct {
		const char *digits;
		const char *relay; /* That opens, or NULL */
	} casev[] = {
		{ "1234", "door" },	  { "#1234", "door" },
		{ "12*1234", "door" },	  { "1 1234", "door" },
		{ "123", NULL },	  { "123#4", NULL },
		{ "12 34", NULL },	  { "1235", NULL },
		{ "12A34", NULL },	  { "567890", "gate" },
		{ "123567890", NULL },	  /* 123567 is wrong */
		{ "1111111234", "door" }, /* After six wrong ones */
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct door *d = make();

		add(d, "door", "3", "1234", false, 0);
		add(d, "gate", "4", "567890", true, 0);
		digits(d, 7, casev[i].digits);
		assert_int_equal(heard.opened, casev[i].relay ? 1 : 0);
		if (casev[i].relay) {
			assert_string_equal(heard.relay, casev[i].relay);
			assert_int_equal(heard.by, DOOR_BY_CODE);
		}
		unmake(d);
	}
}

static void test_door_codes_of_two_calls_do_not_mix(void **state)
{
	struct door *d = make();
	(void)state;

	add(d, "door", "3", "1234", false, 0);
	digits(d, 1, "12");
	digits(d, 2, "34");
	digits(d, 3, "12");
	assert_int_equal(heard.opened, 0);
	digits(d, 1, "34");
	assert_int_equal(heard.opened, 1);
	unmake(d);
}

static void test_door_locks_after_wrong_codes(void **state)
{
	struct door *d = make();
	(void)state;

	add(d, "door", "3", "1234", true, 0);
	digits(d, 1, "1111222233334444");
	assert_false(door_locked(d, clock_now()));
	digits(d, 2, "5555");
	assert_true(door_locked(d, clock_now()));
	assert_int_equal(heard.locked, 1);

	/* Not even the right one, in no call; the page's button is no code */
	digits(d, 3, "1234");
	assert_int_equal(heard.opened, 0);
	assert_int_equal(door_open(d, "door", DOOR_BY_PAGE, clock_now()), 0);
	pass(DOOR_LOCK - CLOCK_S);
	digits(d, 3, "1234");
	assert_int_equal(heard.opened, 1);
	pass(CLOCK_S);
	digits(d, 3, "1234");
	assert_int_equal(heard.opened, 2);

	/* The right one makes the others forgotten */
	digits(d, 1, "1111222233334444");
	pass(4 * CLOCK_S);
	digits(d, 1, "1234");
	assert_int_equal(heard.opened, 3);
	digits(d, 1, "1111222233334444");
	assert_false(door_locked(d, clock_now()));
	unmake(d);
}

/* Who hangs up before the longest code's end has tried the shorter one */
static void test_door_counts_what_could_have_been_a_code(void **state)
{
	struct door *d = make();
	(void)state;

	add(d, "door", "3", "1234", true, 0);
	add(d, "gate", "4", "567890", true, 0);
	for (unsigned call = 1; call <= DOOR_TRIES; call++) {
		assert_false(door_locked(d, clock_now()));
		digits(d, call, "9999");
	}
	assert_true(door_locked(d, clock_now()));
	unmake(d);
}

static void test_door_refuses_codes_that_make_no_sense(void **state)
{
	struct door *d = make();
	(void)state;

	add(d, "door", "3", "1234", true, 0);
	add(d, "a", "4", "123", true, EINVAL);
	add(d, "a", "4", "12345678901234567", true, EINVAL);
	add(d, "a", "4", "12a4", true, EINVAL);
	add(d, "a", "4", "1234", true, EINVAL);
	add(d, "a", "4", "12345", true, EINVAL);
	add(d, "Door", "4", "99999", true, EEXIST);
	add(d, "a", "4", "1235", true, 0);
	for (unsigned i = 2; i < DOOR_RELAYS; i++) {
		char name[8], line[8];

		(void)re_snprintf(name, sizeof(name), "n%u", i);
		(void)re_snprintf(line, sizeof(line), "%u", i + 8);
		add(d, name, line, "", true, 0);
	}
	add(d, "more", "30", "", true, ENOSPC);
	unmake(d);
}

static void test_door_never_shows_a_code(void **state)
{
	struct door *d = make();
	char text[TEXT_SIZE], *dump;
	json_t *js;
	(void)state;

	add(d, "door", "3", "4711", true, 0);
	add(d, "gate", "4", "4712", false, 0);
	add(d, "shed", "5", "", false, 0);
	(void)re_snprintf(text, sizeof(text), "%H", door_print, d);
	assert_string_equal(text, "relay door closed, 3000 ms, by code, by "
				  "page\nrelay gate closed, 3000 ms, by code\n"
				  "relay shed closed, 3000 ms\n");
	js = door_ways_json(d);
	dump = json_dumps(js, JSON_COMPACT);
	assert_string_equal(dump, "[{\"name\":\"door\",\"way\":\"message\"},"
				  "{\"name\":\"gate\",\"way\":\"dtmf\"}]");
	free(dump);
	json_decref(js);

	js = door_json(d);
	assert_int_equal(json_array_size(js), 3);
	dump = json_dumps(js, JSON_COMPACT);
	assert_null(strstr(dump, "471"));
	free(dump);
	json_decref(js);
	unmake(d);
}

/* ---- Orders ---- */

static void test_order_is_obeyed(void **state)
{
	static const struct {
		const char *body;
		bool out_of_call;
		unsigned code;
		const char *reason;
	} orderv[] = {
		{ "{\"command\":\"door\",\"relay\":\"door\"}", false, 200,
		  "OK" },
		{ "{\"command\":\"door\"}", false, 200, "OK" },
		{ "{\"command\":\"door\",\"relay\":\"door\"}", true, 403,
		  "Not In A Call" },
		{ "{\"command\":\"door\",\"relay\":\"gate\"}", false, 403,
		  "Not From The Page" },
		{ "{\"command\":\"door\",\"relay\":\"shed\"}", false, 404,
		  "No Such Relay" },
		{ "{\"command\":\"door\",\"relay\":1}", false, 400,
		  "Relay Not Understood" },
		{ "{\"command\":\"jump\"}", false, 400,
		  "Command Not Understood" },
		{ "{\"command\":7}", false, 400, "Command Not Understood" },
		{ "{}", false, 400, "Command Not Understood" },
		{ "[]", false, 400, "Command Not Understood" },
		{ "door", false, 400, "Not Understood" },
		{ "", false, 400, "Not Understood" },
		{ "{\"command\":\"door\",\"command\":\"door\"}", false, 400,
		  "Not Understood" },
	};
	struct door *d = make();
	(void)state;

	add(d, "door", "3", "", true, 0);
	add(d, "gate", "4", "", false, 0);
	for (size_t i = 0; i < ARRAY_SIZE(orderv); i++) {
		const struct pl body = { orderv[i].body,
					 strlen(orderv[i].body) };
		const char *reason = NULL;

		assert_int_equal(order_obey(d, &body, !orderv[i].out_of_call,
					    &reason, clock_now()),
				 orderv[i].code);
		assert_string_equal(reason, orderv[i].reason);
		assert_int_equal(sim_gpio_on(DOOR_LINE), orderv[i].code == 200);
		pass(3 * CLOCK_S);
	}
	assert_int_equal(heard.opened, 2);
	unmake(d);
}

static void test_order_has_an_end(void **state)
{
	static char text[ORDER_MAX + 1];
	const struct pl body = { text, sizeof(text) };
	const struct pl door = PL("{\"command\":\"door\"}");
	const char *reason = NULL;
	(void)state;

	memset(text, ' ', sizeof(text));
	memcpy(text, door.p, door.l);
	assert_int_equal(order_obey(NULL, &body, true, &reason, 1), 400);
	assert_int_equal(order_obey(NULL, &door, true, &reason, 1), 404);
	memset(text, '[', sizeof(text));
	assert_int_equal(order_obey(NULL, &(struct pl){ text, ORDER_MAX }, true,
				    &reason, 1),
			 400);
}

/* Whatever does not fit into memory: it closes again, and nothing is left */
static bool lives_without(long n, bool once)
{
	const struct pl body = PL("{\"command\":\"door\"}");
	struct door_relay r = {
		.name = "door", .time = CLOCK_S, .code = "1234", .page = true
	};
	size_t before = memory_blocks();
	struct door *d = NULL;
	const char *reason;
	bool failed;

	memory_fail_after(n, once);
	if (!door_alloc(&d, bus) &&
	    !sim_gpio_output(&r.output, &(struct gpio_params){ .chip = "sim",
							       .line = "3" }) &&
	    !door_add(d, &r)) {
		(void)order_obey(d, &body, true, &reason, clock_now());
		pass(2 * CLOCK_S);
		digits(d, 1, "1234");
		json_decref(door_ways_json(d));
		json_decref(door_json(d));
		json_decref(order_tell("door", true));
	}
	mem_deref(r.output);
	mem_deref(d);
	failed = memory_failed();
	memory_fail_after(-1, false);
	assert_int_equal(memory_blocks(), before);
	assert_false(sim_gpio_on(DOOR_LINE));
	return failed;
}

static void test_door_lives_without_memory(void **state)
{
	struct door *d = make();
	bool some = true, one = true;
	(void)state;

	for (long n = 0; some || one; n++) {
		some = lives_without(n, false);
		one = lives_without(n, true);
		assert_true(n < 10000);
	}
	unmake(d);
}

static void test_order_tells_pages(void **state)
{
	json_t *js = order_tell("front", true);
	char *text = json_dumps(js, JSON_COMPACT);
	(void)state;

	assert_string_equal(text, "{\"event\":\"door\",\"relay\":\"front\","
				  "\"open\":true}");
	free(text);
	json_decref(js);

	js = order_tell_locked();
	text = json_dumps(js, JSON_COMPACT);
	assert_string_equal(text, "{\"event\":\"door\",\"locked\":true}");
	free(text);
	json_decref(js);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_door_opens_for_its_time),
		cmocka_unit_test(test_door_is_closed_by_itself),
		cmocka_unit_test(test_door_opens_by_its_code),
		cmocka_unit_test(test_door_codes_of_two_calls_do_not_mix),
		cmocka_unit_test(test_door_locks_after_wrong_codes),
		cmocka_unit_test(test_door_counts_what_could_have_been_a_code),
		cmocka_unit_test(test_door_refuses_codes_that_make_no_sense),
		cmocka_unit_test(test_door_never_shows_a_code),
		cmocka_unit_test(test_door_lives_without_memory),
		cmocka_unit_test(test_order_is_obeyed),
		cmocka_unit_test(test_order_has_an_end),
		cmocka_unit_test(test_order_tells_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
