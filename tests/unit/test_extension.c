/**
 * @file tests/unit/test_extension.c  Tests of RTP header extensions
 */
#include "tests/unit/test.h"
#include "core/base/clock.h"
#include "core/media/extension.h"

static const struct extension_ids all = { .time = 2, .transport = 3, .mid = 4 };

static struct mbuf *build(const struct extension_ids *ids, const char *mid)
{
	const struct packet p = { .pt = 96, .seq = 7, .ts = 8, .ssrc = 9 };
	struct mbuf *mb = packet_alloc(PACKET_PAYLOAD_MAX);

	assert_int_equal(extension_encode(mb, &p, ids, mid), 0);
	assert_int_equal(mb->pos - PACKET_HEADROOM, extension_size(ids, mid));
	assert_int_equal(mbuf_write_str(mb, "payload"), 0);
	mb->pos = PACKET_HEADROOM;
	return mb;
}

static struct extension read_back(struct mbuf *mb,
				  const struct extension_ids *ids)
{
	struct packet p;
	struct extension x;

	assert_int_equal(packet_decode(&p, mb), 0);
	assert_int_equal(p.pt, 96);
	assert_int_equal(mbuf_get_left(mb), strlen("payload"));
	extension_decode(&x, &p, mb, ids);
	return x;
}

static void test_extension_reads_back_what_it_stamped(void **state)
{
	struct mbuf *mb = build(&all, "v0");
	struct extension x;
	(void)state;

	assert_true(extension_stamp(mb, &all, 1, 1));
	assert_true(extension_stamp(mb, &all, 0xabcd,
				    65ULL * CLOCK_S + CLOCK_S / 2));
	x = read_back(mb, &all);
	assert_true(x.timed && x.numbered);
	assert_int_equal(x.time, EXTENSION_TIME_HZ + EXTENSION_TIME_HZ / 2);
	assert_int_equal(x.transport, 0xabcd);
	assert_int_equal(pl_strcmp(&x.mid, "v0"), 0);
	mem_deref(mb);
}

static void test_extension_leaves_out_what_was_not_negotiated(void **state)
{
	static const struct {
		struct extension_ids ids;
		const char *mid;
		size_t size;
	} v[] = {
		{ { 0, 0, 0 }, "0", 12 },
		{ { 1, 0, 0 }, "0", 20 },
		{ { 0, 1, 0 }, NULL, 20 },
		{ { 1, 2, 0 }, NULL, 24 },
		{ { 1, 2, 3 }, "0", 28 },
		{ { 1, 2, 3 }, "", 24 },
		{ { 15, 16, 3 }, "", 12 },
		{ { 0, 0, 14 }, "sixteen bytes mi", 36 },
		{ { 0, 0, 14 }, "seventeen bytes m", 12 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		struct mbuf *mb = build(&v[i].ids, v[i].mid);
		bool number = v[i].ids.transport && v[i].ids.transport < 15;
		struct extension x;

		assert_int_equal(extension_size(&v[i].ids, v[i].mid),
				 v[i].size);
		assert_true(v[i].size <= PACKET_HEADER + EXTENSION_SIZE);
		assert_int_equal(extension_stamp(mb, &v[i].ids, 5, 1), number);
		x = read_back(mb, &v[i].ids);
		assert_int_equal(x.numbered, number);
		mem_deref(mb);
	}
	assert_int_equal(extension_size(NULL, "0"), PACKET_HEADER);
}

/* RFC 8285 sections 4.2 and 4.3, with ids 2, 3, 4 for time, number, mid */
static const struct {
	const char *name;
	uint16_t profile;
	uint8_t bytes[20];
	size_t size;
	bool timed, numbered, mid;
} tablev[] = {
	{ "nothing", 0xbede, { 0 }, 0, false, false, false },
	{ "zeros", 0xbede, { 0 }, 8, false, false, false },
	{ "number", 0xbede, { 0x31, 1, 2, 0 }, 4, false, true, false },
	{ "zero between",
	  0xbede,
	  { 0x31, 1, 2, 0, 0, 0x22, 1, 2, 3, 0, 0, 0 },
	  12,
	  true,
	  true,
	  false },
	{ "id 15 ends it",
	  0xbede,
	  { 0xf0, 0, 0, 0x31, 1, 2, 0, 0 },
	  8,
	  false,
	  false,
	  false },
	{ "id 0 with a length ends it",
	  0xbede,
	  { 0x01, 0, 0, 0x31, 1, 2, 0, 0 },
	  8,
	  false,
	  false,
	  false },
	{ "too long", 0xbede, { 0x32, 1, 2, 0x3f }, 4, false, false, false },
	{ "beyond the end", 0xbede, { 0x3f, 1, 2, 3 }, 4, false, false, false },
	{ "kept before the fault",
	  0xbede,
	  { 0x31, 1, 2, 0x4f },
	  4,
	  false,
	  true,
	  false },
	{ "number with a request",
	  0xbede,
	  { 0x33, 1, 2, 0, 0, 0x40, '0', 0 },
	  8,
	  false,
	  true,
	  true },
	{ "two bytes",
	  0x1000,
	  { 3, 2, 1, 2, 4, 1, '0', 0 },
	  8,
	  false,
	  true,
	  true },
	{ "two bytes, free bits",
	  0x100f,
	  { 3, 2, 1, 2, 9, 0, 0, 0 },
	  8,
	  false,
	  true,
	  false },
	{ "two bytes, cut", 0x1000, { 0, 0, 0, 3 }, 4, false, false, false },
	{ "two bytes, empty mid",
	  0x1000,
	  { 4, 0, 0, 0 },
	  4,
	  false,
	  false,
	  false },
	{ "another profile",
	  0x1234,
	  { 0x31, 1, 2, 0 },
	  4,
	  false,
	  false,
	  false },
};

static void test_extension_reads_both_forms(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++) {
		struct mbuf *mb = mbuf_alloc(32);
		struct packet p = { .profile = tablev[i].profile };
		struct extension x;

		(void)mbuf_write_mem(mb, tablev[i].bytes, tablev[i].size);
		p.ext_len = tablev[i].size;
		extension_decode(&x, &p, mb, &all);
		if (x.timed != tablev[i].timed ||
		    x.numbered != tablev[i].numbered ||
		    (x.mid.l > 0) != tablev[i].mid)
			fail_msg("%s", tablev[i].name);
		mem_deref(mb);
	}
}

static void test_extension_stamps_no_packet_without_one(void **state)
{
	struct mbuf *mb = build(NULL, NULL);
	(void)state;

	assert_false(extension_stamp(mb, &all, 1, 1));
	mb->end = mb->pos + 1;
	assert_false(extension_stamp(mb, &all, 1, 1));
	mem_deref(mb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_extension_reads_back_what_it_stamped),
		cmocka_unit_test(
			test_extension_leaves_out_what_was_not_negotiated),
		cmocka_unit_test(test_extension_reads_both_forms),
		cmocka_unit_test(test_extension_stamps_no_packet_without_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
