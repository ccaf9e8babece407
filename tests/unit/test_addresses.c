/**
 * @file tests/unit/test_addresses.c  Tests of the order of addresses
 */
#include "tests/unit/test.h"
#include "core/net/addresses.h"

static const char *no_route;

static bool reach(const struct sa *addr)
{
	char text[64];

	(void)re_snprintf(text, sizeof(text), "%j", addr);
	return !no_route || !strstr(no_route, text);
}

/* Blank-separated addresses, sorted */
static void assert_order(const char *in, const char *want)
{
	struct sa addrv[ADDRESSES_MAX];
	char out[512] = "", copy[512], *p, *save;
	unsigned n = 0;

	str_ncpy(copy, in, sizeof(copy));
	for (p = strtok_r(copy, " ", &save); p; p = strtok_r(NULL, " ", &save))
		assert_int_equal(sa_set_str(&addrv[n++], p, 0), 0);

	addresses_sort(addrv, n, reach);
	for (unsigned i = 0; i < n; i++) {
		size_t len = strlen(out);

		(void)re_snprintf(out + len, sizeof(out) - len, "%s%j",
				  i ? " " : "", &addrv[i]);
	}
	assert_string_equal(out, want);
}

static void test_addresses_take_turns_ipv6_first(void **state)
{
	(void)state;

	no_route = NULL;
	assert_order("", "");
	assert_order("1.1.1.1", "1.1.1.1");
	assert_order("1.1.1.1 2.2.2.2 1::1 2::2", "1::1 1.1.1.1 2::2 2.2.2.2");
	assert_order("1.1.1.1 2.2.2.2 3.3.3.3 1::1",
		     "1::1 1.1.1.1 2.2.2.2 3.3.3.3");
	assert_order("1::1 2::2 3::3 1.1.1.1", "1::1 1.1.1.1 2::2 3::3");
}

static void test_addresses_without_a_route_come_last(void **state)
{
	(void)state;

	no_route = "1::1 2::2";
	assert_order("1::1 1.1.1.1 2::2 2.2.2.2", "1.1.1.1 2.2.2.2 1::1 2::2");
	no_route = "1::1 2::2 1.1.1.1 2.2.2.2";
	assert_order("1.1.1.1 2.2.2.2 1::1 2::2", "1::1 1.1.1.1 2::2 2.2.2.2");
	no_route = NULL;
}

static void test_addresses_come_from_a_hosts_file(void **state)
{
	static const char text[] = "127.0.0.1\tlocalhost\n"
				   "::1 localhost ip6-localhost\r\n"
				   "# 9.9.9.9 sip\n"
				   " 10.0.0.1  pbx Sip.Example.COM # sip\n"
				   "10.0.0.1 sip.example.com\n"
				   "nonsense sip.example.com\n"
				   "10.0.0.2\n"
				   "fe80::1%lo sip.example.com\n"
				   "2001:db8::1 sip.example.com";
	struct sa addrv[ADDRESSES_MAX];
	char out[64];
	(void)state;

	assert_int_equal(addresses_hosts(text, strlen(text), "localhost", addrv,
					 ADDRESSES_MAX),
			 2);
	assert_int_equal(addresses_hosts(text, strlen(text), "sip", addrv,
					 ADDRESSES_MAX),
			 0);
	assert_int_equal(addresses_hosts(text, strlen(text), "10.0.0.2", addrv,
					 ADDRESSES_MAX),
			 0);
	assert_int_equal(addresses_hosts("", 0, "x", addrv, ADDRESSES_MAX), 0);

	assert_true(addresses_hosts(text, strlen(text), "SIP.example.com",
				    addrv, ADDRESSES_MAX) >= 2);
	(void)re_snprintf(out, sizeof(out), "%j", &addrv[0]);
	assert_string_equal(out, "10.0.0.1");
	assert_int_equal(addresses_hosts(text, strlen(text), "sip.example.com",
					 addrv, 1),
			 1);
}

static void test_addresses_survive_any_hosts_file(void **state)
{
	struct sa addrv[ADDRESSES_MAX];
	char text[128];
	(void)state;

	for (unsigned seed = 1; seed < 500; seed++) {
		uint32_t x = seed * 2654435761U;

		for (size_t i = 0; i < sizeof(text); i++) {
			x = x * 1664525 + 1013904223;
			text[i] = " \t\n#1.:ah\0"[(x >> 24) % 10];
		}
		(void)addresses_hosts(text, sizeof(text), "h", addrv,
				      ADDRESSES_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_take_turns_ipv6_first),
		cmocka_unit_test(test_addresses_without_a_route_come_last),
		cmocka_unit_test(test_addresses_come_from_a_hosts_file),
		cmocka_unit_test(test_addresses_survive_any_hosts_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
