/**
 * @file tests/unit/test_ringplan.c  Tests of the ring plan's text
 */
#include "tests/unit/test.h"
#include "core/call/ringplan.h"

enum {
	WHY_SIZE = 512,
	PRINT_SIZE = 1024,
};

static const struct {
	const char *text;
	const char *plan; /* As print() writes it */
	bool account;
} goodv[] = {
	{ "browsers", "browsers 30", false },
	{ "browsers/20s", "browsers 20", false },
	{ " browsers / 20 ", "browsers 20", false },
	{ "browsers/1m,browsers/10m", "browsers 60,browsers 600", false },
	{ "anna", "anna 30", true },
	{ "browsers/20s,sip:home@example.org/30s",
	  "browsers 20,sip:home@example.org 30", true },
	{ "home:anna|account:sip:b@x.example|anna/5s",
	  "home:anna|account:sip:b@x.example|anna 5", true },
	{ "browsers|anna | sips:b@[2001:db8::1]:5061;x=1/5s",
	  "browsers|anna|sips:b@[2001:db8::1]:5061;x=1 5", true },
	{ "sip:a%2Fb@example.org", "sip:a%2Fb@example.org 30", true },
	{ "sip:192.0.2.1", "sip:192.0.2.1 30", true },
	{ "a,b,c,d,e,f,g,h", "a 30,b 30,c 30,d 30,e 30,f 30,g 30,h 30", true },
	{ "a|b|c|d|e|f|g|h/9", "a|b|c|d|e|f|g|h 9", true },
};

static const struct {
	const char *text, *why;
} badv[] = {
	{ "", "browsers, a user" },
	{ ",", "browsers, a user" },
	{ "browsers,", "browsers, a user" },
	{ "browsers||anna", "browsers, a user" },
	{ "/20s", "browsers, a user" },
	{ "browsers/", "1s to 10m" },
	{ "browsers/20s/", "1s to 10m" },
	{ "browsers/20x", "'20x' cannot be; give 1s to 10m" },
	{ "browsers/0", "1s to 10m" },
	{ "browsers/11m", "1s to 10m" },
	{ "browsers/20s/30s", "'browsers/20s' cannot be rung" },
	{ "sip:", "SIP URI" },
	{ "sip:a/b@example.org", "'b@example.org' cannot be" },
	{ "a b", "'a b' cannot be rung" },
	{ "a@b", "'a@b' cannot be rung" },
	{ "tel:123", "browsers, a user" },
	{ "home:browsers", "browsers, a user" },
	{ "home:", "browsers, a user" },
	{ ":anna", "browsers, a user" },
	{ "home:home:anna", "browsers, a user" },
	{ "a|b|a", "each target once" },
	{ "a\x1b[2J", "'a\\x1b[2J' cannot" },
	{ "a,b,c,d,e,f,g,h,i", "fewer steps" },
	{ "a|b|c|d|e|f|g|h|i", "fewer targets" },
};

static void print(char *to, size_t size, const struct ringplan *p)
{
	int n = 0;

	for (unsigned i = 0; i < p->stepc; i++) {
		const struct ringplan_step *s = &p->stepv[i];

		for (unsigned k = 0; k < s->targetc; k++)
			n += re_snprintf(to + n, size - (size_t)n, "%s%s",
					 k   ? "|"
					 : i ? ","
					     : "",
					 s->targetv[k]);
		n += re_snprintf(to + n, size - (size_t)n, " %llu",
				 s->time / CLOCK_S);
	}
}

static void test_ringplan_is_read(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(goodv); i++) {
		char why[WHY_SIZE] = "", text[PRINT_SIZE] = "";
		struct ringplan *p = NULL;

		assert_int_equal(
			ringplan_alloc(&p, goodv[i].text, why, sizeof(why)), 0);
		print(text, sizeof(text), p);
		assert_string_equal(text, goodv[i].plan);
		assert_int_equal(ringplan_needs_account(p), goodv[i].account);
		assert_int_equal(ringplan_needs_page(p),
				 strstr(goodv[i].text, "browsers") != NULL);
		mem_deref(p);
	}
}

static void test_ringplan_says_what_is_wrong(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(badv); i++) {
		char why[WHY_SIZE] = "";
		struct ringplan *p = NULL;

		assert_int_equal(
			ringplan_alloc(&p, badv[i].text, why, sizeof(why)),
			EINVAL);
		assert_null(p);
		if (!strstr(why, badv[i].why))
			fail_msg("'%s': %s", badv[i].text, why);
	}
}

static void test_ringplan_has_an_end(void **state)
{
	char text[RINGPLAN_LENGTH + 2], why[WHY_SIZE] = "";
	struct ringplan *p = NULL;
	(void)state;

	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(ringplan_alloc(&p, text, why, sizeof(why)), EINVAL);
	assert_non_null(strstr(why, "shorter"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ringplan_is_read),
		cmocka_unit_test(test_ringplan_says_what_is_wrong),
		cmocka_unit_test(test_ringplan_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
