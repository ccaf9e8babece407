/**
 * @file tests/unit/test_upgrade.c  Tests of the WebSocket handshake
 */
#include "tests/unit/test.h"
#include "core/net/upgrade.h"

enum {
	TEXT_MAX = 1024,
};

#define GOOD                                                                   \
	"HTTP/1.1 101 Switching Protocols\r\n"                                 \
	"Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define PROTO "Sec-WebSocket-Protocol: sip\r\n"

static struct upgrade up;

static int start(struct mbuf *mb, const char *url, const char *origin)
{
	struct weburl u;

	assert_int_equal(weburl_decode(&u, url, NULL), 0);
	return upgrade_request(&up, mb, &u, origin);
}

/* The answer in which @ stands for the right accept value */
static int answer_with(const char *text, size_t size)
{
	struct mbuf *req = mbuf_alloc(TEXT_MAX), *mb = mbuf_alloc(TEXT_MAX);
	int err;

	assert_int_equal(start(req, "wss://h", NULL), 0);
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '@')
			(void)mbuf_write_str(mb, up.accept);
		else
			(void)mbuf_write_u8(mb, (uint8_t)text[i]);
	}

	mb->pos = 0;
	err = upgrade_response(&up, mb);
	if (err)
		assert_int_equal(mb->pos, 0);
	mem_deref(req);
	mem_deref(mb);
	return err;
}

static int answer(const char *text)
{
	return answer_with(text, strlen(text));
}

