/**
 * @file tests/unit/test_webpeer.c  Tests of a connection that speaks HTTP
 *
 * From bytes to bytes, with the site behind it.
 */
#include "tests/unit/test.h"
#include "core/net/webpeer.h"
#include "tests/support/memory.h"

enum {
	OUT_SIZE = 8192,
	START = 5 * CLOCK_S,
};

#define HOST	  "Host: localhost:8443\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST
#define SOCKET                                                                 \
	GET("/sip")                                                            \
	"Upgrade: websocket\r\nConnection: Upgrade\r\n"                        \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                      \
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n"

static const struct webfile filev[] = {
	{ "/", "text/html; charset=utf-8", "tag-1", false,
	  (const uint8_t *)"<p>page", 7 },
	{ "/main.js", "text/javascript", "tag-2", true,
	  (const uint8_t *)"\x1f\x8b\x08!", 4 },
	{ NULL, NULL, NULL, false, NULL, 0 },
};

static struct website *site;
static struct webpeer *peer;
static char out[OUT_SIZE];
static size_t outc;

static int setup_with(bool hsts)
{
	struct webnames *names;

	assert_int_equal(webnames_alloc(&names, NULL, NULL), 0);
	assert_int_equal(website_alloc(&site, filev, names, hsts), 0);
	assert_int_equal(webpeer_alloc(&peer, site, START), 0);
	mem_deref(names);
	return 0;
}

static int setup(void **state)
{
	(void)state;

	return setup_with(false);
}

static int teardown(void **state)
{
	(void)state;

	peer = mem_deref(peer);
	site = mem_deref(site);
	return 0;
}

/* Write all there is, in steps; out is what was written */
static void drain(size_t step, uint64_t now)
{
	outc = 0;
	while (webpeer_next(peer) == WEBPEER_WRITE) {
		const uint8_t *p;
		size_t n;

		p = webpeer_output(peer, &n);
		assert_true(n);
		n = n > step ? step : n;
		assert_true(outc + n < sizeof(out));
		memcpy(out + outc, p, n);
		outc += n;
		webpeer_sent(peer, n, now);
	}
	out[outc] = '\0';
}

static void say(const char *text, uint64_t now)
{
	webpeer_recv(peer, (const uint8_t *)text, strlen(text), now);
	drain(SIZE_MAX, now);
}

static const char *body(void)
{
	const char *p = strstr(out, "\r\n\r\n");

	return p ? p + 4 : "(none)";
}

static unsigned status(void)
{
	struct pl pl = PL_INIT;

	if (re_regex(out, outc, "HTTP/1.1 [0-9]+ ", &pl))
		return 0;
	return pl_u32(&pl);
}

static void test_webpeer_serves_a_file_with_strict_headers(void **state)
{
	static const char *const linev[] = {
		"\r\nContent-Type: text/html; charset=utf-8\r\n",
		"\r\nContent-Length: 7\r\n",
		"\r\nETag: \"tag-1\"\r\n",
		"\r\nCache-Control: no-cache\r\n",
		"\r\nConnection: keep-alive\r\n",
		"\r\nContent-Security-Policy: default-src 'none'; script-src "
		"'self'; style-src 'self'; img-src 'self' data:; media-src "
		"'self' blob:; connect-src 'self'; manifest-src 'self'; "
		"worker-src 'self'; base-uri 'none'; form-action 'none'; "
		"frame-ancestors 'none'\r\n",
		"\r\nX-Content-Type-Options: nosniff\r\n",
		"\r\nReferrer-Policy: no-referrer\r\n",
		"\r\nCross-Origin-Opener-Policy: same-origin\r\n",
		"\r\nPermissions-Policy: microphone=(self), ",
	};
	(void)state;

	say(GET("/") "\r\n", START);
	assert_int_equal(status(), 200);
	assert_string_equal(body(), "<p>page");
	for (size_t i = 0; i < ARRAY_SIZE(linev); i++)
		assert_non_null(strstr(out, linev[i]));
	assert_null(strstr(out, "Content-Encoding"));
	assert_null(strstr(out, "Strict-Transport-Security"));
	assert_int_equal(webpeer_next(peer), WEBPEER_READ);
	assert_true(webpeer_is_idle(peer));

	/* Once more on the same connection, in small writes */
	webpeer_recv(peer, (const uint8_t *)GET("/main.js") "\r\n",
		     strlen(GET("/main.js") "\r\n"), START);
	drain(3, START);
	assert_int_equal(status(), 200);
	assert_string_equal(body(), "\x1f\x8b\x08!");
	assert_non_null(strstr(out, "\r\nContent-Encoding: gzip\r\n"));
	assert_non_null(strstr(out, "\r\nVary: Accept-Encoding\r\n"));
}

