/**
 * @file tests/unit/test_wsock.c  Tests of the WebSocket and its frames
 *
 * A client and a server in virtual time; whatever one sends the other is
 * given, whole or byte by byte.
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "core/net/wsock.h"

enum {
	LOG_MAX = 4096,
	START = CLOCK_S,
};

struct end {
	struct wsock *w;
	struct mbuf *out;  /* What it sent           */
	char log[LOG_MAX]; /* Messages, and the end  */
	unsigned messages, frames;
	bool free_on_recv, close_on_recv;
	int send_err;
	uint64_t now;
};

static int on_send(struct mbuf *mb, void *arg)
{
	struct end *e = arg;

	if (e->send_err)
		return e->send_err;

	++e->frames;
	return mbuf_write_mem(e->out, mbuf_buf(mb), mbuf_get_left(mb));
}

static void note(struct end *e, const char *fmt, ...)
{
	size_t n = strlen(e->log);
	va_list ap;

	va_start(ap, fmt);
	(void)re_vsnprintf(e->log + n, sizeof(e->log) - n, fmt, ap);
	va_end(ap);
}

static void on_recv(struct mbuf *mb, bool text, uint64_t now, void *arg)
{
	struct end *e = arg;
	struct pl pl = { (const char *)mbuf_buf(mb), mbuf_get_left(mb) };

	++e->messages;
	if (pl.l < 100)
		note(e, "%c:%r|", text ? 't' : 'b', &pl);
	else
		note(e, "%c:%zu bytes|", text ? 't' : 'b', pl.l);

	if (e->free_on_recv)
		e->w = mem_deref(e->w);
	else if (e->close_on_recv)
		(void)wsock_close(e->w, FRAMES_NORMAL, NULL, now);
}

static void on_close(int err, const char *reason, uint64_t now, void *arg)
{
	struct end *e = arg;
	(void)now;

	note(e, "end %d %s", err, reason);
	e->w = mem_deref(e->w);
}

static void setup(struct end *e, enum frames_role role)
{
	memset(e, 0, sizeof(*e));
	e->now = START;
	e->out = mbuf_alloc(LOG_MAX);
	assert_int_equal(
		wsock_alloc(&e->w, role, on_send, on_recv, on_close, e), 0);
}

static void teardown(struct end *e)
{
	e->w = mem_deref(e->w);
	e->out = mem_deref(e->out);
}

static void give(struct end *e, const void *p, size_t n)
{
	if (e->w)
		wsock_recv(e->w, p, n, e->now);
}

#define GIVE(e, text) give(e, text, sizeof(text) - 1)

/* All that a sent goes to b */
static void carry(struct end *a, struct end *b, size_t chunk)
{
	for (size_t i = 0; i < a->out->end; i += chunk) {
		size_t n = a->out->end - i;

		give(b, a->out->buf + i, n < chunk ? n : chunk);
	}
	mbuf_rewind(a->out);
}

static int say(struct end *e, const void *p, size_t n)
{
	struct mbuf *mb = mbuf_alloc(n + 1);
	int err;

	(void)mbuf_write_mem(mb, p, n);
	mb->pos = 0;
	err = wsock_send(e->w, mb);
	mem_deref(mb);
	return err;
}

static void test_wsock_carries_messages_both_ways(void **state)
{
	static const size_t sizev[] = {
		1, 125, 126, 127, 65535, 65536, FRAMES_MESSAGE_MAX
	};
	static const size_t chunkv[] = { 1, 7, 4096, 1 << 20 };
	char *big = calloc(1, FRAMES_MESSAGE_MAX + 1);
	struct end c, s;
	char want[64];
	(void)state;

	memset(big, 'x', FRAMES_MESSAGE_MAX + 1);
	for (size_t k = 0; k < ARRAY_SIZE(chunkv); k++) {
		setup(&c, FRAMES_CLIENT);
		setup(&s, FRAMES_SERVER);
		for (size_t i = 0; i < ARRAY_SIZE(sizev); i++) {
			assert_int_equal(say(&c, big, sizev[i]), 0);
			assert_int_equal(say(&s, big, sizev[i]), 0);
			carry(&c, &s, chunkv[k]);
			carry(&s, &c, chunkv[k]);
		}
		assert_int_equal(c.messages, ARRAY_SIZE(sizev));
		assert_int_equal(s.messages, ARRAY_SIZE(sizev));
		(void)re_snprintf(want, sizeof(want), "t:%u bytes|",
				  FRAMES_MESSAGE_MAX);
		assert_non_null(strstr(c.log, want));
		assert_int_equal(say(&c, big, FRAMES_MESSAGE_MAX + 1),
				 EMSGSIZE);
		assert_true(wsock_due(c.w) == CLOCK_NEVER);
		teardown(&c);
		teardown(&s);
	}
	free(big);
}