static void test_upgrade_knows_the_sample_of_the_rfc(void **state)
{
	char accept[UPGRADE_TEXT_SIZE];
	(void)state;

	/* RFC 6455 section 1.3 */
	assert_int_equal(upgrade_accept(accept, "dGhlIHNhbXBsZSBub25jZQ=="), 0);
	assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void test_upgrade_asks_for_path_query_and_sip(void **state)
{
	struct mbuf *mb = mbuf_alloc(TEXT_MAX);
	char want[TEXT_MAX], key[UPGRADE_TEXT_SIZE];
	(void)state;

	assert_int_equal(start(mb, "wss://h:8443/ws?a=b", "https://o"), 0);
	assert_int_equal(strlen(up.key), 24);
	(void)re_snprintf(want, sizeof(want),
			  "GET /ws?a=b HTTP/1.1\r\nHost: h:8443\r\n"
			  "Upgrade: websocket\r\nConnection: Upgrade\r\n"
			  "Sec-WebSocket-Key: %s\r\n"
			  "Sec-WebSocket-Version: 13\r\n"
			  "Sec-WebSocket-Protocol: sip\r\n"
			  "User-Agent: Boardphone/" BOARDPHONE_VERSION "\r\n"
			  "Origin: https://o\r\n\r\n",
			  up.key);
	assert_int_equal(mb->end, strlen(want));
	assert_memory_equal(mb->buf, want, mb->end);

	str_ncpy(key, up.key, sizeof(key));
	assert_int_equal(start(mb, "wss://h", NULL), 0);
	assert_string_not_equal(key, up.key);
	mem_deref(mb);
}

static void test_upgrade_accepts_what_servers_say(void **state)
{
	static const char *const v[] = {
		GOOD PROTO "Sec-WebSocket-Accept: @\r\n\r\n",
		"HTTP/1.1 101 \r\nupgrade: WebSocket\r\n"
		"connection: upgrade\r\nsec-websocket-protocol: sip\r\n"
		"sec-websocket-accept:@\r\n\r\n",
		"HTTP/1.1 101 Ok\r\nUpgrade: websocket\r\n"
		"Connection: keep-alive, Upgrade\r\n" PROTO
		"Server: kamailio (5.6)\r\nContent-Length: 0\r\n"
		"Sec-WebSocket-Accept: @\r\n\r\n",
		"HTTP/1.1 101 Ok\r\nVia: SIP/2.0/TLS 127.0.0.1:4\r\n"
		"Sia: SIP/2.0/TLS 127.0.0.1:4\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\n" PROTO
		"Sec-WebSocket-Accept: @\r\n\r\n\x81\x01x",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		assert_int_equal(answer(v[i]), 0);
}

static const struct {
	const char *text, *reason;
	int err;
} faultv[] = {
	{ GOOD "Sec-WebSocket-Accept: @\r\n\r\n", "subprotocol", EPROTO },
	{ GOOD "Sec-WebSocket-Protocol: xmpp\r\n"
	       "Sec-WebSocket-Accept: @\r\n\r\n",
	  "subprotocol", EPROTO },
	{ GOOD "Sec-WebSocket-Protocol: sip, xmpp\r\n"
	       "Sec-WebSocket-Accept: @\r\n\r\n",
	  "subprotocol", EPROTO },
	{ GOOD PROTO PROTO "Sec-WebSocket-Accept: @\r\n\r\n", "subprotocol",
	  EPROTO },
	{ GOOD PROTO "\r\n", "Accept", EPROTO },
	{ GOOD PROTO
	  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
	  "Accept", EPROTO },
	{ GOOD PROTO "Sec-WebSocket-Accept: @\r\n"
		     "Sec-WebSocket-Accept: @\r\n\r\n",
	  "Accept", EPROTO },
	{ GOOD PROTO "Sec-WebSocket-Accept: @\r\n"
		     "Sec-WebSocket-Extensions: "
		     "permessage-deflate\r\n\r\n",
	  "extension", EPROTO },
	{ "HTTP/1.1 101 x\r\nConnection: Upgrade\r\n" PROTO
	  "Sec-WebSocket-Accept: @\r\n\r\n",
	  "Upgrade", EPROTO },
	{ "HTTP/1.1 101 x\r\nUpgrade: websocket\r\n" PROTO
	  "Sec-WebSocket-Accept: @\r\n\r\n",
	  "Connection", EPROTO },
	{ "HTTP/1.1 101 x\r\nUpgrade: websocket\r\n"
	  "Upgrade: websocket\r\nConnection: Upgrade\r\n" PROTO
	  "Sec-WebSocket-Accept: @\r\n\r\n",
	  "Upgrade", EPROTO },
	{ "HTTP/1.0 101 x\r\nUpgrade: websocket\r\n"
	  "Connection: Upgrade\r\n" PROTO "Sec-WebSocket-Accept: @\r\n\r\n",
	  "HTTP/1.1", EPROTO },
	{ "HTTP/1.1 404 Not Found\r\n\r\n", "404 Not Found", ECONNREFUSED },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "200",
	  ECONNREFUSED },
	{ "HTTP/1.1 302 Found\r\nLocation: ws://evil/\r\n\r\n", "redirects",
	  ECONNREFUSED },
	{ "HTTP/1.1 400 \x1b[31mred\r\n\r\n", "malformed", EPROTO },
	{ "HTTP/1.1 400 a\nb\r\n\r\n", "malformed", EPROTO },
	{ GOOD PROTO "X: a\r\n folded\r\n"
		     "Sec-WebSocket-Accept: @\r\n\r\n",
	  "malformed", EPROTO },
	{ GOOD PROTO "X: a\rb\r\nSec-WebSocket-Accept: @\r\n\r\n", "malformed",
	  EPROTO },
	{ "SIP/2.0 200 OK\r\n\r\n", "HTTP", EPROTO },
	{ "\r\n\r\n", "HTTP", EPROTO },
	{ "hello\r\n\r\n", "HTTP", EPROTO },
};

static void test_upgrade_refuses_with_a_reason(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(faultv); i++) {
		assert_int_equal(answer(faultv[i].text), faultv[i].err);
		if (!strstr(up.reason, faultv[i].reason))
			fail_msg("%zu: %s", i, up.reason);
	}
}

