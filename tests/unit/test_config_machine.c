/**
 * @file tests/unit/test_config_machine.c  Tests of the keys of [board]
 */
#include "tests/unit/test.h"
#include "core/base/config.h"
#include "core/base/config_machine.h"

#define PAGE "[page]\nlisten = 0.0.0.0:443\n[board]\n"
#define KEY                                                                    \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHU0Iq5A1vQWnAyyh8oC0pkKzKcR"     \
	"GdLMPHs1FbqmTVUS"

static char told[2048];

static void fault(bool fatal, const char *text, void *arg)
{
	(void)fatal;
	(void)arg;

	(void)str_ncpy(told, text, sizeof(told));
}

static int parse(struct config **cp, const char *text)
{
	told[0] = '\0';
	return config_parse(cp, "conf", text, strlen(text), fault, NULL);
}

static void test_machine_takes_what_the_files_take(void **state)
{
	static const char *const goodv[] = {
		"hostname = gate-2",
		"time_zone = Europe/Berlin",
		"time_zone = Etc/GMT+5",
		"address = dhcp",
		"address = 192.0.2.5/24\ngateway = 192.0.2.1",
		"address = 192.0.2.5/24, 2001:db8::5/64",
		"dns = 192.0.2.1, 2001:db8::1",
		"ntp = 192.0.2.1, 2001:db8::1, ntp-1.example.org",
		"wifi_ssid = Caf\xc3\xa9 \"2\" $(x)",
		"wifi_ssid = x\nwifi_password = \"p\\\"a$ss #1 `x`\"",
		"wifi_country = DE",
		"ssh_key = " KEY " me@home",
		"ssh_key = " KEY,
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(goodv); i++) {
		struct config *c = NULL;
		char text[512];

		(void)re_snprintf(text, sizeof(text), PAGE "%s\n", goodv[i]);
		if (parse(&c, text))
			print_error("%s: %s\n", goodv[i], told);
		assert_non_null(c);
		mem_deref(c);
	}
}

static void test_machine_refuses_what_would_be_more_than_a_value(void **state)
{
	static const char *const wrongv[] = {
		"hostname = -gate",
		"hostname = gate.example.org",
		"hostname = $(reboot)",
		"time_zone = ../../etc/passwd",
		"time_zone = /etc/passwd",
		"time_zone = Nowhere/Land",
		"address = 192.0.2.5",
		"address = 192.0.2.5/33",
		"address = 192.0.2.5/0",
		"address = 192.0.2.5/2x",
		"address = 0.0.0.0/8",
		"address = fe80::1%eth0/64",
		"address = 2001:db8::5/129",
		"address = dhcp, 192.0.2.5/24",
		"gateway = 192.0.2.1", /* Where dhcp finds one */
		"dns = ns.example.org",
		"ntp = -x",
		"ntp = [2001:db8::1]",
		"ntp = a.example.org:123",
		"ntp = \"a b\"",
		"ntp = fe80::1%eth0",
		"wifi_ssid = 123456789012345678901234567890123",
		"wifi_ssid = x\nwifi_password = short",
		"wifi_ssid = x\nwifi_password = pass\xc3\xb6word",
		"wifi_password = of no network",
		"wifi_country = de",
		"wifi_country = D1",
		"ssh_key = command=\"reboot\" " KEY,
		"ssh_key = ssh-dss AAAAC3NzaC1lZDI1NTE5AAAAIHU0Iq5A1vQWnAyy",
		"ssh_key = ssh-ed25519 AAAA",
		"ssh_key = " KEY "\\nssh",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(wrongv); i++) {
		struct config *c = NULL;
		char text[512];

		(void)re_snprintf(text, sizeof(text), PAGE "%s\n", wrongv[i]);
		if (!parse(&c, text))
			print_error("%s: was taken\n", wrongv[i]);
		assert_null(c);
		assert_non_null(strstr(told, "conf:"));
		assert_non_null(strstr(told, "[board]"));
	}
}

static void test_machine_prints_a_line_for_each_key(void **state)
{
	struct config *c = NULL;
	char text[512];
	(void)state;

	assert_int_equal(parse(&c, PAGE "wifi_ssid = \"a b=c \"\n"
					"address = 192.0.2.5/24 , ::5/64\n"),
			 0);
	assert_true(re_snprintf(text, sizeof(text), "%H", config_machine_print,
				c) > 0);
	assert_string_equal(text, "hostname=\n"
				  "time_zone=\n"
				  "address=192.0.2.5/24 , ::5/64\n"
				  "gateway=\n"
				  "dns=\n"
				  "ntp=\n"
				  "wifi_ssid=a b=c \n"
				  "wifi_password=\n"
				  "wifi_country=\n"
				  "ssh_key=\n");
	mem_deref(c);
}

int main(void)
{
	static const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_machine_takes_what_the_files_take),
		cmocka_unit_test(
			test_machine_refuses_what_would_be_more_than_a_value),
		cmocka_unit_test(test_machine_prints_a_line_for_each_key),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
