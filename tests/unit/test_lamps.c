/**
 * @file tests/unit/test_lamps.c  Tests of lamps and contacts
 */
#include "tests/unit/test.h"
#include "app/inputs.h"
#include "app/lamps.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/sim_gpio.h"
#include "tests/support/memory.h"

enum {
	STATUS = 5, /* Lines */
	BELL = 6,
	GATE = 7,
	STEP = 50 * CLOCK_MS,
	TEXT_SIZE = 512,
};

static const char text[] =
	"[page]\nlisten=127.0.0.1:8443\n"
	"[lamps]\n"
	"status = sim:5 slow=registering on=registered fast=ringing "
	"flash=error\n"
	"bell = sim:6 on=ringing,call\n"
	"[inputs]\ngate = sim:7 too_long=10s\n";

static struct event_bus *bus;
static struct config *cfg;
static struct lamps *lamps;
static struct inputs *inputs;
static struct event_listener *listener;
static char heard[TEXT_SIZE];

static void on_event(const struct event *ev, void *arg)
{
	(void)arg;

	if (ev->type == EVENT_INPUT)
		(void)re_snprintf(
			heard, sizeof(heard), "%s",
			json_string_value(json_object_get(ev->json, "what")));
}

static int begin(void **state)
{
	(void)state;

	log_set_level(LOG_LEVEL_WARNING + 1);
	loop_virtual_run(0, NULL, NULL);
	assert_int_equal(event_bus_alloc(&bus), 0);
	assert_int_equal(event_listen(&listener, bus, on_event, NULL), 0);
	assert_int_equal(
		config_parse(&cfg, "f", text, strlen(text), NULL, NULL), 0);
	assert_int_equal(lamps_alloc(&lamps, cfg, &board_sim, bus), 0);
	assert_int_equal(inputs_alloc(&inputs, cfg, &board_sim, bus), 0);
	heard[0] = '\0';
	return 0;
}

static int end(void **state)
{
	(void)state;

	lamps = mem_deref(lamps);
	inputs = mem_deref(inputs);
	cfg = mem_deref(cfg);
	listener = mem_deref(listener);
	bus = mem_deref(bus);
	assert_false(sim_gpio_on(STATUS) || sim_gpio_on(BELL));
	assert_int_equal(loop_timers(), 0);
	loop_virtual_end();
	return 0;
}

static void pass(uint64_t us)
{
	loop_virtual_run(clock_now() + us, NULL, NULL);
}

/* How it is lit in four seconds: ons, and their share [%] */
static void see(unsigned line, unsigned *times, unsigned *share)
{
	const unsigned steps = 4 * CLOCK_S / STEP;
	bool was = true;
	unsigned on = 0;

	*times = 0;
	for (unsigned i = 0; i < steps; i++) {
		const bool is = sim_gpio_on(line);

		*times += is && !was;
		on += is;
		was = is;
		pass(STEP);
	}
	*share = 100 * on / steps;
}

static void assert_lit(unsigned line, unsigned times, unsigned share)
{
	unsigned saw, part;

	see(line, &saw, &part);
	assert_true(saw >= times && saw <= times + 1);
	assert_in_range(part, share > 3 ? share - 3 : 0, share + 3);
}

static void account(enum event_type type)
{
	event_emit(bus, type, NULL, 0, "account:s", "home");
}

static void registration(enum event_type type, unsigned code)
{
	event_emit(bus, type, "register", 0, "account:s code:u", "home", code);
}

static void test_lamps_follow_the_registration(void **state)
{
	(void)state;

	assert_lit(STATUS, 0, 0);
	account(EVENT_STARTING);
	assert_lit(STATUS, 1, 50); /* Slow */
	account(EVENT_STARTED);
	registration(EVENT_CONNECTING, 0);
	assert_lit(STATUS, 1, 50);
	registration(EVENT_CONNECTED, 200);
	assert_lit(STATUS, 0, 100);

	/* An error stays while it is tried again */
	account(EVENT_RECONNECTING);
	assert_lit(STATUS, 1, 5);
	account(EVENT_STARTING);
	assert_lit(STATUS, 1, 5);
	account(EVENT_STARTED);
	registration(EVENT_CONNECTING, 0);
	registration(EVENT_TERMINATED, 403);
	assert_lit(STATUS, 1, 5);
	registration(EVENT_CONNECTED, 200);
	assert_lit(STATUS, 0, 100);

	/* As asked for: no error */
	registration(EVENT_TERMINATED, 200);
	assert_lit(STATUS, 0, 0);
}