static void test_wsock_sends_text_or_binary(void **state)
{
	struct end c, s;
	(void)state;

	setup(&c, FRAMES_CLIENT);
	setup(&s, FRAMES_SERVER);
	assert_int_equal(say(&c,
			     "P\xc3\xaa"
			     "che",
			     6),
			 0);
	assert_int_equal(say(&c, "\xff\xfe", 2), 0);
	assert_int_equal(say(&c, "", 0), 0);
	assert_int_equal(c.out->buf[0], 0x81);
	assert_int_equal(c.out->buf[1], 0x80 | 6);
	carry(&c, &s, 3);
	assert_string_equal(s.log, "t:P\xc3\xaa"
				   "che|b:\xff\xfe|t:|");
	teardown(&c);
	teardown(&s);
}

static void test_wsock_puts_fragments_together(void **state)
{
	static const char *const wantv[] = { "t:SIP|", "b:SIP|" };
	struct end c;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(wantv); i++) {
		setup(&c, FRAMES_CLIENT);
		if (i)
			GIVE(&c, "\x02\x01S");
		else
			GIVE(&c, "\x01\x01S");
		GIVE(&c, "\x89\x02hi"); /* A ping in between */
		GIVE(&c, "\x00\x00");
		GIVE(&c, "\x00\x01I");
		GIVE(&c, "\x80\x01P");
		assert_string_equal(c.log, wantv[i]);
		assert_int_equal(c.frames, 1);
		assert_int_equal(c.out->buf[0], 0x8a);
		teardown(&c);
	}

	/* A character split over fragments is whole in the end */
	setup(&c, FRAMES_CLIENT);
	GIVE(&c, "\x01\x01\xc3\x80\x01\xa4");
	assert_string_equal(c.log, "t:\xc3\xa4|");
	teardown(&c);
}

/* The code of the close frame that was sent: masked, a client's */
static unsigned close_code(const struct end *e)
{
	const uint8_t *p = e->out->buf;

	assert_true(e->out->end >= 8);
	assert_int_equal(p[0], 0x88);
	assert_true(p[1] & 0x80);
	return (unsigned)(p[6] ^ p[2]) << 8 | (p[7] ^ p[3]);
}

static void test_wsock_fails_what_breaks_the_rules(void **state)
{
	struct end c;
	(void)state;

	setup(&c, FRAMES_CLIENT);
	GIVE(&c, "\x81\x02\xc3\x28");
	assert_non_null(strstr(c.log, "end 71 ")); /* EPROTO */
	assert_int_equal(close_code(&c), FRAMES_NOT_UTF8);
	assert_int_equal(c.frames, 1);
	teardown(&c);

	setup(&c, FRAMES_CLIENT);
	GIVE(&c, "\x88\x02\x03\xee"); /* 1006 is never sent */
	assert_int_equal(close_code(&c), FRAMES_PROTOCOL);
	teardown(&c);

	setup(&c, FRAMES_SERVER);
	GIVE(&c, "\x81\x01X");
	assert_non_null(strstr(c.log, "not masked"));
	teardown(&c);
}

static void test_wsock_limits_fragments_and_message(void **state)
{
	static uint8_t chunk[4 + 32768] = { 0x00, 126, 0x80, 0x00 };
	struct end c;
	(void)state;

	setup(&c, FRAMES_CLIENT);
	GIVE(&c, "\x02\x00");
	for (unsigned i = 0; i < FRAMES_FRAGMENTS_MAX - 1; i++)
		GIVE(&c, "\x00\x00");
	assert_non_null(c.w);
	GIVE(&c, "\x00\x00");
	assert_int_equal(close_code(&c), FRAMES_PROTOCOL);
	teardown(&c);

	setup(&c, FRAMES_CLIENT);
	GIVE(&c, "\x02\x00");
	for (unsigned i = 0; i < FRAMES_MESSAGE_MAX / 32768; i++)
		give(&c, chunk, sizeof(chunk));
	assert_non_null(c.w);
	GIVE(&c, "\x80\x01x");
	assert_int_equal(close_code(&c), FRAMES_TOO_BIG);
	assert_non_null(strstr(c.log, "end 90 ")); /* EMSGSIZE */
	teardown(&c);
}

