/**
 * @file tests/unit/test_weburl.c  Tests of the WebSocket URLs
 */
#include "tests/unit/test.h"
#include "core/net/weburl.h"

static void test_weburl_takes_a_url_apart(void **state)
{
	static const struct {
		const char *text, *host, *path, *print;
		uint16_t port;
		bool secure;
	} v[] = {
		{ "wss://sip.example.com", "sip.example.com", "/",
		  "sip.example.com", 443, true },
		{ "ws://h", "h", "/", "h", 80, false },
		{ "WSS://h:8443/ws", "h", "/ws", "h:8443", 8443, true },
		{ "wss://h:443/", "h", "/", "h", 443, true },
		{ "ws://h:443", "h", "/", "h:443", 443, false },
		{ "wss://h/a/b?c=d&e=%20", "h", "/a/b?c=d&e=%20", "h", 443,
		  true },
		{ "wss://h?x=y@z", "h", "/?x=y@z", "h", 443, true },
		{ "wss://127.0.0.1:1", "127.0.0.1", "/", "127.0.0.1:1", 1,
		  true },
		{ "wss://[::1]:65535/p", "::1", "/p", "[::1]:65535", 65535,
		  true },
		{ "wss://[2001:db8::1]", "2001:db8::1", "/", "[2001:db8::1]",
		  443, true },
	};
	struct weburl u;
	const char *why;
	char host[300];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		assert_int_equal(weburl_decode(&u, v[i].text, &why), 0);
		assert_null(why);
		assert_string_equal(u.host, v[i].host);
		assert_string_equal(u.path, v[i].path);
		assert_int_equal(u.port, v[i].port);
		assert_int_equal(u.secure, v[i].secure);
		(void)re_snprintf(host, sizeof(host), "%H", weburl_print_host,
				  &u);
		assert_string_equal(host, v[i].print);
	}
}

static void test_weburl_refuses_what_is_none(void **state)
{
	static const char *const v[] = {
		"",
		"wss",
		"wss:/h",
		"http://h",
		"https://h",
		"wss://",
		"wss:///path",
		"wss://:443",
		"wss://h:",
		"wss://h:0",
		"wss://h:65536",
		"wss://h:99999999999999999999",
		"wss://h:44a",
		"wss://user@h",
		"wss://user:secret@h/",
		"wss://h/#frag",
		"wss://h/a b",
		"wss://h/a\r\nHost: x",
		"wss://h\t",
		"wss://h/\x7f",
		"wss://h/\xc3\xa4",
		"wss://h\\x",
		"wss://[::1",
		"wss://[]",
		"wss://[127.0.0.1]",
		"wss://[::1]x",
		"wss://[g::1]",
		"wss://h,wss://i",
	};
	char text[WEBURL_MAX + 16];
	struct weburl u;
	const char *why;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		assert_int_equal(weburl_decode(&u, v[i], &why), EINVAL);
		assert_non_null(why);
	}

	memset(text, 'a', sizeof(text));
	memcpy(text, "wss://h/", strlen("wss://h/"));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(weburl_decode(&u, text, NULL), EINVAL);
	memcpy(text, "wss://hh", strlen("wss://hh"));
	text[WEBURL_MAX - 10] = '\0';
	assert_int_equal(weburl_decode(&u, text, NULL), EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weburl_takes_a_url_apart),
		cmocka_unit_test(test_weburl_refuses_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
