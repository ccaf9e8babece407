/**
 * @file tests/unit/test_config_compat.c  Tests of the rules of [compat]
 */
#include "tests/unit/test.h"
#include "core/base/config.h"

#define ACCOUNT                                                                \
	"[account]\nrealm = example.org\nuser = alice\n"                       \
	"[transport]\nurl = wss://sip.example.org/ws\n"
#define HOME                                                                   \
	"[account home]\nrealm = home.example\nuser = door\npassword = x\n"    \
	"[transport home]\nurl = wss://home.example/\n"
#define ON "contact_ha1 = yes\nrtcweb_breaker = yes\n"

static char told[2048];
static unsigned warnings;

static void fault(bool fatal, const char *text, void *arg)
{
	(void)arg;

	warnings += !fatal;
	(void)str_ncpy(told, text, sizeof(told));
}

static int parse(struct config **cp, const char *text)
{
	told[0] = '\0';
	warnings = 0;
	return config_parse(cp, "conf", text, strlen(text), fault, NULL);
}

static void test_compat_needs_what_it_would_tell(void **state)
{
	static const struct {
		const char *text, *told;
	} tablev[] = {
		{ ACCOUNT "[account]\npassword = x\n"
			  "[compat]\ncontact_ha1 = yes\n",
		  "conf:9: [compat] contact_ha1: only a gateway wants it; "
		  "give rtcweb_breaker = yes, or no" },
		{ ACCOUNT "[compat]\n" ON,
		  "conf:7: [compat] contact_ha1: there is nothing to send; "
		  "give a password, or no" },
		{ ACCOUNT "[account]\npassword = x\nauth_min = sha256\n"
			  "[compat]\n" ON,
		  "conf:10: [compat] contact_ha1: the hash that gateways want "
		  "is MD5's, which [account] forbids; give no" },
		{ ACCOUNT "[account]\nha1 = 0123456789abcdef0123456789abcdef"
			  "0123456789abcdef0123456789abcdef\n[compat]\n" ON,
		  "conf:9: [compat] contact_ha1: the hash that gateways want "
		  "is MD5's, which [account] forbids; give no" },
		{ HOME "[compat home]\ncontact_ha1 = yes\n",
		  "conf:8: [compat home] contact_ha1: only a gateway wants it; "
		  "give rtcweb_breaker = yes, or no" },
	};
	struct config *c = NULL;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++) {
		assert_int_equal(parse(&c, tablev[i].text), EINVAL);
		assert_string_equal(told, tablev[i].told);
	}
}

static void test_compat_warns_of_each_account_that_tells(void **state)
{
	struct config *c;
	(void)state;

	assert_int_equal(parse(&c, ACCOUNT "[compat]\nrtcweb_breaker = yes\n"
					   "click2call = yes\n" HOME),
			 0);
	assert_int_equal(warnings, 0);
	assert_false(config_bool(c, "compat", "contact_ha1"));
	assert_false(
		config_bool(config_named(c, 0), "compat", "rtcweb_breaker"));
	mem_deref(c);

	assert_int_equal(parse(&c, ACCOUNT HOME "[compat home]\n" ON), 0);
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(told, "conf:13: [compat] contact_ha1: whoever "
				     "reads an INVITE"));
	assert_false(config_bool(c, "compat", "contact_ha1"));
	mem_deref(c);

	assert_int_equal(parse(&c, ACCOUNT "[account]\npassword = x\n"
					   "[compat]\n" ON HOME
					   "[compat home]\n" ON),
			 0);
	assert_int_equal(warnings, 2);
	mem_deref(c);
}

int main(void)
{
	static const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_compat_needs_what_it_would_tell),
		cmocka_unit_test(test_compat_warns_of_each_account_that_tells),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
