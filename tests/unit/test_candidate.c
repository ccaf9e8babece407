/**
 * @file tests/unit/test_candidate.c  Tests of candidate
 */
#include "tests/unit/test.h"
#include "core/base/entropy.h"
#include "core/net/candidate.h"

enum {
	SEEDS = 20000,
};

static int parse(struct candidate *c, const char *text)
{
	struct pl pl;

	pl_set_str(&pl, text);
	return candidate_parse(c, &pl);
}

static const struct {
	const char *text;
	int err;
	enum candidate_type type;
	const char *addr;
} linev[] = {
	/* Chromium, Firefox, RFC 8839 section 5.1 */
	{ "candidate:2530088836 1 udp 2113937151 192.168.1.7 53704 "
	  "typ host generation 0 ufrag Ab+/ network-cost 999",
	  0, CANDIDATE_HOST, "192.168.1.7:53704" },
	{ "842163049 1 udp 1677729535 203.0.113.5 40678 typ srflx "
	  "raddr 192.168.1.7 rport 40678 generation 0",
	  0, CANDIDATE_SRFLX, "203.0.113.5:40678" },
	{ "0 1 UDP 2122252543 2001:db8::7 46453 typ host", 0, CANDIDATE_HOST,
	  "[2001:db8::7]:46453" },
	{ "1 1 UDP 41885439 198.51.100.9 3479 typ relay raddr "
	  "0.0.0.0 rport 0",
	  0, CANDIDATE_RELAY, "198.51.100.9:3479" },
	{ "a 1 udp 99 10.0.0.1 9 TYP PRFLX", 0, CANDIDATE_PRFLX, "10.0.0.1:9" },
	{ "a 1 udp 99 10.0.0.1 9 typ srflx raddr x.local rport 1", 0,
	  CANDIDATE_SRFLX, "10.0.0.1:9" },

	/* Not for us */
	{ "1 1 udp 2113937151 0b1a.local 53704 typ host", ENOTSUP, 0, NULL },
	{ "1 1 tcp 1518280447 192.168.1.7 9 typ host tcptype active", ENOTSUP,
	  0, NULL },
	{ "1 2 udp 2113937150 192.168.1.7 53705 typ host", ENOTSUP, 0, NULL },
	{ "1 1 udp 2113937151 192.168.1.7 53704 typ odd", ENOTSUP, 0, NULL },

	/* Malformed */
	{ "", EBADMSG, 0, NULL },
	{ "candidate:", EBADMSG, 0, NULL },
	{ "1 1 udp 2113937151 192.168.1.7 53704", EBADMSG, 0, NULL },
	{ "1 1 udp 2113937151 192.168.1.7 53704 typ", EBADMSG, 0, NULL },
	{ "1 1 udp 2113937151 192.168.1.7 65536 typ host", EBADMSG, 0, NULL },
	{ "1 1 udp 2147483648 192.168.1.7 1 typ host", EBADMSG, 0, NULL },
	{ "1 1 udp 99999999999 192.168.1.7 1 typ host", EBADMSG, 0, NULL },
	{ "1 1 udp 0 192.168.1.7 1 typ host", EBADMSG, 0, NULL },
	{ "1 0 udp 9 192.168.1.7 1 typ host", EBADMSG, 0, NULL },
	{ "1 257 udp 9 192.168.1.7 1 typ host", EBADMSG, 0, NULL },
	{ "1 -1 udp 9 192.168.1.7 1 typ host", EBADMSG, 0, NULL },
	{ "1 1 udp 9 192.168.1.7 +1 typ host", EBADMSG, 0, NULL },
	{ "1 1 udp 9 ;rm 1 typ host", EBADMSG, 0, NULL },
	{ "1 1 udp 9 192.168.1.7 1 typ host raddr", EBADMSG, 0, NULL },
	{ "1 1 udp 9 192.168.1.7 1 typ host rport x", EBADMSG, 0, NULL },
	{ "\x1b[2J 1 udp 9 192.168.1.7 1 typ host", EBADMSG, 0, NULL },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1 udp 9 192.168.1.7 1 "
	  "typ host",
	  EBADMSG, 0, NULL },
};

static void test_candidate_parses_what_peers_send(void **state)
{
	char text[64];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(linev); i++) {
		struct candidate c;
		int err = parse(&c, linev[i].text);

		if (err != linev[i].err)
			fail_msg("%s: %d", linev[i].text, err);
		if (err)
			continue;
		assert_int_equal(c.type, linev[i].type);
		re_snprintf(text, sizeof(text), "%J", &c.addr);
		assert_string_equal(text, linev[i].addr);
	}
}

static void test_candidate_refuses_long_lines_and_nul(void **state)
{
	char text[CANDIDATE_LINE + 2];
	struct candidate c;
	struct pl pl = { text, CANDIDATE_LINE + 1 };
	(void)state;

	memset(text, ' ', sizeof(text));
	memcpy(text, "1 1 udp 9 192.168.1.7 1 typ host", 32);
	assert_int_equal(candidate_parse(&c, &pl), EBADMSG);
	pl.l = CANDIDATE_LINE;
	assert_int_equal(candidate_parse(&c, &pl), 0);
	text[4] = '\0';
	assert_int_equal(candidate_parse(&c, &pl), EBADMSG);
}

static void test_candidate_prints_what_it_parses(void **state)
{
	static const char *const textv[] = {
		"1 1 udp 2113937151 192.168.1.7 53704 typ host",
		"a+/Z 1 udp 1 2001:db8::7 1 typ srflx raddr :: rport 0",
		"7 1 udp 41885439 198.51.100.9 3479 typ relay raddr 10.0.0.1 "
		"rport 99",
	};
	char text[256];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(textv); i++) {
		struct candidate c;

		assert_int_equal(parse(&c, textv[i]), 0);
		re_snprintf(text, sizeof(text), "%H", candidate_print, &c);
		assert_string_equal(text, textv[i]);
	}
}

