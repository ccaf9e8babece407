/**
 * @file tests/unit/test_avc_pack.c  Tests of the H.264 packetizer
 */
#include "core/media/avc.h"
#include "core/media/avc_pack.h"
#include "core/media/packet.h"
#include "tests/unit/support/spool.h"
#include "tests/unit/test.h"

enum {
	MAX = PACKET_PAYLOAD_MAX,
	LARGE = 3000,
};

static struct spool spool;

static int pack(struct avc_pack *a, const struct mbuf *mb, size_t max)
{
	spool.max = max;
	return avc_pack_unit(a, mb->buf, mb->end, max, spool_put, &spool);
}

/* What each payload is: its first octet, and the size; * is the marker */
static void assert_packets(const char *expected)
{
	char text[256] = "";

	for (size_t i = 0; i < spool.packetc; i++) {
		size_t len = strlen(text);

		(void)re_snprintf(text + len, sizeof(text) - len,
				  "%s%02x/%zu%s", i ? " " : "",
				  spool.packetv[i].data[0],
				  spool.packetv[i].size,
				  spool.packetv[i].marker ? "*" : "");
	}
	assert_string_equal(text, expected);
	spool_clear(&spool);
}

/* RFC 6184 sections 5.6, 5.7.1, 5.8 */
static const struct {
	const char *name;
	struct {
		uint8_t first;
		size_t size;
	} nalv[12];
	unsigned mode;
	int err;
	const char *packets;
	unsigned overhead, dropped;
} unitv[] = {
	{ "one", { { 0x41, 100 } }, 1, 0, "41/100*", 0, 0 },
	{ "sets and a small IDR",
	  { { 0x67, 13 }, { 0x68, 4 }, { 0x65, 200 } },
	  1,
	  0,
	  "78/224*",
	  7,
	  0 },
	{ "sets and a large IDR",
	  { { 0x67, 13 }, { 0x68, 4 }, { 0x65, LARGE } },
	  1,
	  0,
	  "78/22 7c/1002 7c/1002 7c/1001*",
	  5 + 5,
	  0 },
	{ "a delimiter first",
	  { { 0x09, 2 }, { 0x06, 10 }, { 0x21, 100 }, { 0x0c, 50 } },
	  1,
	  0,
	  "38/115*",
	  5,
	  2 },
	{ "fits just", { { 0x41, MAX } }, 1, 0, "41/1200*", 0, 0 },
	{ "fits not", { { 0x41, MAX + 1 } }, 1, 0, "5c/602 5c/602*", 3, 0 },
	{ "two fit just",
	  { { 0x41, 597 }, { 0x01, 598 } },
	  1,
	  0,
	  "58/1200*",
	  5,
	  0 },
	{ "two fit not",
	  { { 0x41, 598 }, { 0x01, 598 } },
	  1,
	  0,
	  "41/598 01/598*",
	  0,
	  0 },
	{ "many",
	  { { 0x41, 5 },
	    { 0x41, 5 },
	    { 0x41, 5 },
	    { 0x41, 5 },
	    { 0x41, 5 },
	    { 0x41, 5 },
	    { 0x41, 5 },
	    { 0x41, 5 },
	    { 0x41, 5 } },
	  1,
	  0,
	  "58/57 41/5*",
	  17,
	  0 },
	{ "mode 0",
	  { { 0x09, 2 }, { 0x67, 13 }, { 0x68, 4 }, { 0x65, MAX } },
	  0,
	  0,
	  "67/13 68/4 65/1200*",
	  0,
	  1 },
	{ "mode 0, too long",
	  { { 0x67, 13 }, { 0x68, 4 }, { 0x65, MAX + 1 } },
	  0,
	  EMSGSIZE,
	  "",
	  0,
	  0 },
	{ "only sets", { { 0x67, 13 }, { 0x68, 4 } }, 1, EBADMSG, "", 0, 0 },
	{ "nothing", { { 0, 0 } }, 1, EBADMSG, "", 0, 0 },
	{ "forbidden bit", { { 0xc1, 20 } }, 1, EBADMSG, "", 0, 0 },
	{ "types that none of ours makes",
	  { { 0x6e, 4 }, { 0x41, 20 }, { 0x78, 9 } },
	  1,
	  0,
	  "41/20*",
	  0,
	  2 },
};

