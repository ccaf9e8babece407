/**
 * @file tests/unit/test_instance.c  Tests of instance
 */
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/call/instance.h"

static void test_instance_is_a_uuid_that_stays(void **state)
{
	char a[INSTANCE_LEN], b[INSTANCE_LEN];
	(void)state;

	instance_print(a, "", "alice", "example.org");
	instance_print(b, "", "alice", "example.org");
	assert_int_equal(strlen(a), INSTANCE_LEN - 1);
	assert_int_equal(strncmp(a, "urn:uuid:", 9), 0);
	for (size_t i = 9; a[i]; i++)
		assert_non_null(strchr("0123456789abcdef-", a[i]));
	assert_int_equal(a[9 + 14], '8'); /* RFC 9562 section 5.8 */
	assert_non_null(strchr("89ab", a[9 + 19]));

	/* Random where the machine has no id of its own */
	if (!access("/etc/machine-id", R_OK) && !strcmp(a, b)) {
		instance_print(b, "", "bob", "example.org");
		assert_string_not_equal(a, b);
		instance_print(b, "", "alice", "example.net");
		assert_string_not_equal(a, b);
	}
}

static void test_instance_is_what_was_configured(void **state)
{
	static const char uuid[] = "00112233-4455-6677-8899-aabbccddeeff";
	char a[INSTANCE_LEN];
	(void)state;

	instance_print(a, uuid, NULL, NULL);
	assert_string_equal(a, "urn:uuid:00112233-4455-6677-8899-aabbccddeeff");
	instance_print(a, "", NULL, NULL);
	assert_int_equal(strlen(a), INSTANCE_LEN - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_instance_is_a_uuid_that_stays),
		cmocka_unit_test(test_instance_is_what_was_configured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
