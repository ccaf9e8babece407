/**
 * @file tests/unit/test_entropy.c  Tests of entropy
 */
#include "tests/unit/test.h"
#include "core/base/entropy.h"

enum {
	ROUNDS = 1000,
	TEXT = 33,
};

static void test_entropy_texts_are_ice_chars_and_differ(void **state)
{
	char a[TEXT], b[TEXT];
	(void)state;

	entropy_text(a, sizeof(a));
	entropy_text(b, sizeof(b));
	assert_int_equal(strlen(a), TEXT - 1);
	assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
				   "pqrstuvwxyz0123456789+/"),
			 TEXT - 1);
	assert_string_not_equal(a, b);
}

static void test_entropy_stays_in_its_range(void **state)
{
	unsigned seen = 0;
	(void)state;

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t v = entropy_between(4, 6);

		assert_in_range(v, 4, 6);
		seen |= 1u << v;
	}
	assert_int_equal(seen, 0x70);
	assert_int_equal(entropy_between(7, 7), 7);
}

static void count_up(uint8_t *p, size_t n, void *arg)
{
	uint8_t *next = arg;

	while (n--)
		*p++ = (*next)++;
}

static void test_entropy_can_be_repeated(void **state)
{
	uint8_t next = 1, v[4];
	(void)state;

	entropy_set_source(count_up, &next);
	entropy_bytes(v, sizeof(v));
	entropy_set_source(NULL, NULL);
	assert_memory_equal(v, "\x01\x02\x03\x04", sizeof(v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entropy_texts_are_ice_chars_and_differ),
		cmocka_unit_test(test_entropy_stays_in_its_range),
		cmocka_unit_test(test_entropy_can_be_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
