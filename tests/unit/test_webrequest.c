/**
 * @file tests/unit/test_webrequest.c  Tests of what a browser may ask
 */
#include "tests/unit/test.h"
#include "core/net/webrequest.h"

#define LINE "GET / HTTP/1.1\r\n"
#define HOST "Host: door.local\r\n"
#define GOOD LINE HOST
#define END  "\r\n"
#define SOCKET                                                                 \
	"GET /sip HTTP/1.1\r\n" HOST "Upgrade: websocket\r\n"                  \
	"Connection: keep-alive, Upgrade\r\n"
#define KEY   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define V13   "Sec-WebSocket-Version: 13\r\n"
#define PROTO "Sec-WebSocket-Protocol: sip\r\n"

static struct webrequest req;

static int decode_bytes(const char *text, size_t size)
{
	struct mbuf *mb = mbuf_alloc(size);
	int err;

	(void)mbuf_write_mem(mb, (const uint8_t *)text, size);
	mb->pos = 0;
	memset(&req, 0, sizeof(req));
	err = webrequest_decode(&req, mb);
	if (!err)
		assert_int_equal(mbuf_get_left(mb), 0);
	mem_deref(mb);
	return err;
}

static int decode(const char *text)
{
	return decode_bytes(text, strlen(text));
}

static void test_webrequest_reads_what_chromium_sends(void **state)
{
	(void)state;

	assert_int_equal(
		decode("GET /main.js?v=1 HTTP/1.1\r\n"
		       "Host: localhost:8443\r\n"
		       "Connection: keep-alive\r\n"
		       "sec-ch-ua: \"Chromium\";v=\"156\"\r\n"
		       "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
		       "Accept: */*\r\n"
		       "Sec-Fetch-Site: same-origin\r\n"
		       "Accept-Encoding: gzip, deflate, br, zstd\r\n"
		       "Accept-Language: en-US,en;q=0.9\r\n"
		       "If-None-Match: W/\"ab-12\", \"other\"\r\n\r\n"),
		0);
	assert_string_equal(req.path, "/main.js");
	assert_string_equal(req.host, "localhost:8443");
	assert_true(req.gzip && req.keep);
	assert_false(req.head || req.upgrade || req.foreign);
	assert_true(webrequest_has(&req, "ab-12"));
	assert_true(webrequest_has(&req, "other"));
	assert_false(webrequest_has(&req, "ab-1"));
	assert_false(webrequest_has(&req, ""));
}

static void test_webrequest_reads_an_upgrade(void **state)
{
	(void)state;

	assert_int_equal(
		decode(SOCKET
		       "Origin: https://door.local\r\n" KEY V13 PROTO END),
		0);
	assert_true(req.upgrade && req.foreign);
	assert_string_equal(req.path, "/sip");
	assert_string_equal(req.origin, "https://door.local");
	assert_string_equal(req.key, "dGhlIHNhbXBsZSBub25jZQ==");

	/* Firefox; a list of subprotocols; in two headers */
	assert_int_equal(decode("GET /sip HTTP/1.1\r\n" HOST
				"Connection: keep-alive, Upgrade\r\n"
				"Upgrade: WebSocket\r\n" KEY V13
				"Sec-WebSocket-Extensions: permessage-deflate"
				"\r\nSec-WebSocket-Protocol: xmpp , sip\r\n"
				"Pragma: no-cache\r\n" END),
			 0);
	assert_true(req.upgrade);
	assert_false(req.foreign);
	assert_int_equal(decode(SOCKET KEY V13
				"Sec-WebSocket-Protocol: xmpp\r\n" PROTO END),
			 0);
	assert_true(req.upgrade);

	/* To something else: a request as any other */
	assert_int_equal(decode(GOOD "Upgrade: h2c\r\nConnection: Upgrade\r\n"
				     "\r\n"),
			 0);
	assert_false(req.upgrade);
}

static const struct {
	const char *text;
	bool head, gzip, keep;
} goodv[] = {
	{ GOOD END, false, true, true },
	{ "\r\n" GOOD END, false, true, true },
	{ "HEAD / HTTP/1.1\r\n" HOST END, true, true, true },
	{ "GET / HTTP/1.0\r\n" HOST END, false, true, false },
	{ GOOD "Connection: close\r\n" END, false, true, false },
	{ GOOD "Connection: Foo ,CLOSE\r\n" END, false, true, false },
	{ GOOD "Content-Length: 0\r\n" END, false, true, true },
	{ GOOD "Accept-Encoding: identity\r\n" END, false, false, true },
	{ GOOD "Accept-Encoding:\r\n" END, false, false, true },
	{ GOOD "Accept-Encoding: gzip;q=0\r\n" END, false, false, true },
	{ GOOD "Accept-Encoding: br, gzip; q=0.000\r\n" END, false, false,
	  true },
	{ GOOD "Accept-Encoding: gzip;q=0.001\r\n" END, false, true, true },
	{ GOOD "Accept-Encoding: br\r\nAccept-Encoding: GZIP\r\n" END, false,
	  true, true },
	{ GOOD "Accept-Encoding: *;q=0.1\r\n" END, false, true, true },
	{ GOOD "X: \xff\xfe\r\n" END, false, true, true },
	{ GOOD "X:\r\nY:\t\r\n" END, false, true, true },
};

