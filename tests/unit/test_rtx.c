/**
 * @file tests/unit/test_rtx.c  Tests of the retransmission format
 */
#include "tests/unit/test.h"
#include "core/media/rtx.h"

/* Laid out by hand after RFC 3550 section 5.1 and RFC 4588 section 4 */
static const struct {
	const char *name;
	const char *plain;   /* Sequence 0x1234, PT 96, SSRC 0xaabbccdd */
	const char *wrapped; /* Sequence 0x0007, PT 97, SSRC 0x11223344 */
} v[] = {
	{ "plain", "8060123400000001aabbccdd0102",
	  "80610007000000011122334412340102" },
	{ "with marker", "80e0123400000001aabbccdd01",
	  "80e100070000000111223344123401" },
	{ "empty", "8060123400000001aabbccdd", "8061000700000001112233441234" },
	{ "with a source", "8160123400000001aabbccdddeadbeef01",
	  "816100070000000111223344deadbeef123401" },
	{ "with an extension", "9060123400000001aabbccddbede00011022aa0001",
	  "906100070000000111223344bede00011022aa00123401" },
	{ "with padding", "a060123400000001aabbccdd01000003",
	  "a06100070000000111223344123401000003" },
};

static struct mbuf *packet_of(const char *hex, size_t room)
{
	size_t size = strlen(hex) / 2;
	struct mbuf *mb = mbuf_alloc(room + size);

	mb->pos = room;
	mb->end = room + size;
	assert_int_equal(str_hex(mbuf_buf(mb), size, hex), 0);
	return mb;
}

static void test_rtx_wraps_as_the_rfc_says(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		struct rtx x = { .pt = 97, .ssrc = 0x11223344, .seq = 7 };
		struct mbuf *mb = packet_of(v[i].plain, RTX_HEADER);
		struct mbuf *want = packet_of(v[i].wrapped, 0);

		assert_int_equal(rtx_wrap(&x, mb), 0);
		assert_int_equal(x.seq, 8);
		assert_int_equal(mb->pos, 0);
		if (mbuf_get_left(mb) != mbuf_get_left(want) ||
		    memcmp(mbuf_buf(mb), mbuf_buf(want), mbuf_get_left(mb)))
			fail_msg("%s", v[i].name);
		mem_deref(want);
		mem_deref(mb);
	}
}

static void test_rtx_unwraps_what_it_wrapped(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		struct mbuf *mb = packet_of(v[i].wrapped, 0);
		struct mbuf *plain = packet_of(v[i].plain, 0);
		struct packet p, want;

		assert_int_equal(packet_decode(&want, plain), 0);
		assert_int_equal(packet_decode(&p, mb), 0);
		assert_int_equal(p.seq, 7);
		assert_int_equal(rtx_unwrap(&p, mb, 96, 0xaabbccdd), 0);
		assert_int_equal(p.seq, 0x1234);
		assert_int_equal(p.pt, 96);
		assert_int_equal(p.ssrc, 0xaabbccdd);
		assert_int_equal(p.ts, want.ts);
		assert_int_equal(p.marker, want.marker);
		assert_int_equal(mbuf_get_left(mb), mbuf_get_left(plain));
		assert_memory_equal(mbuf_buf(mb), mbuf_buf(plain),
				    mbuf_get_left(mb));
		mem_deref(plain);
		mem_deref(mb);
	}
}

static void test_rtx_refuses_what_is_none(void **state)
{
	struct rtx x = { .pt = 97 };
	struct packet p = { .seq = 1 };
	struct mbuf *mb;
	(void)state;

	mb = packet_of("8060123400000001aabbccdd01", 1); /* No room */
	assert_int_equal(rtx_wrap(&x, mb), EBADMSG);
	assert_int_equal(mb->pos, 1);
	mem_deref(mb);
	mb = packet_of("8160123400000001aabbccdd01", RTX_HEADER);
	assert_int_equal(rtx_wrap(&x, mb), EBADMSG);
	mem_deref(mb);
	assert_int_equal(x.seq, 0);

	mb = packet_of("12", 0);
	assert_int_equal(rtx_unwrap(&p, mb, 96, 1), EBADMSG);
	mb->pos = mb->end; /* What Chromium probes with */
	assert_int_equal(rtx_unwrap(&p, mb, 96, 1), ENODATA);
	assert_int_equal(p.seq, 1);
	mem_deref(mb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rtx_wraps_as_the_rfc_says),
		cmocka_unit_test(test_rtx_unwraps_what_it_wrapped),
		cmocka_unit_test(test_rtx_refuses_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