static void test_avc_pack_chooses_the_payload(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(unitv); i++) {
		struct avc_pack a = { .mode = unitv[i].mode };
		struct mbuf *mb = mbuf_alloc(LARGE);
		uint32_t seed = 1;
		int err;

		for (size_t k = 0; unitv[i].nalv[k].size; k++)
			spool_nal(mb, unitv[i].nalv[k].first,
				  unitv[i].nalv[k].size, &seed);
		err = pack(&a, mb, MAX);
		if (err != unitv[i].err)
			fail_msg("%s: %d", unitv[i].name, err);
		assert_packets(unitv[i].packets);
		assert_int_equal(a.stats.units, !err);
		assert_int_equal(a.stats.oversize, err == EMSGSIZE);
		assert_int_equal(a.stats.refused, err == EBADMSG);
		assert_int_equal(a.stats.overhead, unitv[i].overhead);
		assert_int_equal(a.stats.dropped, unitv[i].dropped);
		mem_deref(mb);
	}
}

static void test_avc_pack_writes_what_the_rfc_draws(void **state)
{
	struct avc_pack a = { .mode = 1 };
	struct mbuf *mb = mbuf_alloc(LARGE);
	uint32_t seed = 1;
	const uint8_t *p;
	(void)state;

	spool_nal(mb, 0x67, 0x0d, &seed);
	spool_nal(mb, 0x28, 0x04, &seed);
	spool_nal(mb, 0x65, 2500, &seed);
	assert_int_equal(pack(&a, mb, MAX), 0);
	assert_int_equal(spool.packetc, 4);

	p = spool.packetv[0].data; /* Figure 7 */
	assert_memory_equal(p, "\x78\x00\x0d\x67", 4);
	assert_memory_equal(p + 16, "\x00\x04\x28", 3);
	assert_memory_equal(spool.packetv[1].data, "\x7c\x85", 2);
	assert_memory_equal(spool.packetv[2].data, "\x7c\x05", 2);
	assert_memory_equal(spool.packetv[3].data, "\x7c\x45", 2);
	spool_clear(&spool);
	mem_deref(mb);
}

static void test_avc_pack_stops_when_it_is_told_to(void **state)
{
	struct avc_pack a = { .mode = 1 };
	struct mbuf *mb = mbuf_alloc(LARGE);
	uint32_t seed = 1;
	(void)state;

	spool_nal(mb, 0x65, LARGE, &seed);
	spool.err = ENOBUFS;
	assert_int_equal(pack(&a, mb, MAX), ENOBUFS);
	spool.err = 0;
	assert_int_equal(spool.packetc, 0);
	assert_int_equal(a.stats.units, 0);
	assert_int_equal(a.stats.payloads, 1);
	mem_deref(mb);
}

/* Packets of a unit: none too long, one marker, at the end, and of fragments
 * none much shorter than the others */
static void test_avc_pack_keeps_to_the_limit(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed < 500; seed++) {
		struct avc_pack a = { .mode = 1 };
		struct mbuf *mb = mbuf_alloc(LARGE);
		uint32_t rnd = seed;
		size_t max = PAYLOAD_MIN + spool_random(&rnd, 1400);
		size_t n = 1 + spool_random(&rnd, 12), bytes = 0;

		while (n--)
			spool_nal(mb, 0x41,
				  2 + spool_random(&rnd, n % 2 ? 9000 : 90),
				  &rnd);
		assert_int_equal(pack(&a, mb, max), 0);
		for (size_t i = 0; i < spool.packetc; i++) {
			assert_int_equal(spool.packetv[i].marker,
					 i == spool.packetc - 1);
			bytes += spool.packetv[i].size;
		}
		assert_int_equal(a.stats.payloads, spool.packetc);
		assert_int_equal(a.stats.bytes, bytes);
		spool_clear(&spool);
		mem_deref(mb);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_avc_pack_chooses_the_payload),
		cmocka_unit_test(test_avc_pack_writes_what_the_rfc_draws),
		cmocka_unit_test(test_avc_pack_stops_when_it_is_told_to),
		cmocka_unit_test(test_avc_pack_keeps_to_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