static void test_wsock_answers_only_the_last_of_many_pings(void **state)
{
	uint8_t flood[3 * 1000];
	struct end c;
	(void)state;

	for (unsigned i = 0; i < 1000; i++) {
		flood[3 * i] = 0x89;
		flood[3 * i + 1] = 1;
		flood[3 * i + 2] = i == 999 ? 'Z' : 'a';
	}

	setup(&c, FRAMES_CLIENT);
	give(&c, flood, sizeof(flood));
	assert_int_equal(c.frames, 1);
	assert_int_equal(c.out->end, 2 + 4 + 1);
	assert_int_equal(c.out->buf[6] ^ c.out->buf[2], 'Z');
	teardown(&c);
}

static void test_wsock_gives_a_message_30_seconds(void **state)
{
	static const char *const partv[] = { "\x81", "\x81\x05", "\x81\x05SI",
					     "\x01\x01S", "\x89" };
	struct end c;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(partv); i++) {
		setup(&c, FRAMES_CLIENT);
		give(&c, partv[i], strlen(partv[i]));
		assert_true(wsock_due(c.w) == START + WSOCK_PARTIAL_MAX);

		/* More bytes do not give it more time */
		c.now += 20 * CLOCK_S;
		if (i == 1)
			GIVE(&c, "S");
		assert_true(wsock_due(c.w) == START + WSOCK_PARTIAL_MAX);
		wsock_tick(c.w, START + WSOCK_PARTIAL_MAX - 1);
		assert_non_null(c.w);
		wsock_tick(c.w, START + WSOCK_PARTIAL_MAX);
		assert_non_null(strstr(c.log, "too long"));
		teardown(&c);
	}

	/* One message after the other is no slow message */
	setup(&c, FRAMES_CLIENT);
	for (unsigned i = 0; i < 10; i++, c.now += 20 * CLOCK_S) {
		GIVE(&c, "\x81\x02S");
		GIVE(&c, "I\x81\x01");
		assert_true(wsock_due(c.w) == c.now + WSOCK_PARTIAL_MAX);
		GIVE(&c, "P");
		assert_true(wsock_due(c.w) == CLOCK_NEVER);
	}
	assert_int_equal(c.messages, 20);
	teardown(&c);
}

static void test_wsock_pings_and_finds_a_dead_peer(void **state)
{
	struct end c, s;
	uint64_t due;
	(void)state;

	setup(&c, FRAMES_CLIENT);
	setup(&s, FRAMES_SERVER);
	wsock_set_keepalive(c.w, 95 * CLOCK_S, 120 * CLOCK_S, START);
	for (unsigned i = 0; i < 50; i++) {
		due = wsock_due(c.w);
		assert_in_range(due - c.now, 95 * CLOCK_S, 120 * CLOCK_S);
		c.now = due;
		wsock_tick(c.w, c.now);
		assert_true(wsock_due(c.w) == c.now + WSOCK_PONG_MAX);
		GIVE(&c, "\x8a\x04none"); /* Not the answer to it */
		assert_true(wsock_due(c.w) == c.now + WSOCK_PONG_MAX);
		carry(&c, &s, 1);
		carry(&s, &c, 1);
	}

	c.now = wsock_due(c.w);
	wsock_tick(c.w, c.now);
	wsock_tick(c.w, c.now + WSOCK_PONG_MAX - 1);
	assert_non_null(c.w);
	wsock_tick(c.w, c.now + WSOCK_PONG_MAX);
	assert_string_equal(c.log, "end 110 no pong within 10 s");
	teardown(&c);
	teardown(&s);
}

static void test_wsock_probe_is_one_ping_with_less_patience(void **state)
{
	struct end c, s;
	(void)state;

	setup(&c, FRAMES_CLIENT);
	setup(&s, FRAMES_SERVER);
	/* Answered: nothing is left of it */
	assert_int_equal(wsock_probe(c.w, CLOCK_S, c.now), 0);
	carry(&c, &s, 1);
	carry(&s, &c, 1);
	assert_true(wsock_due(c.w) == CLOCK_NEVER);

	/* A second one neither pings nor waits for longer */
	assert_int_equal(wsock_probe(c.w, CLOCK_S, c.now), 0);
	assert_int_equal(wsock_probe(c.w, CLOCK_S, c.now + CLOCK_S / 2), 0);
	assert_true(wsock_due(c.w) == c.now + CLOCK_S);
	wsock_tick(c.w, c.now + CLOCK_S);
	assert_string_equal(c.log, "end 110 no pong within 1 s");
	teardown(&c);
	teardown(&s);
}

