/**
 * @file tests/unit/test_sim_gpio.c  Tests of the simulated GPIO chip
 */
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "drivers/sim_gpio.h"

struct presses {
	unsigned down, up;
};

static const struct gpio_params *at(const char *line)
{
	static struct gpio_params prm = { .chip = "sim", .low = true };

	prm.line = line;
	return &prm;
}

static void on_button(bool pressed, uint64_t now, void *arg)
{
	struct presses *p = arg;

	assert_true(now == CLOCK_S);
	p->down += pressed;
	p->up += !pressed;
}

static void test_sim_gpio_button_tells_each_change_once(void **state)
{
	struct presses p = { 0 };
	struct button *b;
	(void)state;

	assert_int_equal(sim_gpio_button(&b, at("1"), on_button, &p), 0);
	assert_false(button_pressed(b));
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(button_set(b, true, CLOCK_S), 0);
		assert_int_equal(button_set(b, true, CLOCK_S), 0);
		assert_true(button_pressed(b));
		assert_int_equal(button_set(b, false, CLOCK_S), 0);
		assert_int_equal(button_set(b, false, CLOCK_S), 0);
	}
	assert_int_equal(p.down, 3);
	assert_int_equal(p.up, 3);
	mem_deref(b);
}

static void test_sim_gpio_output_ends_off(void **state)
{
	struct output *o;
	(void)state;

	log_set_level(LOG_LEVEL_WARNING);
	assert_int_equal(sim_gpio_output(&o, at("31")), 0);
	assert_false(output_on(o));
	assert_int_equal(output_set(o, true), 0);
	assert_true(output_on(o));
	assert_true(sim_gpio_on(31));
	mem_deref(o);
	assert_false(sim_gpio_on(31));
	assert_false(sim_gpio_on(1000));
}

static void test_sim_gpio_line_is_used_once(void **state)
{
	static const char *const badv[] = { "",	  "x",	  "32", "-1",
					    "1x", "1000", " 1" };
	struct presses p = { 0 };
	struct button *b;
	struct output *o;
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(badv); i++)
		assert_int_equal(sim_gpio_output(&o, at(badv[i])), EINVAL);

	assert_int_equal(sim_gpio_button(&b, at("1"), on_button, &p), 0);
	assert_int_equal(sim_gpio_output(&o, at("1")), EBUSY);
	assert_int_equal(sim_gpio_output(&o, at("01")), EBUSY);
	mem_deref(b);
	assert_int_equal(sim_gpio_output(&o, at("1")), 0);
	mem_deref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sim_gpio_button_tells_each_change_once),
		cmocka_unit_test(test_sim_gpio_output_ends_off),
		cmocka_unit_test(test_sim_gpio_line_is_used_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
