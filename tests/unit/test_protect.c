/**
 * @file tests/unit/test_protect.c  Tests of SRTP and SRTCP
 */
#include "tests/unit/test.h"
#include "core/net/protect.h"

enum {
	HEADROOM = 64,
	PAYLOAD = 160,
	SSRC = 0xcafebabe,
	TAG = 10, /* RFC 3711 section 5.2 [bytes] */
	INDEX = 4,
};

static struct protect *alice, *bob;
static size_t blocks; /* Allocated before a test */

static int setup(void **state)
{
	struct keying_keys a, b;
	(void)state;

	for (unsigned i = 0; i < KEYING_KEY; i++) {
		a.tx[i] = b.rx[i] = (uint8_t)(i * 3);
		a.rx[i] = b.tx[i] = (uint8_t)(200 - i);
	}

	/* What libsrtp makes once is made before the counting */
	assert_int_equal(protect_alloc(&alice, &a), 0);
	alice = mem_deref(alice);
	blocks = test_blocks();
	assert_int_equal(protect_alloc(&alice, &a), 0);
	assert_int_equal(protect_alloc(&bob, &b), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	alice = mem_deref(alice);
	bob = mem_deref(bob);
	assert_int_equal(test_blocks(), blocks);
	return 0;
}

static struct mbuf *packet_at(size_t pos, uint32_t ssrc, uint16_t seq)
{
	struct mbuf *mb = mbuf_alloc(512);

	mb->pos = mb->end = pos;
	mbuf_write_u16(mb, htons(0x8000 | 111));
	mbuf_write_u16(mb, htons(seq));
	mbuf_write_u32(mb, htonl(seq * 960U));
	mbuf_write_u32(mb, htonl(ssrc));
	for (unsigned i = 0; i < PAYLOAD; i++)
		mbuf_write_u8(mb, (uint8_t)(i + seq));
	mb->pos = pos;
	return mb;
}

static struct mbuf *packet(uint16_t seq)
{
	return packet_at(HEADROOM, SSRC, seq);
}

/* A sealed copy of packet seq, from alice */
static struct mbuf *sealed(uint16_t seq)
{
	struct mbuf *mb = packet(seq);

	assert_int_equal(protect_seal_packet(alice, mb), 0);
	return mb;
}

static struct mbuf *copy(const struct mbuf *mb)
{
	struct mbuf *c = mbuf_alloc(512);

	mbuf_write_mem(c, mb->buf, mb->end);
	c->pos = mb->pos;
	return c;
}

/* Open and free */
static int open_packet(struct mbuf *mb)
{
	int err = protect_open_packet(bob, mb);

	mem_deref(mb);
	return err;
}

static struct mbuf *report(void)
{
	static const uint8_t rr[] = { 0x80, 201, 0, 1, 0xca, 0xfe, 0xba, 0xbe };
	struct mbuf *mb = mbuf_alloc(512);

	mb->pos = mb->end = HEADROOM;
	mbuf_write_mem(mb, rr, sizeof(rr));
	mb->pos = HEADROOM;
	return mb;
}

static void test_protect_carries_a_packet_unchanged(void **state)
{
	struct mbuf *mb = packet(1), *want = packet(1);
	(void)state;

	assert_int_equal(protect_seal_packet(alice, mb), 0);
	assert_int_equal(mb->pos, HEADROOM);
	assert_int_equal(mb->end, want->end + TAG);
	assert_memory_equal(mbuf_buf(mb), mbuf_buf(want), 12);
	assert_memory_not_equal(mbuf_buf(mb) + 12, mbuf_buf(want) + 12,
				PAYLOAD);

	assert_int_equal(protect_open_packet(bob, mb), 0);
	assert_int_equal(mb->end, want->end);
	assert_memory_equal(mbuf_buf(mb), mbuf_buf(want), mbuf_get_left(want));
	mem_deref(mb);
	mem_deref(want);
}

static void test_protect_carries_a_report_unchanged(void **state)
{
	struct mbuf *mb = report(), *want = report();
	(void)state;

	assert_int_equal(protect_seal_report(alice, mb), 0);
	assert_int_equal(mb->end, want->end + INDEX + TAG);
	assert_int_equal(protect_open_report(bob, mb), 0);
	assert_int_equal(mb->end, want->end);
	assert_memory_equal(mbuf_buf(mb), mbuf_buf(want), mbuf_get_left(want));
	mem_deref(mb);
	mem_deref(want);
}

static void test_protect_takes_any_alignment_and_makes_room(void **state)
{
	struct mbuf *mb;
	(void)state;

	for (size_t pos = 4; pos < 12; pos++) {
		mb = packet_at(pos, SSRC, (uint16_t)(10 + pos));
		assert_int_equal(mbuf_resize(mb, mb->end), 0);
		assert_int_equal(protect_seal_packet(alice, mb), 0);
		assert_int_equal(open_packet(mb), 0);
	}
}

static void test_protect_counts_what_is_forged(void **state)
{
	struct mbuf *mb = sealed(1);
	size_t len = mbuf_get_left(mb);
	(void)state;

	/* Every single byte matters, the header's too */
	for (size_t i = 1; i < len; i++) {
		struct mbuf *bad = copy(mb);

		bad->buf[bad->pos + i] ^= 1;
		assert_int_equal(open_packet(bad), EACCES);
	}

	assert_int_equal(protect_stats(bob)->forged, len - 1);
	assert_int_equal(protect_stats(bob)->rx, 0);
	assert_int_equal(open_packet(mb), 0);
	assert_int_equal(protect_stats(bob)->rx, 1);
}

static void test_protect_counts_what_is_malformed(void **state)
{
	struct mbuf *mb;
	(void)state;

	for (size_t len = 0; len < 12; len++) {
		mb = packet(1);
		mb->end = mb->pos + len;
		assert_int_equal(protect_open_packet(bob, mb), EBADMSG);
		assert_int_equal(protect_seal_packet(alice, mb), EINVAL);
		mem_deref(mb);
	}
	for (size_t len = 0; len < 22; len++) {
		mb = report();
		mbuf_fill(mb, 0, 22);
		mb->pos = HEADROOM;
		mb->end = mb->pos + len;
		assert_int_not_equal(protect_open_report(bob, mb), 0);
		mem_deref(mb);
	}

	mb = packet(1);
	mb->buf[mb->pos] = 0x40;
	assert_int_equal(protect_seal_packet(alice, mb), EINVAL);
	mem_deref(mb);

	/* 15 contributors announced, none there */
	mb = packet(1);
	mb->buf[mb->pos] |= 0x0f;
	mb->end = mb->pos + 12 + TAG;
	assert_int_not_equal(open_packet(mb), 0);
}

static void test_protect_drops_replays_within_the_window(void **state)
{
	struct mbuf *oldv[PROTECT_WINDOW + 2];
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(oldv); i++) {
		struct mbuf *mb = sealed((uint16_t)(1000 + i));

		oldv[i] = copy(mb);
		if (i & 1) /* Every other one is late */
			assert_int_equal(open_packet(mb), 0);
		else
			mem_deref(mb);
	}

	/* The last has number 129 = newest: those up to 127 before it */
	for (unsigned i = 0; i < ARRAY_SIZE(oldv); i++) {
		int err = open_packet(oldv[i]);

		if (i & 1 || i < 2)
			assert_int_equal(err, EALREADY);
		else
			assert_int_equal(err, 0);
	}

	assert_int_equal(protect_stats(bob)->replayed, 66);
}