static const struct {
	const char *text;
	unsigned status;
	bool close;
	const char *line; /* Must be there; NULL: anything does */
} casev[] = {
	{ GET("/?a=b") "\r\n", 200, false, NULL },
	{ GET("/") "If-None-Match: \"tag-1\"\r\n\r\n", 304, false, "tag-1" },
	{ GET("/") "If-None-Match: \"tag-2\"\r\n\r\n", 200, false, NULL },
	{ GET("/") "Connection: close\r\n\r\n", 200, true,
	  "\r\nConnection: close\r\n" },
	{ GET("/main.js") "Accept-Encoding: br\r\n\r\n", 406, false, NULL },
	{ GET("/sip") "\r\n", 426, false,
	  "\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" },
	{ GET("/board.json") "\r\n", 404, false, NULL },
	{ GET("/../etc/passwd") "\r\n", 404, false, NULL },
	{ GET("/%2e%2e/") "\r\n", 404, false, NULL },
	{ GET("//") "\r\n", 404, false, NULL },
	{ GET("/MAIN.js") "\r\n", 404, false, NULL },
	{ "GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n", 421, false, NULL },
	{ "GET / HTTP/1.1\r\n\r\n", 400, true, NULL },
	{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab", 405, true,
	  "\r\nAllow: GET, HEAD\r\n" },
	{ SOCKET "Origin: https://evil.test\r\n\r\n", 403, false, NULL },
	{ SOCKET "Origin: https://localhost\r\n\r\n", 403, false, NULL },
	{ SOCKET "Origin: null\r\n\r\n", 403, false, NULL },
};

static void test_webpeer_answers_each_as_it_should(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		print_message("%u ", (unsigned)i);
		peer = mem_deref(peer);
		assert_int_equal(webpeer_alloc(&peer, site, START), 0);
		say(casev[i].text, START);
		assert_int_equal(status(), casev[i].status);
		assert_int_equal(webpeer_next(peer) == WEBPEER_CLOSE,
				 casev[i].close);
		if (casev[i].line)
			assert_non_null(strstr(out, casev[i].line));
		assert_non_null(strstr(out, "Content-Security-Policy: "));
	}
	print_message("\n");
}

static void test_webpeer_answers_head_without_a_body(void **state)
{
	(void)state;

	say("HEAD / HTTP/1.1\r\n" HOST "\r\n", START);
	assert_int_equal(status(), 200);
	assert_string_equal(body(), "");
	assert_non_null(strstr(out, "\r\nContent-Length: 7\r\n"));
	say("HEAD /x HTTP/1.1\r\n" HOST "\r\n", START);
	assert_int_equal(status(), 404);
	assert_string_equal(body(), "");
	assert_int_equal(webpeer_next(peer), WEBPEER_READ);
}