static void test_webrequest_takes_what_is_allowed(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(goodv); i++) {
		print_message("%u ", (unsigned)i);
		assert_int_equal(decode(goodv[i].text), 0);
		assert_int_equal(req.head, goodv[i].head);
		assert_int_equal(req.gzip, goodv[i].gzip);
		assert_int_equal(req.keep, goodv[i].keep);
		assert_false(req.upgrade);
		assert_string_equal(req.path, "/");
		assert_string_equal(req.host, "door.local");
	}
	print_message("\n");
}

static const struct {
	const char *text;
	unsigned status;
} badv[] = {
	/* The request line */
	{ "GET / HTTP/2.0\r\n" HOST END, 505 },
	{ "PRI * HTTP/2.0\r\n\r\n", 505 },
	{ "GET / HTTP/1.2\r\n" HOST END, 505 },
	{ "GET / http/1.1\r\n" HOST END, 400 },
	{ "GET / HTTP/1.1 \r\n" HOST END, 505 },
	{ "GET /\r\n" HOST END, 400 },
	{ "GET  / HTTP/1.1\r\n" HOST END, 400 },
	{ " GET / HTTP/1.1\r\n" HOST END, 400 },
	{ "GET\t/ HTTP/1.1\r\n" HOST END, 400 },
	{ "x GET / HTTP/1.1\r\n" HOST END, 400 },
	{ "\r\n\r\n" GOOD END, 400 },
	{ "POST / HTTP/1.1\r\n" HOST END, 405 },
	{ "get / HTTP/1.1\r\n" HOST END, 405 },
	{ "OPTIONS * HTTP/1.1\r\n" HOST END, 405 },
	{ "CONNECT a:1 HTTP/1.1\r\n" HOST END, 405 },
	{ "G(T / HTTP/1.1\r\n" HOST END, 400 },
	{ "GET http://door.local/ HTTP/1.1\r\n" HOST END, 400 },
	{ "GET * HTTP/1.1\r\n" HOST END, 400 },
	{ "GET /# HTTP/1.1\r\n" HOST END, 400 },
	{ "GET /\xc3\xa4 HTTP/1.1\r\n" HOST END, 400 },
	{ "GET index.html HTTP/1.1\r\n" HOST END, 400 },
	/* Header lines */
	{ GOOD " folded\r\n" END, 400 },
	{ LINE " " HOST END, 400 },
	{ GOOD "X: a\r\n\tb\r\n" END, 400 },
	{ GOOD "X : a\r\n" END, 400 },
	{ GOOD ": a\r\n" END, 400 },
	{ GOOD "no colon\r\n" END, 400 },
	{ GOOD "X: a\rY: b\r\n" END, 400 },
	{ GOOD "X: a\nY: b\r\n" END, 400 },
	{ GOOD "X: \x01\r\n" END, 400 },
	{ GOOD "X: \x7f\r\n" END, 400 },
	/* Host, body */
	{ LINE END, 400 },
	{ LINE "Host:\r\n" END, 400 },
	{ GOOD HOST END, 400 },
	{ GOOD "host: other\r\n" END, 400 },
	{ GOOD "Origin: https://a\r\nOrigin: https://b\r\n" END, 400 },
	{ GOOD "Content-Length: 1\r\n" END, 413 },
	{ GOOD "Content-Length: -1\r\n" END, 413 },
	{ GOOD "Content-Length: 0\r\nContent-Length: 5\r\n" END, 400 },
	{ GOOD "Transfer-Encoding: chunked\r\n" END, 413 },
	/* Upgrade */
	{ SOCKET KEY V13 END, 400 },
	{ SOCKET KEY PROTO END, 426 },
	{ SOCKET KEY PROTO "Sec-WebSocket-Version: 8\r\n" END, 426 },
	{ SOCKET KEY PROTO V13 V13 END, 426 },
	{ SOCKET V13 PROTO END, 400 },
	{ SOCKET KEY KEY V13 PROTO END, 400 },
	{ SOCKET KEY V13 "Sec-WebSocket-Protocol: sips\r\n" END, 400 },
	{ SOCKET V13 PROTO "Sec-WebSocket-Key: short==\r\n" END, 400 },
	{ SOCKET V13 PROTO
	  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=!\r\n" END,
	  400 },
	{ SOCKET V13 PROTO
	  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ?==\r\n" END,
	  400 },
	{ "HEAD /sip HTTP/1.1\r\n" HOST
	  "Upgrade: websocket\r\nConnection: Upgrade\r\n" KEY V13 PROTO END,
	  400 },
	{ "GET /sip HTTP/1.0\r\n" HOST
	  "Upgrade: websocket\r\nConnection: Upgrade\r\n" KEY V13 PROTO END,
	  400 },
	{ "GET /sip HTTP/1.1\r\n" HOST
	  "Upgrade: websocket\r\n" KEY V13 PROTO END,
	  400 },
};