static void test_protect_drops_replayed_reports(void **state)
{
	struct mbuf *mb = report(), *again;
	(void)state;

	assert_int_equal(protect_seal_report(alice, mb), 0);
	again = copy(mb);
	assert_int_equal(protect_open_report(bob, mb), 0);
	assert_int_equal(protect_open_report(bob, again), EALREADY);
	mem_deref(mb);
	mem_deref(again);
}

static void test_protect_never_seals_a_number_twice(void **state)
{
	struct mbuf *mb = packet(7);
	(void)state;

	mem_deref(sealed(7));
	assert_int_equal(protect_seal_packet(alice, mb), EALREADY);
	mem_deref(mb);
}

static void test_protect_rolls_over(void **state)
{
	(void)state;

	/* Three times round, with loss around the corner */
	for (uint32_t i = 65000; i < 3 * 65536 + 1000; i++) {
		struct mbuf *mb;

		if (i % 65536 > 2000 && i % 65536 < 64000 && i % 1000)
			continue;

		mb = sealed((uint16_t)i);
		if (i % 65536 > 65500 || i % 65536 < 30)
			mem_deref(mb);
		else
			assert_int_equal(open_packet(mb), 0);
	}
}

static void test_protect_limits_the_number_of_streams(void **state)
{
	(void)state;

	for (unsigned i = 0; i < PROTECT_STREAMS; i++) {
		struct mbuf *mb = packet_at(HEADROOM, i + 1, 1);

		assert_int_equal(protect_seal_packet(alice, mb), 0);
		assert_int_equal(open_packet(mb), 0);
	}

	/* Refused for good, and not remembered: no replay */
	for (unsigned i = 0; i < 3; i++) {
		struct mbuf *mb = packet_at(HEADROOM, 1000, 1), *c;

		(void)protect_seal_packet(alice, mb);
		if (i)
			mem_deref(mb);
		else {
			c = copy(mb);
			assert_int_equal(open_packet(mb), ENOBUFS);
			assert_int_equal(open_packet(c), ENOBUFS);
		}
	}
	assert_int_equal(protect_stats(bob)->streams, 2);
	assert_int_equal(protect_stats(bob)->rx, PROTECT_STREAMS);
}

static void test_protect_is_not_a_mirror(void **state)
{
	struct mbuf *mb = sealed(1);
	(void)state;

	/* What we sent ourselves does not authenticate */
	assert_int_equal(protect_open_packet(alice, mb), EACCES);
	mem_deref(mb);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_protect_carries_a_packet_unchanged),
		TEST(test_protect_carries_a_report_unchanged),
		TEST(test_protect_takes_any_alignment_and_makes_room),
		TEST(test_protect_counts_what_is_forged),
		TEST(test_protect_counts_what_is_malformed),
		TEST(test_protect_drops_replays_within_the_window),
		TEST(test_protect_drops_replayed_reports),
		TEST(test_protect_never_seals_a_number_twice),
		TEST(test_protect_rolls_over),
		TEST(test_protect_limits_the_number_of_streams),
		TEST(test_protect_is_not_a_mirror),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
