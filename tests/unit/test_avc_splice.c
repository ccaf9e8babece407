/**
 * @file tests/unit/test_avc_splice.c  Tests of H.264 packets there and back
 *
 * Units are packed, their packets lost, repeated and swapped, and unpacked:
 * what comes out went in.
 */
#include "core/media/avc.h"
#include "core/media/avc_pack.h"
#include "core/media/avc_unpack.h"
#include "tests/unit/support/spool.h"
#include "tests/unit/test.h"

enum {
	UNITS = 30,
	SEEDS = 150,
	ODDS = 12, /* One packet of so many is lost, another comes twice */
};

/* openh264 2.3.1, 64x48 */
#define SPS "\x67\x42\xc0\x0a\x8c\x8d\x42\x39\x00\xf0\x88\x46\xa0"
#define PPS "\x68\xce\x3c\x80"

static struct spool spool;

/* Units as sent, with start codes of four bytes and without delimiters */
static struct mbuf *sentv[UNITS];

static void send_unit(struct avc_pack *a, unsigned n, struct mbuf *mb,
		      size_t max)
{
	struct avc_walk walk;
	struct avc_nal nal;

	spool.ts = n;
	spool.max = max;
	assert_int_equal(
		avc_pack_unit(a, mb->buf, mb->end, max, spool_put, &spool), 0);
	sentv[n] = mbuf_alloc(mb->end);
	avc_walk(&walk, mb->buf, mb->end);
	while (avc_next(&walk, &nal)) {
		if (avc_type(&nal) > AVC_PPS)
			continue;
		(void)mbuf_write_mem(sentv[n], (const uint8_t *)"\0\0\0\1", 4);
		(void)mbuf_write_mem(sentv[n], nal.data, nal.size);
	}
}

static void clear(void)
{
	spool_clear(&spool);
	for (unsigned i = 0; i < UNITS; i++)
		sentv[i] = mem_deref(sentv[i]);
}

static struct mbuf *random_unit(uint32_t *rnd)
{
	struct mbuf *mb = mbuf_alloc(4096);
	bool idr = !spool_random(rnd, 4);
	unsigned n = 1 + spool_random(rnd, 4);

	if (!spool_random(rnd, 3))
		spool_nal(mb, AVC_AUD, 2, rnd);
	if (idr) {
		(void)mbuf_write_mem(mb, (const uint8_t *)"\0\0\1" SPS, 16);
		(void)mbuf_write_mem(mb, (const uint8_t *)"\0\0\1" PPS, 7);
	}
	if (!spool_random(rnd, 3))
		spool_nal(mb, AVC_SEI, 2 + spool_random(rnd, 80), rnd);
	for (unsigned i = 0; i < n; i++) {
		size_t at = mb->end, size = 2 + spool_random(rnd, 4000);

		spool_nal(mb, idr ? 0x65 : 0x41, size, rnd);

		/* The octet behind the header says whether it is the first
		 * slice; not 0, which might become a start code */
		at = mb->end - size + 1;
		mb->buf[at] = i ? 0x5a : 0x9a;
	}
	return mb;
}

/* A receiver without a reorder buffer. `strict`: it begins a unit only when
 * the packet before it is there; else with any that may start one */
struct receiver {
	struct avc_unpack *u;
	bool strict, open;
	uint32_t ts;
	uint16_t seq;
	unsigned got, key;
};

static void finish(struct receiver *r, bool next)
{
	struct payload_unit unit;
	struct mbuf *sent = sentv[r->ts], *a, *b;

	r->open = false;
	if (avc_unpack_end(r->u, next, &unit))
		return;

	++r->got;
	r->key += unit.key;
	if (r->strict) {
		assert_int_equal(unit.size, sent->end);
		assert_memory_equal(unit.data, sent->buf, unit.size);
		return;
	}

	a = mbuf_alloc(unit.size);
	b = mbuf_alloc(unit.size);
	spool_slices(a, unit.data, unit.size);
	spool_slices(b, sent->buf, sent->end);
	assert_int_equal(a->end, b->end);
	assert_memory_equal(a->buf, b->buf, a->end);
	mem_deref(a);
	mem_deref(b);
}

