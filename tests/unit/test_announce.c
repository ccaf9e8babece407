/**
 * @file tests/unit/test_announce.c  The names that are announced
 *
 * The rest needs D-Bus and Avahi: tests/interop/mdns.
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "core/base/loop.h"
#include "core/net/announce.h"

static void test_announce_counts_names(void **state)
{
	char longest[64], buf[ANNOUNCE_NAME_MAX];
	(void)state;

	assert_int_equal(announce_print_name(buf, "door", 0), 0);
	assert_string_equal(buf, "door.local");
	assert_int_equal(announce_print_name(buf, "door", 1), 0);
	assert_string_equal(buf, "door-2.local");
	assert_int_equal(announce_print_name(buf, "door", 3), 0);
	assert_string_equal(buf, "door-4.local");
	memset(longest, 'x', 63);
	longest[63] = '\0';
	assert_int_equal(announce_print_name(buf, longest, 0), 0);
	assert_int_equal(strlen(buf), 69);
	assert_int_equal(announce_print_name(buf, longest, 3), 0);
	assert_int_equal(strlen(buf), 69);
	assert_string_equal(buf + 60, "x-4.local");
	assert_int_equal(announce_print_name(buf, "", 0), EINVAL);
	assert_int_equal(announce_print_name(buf, "a.b", 0), EINVAL);
}

static bool is_tried(void *arg)
{
	char text[128];

	(void)re_snprintf(text, sizeof(text), "%H", announce_print, arg);
	return !strcmp(text, "not announced: no D-Bus");
}

static void test_announce_does_without_a_bus(void **state)
{
	struct announce *a;
	char text[128];
	(void)state;

	assert_int_equal(announce_alloc(&a, "a.b", 443), EINVAL);
	assert_int_equal(announce_alloc(&a, "door", 443), 0);
	(void)re_snprintf(text, sizeof(text), "%H", announce_print, a);
	assert_string_equal(text, "not announced: it begins");
	assert_null(announce_name(a));
	loop_virtual_run(clock_now() + 300 * (uint64_t)CLOCK_S, is_tried, a);
	assert_true(is_tried(a));
	loop_virtual_end();
	mem_deref(a);
	assert_int_equal(loop_timers(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_announce_counts_names),
		cmocka_unit_test(test_announce_does_without_a_bus),
	};
	int n;

	(void)setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", 1);
	if (loop_init())
		return 1;
	n = cmocka_run_group_tests(tests, NULL, NULL);
	loop_close();
	return n;
}
