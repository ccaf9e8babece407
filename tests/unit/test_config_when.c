/**
 * @file tests/unit/test_config_when.c  Tests of when a change counts
 */
#include "core/base/config_table.h"
#include "core/base/config_when.h"
#include "tests/unit/test.h"

static char told[512];

static void on_diff(const struct config *c, const char *section,
		    const char *key, void *arg)
{
	const size_t n = strlen(told);
	(void)arg;

	(void)re_snprintf(told + n, sizeof(told) - n, "%s %s.%s\n",
			  config_name(c), section, key ? key : "");
}

static struct config *parse(const char *text)
{
	struct config *c;

	assert_int_equal(config_parse(&c, "x", text, strlen(text), NULL, NULL),
			 0);
	return c;
}

#define ACCOUNT(name, user)                                                    \
	"[account" name "]\nrealm = x.org\nuser = " user "\npassword = x\n"    \
	"[transport" name "]\nurl = wss://x.org/\n"

static void test_config_when_all_differences_are_told(void **state)
{
	struct config *a = parse(ACCOUNT(" a", "one") ACCOUNT(
		" b", "two") "[headers b]\nX-A = 1\n[call]\nmax = 2\n");
	struct config *b = parse(ACCOUNT(" c", "one") ACCOUNT(
		" b", "six") "[headers b]\nX-A = 2\n[lamps]\n"
			     "l = sim:1 on=call\n[audio]\nfec = no\n");
	(void)state;

	told[0] = '\0';
	config_diff(a, b, on_diff, NULL);
	assert_string_equal(told, "account audio.fec\n"
				  "account call.max\n"
				  "account lamps.\n"
				  "a account.\n"
				  "c account.\n"
				  "b account.user\n"
				  "b headers.\n");
	told[0] = '\0';
	config_diff(a, a, on_diff, NULL);
	assert_string_equal(told, "");
	mem_deref(a);
	mem_deref(b);
}

/* What the network or a person is trusted with is never half in force: rules
   over several keys are of keys that count together */
static void test_config_when_keys_of_a_rule_count_together(void **state)
{
	(void)state;

	assert_int_equal(config_when("call", "offer"),
			 config_when("call", "insecure_media"));
	assert_int_equal(config_when("compat", "contact_ha1"),
			 config_when("compat", "rtcweb_breaker"));
	assert_int_equal(config_when("account", "password"),
			 config_when("account", "ha1"));
	assert_int_equal(config_when("page", "cert"),
			 config_when("page", "key"));
	assert_int_equal(config_when("relays", NULL), CONFIG_AT_START);
	assert_int_equal(config_when("account", NULL), CONFIG_AT_START);
	assert_int_equal(config_when("headers", NULL), CONFIG_AT_ACCOUNT);
	assert_int_equal(config_when("transport", "url"), CONFIG_AT_ACCOUNT);
	assert_int_equal(config_when("buttons", NULL), CONFIG_AT_ONCE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_config_when_all_differences_are_told),
		cmocka_unit_test(
			test_config_when_keys_of_a_rule_count_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
