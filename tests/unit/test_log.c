/**
 * @file tests/unit/test_log.c  Tests of the log's escaping of foreign text
 */
#include "tests/unit/test.h"
#include "core/base/log.h"

static void test_log_text_escapes_what_a_terminal_would_obey(void **state)
{
	static const struct {
		const char *in, *out;
	} casev[] = {
		{ "plain", "plain" },
		{ "a\r\nb", "a\\x0d\\x0ab" },
		{ "\x1b[2J", "\\x1b[2J" },
		{ "P\xc3\xaa"
		  "che",
		  "P\xc3\xaa"
		  "che" },
		{ "\xc2\x9b", "\\xc2\\x9b" },
		{ "\xff\xfe", "\\xff\\xfe" },
		{ "\xc3", "\\xc3" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "back\\slash", "back\\x5cslash" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		char buf[256];
		struct pl pl;

		pl_set_str(&pl, casev[i].in);
		re_snprintf(buf, sizeof(buf), "%H", log_text, &pl);
		assert_string_equal(buf, casev[i].out);
	}
}

static void test_log_text_cuts_long_text(void **state)
{
	char in[1000], buf[1000];
	struct pl pl = { in, sizeof(in) };
	(void)state;

	memset(in, 'x', sizeof(in));
	re_snprintf(buf, sizeof(buf), "%H", log_text, &pl);
	assert_int_equal(strlen(buf), LOG_TEXT_MAX + 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_log_text_escapes_what_a_terminal_would_obey),
		cmocka_unit_test(test_log_text_cuts_long_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
