/**
 * @file tests/unit/test_sipfrag.c  Tests of bodies that say how far a call is
 */
#include "tests/unit/test.h"
#include "core/sip/sipfrag.h"

static void test_sipfrag_takes_status_lines(void **state)
{
	static const struct {
		const char *body;
		unsigned code;
		const char *reason;
	} casev[] = {
		{ "SIP/2.0 100 Trying", 100, "Trying" }, /* JsSIP */
		{ "SIP/2.0 100 Trying\r\n", 100, "Trying" },
		{ "SIP/2.0 200 OK\n", 200, "OK" },
		{ "sip/2.0 603 \r\n", 603, "" },
		{ "SIP/2.0 486", 486, "" },
		{ "SIP/2.0 180 R\xc3\xa9 (x)\r\n\r\n", 180, "R\xc3\xa9 (x)" },

		/* RFC 3420 section 3.1, as far as it begins with a status */
		{ "SIP/2.0 603 Declined\r\nDate: Thu, 21 Feb 2002 GMT\r\n"
		  "Contact: <sip:alice@pc.example.org>\r\n ;q=1\r\n",
		  603, "Declined" },
		{ "SIP/2.0 200 OK\r\nServer : x\r\n\r\n\x01 any body", 200,
		  "OK" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct sipfrag f;
		struct pl pl;

		pl_set_str(&pl, casev[i].body);
		assert_int_equal(sipfrag_decode(&f, &pl), 0);
		assert_int_equal(f.code, casev[i].code);
		assert_int_equal(pl_strcmp(&f.reason, casev[i].reason), 0);
	}
}

static void test_sipfrag_refuses_what_is_none(void **state)
{
	static const char *const bodyv[] = {
		"",
		"\r\n",
		"INVITE sip:a@b SIP/2.0\r\n",
		"SIP/2.0",
		"SIP/2.0 ",
		"SIP/2.0 20",
		"SIP/2.0 2000 OK",
		"SIP/2.0 099 Low",
		"SIP/2.0 700 High",
		"SIP/2.0 2x0 OK",
		"SIP/2.0  200 OK",
		" SIP/2.0 200 OK",
		"SIP/3.0 200 OK",
		"SIP/2.0 200 O\x01K",
		"SIP/2.0 200 OK\r\n folded\r\n",
		"SIP/2.0 200 OK\r\nno colon\r\n",
		"SIP/2.0 200 OK\r\n: empty\r\n",
		"SIP/2.0 200 OK\r\nA: \x1b[0m\r\n",
	};
	static char much[SIPFRAG_MAX + 2] = "SIP/2.0 200 ";
	struct sipfrag f;
	struct pl pl;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(bodyv); i++) {
		pl_set_str(&pl, bodyv[i]);
		assert_int_equal(sipfrag_decode(&f, &pl), EBADMSG);
	}

	memset(much + strlen(much), 'x', SIPFRAG_MAX + 1 - strlen(much));
	pl_set_str(&pl, much);
	assert_int_equal(sipfrag_decode(&f, &pl), EBADMSG);
	--pl.l;
	assert_int_equal(sipfrag_decode(&f, &pl), 0);
}

static void test_sipfrag_takes_what_it_prints(void **state)
{
	(void)state;

	for (unsigned code = 100; code < 700; code++) {
		char text[128];
		struct sipfrag f;
		struct pl pl;

		assert_true(re_snprintf(text, sizeof(text), "%H", sipfrag_print,
					&code) > 0);
		pl_set_str(&pl, text);
		assert_int_equal(sipfrag_decode(&f, &pl), 0);
		assert_int_equal(f.code, code);
		assert_true(f.reason.l > 0);
	}
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_sipfrag_takes_status_lines),
		cmocka_unit_test(test_sipfrag_refuses_what_is_none),
		cmocka_unit_test(test_sipfrag_takes_what_it_prints),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
