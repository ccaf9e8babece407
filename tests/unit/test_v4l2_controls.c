/**
 * @file tests/unit/test_v4l2_controls.c  Tests of lists of controls
 *
 * What a device makes of them is seen in the laboratory.
 */
#include "tests/unit/test.h"
#include "drivers/v4l2_controls.h"

static void test_v4l2_controls_are_called_as_tools_call_them(void **state)
{
	static const struct {
		const char *theirs, *ours;
	} casev[] = {
		{ "Brightness", "brightness" },
		{ "White Balance, Automatic", "white_balance_automatic" },
		{ "Exposure Time, Absolute", "exposure_time_absolute" },
		{ "(LED) 1 Mode...", "led_1_mode" },
		{ "", "" },
		{ "A name that is longer than all that are", "" },
	};
	char name[V4L2_CONTROLS_NAME];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		v4l2_controls_name(name, casev[i].theirs);
		if (*casev[i].ours || !*casev[i].theirs)
			assert_string_equal(name, casev[i].ours);
		assert_true(strlen(name) < V4L2_CONTROLS_NAME);
	}
}

static void test_v4l2_controls_are_names_and_numbers(void **state)
{
	static const char *goodv[] = { "rotate=180", "a=-1,b_2=0,c=2147483647",
				       "" };
	static const char *badv[] = {
		"rotate",
		"rotate=",
		"=1",
		"a=1,",
		"a=1,b",
		"a=1 ",
		"A=1",
		"a=2147483648",
		"a=99999999999999999999999",
		"a b=1",
		"a=1;b=2",
		"a_name_that_is_longer_than_all_that_are=1",
		",",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(goodv); i++)
		assert_int_equal(v4l2_controls_check(goodv[i]), 0);
	for (size_t i = 0; i < ARRAY_SIZE(badv); i++) {
		if (v4l2_controls_check(badv[i]) != EINVAL)
			fail_msg("%s", badv[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_v4l2_controls_are_called_as_tools_call_them),
		cmocka_unit_test(test_v4l2_controls_are_names_and_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