static void test_lamps_show_what_matters_most(void **state)
{
	(void)state;

	registration(EVENT_CONNECTED, 200);
	event_emit(bus, EVENT_DEVICE_LOST, NULL, 0, "device:s", "alsa:default");
	assert_lit(STATUS, 1, 5);

	/* A call rings, is answered: no word for it there, so the error */
	event_emit(bus, EVENT_I_NEW_CALL, "call", 3, NULL);
	assert_lit(STATUS, 7, 50); /* Fast */
	assert_lit(BELL, 0, 100);
	event_emit(bus, EVENT_CONNECTED, "call", 3, NULL);
	assert_lit(STATUS, 1, 5);
	assert_lit(BELL, 0, 100);

	/* Another one rings meanwhile */
	event_emit(bus, EVENT_CONNECTING, "call", 4, NULL);
	assert_lit(STATUS, 7, 50);
	event_emit(bus, EVENT_TERMINATED, "call", 4, NULL);
	event_emit(bus, EVENT_DEVICE_BACK, NULL, 0, "device:s", "alsa:default");
	assert_lit(STATUS, 0, 100);
	event_emit(bus, EVENT_TERMINATED, "call", 3, NULL);
	assert_lit(BELL, 0, 0);

	/* A plan that waits for browsers is no call yet */
	event_emit(bus, EVENT_RINGING, "ring", 0, NULL);
	assert_lit(STATUS, 7, 50);
	event_emit(bus, EVENT_RUNG, "ring", 0, NULL);
	assert_lit(STATUS, 0, 100);
}

static void test_lamps_show_a_configuration_that_is_refused(void **state)
{
	(void)state;

	registration(EVENT_CONNECTED, 200);
	event_emit(bus, EVENT_CONFIG_REFUSED, NULL, 0, "source:s reason:s",
		   "card", "boardphone.conf:4: [audio] devise: no such key");
	assert_lit(STATUS, 1, 5);
	registration(EVENT_CONNECTED, 200); /* That makes it no better */
	assert_lit(STATUS, 1, 5);
	event_emit(bus, EVENT_CONFIG_ACCEPTED, NULL, 0, NULL);
	assert_lit(STATUS, 0, 100);
}

static void test_lamps_say_what_they_show(void **state)
{
	char said[TEXT_SIZE];
	json_t *list;
	(void)state;

	registration(EVENT_CONNECTED, 200);
	(void)re_snprintf(said, sizeof(said), "%H%H", lamps_print, lamps,
			  inputs_print, inputs);
	assert_string_equal(said, "lamp status on: registered\nlamp bell off\n"
				  "input gate closed\n");
	list = lamps_json(lamps);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(list, 0), "sign")),
			    "registered");
	json_decref(list);
	list = inputs_json(inputs);
	assert_true(json_is_false(
		json_object_get(json_array_get(list, 0), "open")));
	json_decref(list);
}

static void test_inputs_tell_what_they_are(void **state)
{
	(void)state;

	assert_int_equal(inputs_set(inputs, "none", true, clock_now()), ENOENT);
	assert_int_equal(inputs_set(inputs, "gate", true, clock_now()), 0);
	assert_string_equal(heard, "opened");
	pass(9 * CLOCK_S);
	assert_string_equal(heard, "opened");
	pass(CLOCK_S);
	assert_string_equal(heard, "open_too_long");
	assert_int_equal(inputs_set(inputs, "gate", false, clock_now()), 0);
	assert_string_equal(heard, "closed");

	/* Closed in time */
	(void)inputs_set(inputs, "gate", true, clock_now());
	pass(9 * CLOCK_S);
	(void)inputs_set(inputs, "gate", false, clock_now());
	pass(9 * CLOCK_S);
	assert_string_equal(heard, "closed");
}

static void test_lamps_live_without_memory(void **state)
{
	(void)state;

	lamps = mem_deref(lamps);
	inputs = mem_deref(inputs);
	for (long n = 0, failed = 1; failed; n++) {
		const size_t before = memory_blocks();
		int err;

		memory_fail_after(n, false);
		err = lamps_alloc(&lamps, cfg, &board_sim, bus);
		if (!err)
			err = inputs_alloc(&inputs, cfg, &board_sim, bus);
		failed = memory_failed();
		memory_fail_after(-1, false);
		assert_true(!failed || err);
		if (!failed)
			break;
		lamps = mem_deref(lamps);
		assert_int_equal(memory_blocks(), before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_lamps_follow_the_registration, begin, end),
		cmocka_unit_test_setup_teardown(
			test_lamps_show_what_matters_most, begin, end),
		cmocka_unit_test_setup_teardown(
			test_lamps_show_a_configuration_that_is_refused, begin,
			end),
		cmocka_unit_test_setup_teardown(test_lamps_say_what_they_show,
						begin, end),
		cmocka_unit_test_setup_teardown(test_inputs_tell_what_they_are,
						begin, end),
		cmocka_unit_test_setup_teardown(test_lamps_live_without_memory,
						begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