static void test_candidate_priorities_are_those_of_the_rfc(void **state)
{
	(void)state;

	/* RFC 8445 sections 5.1.2.1 and 6.1.2.3 */
	assert_int_equal(candidate_priority(CANDIDATE_HOST, 65535), 2130706431);
	assert_int_equal(candidate_priority(CANDIDATE_SRFLX, 65535),
			 1694498815);
	assert_int_equal(candidate_priority(CANDIDATE_RELAY, 65535), 16777215);
	assert_true(candidate_pair_priority(2, 1) == (1ULL << 32) + 5);
	assert_true(candidate_pair_priority(1, 2) == (1ULL << 32) + 4);
	assert_true(candidate_pair_priority(3, 3) == (3ULL << 32) + 6);
}

static void test_candidate_foundations_tell_base_type_server(void **state)
{
	struct candidate a = { .type = CANDIDATE_SRFLX }, b = a;
	struct sa base, other, server;
	(void)state;

	sa_set_str(&base, "10.0.0.1", 1);
	sa_set_str(&other, "10.0.0.2", 1);
	sa_set_str(&server, "10.0.0.3", 1);
	candidate_set_foundation(&a, &base, &server);
	sa_set_port(&base, 2);
	candidate_set_foundation(&b, &base, &server);
	assert_string_equal(a.foundation, b.foundation);
	candidate_set_foundation(&b, &base, NULL);
	assert_string_not_equal(a.foundation, b.foundation);
	candidate_set_foundation(&b, &other, &server);
	assert_string_not_equal(a.foundation, b.foundation);
	b.type = CANDIDATE_RELAY;
	candidate_set_foundation(&b, &base, &server);
	assert_string_not_equal(a.foundation, b.foundation);
}

static void test_candidate_judges_addresses(void **state)
{
	static const struct {
		const char *addr;
		bool plain, loopback, public; /* Allowed with which filter */
	} casev[] = {
		{ "192.168.1.7", true, true, false },
		{ "10.255.255.255", true, true, false },
		{ "172.16.0.1", true, true, false },
		{ "172.32.0.1", true, true, true },
		{ "100.64.0.1", true, true, false },
		{ "169.254.7.7", true, true, false },
		{ "169.254.169.254", false, false, false },
		{ "203.0.113.1", true, true, true },
		{ "127.0.0.1", false, true, false },
		{ "127.255.0.1", false, true, false },
		{ "0.0.0.0", false, false, false },
		{ "224.0.0.251", false, false, false },
		{ "240.0.0.1", false, false, false },
		{ "255.255.255.255", false, false, false },
		{ "::1", false, true, false },
		{ "::", false, false, false },
		{ "::2", false, false, false },
		{ "fe80::1", false, false, false },
		{ "fec0::1", false, false, false },
		{ "fd00::1", true, true, false },
		{ "2a00::1", true, true, true },
		{ "ff05::1", false, false, false },
		{ "64:ff9b::7f00:1", false, true, false },
		{ "64:ff9b::cb00:7101", true, true, true },
		{ "2002:a9fe:a9fe::1", false, false, false },
		{ "::ffff:127.0.0.1", false, true, false },
		{ "::127.0.0.1", false, false, false },
	};
	const struct candidate_filter plain = { .loopback = false };
	const struct candidate_filter loopback = { .loopback = true };
	const struct candidate_filter public = { .no_private = true };
	struct sa sa;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		assert_int_equal(sa_set_str(&sa, casev[i].addr, 1), 0);
		if (candidate_allowed(&sa, &plain) != casev[i].plain ||
		    candidate_allowed(&sa, &loopback) != casev[i].loopback ||
		    candidate_allowed(&sa, &public) != casev[i].public)
			fail_msg("%s", casev[i].addr);
		sa_set_port(&sa, 0);
		assert_false(candidate_allowed(&sa, &loopback));
	}
}

static void test_candidate_refuses_a_raw_mapped_address(void **state)
{
	static const uint8_t mapped[16] = {
		[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1
	};
	const struct candidate_filter f = { .loopback = false };
	struct sa sa;
	(void)state;

	sa_set_in6(&sa, mapped, 80);
	assert_false(candidate_allowed(&sa, &f));
	assert_true(candidate_is_loopback(&sa));
}

static void test_candidate_survives_any_line(void **state)
{
	static const char seed[] = "1 1 udp 2113937151 192.168.1.7 53704 typ "
				   "srflx raddr 10.0.0.1 rport 40678";
	(void)state;

	for (unsigned i = 0; i < SEEDS; i++) {
		char text[sizeof(seed)];
		struct pl pl = { text, sizeof(seed) - 1 };
		struct candidate c;

		memcpy(text, seed, sizeof(seed));
		for (unsigned k = 0; k < 3; k++)
			text[entropy_between(0, sizeof(seed) - 2)] =
				(char)entropy_u32();
		pl.l = (size_t)entropy_between(0, sizeof(seed) - 1);
		(void)candidate_parse(&c, &pl);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_candidate_parses_what_peers_send),
		cmocka_unit_test(test_candidate_refuses_long_lines_and_nul),
		cmocka_unit_test(test_candidate_prints_what_it_parses),
		cmocka_unit_test(
			test_candidate_priorities_are_those_of_the_rfc),
		cmocka_unit_test(
			test_candidate_foundations_tell_base_type_server),
		cmocka_unit_test(test_candidate_judges_addresses),
		cmocka_unit_test(test_candidate_refuses_a_raw_mapped_address),
		cmocka_unit_test(test_candidate_survives_any_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