static void test_webpeer_tells_about_the_board(void **state)
{
	const uint8_t *p;
	size_t n;
	(void)state;

	assert_int_equal(website_set_info(site, "{\"name\":\"door\"}"), 0);
	say(GET("/board.json") "\r\n", START);
	assert_string_equal(body(), "{\"name\":\"door\"}");
	assert_non_null(strstr(out, "\r\nContent-Type: application/json\r\n"));

	/* Changed while it is being sent: the old one goes out */
	webpeer_recv(peer, (const uint8_t *)GET("/board.json") "\r\n",
		     strlen(GET("/board.json") "\r\n"), START);
	p = webpeer_output(peer, &n);
	assert_non_null(p);
	webpeer_sent(peer, n, START);
	assert_int_equal(website_set_info(site, "{}"), 0);
	drain(1, START);
	assert_string_equal(out, "{\"name\":\"door\"}");
	say(GET("/board.json") "\r\n", START);
	assert_string_equal(body(), "{}");

	assert_int_equal(website_set_info(site, NULL), 0);
	say(GET("/board.json") "\r\n", START);
	assert_int_equal(status(), 404);
}

static void test_webpeer_upgrades_and_hands_over_the_rest(void **state)
{
	struct mbuf *rep, *rest;
	(void)state;

	say(SOCKET "Origin: https://localhost:8443\r\n\r\n\x81\x80", START);
	assert_int_equal(webpeer_next(peer), WEBPEER_UPGRADE);
	webpeer_upgrade(peer, &rep, &rest);
	assert_int_equal(rest->buf[rest->pos], 0x81);
	assert_int_equal(mbuf_get_left(rest), 2);
	(void)mbuf_set_end(rep, rep->end);
	assert_int_equal(re_regex((char *)rep->buf, rep->end,
				  "Accept: s3pPLMBiTxaQ9kYGzzhZRbK\\+xOo=\r\n"
				  "Sec-WebSocket-Protocol: sip\r\n\r\n"),
			 0);
	assert_int_equal(webpeer_next(peer), WEBPEER_CLOSE);
	mem_deref(rep);
	mem_deref(rest);
}

static void test_webpeer_refuses_an_upgrade_without_a_place(void **state)
{
	(void)state;

	say(SOCKET "\r\n", START);
	assert_int_equal(webpeer_next(peer), WEBPEER_UPGRADE);
	webpeer_refuse(peer, WEBREQUEST_UNAVAILABLE, START);
	drain(SIZE_MAX, START);
	assert_int_equal(status(), 503);
	assert_non_null(strstr(out, "\r\nRetry-After: 5\r\n"));
	assert_int_equal(webpeer_next(peer), WEBPEER_CLOSE);
}

static void test_webpeer_answers_one_after_the_other(void **state)
{
	static const char two[] = GET("/main.js") "\r\n" GET("/") "\r\nGET";
	const char *second;
	(void)state;

	say(two, START);
	second = strstr(out, "<p>page");
	assert_non_null(second);
	assert_true(second > strstr(out, "\x1f\x8b"));
	assert_false(webpeer_is_idle(peer));
	say(" / HTTP/1.1\r\n" HOST "\r\n", START);
	assert_int_equal(status(), 200);
	assert_true(webpeer_is_idle(peer));
}

static void test_webpeer_holds_no_more_than_a_request_back(void **state)
{
	static uint8_t flood[WEBHEAD_MAX];
	(void)state;

	webpeer_recv(peer, (const uint8_t *)GET("/") "\r\n",
		     strlen(GET("/") "\r\n"), START);
	assert_int_equal(webpeer_next(peer), WEBPEER_WRITE);
	memset(flood, 'x', sizeof(flood));
	webpeer_recv(peer, flood, sizeof(flood), START);
	assert_int_equal(webpeer_next(peer), WEBPEER_WRITE);
	webpeer_recv(peer, flood, 1, START);
	assert_int_equal(webpeer_next(peer), WEBPEER_CLOSE);
	webpeer_recv(peer, flood, sizeof(flood), START);
	assert_int_equal(webpeer_next(peer), WEBPEER_CLOSE);
}

