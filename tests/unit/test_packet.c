/**
 * @file tests/unit/test_packet.c  Tests of the RTP header
 */
#include "tests/unit/test.h"
#include "core/media/packet.h"

/* What RFC 3550 section 5.1 allows and refuses */
static const struct {
	const char *name;
	uint8_t bytes[40];
	size_t size;
	int err;
	size_t payload;
	size_t ext;
} tablev[] = {
	{ "plain", { 0x80, 0, 0, 1 }, 12, 0, 0, 0 },
	{ "payload", { 0x80, 0x80, 0, 1 }, 15, 0, 3, 0 },
	{ "short", { 0x80 }, 11, EBADMSG, 0, 0 },
	{ "version 1", { 0x40 }, 12, EBADMSG, 0, 0 },
	{ "RTCP", { 0x80, 200 }, 12, EBADMSG, 0, 0 },
	{ "one CSRC", { 0x81 }, 17, 0, 1, 0 },
	{ "CSRCs cut", { 0x8f }, 40, EBADMSG, 0, 0 },
	{ "extension",
	  { 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 2 },
	  30,
	  0,
	  6,
	  8 },
	{ "empty extension",
	  { 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 0 },
	  16,
	  0,
	  0,
	  0 },
	{ "extension cut",
	  { 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 2 },
	  20,
	  EBADMSG,
	  0,
	  0 },
	{ "no extension", { 0x90 }, 14, EBADMSG, 0, 0 },
	{ "padding 3",
	  { 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 3 },
	  16,
	  0,
	  1,
	  0 },
	{ "all padding",
	  { 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 4 },
	  16,
	  0,
	  0,
	  0 },
	{ "padding 0",
	  { 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0 },
	  16,
	  EBADMSG,
	  0,
	  0 },
	{ "padding too long",
	  { 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 5 },
	  16,
	  EBADMSG,
	  0,
	  0 },
	{ "padding of nothing", { 0xa0 }, 12, EBADMSG, 0, 0 },
};

static void test_packet_refuses_what_does_not_add_up(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++) {
		struct mbuf *mb = packet_alloc(64);
		struct packet p;
		size_t pos = mb->pos;
		int err;

		(void)mbuf_write_mem(mb, tablev[i].bytes, tablev[i].size);
		mb->pos = pos;
		err = packet_decode(&p, mb);
		if (err != tablev[i].err)
			fail_msg("%s: %d", tablev[i].name, err);
		if (err) {
			assert_int_equal(mb->pos, pos);
			assert_int_equal(mb->end, pos + tablev[i].size);
		} else {
			assert_int_equal(mbuf_get_left(mb), tablev[i].payload);
			assert_int_equal(p.ext_len, tablev[i].ext);
		}
		mem_deref(mb);
	}
}

static void test_packet_reads_what_it_wrote(void **state)
{
	const struct packet in = {
		.marker = true,
		.pt = 111,
		.seq = 0xfffe,
		.ts = 0x80000001,
		.ssrc = 0xdeadbeef,
	};
	struct packet out;
	struct mbuf *mb = packet_alloc(0);
	(void)state;

	assert_int_equal(mb->pos, PACKET_HEADROOM);
	assert_int_equal(packet_encode(mb, &in), 0);
	assert_int_equal(mb->end, PACKET_HEADROOM + PACKET_HEADER);
	assert_true(mb->size >= mb->end + PACKET_TAILROOM);
	mb->pos = PACKET_HEADROOM;
	assert_false(packet_is_report(mb));
	assert_int_equal(packet_decode(&out, mb), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	mem_deref(mb);
}

static void test_packet_compares_sequence_numbers_around_zero(void **state)
{
	(void)state;

	assert_int_equal(packet_distance(0, 0xffff), 1);
	assert_int_equal(packet_distance(0xffff, 0), -1);
	assert_int_equal(packet_distance(5, 3), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packet_refuses_what_does_not_add_up),
		cmocka_unit_test(test_packet_reads_what_it_wrote),
		cmocka_unit_test(
			test_packet_compares_sequence_numbers_around_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
