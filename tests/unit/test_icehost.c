/**
 * @file tests/unit/test_icehost.c  Tests of icehost
 */
#include "tests/unit/test.h"
#include "core/net/icehost.h"

static int parse(struct icehost *s, const char *text)
{
	struct pl pl;

	pl_set_str(&pl, text);
	return icehost_parse(s, &pl);
}

static const struct {
	const char *text;
	int err;
	enum icehost_kind kind;
	const char *host;
	uint16_t port;
	const char *user, *password, *printed;
} uriv[] = {
	{ "stun:stun.example.org", 0, ICEHOST_STUN, "stun.example.org", 3478,
	  "", "", "stun:stun.example.org:3478" },
	{ "STUN:192.0.2.1:19302", 0, ICEHOST_STUN, "192.0.2.1", 19302, "", "",
	  "stun:192.0.2.1:19302" },
	{ "stun:[2001:db8::1]:5", 0, ICEHOST_STUN, "2001:db8::1", 5, "", "",
	  "stun:[2001:db8::1]:5" },
	{ "turn:joe:secret@192.0.2.1", 0, ICEHOST_TURN_UDP, "192.0.2.1", 3478,
	  "joe", "secret", "turn:192.0.2.1:3478" },
	{ "turn:joe:a@b:c%40%3A?x@h:1?transport=tcp", 0, ICEHOST_TURN_TCP, "h",
	  1, "joe", "a@b:c@:?x", "turn:h:1?transport=tcp" },
	{ "turn:h?transport=UDP", 0, ICEHOST_TURN_UDP, "h", 3478, "", "",
	  "turn:h:3478" },
	{ "turns:h", ENOTSUP, 0, NULL, 0, NULL, NULL, NULL },
	{ "stuns:h", ENOTSUP, 0, NULL, 0, NULL, NULL, NULL },
	{ "", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
	{ "stun:", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
	{ "stun", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
	{ "http:h", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
	{ "stun:h:", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
	{ "stun:h:0", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
	{ "stun:h:65536", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
	{ "stun:h:12x", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
	{ "stun:[::1", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
	{ "stun:u:p@h", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
	{ "stun:h?transport=udp", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
	{ "turn:user@h", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
	{ "turn:u:p%2@h", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
	{ "turn:u:p%00@h", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
	{ "turn:h?transport=sctp", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
	{ "turn:h x", EINVAL, 0, NULL, 0, NULL, NULL, NULL },
};

static void test_icehost_parses_uris(void **state)
{
	char text[128];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(uriv); i++) {
		struct icehost s;
		int err = parse(&s, uriv[i].text);

		if (err != uriv[i].err)
			fail_msg("%s: %d", uriv[i].text, err);
		if (err)
			continue;
		assert_int_equal(s.kind, uriv[i].kind);
		assert_string_equal(s.host, uriv[i].host);
		assert_int_equal(s.port, uriv[i].port);
		assert_string_equal(s.user, uriv[i].user);
		assert_string_equal(s.password, uriv[i].password);
		re_snprintf(text, sizeof(text), "%H", icehost_print, &s);
		assert_string_equal(text, uriv[i].printed);
	}
}

static void test_icehost_knows_literal_addresses(void **state)
{
	struct icehost s;
	(void)state;

	assert_int_equal(parse(&s, "stun:192.0.2.1:99"), 0);
	assert_true(sa_isset(&s.addr, SA_ALL));
	assert_int_equal(sa_port(&s.addr), 99);
	assert_int_equal(parse(&s, "stun:[2001:db8::1]"), 0);
	assert_int_equal(sa_af(&s.addr), AF_INET6);
	assert_int_equal(parse(&s, "stun:example.org"), 0);
	assert_false(sa_isset(&s.addr, SA_ADDR));
}

static void test_icehost_refuses_what_is_too_long(void **state)
{
	char text[2 * ICEHOST_SECRET];
	struct icehost s;
	(void)state;

	memset(text, 'a', sizeof(text));
	memcpy(text, "stun:", 5);
	text[5 + ICEHOST_HOST] = '\0';
	assert_int_equal(parse(&s, text), EOVERFLOW);
	text[5 + ICEHOST_HOST - 1] = '\0';
	assert_int_equal(parse(&s, text), 0);
	memset(text, 'a', sizeof(text));
	memcpy(text, "turn:u:", 7);
	memcpy(text + sizeof(text) - 3, "@h", 3);
	assert_int_equal(parse(&s, text), EOVERFLOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_icehost_parses_uris),
		cmocka_unit_test(test_icehost_knows_literal_addresses),
		cmocka_unit_test(test_icehost_refuses_what_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
