/**
 * @file tests/unit/test_handshake.c  Tests against a browser's own hello
 *
 * tests/vectors/dtls: what Chromium 156 sends, in two datagrams.
 */
#include <stdio.h>
#include "tests/unit/test.h"
#include "core/net/keying.h"

enum {
	HELLO_PARTS = 2,
	MESSAGE_AT = 13, /* Type of the handshake message in a record */
	SERVER_HELLO = 2,
	NOW = CLOCK_S,
};

struct sent {
	unsigned count;
	uint8_t first[64];
};

static struct mbuf *part(unsigned i)
{
	struct mbuf *mb = mbuf_alloc(2048);
	char path[256];
	FILE *f;

	re_snprintf(path, sizeof(path),
		    SOURCE_DIR "/tests/vectors/dtls/chromium-hello-%u.bin",
		    i + 1);
	f = fopen(path, "re");
	assert_non_null(f);
	mb->end = fread(mb->buf, 1, mb->size, f);
	fclose(f);
	assert_true(mb->end > 200);
	return mb;
}

static void send_handler(struct mbuf *mb, void *arg)
{
	struct sent *s = arg;

	if (!s->count++)
		memcpy(s->first, mbuf_buf(mb), sizeof(s->first));
}

static void up_handler(const struct keying_keys *keys, uint64_t now, void *arg)
{
	(void)keys;
	(void)now;
	(void)arg;
	fail();
}

static void down_handler(int err, const char *reason, uint64_t now, void *arg)
{
	(void)err;
	(void)now;
	(void)arg;
	fail_msg("%s", reason);
}

static void give(struct keying *k, unsigned i, uint64_t now)
{
	struct mbuf *mb = part(i);

	keying_recv(k, mb, now);
	mem_deref(mb);
}

/* order: which parts, one after the other */
static void check_answer(const char *order)
{
	struct identity *id;
	struct keying *k;
	struct sent sent = { 0 };

	assert_int_equal(identity_alloc(&id), 0);
	assert_int_equal(keying_alloc(&k, KEYING_SERVER, id, send_handler,
				      up_handler, down_handler, &sent),
			 0);
	keying_start(k, NOW);

	for (const char *p = order; *p; p++)
		give(k, (unsigned)(*p - '1'), NOW);

	/* One flight, which begins with ServerHello of DTLS 1.2 */
	assert_int_equal(sent.count, 1);
	assert_int_equal(sent.first[0], 22);
	assert_int_equal(sent.first[1], 0xfe);
	assert_int_equal(sent.first[2], 0xfd);
	assert_int_equal(sent.first[MESSAGE_AT], SERVER_HELLO);

	/* And again when the time has come */
	assert_int_equal(keying_due(k), NOW + HANDSHAKE_FIRST * CLOCK_MS);
	keying_tick(k, keying_due(k));
	assert_int_equal(sent.count, 2);

	mem_deref(k);
	mem_deref(id);
}

static void test_handshake_answers_chromiums_hello_in_two_parts(void **state)
{
	size_t before;
	(void)state;

	check_answer("12"); /* What libraries make once is made by it */
	before = test_blocks();
	check_answer("21");
	check_answer("112");
	check_answer("2212");
	assert_int_equal(test_blocks(), before);
}

static void test_handshake_answers_chromiums_hello_in_one_datagram(void **state)
{
	struct mbuf *mb = part(0), *mb2 = part(1);
	struct sent sent = { 0 };
	struct identity *id;
	struct keying *k;
	(void)state;

	mbuf_set_pos(mb, mb->end);
	mbuf_write_mem(mb, mb2->buf, mb2->end);
	mbuf_set_pos(mb, 0);

	assert_int_equal(identity_alloc(&id), 0);
	assert_int_equal(keying_alloc(&k, KEYING_SERVER, id, send_handler,
				      up_handler, down_handler, &sent),
			 0);
	keying_start(k, NOW);
	keying_recv(k, mb, NOW);
	assert_int_equal(sent.count, 1);
	assert_int_equal(sent.first[MESSAGE_AT], SERVER_HELLO);

	mem_deref(mb);
	mem_deref(mb2);
	mem_deref(k);
	mem_deref(id);
}

/* What answers a repeated hello is the same flight, not another handshake */
static void test_handshake_repeats_its_flight_when_asked(void **state)
{
	struct sent sent = { 0 };
	struct identity *id;
	struct keying *k;
	char text[512];
	(void)state;

	assert_int_equal(identity_alloc(&id), 0);
	assert_int_equal(keying_alloc(&k, KEYING_SERVER, id, send_handler,
				      up_handler, down_handler, &sent),
			 0);
	keying_start(k, NOW);
	for (unsigned i = 0; i < HELLO_PARTS; i++)
		give(k, i, NOW);
	for (unsigned i = 0; i < HELLO_PARTS; i++)
		give(k, i, NOW + 55 * CLOCK_MS);

	re_snprintf(text, sizeof(text), "%H", keying_print, k);
	assert_non_null(strstr(text, "failures=0"));
	assert_in_range(sent.count, 1, 2);
	mem_deref(k);
	mem_deref(id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_handshake_answers_chromiums_hello_in_two_parts),
		cmocka_unit_test(
			test_handshake_answers_chromiums_hello_in_one_datagram),
		cmocka_unit_test(test_handshake_repeats_its_flight_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