static void test_upgrade_refuses_a_nul(void **state)
{
	static const char text[] = GOOD PROTO
		"X: a\0b\r\nSec-WebSocket-Accept: @\r\n\r\n";
	(void)state;

	assert_int_equal(answer_with(text, sizeof(text) - 1), EPROTO);
}

static void test_upgrade_reads_retry_after(void **state)
{
	static const struct {
		const char *val;
		unsigned s;
	} v[] = {
		{ "120", 120 },
		{ "0", 0 },
		{ "99999999999999999999999", UPGRADE_RETRY_MAX },
		{ "2000", UPGRADE_RETRY_MAX },
		{ "Wed, 21 Oct 2026 07:28:00 GMT", 0 },
		{ "-5", 0 },
	};
	char text[TEXT_MAX];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		(void)re_snprintf(text, sizeof(text),
				  "HTTP/1.1 503 Busy\r\nRetry-After: %s\r\n"
				  "\r\n",
				  v[i].val);
		assert_int_equal(answer(text), ECONNREFUSED);
		assert_int_equal(up.status, 503);
		assert_int_equal(up.retry_after, v[i].s);
	}
}

static void test_upgrade_waits_for_the_end_byte_by_byte(void **state)
{
	struct mbuf *mb = mbuf_alloc(TEXT_MAX), *in = mbuf_alloc(TEXT_MAX);
	size_t head;
	(void)state;

	assert_int_equal(start(mb, "wss://h", NULL), 0);
	mbuf_rewind(mb);
	(void)mbuf_printf(mb, GOOD PROTO "Sec-WebSocket-Accept: %s\r\n\r\n",
			  up.accept);
	head = mb->end;
	(void)mbuf_write_str(mb, "frames");

	for (size_t i = 0; i < head; i++) {
		(void)mbuf_write_u8(in, mb->buf[i]);
		in->pos = 0;
		assert_int_equal(upgrade_response(&up, in),
				 i + 1 < head ? EAGAIN : 0);
		if (i + 1 < head)
			in->pos = in->end;
	}
	assert_int_equal(in->pos, head);

	/* And with frames behind it */
	up.scanned = 0;
	mb->pos = 0;
	assert_int_equal(upgrade_response(&up, mb), 0);
	assert_int_equal(mbuf_get_left(mb), strlen("frames"));
	mem_deref(mb);
	mem_deref(in);
}

static void test_upgrade_limits_length_and_headers(void **state)
{
	struct mbuf *mb = mbuf_alloc(WEBHEAD_MAX);
	(void)state;

	(void)mbuf_write_str(mb, GOOD);
	while (mb->end < WEBHEAD_MAX)
		(void)mbuf_write_str(mb, "X: a long header\r\n");
	mb->pos = 0;
	memset(&up, 0, sizeof(up));
	assert_int_equal(upgrade_response(&up, mb), EOVERFLOW);

	mbuf_rewind(mb);
	(void)mbuf_write_str(mb, GOOD);
	for (unsigned i = 0; i < WEBHEAD_HEADERS_MAX; i++)
		(void)mbuf_write_str(mb, "X: y\r\n");
	(void)mbuf_write_str(mb, "\r\n");
	mb->pos = 0;
	memset(&up, 0, sizeof(up));
	assert_int_equal(upgrade_response(&up, mb), EPROTO);
	mem_deref(mb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_upgrade_knows_the_sample_of_the_rfc),
		cmocka_unit_test(test_upgrade_asks_for_path_query_and_sip),
		cmocka_unit_test(test_upgrade_accepts_what_servers_say),
		cmocka_unit_test(test_upgrade_refuses_with_a_reason),
		cmocka_unit_test(test_upgrade_refuses_a_nul),
		cmocka_unit_test(test_upgrade_reads_retry_after),
		cmocka_unit_test(test_upgrade_waits_for_the_end_byte_by_byte),
		cmocka_unit_test(test_upgrade_limits_length_and_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