static void test_wsock_closes_in_order(void **state)
{
	struct end c, s;
	(void)state;

	setup(&c, FRAMES_CLIENT);
	setup(&s, FRAMES_SERVER);
	assert_int_equal(wsock_close(c.w, FRAMES_NORMAL, "bye", START), 0);
	assert_int_equal(say(&c, "x", 1), ENOTCONN);
	assert_int_equal(wsock_close(c.w, FRAMES_NORMAL, NULL, START),
			 ENOTCONN);
	assert_int_equal(say(&s, "late", 4), 0); /* Is dropped */
	carry(&c, &s, 1);
	assert_string_equal(s.log, "end 0 peer closed: 1000 bye");
	carry(&s, &c, 1);
	assert_string_equal(c.log, "end 0 peer closed: 1000 bye");
	teardown(&c);
	teardown(&s);

	/* Nobody answers */
	setup(&c, FRAMES_CLIENT);
	assert_int_equal(wsock_close(c.w, FRAMES_NORMAL, NULL, START), 0);
	assert_true(wsock_due(c.w) == START + WSOCK_CLOSE_MAX);
	wsock_tick(c.w, START + WSOCK_CLOSE_MAX);
	assert_non_null(strstr(c.log, "end 0 "));
	teardown(&c);
}

static void test_wsock_tells_why_the_peer_closed(void **state)
{
	struct end c;
	(void)state;

	setup(&c, FRAMES_CLIENT);
	GIVE(&c, "\x88\x00");
	assert_string_equal(c.log, "end 0 peer closed: 1005 ");
	assert_int_equal(c.out->end, 2 + 4);
	teardown(&c);

	setup(&c, FRAMES_CLIENT);
	GIVE(&c, "\x88\x09\x03\xf0\x1b[31m\r\n");
	assert_string_equal(c.log,
			    "end 104 peer closed: 1008 \\x1b[31m\\x0d\\x0a");
	assert_int_equal(close_code(&c), 1008);
	teardown(&c);
}

static void test_wsock_may_be_freed_and_closed_in_handlers(void **state)
{
	struct end c;
	(void)state;

	setup(&c, FRAMES_CLIENT);
	c.free_on_recv = true;
	GIVE(&c, "\x81\x01"
		 "a\x81\x01"
		 "b\x89\x00");
	assert_string_equal(c.log, "t:a|");
	assert_int_equal(c.frames, 0);
	teardown(&c);

	setup(&c, FRAMES_CLIENT);
	c.close_on_recv = true;
	GIVE(&c, "\x81\x01"
		 "a\x81\x01"
		 "b\x89\x00\x88\x02\x03\xe8");
	assert_string_equal(c.log, "t:a|end 0 peer closed: 1000 ");
	teardown(&c);

	/* Errors from below */
	setup(&c, FRAMES_CLIENT);
	c.send_err = ENOBUFS;
	assert_int_equal(say(&c, "x", 1), ENOBUFS);
	GIVE(&c, "\x89\x00");
	assert_non_null(strstr(c.log, "end 105 cannot send"));
	teardown(&c);
}

static void test_wsock_survives_any_bytes(void **state)
{
	uint8_t buf[64];
	struct end c;
	(void)state;

	for (uint32_t seed = 1; seed < 3000; seed++) {
		uint32_t x = seed * 2654435761U;

		setup(&c, seed & 1 ? FRAMES_CLIENT : FRAMES_SERVER);
		for (size_t i = 0; i < sizeof(buf); i++) {
			x = x * 1664525 + 1013904223;
			buf[i] = (uint8_t)(x >> 24);
			if (x & 0x800)
				buf[i] &= 0x8f;
		}
		give(&c, buf, sizeof(buf));
		teardown(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wsock_carries_messages_both_ways),
		cmocka_unit_test(test_wsock_sends_text_or_binary),
		cmocka_unit_test(test_wsock_puts_fragments_together),
		cmocka_unit_test(test_wsock_fails_what_breaks_the_rules),
		cmocka_unit_test(test_wsock_limits_fragments_and_message),
		cmocka_unit_test(
			test_wsock_answers_only_the_last_of_many_pings),
		cmocka_unit_test(test_wsock_gives_a_message_30_seconds),
		cmocka_unit_test(test_wsock_pings_and_finds_a_dead_peer),
		cmocka_unit_test(
			test_wsock_probe_is_one_ping_with_less_patience),
		cmocka_unit_test(test_wsock_closes_in_order),
		cmocka_unit_test(test_wsock_tells_why_the_peer_closed),
		cmocka_unit_test(
			test_wsock_may_be_freed_and_closed_in_handlers),
		cmocka_unit_test(test_wsock_survives_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
