/**
 * @file tests/unit/test_words.c  Tests of words
 */
#include "tests/unit/test.h"
#include "app/words.h"

static void test_words_splits_as_a_shell_would(void **state)
{
	static const struct {
		const char *line;
		int err, n;
		const char *wordv[4];
	} stepv[] = {
		{ "", 0, 0, { NULL } },
		{ " \t\r\n ", 0, 0, { NULL } },
		{ "help", 0, 1, { "help" } },
		{ "  call   bob  audio ", 0, 3, { "call", "bob", "audio" } },
		{ "a 'b c' \"d e\"", 0, 3, { "a", "b c", "d e" } },
		{ "a'b'\"c\"d", 0, 1, { "abcd" } },
		{ "'' \"\"", 0, 2, { "", "" } },
		{ "a\\ b c\\\\", 0, 2, { "a b", "c\\" } },
		{ "'a\\ b' \"a\\\"b\"", 0, 2, { "a\\ b", "a\"b" } },
		{ "a\\", 0, 1, { "a\\" } },
		{ "'open", EINVAL, 0, { NULL } },
		{ "a \"open\\\"", EINVAL, 0, { NULL } },
		{ "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", 0, 16, { "1" } },
		{ "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17",
		  E2BIG,
		  0,
		  { NULL } },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(stepv); i++) {
		char line[128], *wordv[WORDS_MAX];
		int n = 0;

		str_ncpy(line, stepv[i].line, sizeof(line));
		assert_int_equal(words_split(line, wordv, &n), stepv[i].err);
		if (stepv[i].err)
			continue;
		assert_int_equal(n, stepv[i].n);
		for (int k = 0; k < n && k < 4 && stepv[i].wordv[k]; k++)
			assert_string_equal(wordv[k], stepv[i].wordv[k]);
	}
}

static void test_words_stays_within_any_line(void **state)
{
	static const char alphabet[] = "ab '\"\\\t";
	uint32_t x = 1;
	(void)state;

	for (unsigned i = 0; i < 20000; i++) {
		size_t len = i % 40;
		char *line = mem_alloc(len + 1, NULL), *wordv[WORDS_MAX];
		int n = 0;

		for (size_t k = 0; k < len; k++) {
			x = x * 1664525 + 1013904223;
			line[k] = alphabet[(x >> 16) % strlen(alphabet)];
		}
		line[len] = '\0';
		if (!words_split(line, wordv, &n)) {
			for (int k = 0; k < n; k++)
				assert_true(wordv[k] + strlen(wordv[k]) <=
					    line + len);
		}
		mem_deref(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_splits_as_a_shell_would),
		cmocka_unit_test(test_words_stays_within_any_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
