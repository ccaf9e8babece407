/**
 * @file tests/unit/test_profile.c  Tests of what SDP says of H.264
 */
#include "tests/unit/test.h"
#include "core/call/profile.h"

static void test_profile_is_at_the_level_that_is_needed(void **state)
{
	/* H.264 table A-1 */
	static const struct {
		struct encoder_prefs prefs;
		const char *text;
	} casev[] = {
		{ { 64, 64, 1, 30000, 0 }, "42e01f" },
		{ { 640, 480, 30, 1000000, 0 }, "42e01f" },
		{ { 1280, 720, 30, 8000000, 0 }, "42e01f" },
		{ { 1280, 720, 60, 8000000, 0 }, "42e020" },
		{ { 1920, 1080, 30, 8000000, 0 }, "42e028" },
		{ { 1920, 1080, 60, 8000000, 0 }, "42e02a" },
		{ { 1920, 1920, 30, 8000000, 0 }, "42e032" },
		{ { 1920, 1920, 60, 8000000, 0 }, "42e033" },
	};
	char text[PROFILE_SIZE];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		profile_guess(text, &casev[i].prefs);
		assert_string_equal(text, casev[i].text);
	}
}

static void test_profile_is_read_from_the_sps(void **state)
{
	static const uint8_t data[] = {
		0,    0,    0,	  1,	0x09, 0x10, 0,	  0, 0, 1, 0x67, 0x42,
		0xc0, 0x1e, 0xda, 0x02, 0x80, 0xf6, 0x40, 0, 0, 1, 0x65, 0xff,
	};
	struct encoder_unit u = { .data = data, .size = sizeof(data) };
	char text[PROFILE_SIZE] = "before";
	(void)state;

	assert_int_equal(profile_read(text, &u), 0);
	assert_string_equal(text, "42c01e");

	/* Cut anywhere it says so or does without */
	for (u.size = 0; u.size < sizeof(data); u.size++) {
		str_ncpy(text, "before", sizeof(text));
		if (profile_read(text, &u))
			assert_string_equal(text, "before");
	}
	u.size = 6;
	assert_int_equal(profile_read(text, &u), ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_profile_is_at_the_level_that_is_needed),
		cmocka_unit_test(test_profile_is_read_from_the_sps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
