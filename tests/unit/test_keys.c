/**
 * @file tests/unit/test_keys.c  Tests of terminal bytes made into keys
 */
#include "app/keys.h"
#include "tests/unit/test.h"

static void put(struct keys *k, const char *s)
{
	keys_put(k, (const uint8_t *)s, strlen(s));
}

static void test_keys_wait_for_the_last_byte(void **state)
{
	static const char *const keyv[] = {
		"a",
		"\t",
		"\x1b[A",
		"\x1b[1;5C",
		"\x1bOP",
		"\x1b"
		"b",
		"\xc3\xaa",
		"\xf0\x9f\x98\x80",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(keyv); i++) {
		struct keys k = { .pos = 0 };
		const size_t len = strlen(keyv[i]);

		for (size_t n = 0; n < len; n++) {
			assert_false(keys_ready(&k));
			keys_put(&k, (const uint8_t *)keyv[i] + n, 1);
		}
		assert_true(keys_ready(&k));
	}
}

static void test_keys_give_code_points(void **state)
{
	struct keys k = { .pos = 0 };
	(void)state;

	put(&k, "P\xc3\xaa\xff\xe2\x82\xac!");
	assert_int_equal(keys_get(&k), 'P');
	assert_int_equal(keys_get(&k), 0xea);
	assert_int_equal(keys_get(&k), 0xfffd);
	assert_int_equal(keys_get(&k), 0x20ac);
	assert_int_equal(keys_get(&k), '!');
	assert_int_equal(keys_get(&k), -1);
	assert_false(keys_ready(&k));
}

static void test_keys_drop_what_does_not_fit(void **state)
{
	struct keys k = { .pos = 0 };
	(void)state;

	for (unsigned i = 0; i < 2 * KEYS_MAX; i++)
		put(&k, "x");
	for (unsigned i = 0; i < KEYS_MAX; i++)
		assert_int_equal(keys_get(&k), 'x');
	assert_int_equal(keys_get(&k), -1);
	put(&k, "y");
	assert_int_equal(keys_get(&k), 'y');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_wait_for_the_last_byte),
		cmocka_unit_test(test_keys_give_code_points),
		cmocka_unit_test(test_keys_drop_what_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
