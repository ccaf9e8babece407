/**
 * @file tests/unit/test_config_accounts.c  Tests of accounts with a name
 */
#include "tests/unit/test.h"
#include "core/base/clock.h"
#include "core/base/config.h"
#include "core/base/config_print.h"

#define NEEDED                                                                 \
	"[account]\nrealm = example.org\nuser = alice\n"                       \
	"[transport]\nurl = wss://sip.example.org/ws\n"

static char told[8192];

static void fault(bool fatal, const char *text, void *arg)
{
	(void)arg;

	assert_true(fatal);
	assert_true(strlen(told) + strlen(text) + 2 < sizeof(told));
	strcat(strcat(told, text), "\n");
}

static int parse(struct config **cp, const char *text)
{
	told[0] = '\0';
	return config_parse(cp, "conf", text, strlen(text), fault, NULL);
}

static struct config *good(const char *text)
{
	struct config *c = NULL;
	int err = parse(&c, text);

	if (err)
		print_error("%s", told);
	assert_int_equal(err, 0);
	return c;
}

#define HOME                                                                   \
	"[account home]\nrealm = home.example\nuser = door\n"                  \
	"[transport home]\nurl = wss://home.example/\n"

static void test_accounts_with_a_name_are_by_themselves(void **state)
{
	struct config *c = good(NEEDED "[account]\npassword = x\n"
				       "[call]\nmax = 2\n" HOME
				       "[headers]\nX = 1\n"
				       "[account  home ]\nexpires = 300\n"
				       "[headers home]\nY = 2\n");
	const struct config *home = config_account(c, 1);
	const char *name, *text;
	char *printed;
	(void)state;

	assert_ptr_equal(config_account(c, 0), c);
	assert_ptr_equal(config_named(c, 0), home);
	assert_null(config_account(c, 2));
	assert_string_equal(config_name(c), "account");
	assert_string_equal(config_name(home), "home");
	assert_string_equal(config_text(home, "account", "user"), "door");
	assert_int_equal(config_number(home, "account", "expires"),
			 300ULL * CLOCK_S);
	assert_int_equal(config_number(c, "account", "expires"),
			 600ULL * CLOCK_S);
	assert_string_equal(config_text(home, "account", "password"), "");
	assert_int_equal(config_number(home, "call", "max"), 2);
	assert_true(config_entry(home, "headers", 0, &name, &text));
	assert_string_equal(name, "Y");
	assert_false(config_entry(home, "headers", 1, &name, &text));
	assert_int_equal(config_entry_line(home, "headers", "Y"), 20);
	assert_int_equal(config_line(home, "account", "expires"), 18);

	assert_int_equal(re_sdprintf(&printed, "%H", config_print, c), 0);
	assert_non_null(strstr(printed, "[account home]\nrealm = home.example\n"
					"user = door\nexpires = 300\n"));
	assert_non_null(strstr(printed, "[headers home]\nY = 2\n"));
	mem_deref(printed);
	mem_deref(c);

	c = good(HOME);
	assert_ptr_equal(config_account(c, 0), config_named(c, 0));
	assert_null(config_account(c, 1));
	mem_deref(c);
}

static void test_accounts_are_compared(void **state)
{
	struct config *a = good(NEEDED HOME);
	struct config *b = good(NEEDED HOME "[account home]\nexpires = 60\n");
	struct config *none = good(NEEDED);
	(void)state;

	assert_false(config_same(a, b, "account"));
	assert_true(config_same(a, b, "transport"));
	assert_true(config_same(a, a, "account"));
	assert_false(config_same(a, none, "transport"));
	assert_true(config_same(a, none, "call"));
	mem_deref(a);
	mem_deref(b);
	mem_deref(none);
}

static void test_accounts_that_cannot_be_are_told(void **state)
{
	static const struct {
		const char *text, *told;
	} tablev[] = {
		{ NEEDED "[account page]\nuser = x\n",
		  "conf:6: [account page]: that is no name; give another "
		  "name, as the phone uses that one itself\n" },
		{ NEEDED "[account Home]\n",
		  "conf:6: [account Home]: that is no name; give small "
		  "letters, digits, - and _, such as home\n" },
		{ NEEDED "[call home]\nmax = 2\n",
		  "conf:6: [call home]: give [call]\n" },
		{ NEEDED "[acount home]\n",
		  "conf:6: no section [acount] is known; did you mean "
		  "[account]?\n" },
		{ NEEDED "[transport home]\nurl = wss://x.example/\n",
		  "conf: [account home] realm is missing; give it, such as "
		  "realm = example.org\n"
		  "conf: [account home] user is missing; give it, such as "
		  "user = doorphone\n" },
		{ NEEDED HOME "[account home]\nrealm = x.example\n",
		  "conf:12: [account home] realm was given on line 7 already; "
		  "give it once\n" },
		{ NEEDED HOME "[account home]\npasword = x\n",
		  "conf:12: [account home] pasword: no such key; did you mean "
		  "password?\n" },
		{ HOME "[transport home]\ninsecure = no\n"
		       "[account a]\nrealm = home.example\nuser = door\n"
		       "[transport a]\nurl = ws://home.example/\n",
		  "conf:12: [transport a] url: ws:// is not encrypted; give "
		  "wss://, or insecure = yes\n"
		  "conf:10: [account a] user: the same address as in another "
		  "account; give another one, or another reg_id for a second "
		  "way to the server\n" },
		{ "[account a]\n[account b]\n[account c]\n[account d]\n"
		  "[account e]\n",
		  "conf:5: [account e]: too many; give at most 4 names\n" },
	};
	struct config *c;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++) {
		assert_int_equal(parse(&c, tablev[i].text), EINVAL);
		assert_memory_equal(told, tablev[i].told,
				    strlen(tablev[i].told));
	}
}

int main(void)
{
	static const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_accounts_with_a_name_are_by_themselves),
		cmocka_unit_test(test_accounts_are_compared),
		cmocka_unit_test(test_accounts_that_cannot_be_are_told),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
