/**
 * @file tests/unit/test_event.c  Tests of events and their bus
 */
#include "tests/unit/test.h"
#include "core/base/event.h"

struct ear {
	struct event_bus *bus;
	struct event_listener *l;
	struct event_listener *other;
	char heard[8192];
	char line[1024];
	enum event_type answer; /* Emitted when EVENT_STARTING is heard */
	unsigned burst;		/* So often when EVENT_STATS is heard   */
};

static void hear(const struct event *ev, void *arg)
{
	struct ear *ear = arg;

	strcat(strcat(ear->heard, ev->name), " ");
	re_snprintf(ear->line, sizeof(ear->line), "%s", ev->line);
	if (ev->type == EVENT_STARTING && ear->answer)
		event_emit(ear->bus, ear->answer, NULL, 0, NULL);
	for (; ev->type == EVENT_STATS && ear->burst; ear->burst--)
		event_emit(ear->bus, EVENT_BUTTON, NULL, 0, NULL);
	if (ev->type == EVENT_STOPPED)
		ear->other = mem_deref(ear->other);
	if (ev->type == EVENT_FAILED_TO_STOP)
		ear->bus = mem_deref(ear->bus);
}

static struct event_bus *bus_of(struct ear *ear, size_t n)
{
	struct event_bus *bus;

	memset(ear, 0, n * sizeof(*ear));
	assert_int_equal(event_bus_alloc(&bus), 0);
	for (size_t i = 0; i < n; i++) {
		ear[i].bus = bus;
		assert_int_equal(event_listen(&ear[i].l, bus, hear, &ear[i]),
				 0);
	}

	return bus;
}

static void test_event_is_one_json_object_on_a_line(void **state)
{
	struct ear ear;
	struct event_bus *bus = bus_of(&ear, 1);
	json_error_t error;
	json_t *json;
	struct pl pl;
	struct sa sa;
	(void)state;

	pl_set_str(&pl, "sip:p\xc3\xaa"
			"che\xff@x\x1b\r\n");
	sa_set_str(&sa, "192.0.2.1", 5060);
	event_emit(bus, EVENT_CONNECTED, "call", 3,
		   "code:u reason:s from:r none:s up:b address:J loss:f "
		   "diff:i big:U more:o",
		   200u, "OK", &pl, NULL, 1, &sa, 0.5, -3, (uint64_t)5000000000,
		   json_array());
	json = json_loads(ear.line, 0, &error);
	assert_non_null(json);
	assert_string_equal(json_string_value(json_object_get(json, "event")),
			    "connected");
	assert_string_equal(json_string_value(json_object_get(json, "session")),
			    "call");
	assert_int_equal(json_integer_value(json_object_get(json, "id")), 3);
	assert_int_equal(json_integer_value(json_object_get(json, "code")),
			 200);
	assert_string_equal(json_string_value(json_object_get(json, "from")),
			    "sip:p\xc3\xaa"
			    "che\\xff@x\x1b\r\n");
	assert_null(json_object_get(json, "none"));
	assert_true(json_is_true(json_object_get(json, "up")));
	assert_string_equal(json_string_value(json_object_get(json, "address")),
			    "192.0.2.1:5060");
	assert_int_equal(json_integer_value(json_object_get(json, "big")),
			 5000000000);
	assert_true(json_is_array(json_object_get(json, "more")));
	json_decref(json);
	mem_deref(ear.l);
	mem_deref(bus);
}

static void test_event_line_is_safe_on_a_terminal(void **state)
{
	struct ear ear;
	struct event_bus *bus = bus_of(&ear, 1);
	(void)state;

	event_emit(bus, EVENT_I_INFO, "call", 1, "body:s",
		   "\x1b[2J \x7f \xc2\x9b \r\n \xc3\xbc");
	assert_non_null(strstr(ear.line, "\\u001B[2J \\u007f \\u009b \\r\\n "
					 "\xc3\xbc"));
	for (const char *p = ear.line; *p; p++)
		assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
	mem_deref(ear.l);
	mem_deref(bus);
}

static void test_event_order_is_the_same_for_all(void **state)
{
	struct ear ear[2];
	struct event_bus *bus = bus_of(ear, 2);
	(void)state;

	ear[0].answer = EVENT_STARTED;
	event_emit(bus, EVENT_STARTING, NULL, 0, NULL);
	assert_string_equal(ear[0].heard, "starting started ");
	assert_string_equal(ear[1].heard, "starting started ");
	mem_deref(ear[0].l);
	mem_deref(ear[1].l);
	mem_deref(bus);
}

static void test_event_listener_may_end_others_and_the_bus(void **state)
{
	struct ear ear[2];
	struct event_bus *bus = bus_of(ear, 2);
	(void)state;

	ear[0].other = ear[1].l;
	event_emit(bus, EVENT_STOPPED, NULL, 0, NULL);
	assert_string_equal(ear[0].heard, "stopped ");
	assert_string_equal(ear[1].heard, "");
	event_emit(bus, EVENT_FAILED_TO_STOP, NULL, 0, NULL);
	assert_null(ear[0].bus);
	mem_deref(ear[0].l);
}

static void test_event_limits_hold(void **state)
{
	struct event_listener *lv[EVENT_LISTENERS], *more;
	struct event_bus *bus;
	struct ear ear = { 0 };
	char text[128];
	(void)state;

	assert_int_equal(event_bus_alloc(&bus), 0);
	ear.bus = bus;
	for (size_t i = 0; i < EVENT_LISTENERS; i++)
		assert_int_equal(event_listen(&lv[i], bus, hear, &ear), 0);
	assert_int_equal(event_listen(&more, bus, hear, &ear), ENOSPC);
	for (size_t i = 0; i < EVENT_LISTENERS; i++)
		mem_deref(lv[i]);
	assert_int_equal(event_listen(&more, bus, hear, &ear), 0);
	ear.burst = EVENT_WAITING + 3;
	event_emit(bus, EVENT_STATS, NULL, 0, NULL);
	re_snprintf(text, sizeof(text), "%H", event_bus_print, bus);
	assert_string_equal(text, "listeners=1 emitted=65 lost=3");
	mem_deref(more);
	mem_deref(bus);
	event_emit(NULL, EVENT_STATS, NULL, 0, "o:o", json_object());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_is_one_json_object_on_a_line),
		cmocka_unit_test(test_event_line_is_safe_on_a_terminal),
		cmocka_unit_test(test_event_order_is_the_same_for_all),
		cmocka_unit_test(
			test_event_listener_may_end_others_and_the_bus),
		cmocka_unit_test(test_event_limits_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