static void test_webrequest_refuses_each_with_its_status(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(badv); i++) {
		print_message("%u ", (unsigned)i);
		assert_int_equal(decode(badv[i].text), EPROTO);
		assert_int_equal(req.status, badv[i].status);
	}
	print_message("\n");

	assert_int_equal(decode_bytes("GET /\0 HTTP/1.1\r\n" HOST END, 32),
			 EAGAIN);
	assert_int_equal(decode_bytes(GOOD "X: \0\r\n" END, 16 + 18 + 8),
			 EPROTO);
}

static void test_webrequest_waits_for_the_empty_line(void **state)
{
	static const char text[] = "\r\n" GOOD "Accept: text/html\r\n" END;
	struct mbuf *mb = mbuf_alloc(1);
	(void)state;

	memset(&req, 0, sizeof(req));
	for (size_t i = 0; i < strlen(text); i++) {
		size_t pos = mb->pos;

		if (i)
			assert_int_equal(webrequest_decode(&req, mb), EAGAIN);
		pos = mb->pos;
		mb->pos = mb->end;
		(void)mbuf_write_u8(mb, (uint8_t)text[i]);
		mb->pos = pos;
	}
	assert_int_equal(webrequest_decode(&req, mb), 0);
	assert_string_equal(req.host, "door.local");
	assert_int_equal(mbuf_get_left(mb), 0);
	mem_deref(mb);
}

/* A text with a run of x in place of @ */
static int decode_long(const char *text, size_t run)
{
	struct mbuf *mb = mbuf_alloc(run);
	int err;

	for (; *text; ++text) {
		if (*text == '@')
			(void)mbuf_fill(mb, 'x', run);
		else
			(void)mbuf_write_u8(mb, (uint8_t)*text);
	}
	err = decode_bytes((char *)mb->buf, mb->end);
	mem_deref(mb);
	return err;
}

static void test_webrequest_knows_its_limits(void **state)
{
	struct mbuf *mb = mbuf_alloc(1);
	(void)state;

	assert_int_equal(decode_long("GET /@ HTTP/1.1\r\n" HOST END, 254), 0);
	assert_int_equal(decode_long("GET /@ HTTP/1.1\r\n" HOST END, 255),
			 EPROTO);
	assert_int_equal(req.status, 414);
	assert_int_equal(decode_long("GET /?@ HTTP/1.1\r\n" HOST END, 2046), 0);
	assert_int_equal(decode_long("GET /?@ HTTP/1.1\r\n" HOST END, 2047),
			 EPROTO);
	assert_int_equal(req.status, 414);
	assert_int_equal(decode_long(LINE "Host: @\r\n" END, 263), 0);
	assert_int_equal(decode_long(LINE "Host: @\r\n" END, 264), EPROTO);
	assert_int_equal(decode_long(GOOD "Origin: @\r\n" END, 280), EPROTO);
	assert_int_equal(decode_long(GOOD "If-None-Match: @\r\n" END, 256), 0);
	assert_string_equal(req.match, "");

	assert_int_equal(decode_long(GOOD "X: @\r\n" END, 16000), 0);
	assert_int_equal(decode_long(GOOD "X: @\r\n" END, 16384), EPROTO);
	assert_int_equal(req.status, 431);
	assert_int_equal(decode_long(GOOD "X: @", 16384), EPROTO);
	assert_int_equal(req.status, 431);

	(void)mbuf_write_str(mb, GOOD);
	for (unsigned i = 1; i < WEBHEAD_HEADERS_MAX; i++)
		(void)mbuf_printf(mb, "X%u: y\r\n", i);
	(void)mbuf_write_str(mb, END);
	assert_int_equal(decode_bytes((char *)mb->buf, mb->end), 0);
	mb->pos = mb->end = mb->end - strlen(END);
	(void)mbuf_write_str(mb, "X: y\r\n" END);
	assert_int_equal(decode_bytes((char *)mb->buf, mb->end), EPROTO);
	assert_int_equal(req.status, 431);
	mem_deref(mb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_webrequest_reads_what_chromium_sends),
		cmocka_unit_test(test_webrequest_reads_an_upgrade),
		cmocka_unit_test(test_webrequest_takes_what_is_allowed),
		cmocka_unit_test(test_webrequest_refuses_each_with_its_status),
		cmocka_unit_test(test_webrequest_waits_for_the_empty_line),
		cmocka_unit_test(test_webrequest_knows_its_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
