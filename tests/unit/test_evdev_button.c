/**
 * @file tests/unit/test_evdev_button.c  Tests of keys, without a device
 */
#include "tests/unit/test.h"
#include "drivers/evdev_button.h"

static void test_evdev_keys_have_names_and_numbers(void **state)
{
	unsigned code = 0;
	(void)state;

	assert_int_equal(evdev_button_key("KEY_1", &code), 0);
	assert_int_equal(code, KEY_1);
	assert_int_equal(evdev_button_key("btn_touch", &code), 0);
	assert_int_equal(code, BTN_TOUCH);
	assert_int_equal(evdev_button_key("113", &code), 0);
	assert_int_equal(code, KEY_MUTE);
	assert_int_equal(evdev_button_key("0", &code), EINVAL);
	assert_int_equal(evdev_button_key("", &code), EINVAL);
	assert_int_equal(evdev_button_key("KEY_NONE", &code), EINVAL);
	assert_int_equal(evdev_button_key("99999", &code), EINVAL);
}

static void test_evdev_follows_its_key_only(void **state)
{
	const struct input_event evv[] = {
		{ .type = EV_MSC, .code = MSC_SCAN, .value = KEY_2 },
		{ .type = EV_KEY, .code = KEY_2, .value = 1 },
		{ .type = EV_SYN, .code = SYN_REPORT },
		{ .type = EV_KEY, .code = KEY_1, .value = 1 },
		{ .type = EV_KEY, .code = KEY_1, .value = 2 },
		{ .type = EV_KEY, .code = KEY_1, .value = 0 },
		{ .type = EV_SYN, .code = SYN_DROPPED },
	};
	bool down = false;
	(void)state;

	assert_int_equal(evdev_button_follow(evv, 3, KEY_1, &down), 0);
	assert_false(down);
	assert_int_equal(evdev_button_follow(evv, 4, KEY_1, &down), 0);
	assert_true(down);
	assert_int_equal(evdev_button_follow(evv + 4, 1, KEY_1, &down), 0);
	assert_true(down);
	assert_int_equal(evdev_button_follow(evv + 5, 1, KEY_1, &down), 0);
	assert_false(down);
	assert_int_equal(evdev_button_follow(evv, 7, KEY_1, &down), EAGAIN);
}

static void on_button(bool pressed, uint64_t now, void *arg)
{
	(void)pressed;
	(void)now;
	(void)arg;
	fail();
}

static void test_evdev_refuses_what_is_no_place(void **state)
{
	static const struct {
		const char *line;
		int err;
	} casev[] = {
		{ "event0", EINVAL },
		{ "/KEY_1", EINVAL },
		{ "event0/", EINVAL },
		{ "event0/KEY_NONE", EINVAL },
		{ "no_such_keypad/KEY_1", ENODEV },
	};
	struct button *b = NULL;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		const struct gpio_params prm = { .chip = "evdev",
						 .line = casev[i].line };

		assert_int_equal(evdev_button_alloc(&b, &prm, on_button, NULL),
				 casev[i].err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evdev_keys_have_names_and_numbers),
		cmocka_unit_test(test_evdev_follows_its_key_only),
		cmocka_unit_test(test_evdev_refuses_what_is_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