static void receive(struct receiver *r, const struct spool_packet *p)
{
	bool next = p->seq == (uint16_t)(r->seq + 1);

	if (r->open && p->ts != r->ts)
		finish(r, next);
	if (!r->open) {
		bool starts = avc_unpack_starts(p->data, p->size);

		if (r->strict ? !next || p->ts == r->ts : !starts)
			goto out;
		avc_unpack_begin(r->u);
		r->open = true;
	}
	r->ts = p->ts;
	if (avc_unpack_put(r->u, p->seq, p->data, p->size, p->marker))
		r->open = false;
	else if (p->marker)
		finish(r, false);
out:
	r->seq = p->seq;
	r->ts = p->ts;
}

static unsigned receive_all(bool strict, uint16_t first)
{
	struct receiver r = { .strict = strict, .ts = UINT32_MAX };

	r.seq = (uint16_t)(first - 1);
	assert_int_equal(avc_unpack_alloc(&r.u), 0);
	for (size_t i = 0; i < spool.packetc; i++)
		receive(&r, &spool.packetv[i]);
	mem_deref(r.u);
	return r.got;
}

static void test_avc_unpack_gives_what_was_packed(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed < SEEDS; seed++) {
		struct avc_pack a = { .mode = seed % 8 != 0 };
		uint32_t rnd = seed;
		size_t max = a.mode ? PAYLOAD_MIN + spool_random(&rnd, 1400)
				    : 5000;

		spool.seq = 0;
		for (unsigned i = 0; i < UNITS; i++) {
			struct mbuf *mb = random_unit(&rnd);

			send_unit(&a, i, mb, max);
			mem_deref(mb);
		}
		assert_int_equal(receive_all(true, 0), UNITS);
		assert_int_equal(receive_all(false, 0), UNITS);
		clear();
	}
}

static void test_avc_unpack_never_splices(void **state)
{
	unsigned got = 0, whole = 0;
	(void)state;

	for (uint32_t seed = 1; seed < SEEDS; seed++) {
		struct avc_pack a = { .mode = 1 };
		uint32_t rnd = seed;

		spool.seq = (uint16_t)(0 - seed);
		for (unsigned i = 0; i < UNITS; i++) {
			struct mbuf *mb = random_unit(&rnd);

			send_unit(&a, i, mb, 1200);
			mem_deref(mb);
		}
		spool_harm(&spool, &rnd, ODDS);
		got += receive_all(true, (uint16_t)(0 - seed));
		whole += receive_all(false, (uint16_t)(0 - seed));
		clear();
	}
	assert_true(got > SEEDS * UNITS / 8);
	assert_true(whole > got);
	assert_true(whole < SEEDS * UNITS);
}

static void test_avc_unpack_gives_real_units(void **state)
{
	static const char *const namev[] = {
		"avc-small-0.h264",  "avc-small-1.h264",  "avc-small-3.h264",
		"avc-slices-0.h264", "avc-slices-1.h264", "avc-layers-1.h264",
	};
	static const bool keyv[] = { true, false, true, true, false, false };
	struct avc_pack a = { .mode = 1 };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(namev); i++) {
		struct mbuf *mb = spool_vector(namev[i]);
		struct receiver r = { .strict = true, .ts = 1 };

		spool.seq = 0;
		r.seq = UINT16_MAX;
		send_unit(&a, 0, mb, 1000);
		assert_int_equal(sentv[0]->end, mb->end);
		assert_int_equal(avc_unpack_alloc(&r.u), 0);
		for (size_t k = 0; k < spool.packetc; k++)
			receive(&r, &spool.packetv[k]);
		assert_int_equal(r.got, 1);
		assert_int_equal(r.key, keyv[i]);
		mem_deref(r.u);
		mem_deref(mb);
		clear();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_avc_unpack_gives_what_was_packed),
		cmocka_unit_test(test_avc_unpack_never_splices),
		cmocka_unit_test(test_avc_unpack_gives_real_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
