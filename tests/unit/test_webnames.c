/**
 * @file tests/unit/test_webnames.c  Tests of who the board is
 */
#include "tests/unit/test.h"
#include "core/net/webnames.h"

static const char *const namev[] = { "boardphone", "Door.Example.org", "",
				     NULL };

static void test_webnames_knows_its_names_and_all_addresses(void **state)
{
	static const char *const oursv[] = {
		"localhost",
		"LOCALHOST:8443",
		"boardphone",
		"boardphone.local",
		"boardphone.local.:443",
		"door.example.org",
		"pi.lan",
		"pi",
		"Pi.local:",
		"127.0.0.1",
		"192.168.1.7:8443",
		"[::1]",
		"[fe80::1]:65535",
		"[::ffff:1.2.3.4]:1",
	};
	struct webnames *n;
	(void)state;

	assert_int_equal(webnames_alloc(&n, "pi.lan", namev), 0);
	for (size_t i = 0; i < ARRAY_SIZE(oursv); i++) {
		print_message("%s ", oursv[i]);
		assert_true(webnames_has(n, oursv[i]));
	}
	print_message("\n");
	mem_deref(n);
}

static void test_webnames_refuses_what_can_be_rebound(void **state)
{
	static const char *const foreignv[] = {
		"",
		":8443",
		".",
		"evil.test",
		"localhost.evil.test",
		"boardphone.evil.test",
		"door.example.org.local",
		"xboardphone",
		"127.0.0.1.evil.test",
		"127.1",
		"0x7f000001",
		"2130706433",
		"::1",
		"[::1",
		"[::1]x",
		"[::1%25eth0]",
		"[localhost]",
		"[]",
		"localhost:x",
		"localhost:65536",
		"localhost:123456",
		"localhost:1:2",
		"user@localhost",
		"localhost/",
		"localhost..",
		" localhost",
	};
	char big[300];
	struct webnames *n;
	(void)state;

	assert_int_equal(webnames_alloc(&n, "pi.lan", namev), 0);
	for (size_t i = 0; i < ARRAY_SIZE(foreignv); i++) {
		print_message("'%s' ", foreignv[i]);
		assert_false(webnames_has(n, foreignv[i]));
	}
	print_message("\n");
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_false(webnames_has(n, big));
	mem_deref(n);
}

static void test_webnames_works_with_little_and_not_with_too_much(void **state)
{
	const char *many[WEBNAMES_MAX + 1];
	struct webnames *n;
	(void)state;

	assert_int_equal(webnames_alloc(&n, NULL, NULL), 0);
	assert_true(webnames_has(n, "localhost"));
	assert_false(webnames_has(n, "pi"));
	mem_deref(n);

	for (size_t i = 0; i < WEBNAMES_MAX; i++)
		many[i] = "a.b";
	many[WEBNAMES_MAX] = NULL;
	assert_int_equal(webnames_alloc(&n, NULL, many), ENOBUFS);
	many[WEBNAMES_MAX - 1] = NULL;
	assert_int_equal(webnames_alloc(&n, NULL, many), 0);
	mem_deref(n);
}

static void test_webnames_compares_origins(void **state)
{
	static const struct {
		const char *origin, *host;
		bool same;
	} v[] = {
		{ "https://door.local", "door.local", true },
		{ "https://Door.local", "door.LOCAL", true },
		{ "https://door.local:8443", "door.local:8443", true },
		{ "https://door.local", "door.local:443", true },
		{ "https://door.local:443", "door.local", true },
		{ "https://[::1]:8443", "[::1]:8443", true },
		{ "http://door.local", "door.local", false },
		{ "https://door.local", "door.local:8443", false },
		{ "https://door.local:8443", "door.local", false },
		{ "https://door.local.evil.test", "door.local", false },
		{ "https://evil.test/door.local", "door.local", false },
		{ "https://evil.test", "door.local", false },
		{ "null", "door.local", false },
		{ "", "door.local", false },
		{ "https://", "", false },
		{ "https://", "door.local", false },
		{ "wss://door.local", "door.local", false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		print_message("%s ", v[i].origin);
		assert_int_equal(webnames_is_origin(v[i].origin, v[i].host),
				 v[i].same);
	}
	print_message("\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_webnames_knows_its_names_and_all_addresses),
		cmocka_unit_test(test_webnames_refuses_what_can_be_rebound),
		cmocka_unit_test(
			test_webnames_works_with_little_and_not_with_too_much),
		cmocka_unit_test(test_webnames_compares_origins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