/* One byte a second does not make a request last longer */
static void test_webpeer_ends_who_is_slow(void **state)
{
	uint64_t now = START;
	(void)state;

	assert_int_equal(webpeer_due(peer), START + WEBPEER_REQUEST_MAX);
	say("GET / HT", now += 9 * CLOCK_S);
	assert_int_equal(webpeer_due(peer), START + WEBPEER_REQUEST_MAX);
	say("TP/1.1\r\n" HOST "\r\n", now += CLOCK_MS);
	assert_int_equal(status(), 200);
	assert_int_equal(webpeer_due(peer), now + WEBPEER_IDLE_MAX);

	now += WEBPEER_IDLE_MAX - 1;
	webpeer_tick(peer, now);
	assert_int_equal(webpeer_next(peer), WEBPEER_READ);
	for (unsigned i = 0; i < 9; i++)
		say("G", now + i * CLOCK_S);
	assert_int_equal(webpeer_due(peer), now + WEBPEER_REQUEST_MAX);
	webpeer_tick(peer, now + WEBPEER_REQUEST_MAX);
	assert_int_equal(webpeer_next(peer), WEBPEER_CLOSE);
	assert_int_equal(webpeer_due(peer), CLOCK_NEVER);

	peer = mem_deref(peer);
	assert_int_equal(webpeer_alloc(&peer, site, now), 0);
	webpeer_recv(peer, (const uint8_t *)GET("/") "\r\n",
		     strlen(GET("/") "\r\n"), now);
	assert_int_equal(webpeer_due(peer), now + WEBPEER_REPLY_MAX);
	webpeer_sent(peer, 1, now + CLOCK_S);
	assert_int_equal(webpeer_due(peer), now + WEBPEER_REPLY_MAX);
	webpeer_tick(peer, now + WEBPEER_REPLY_MAX);
	assert_int_equal(webpeer_next(peer), WEBPEER_CLOSE);
}

static void test_webpeer_insists_on_https_only_when_told(void **state)
{
	(void)state;

	(void)teardown(NULL);
	(void)setup_with(true);
	say(GET("/") "\r\n", START);
	assert_non_null(strstr(out, "\r\nStrict-Transport-Security: "
				    "max-age=31536000\r\n"));
}

static void talk(const char *text)
{
	struct mbuf *rep, *rest;

	webpeer_recv(peer, (const uint8_t *)text, strlen(text), START);
	drain(SIZE_MAX, START);
	if (webpeer_next(peer) != WEBPEER_UPGRADE)
		return;

	webpeer_upgrade(peer, &rep, &rest);
	mem_deref(rep);
	mem_deref(rest);
}

/* All of it; whatever fails on the way */
static void whole_life(void)
{
	static const char *const namev[] = { "door", NULL };
	struct webnames *names = NULL;

	peer = NULL;
	site = NULL;
	if (!webnames_alloc(&names, "pi.lan", namev) &&
	    !website_alloc(&site, filev, names, true) &&
	    !website_set_info(site, "{}") &&
	    !webpeer_alloc(&peer, site, START)) {
		talk(GET("/") "\r\n" GET("/board.json"));
		(void)website_set_info(site, "[]");
		talk("\r\n" GET("/x") "\r\n");
		talk(SOCKET "\r\n\x81\x80");
		talk("POST / HTTP/1.1\r\n\r\n");
	}
	mem_deref(names);
	(void)teardown(NULL);
}

static void test_webpeer_survives_without_memory(void **state)
{
	size_t before;
	bool failed = true;
	(void)state;

	(void)teardown(NULL);
	whole_life();
	before = memory_blocks();
	for (long n = 0; failed; n++) {
		for (int once = 0; once < 2; once++) {
			memory_fail_after(n, once);
			whole_life();
			failed = memory_failed();
			memory_fail_after(-1, false);
			assert_int_equal(memory_blocks(), before);
		}
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_webpeer_serves_a_file_with_strict_headers),
		T(test_webpeer_answers_each_as_it_should),
		T(test_webpeer_answers_head_without_a_body),
		T(test_webpeer_tells_about_the_board),
		T(test_webpeer_upgrades_and_hands_over_the_rest),
		T(test_webpeer_refuses_an_upgrade_without_a_place),
		T(test_webpeer_answers_one_after_the_other),
		T(test_webpeer_holds_no_more_than_a_request_back),
		T(test_webpeer_ends_who_is_slow),
		T(test_webpeer_insists_on_https_only_when_told),
		T(test_webpeer_survives_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
