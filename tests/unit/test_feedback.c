/**
 * @file tests/unit/test_feedback.c  Tests of the feedback messages
 */
#include "tests/unit/test.h"
#include "core/media/feedback.h"

enum {
	OURS = 0x01020304,
	MEDIA = 0x0a0b0c0d,
	HEARD = 1024,
};

struct heard {
	struct feedback v[HEARD];
	unsigned c;
	int err;
	unsigned packets;
};

static void on_feedback(const struct feedback *f, void *arg)
{
	struct heard *h = arg;

	assert_true(h->c < HEARD);
	h->v[h->c++] = *f;
}

static void on_packet(const struct compound_packet *p, void *arg)
{
	struct heard *h = arg;

	++h->packets;
	h->err = feedback_decode(p, on_feedback, h);
}

static int hear(struct heard *h, const uint8_t *data, size_t size)
{
	memset(h, 0, sizeof(*h));
	assert_int_equal(compound_decode(data, size, on_packet, h), 0);
	return h->err;
}

static int hear_hex(struct heard *h, const char *hex)
{
	uint8_t data[128];

	assert_int_equal(str_hex(data, strlen(hex) / 2, hex), 0);
	return hear(h, data, strlen(hex) / 2);
}

/* Laid out by hand after the sections named */
static const struct {
	const char *name;
	const char *hex;
	struct feedback f;
} knownv[] = {
	{ "PLI, RFC 4585 6.3.1",
	  "81ce0002010203040a0b0c0d",
	  { FEEDBACK_PLI, OURS, MEDIA, 0, 0, 0 } },
	{ "NACK of one, RFC 4585 6.2.1",
	  "81cd0003010203040a0b0c0d12340000",
	  { FEEDBACK_NACK, OURS, MEDIA, 0x1234, 0, 0 } },
	{ "FIR, RFC 5104 4.3.1.1",
	  "84ce000401020304000000000a0b0c0d2a000000",
	  { FEEDBACK_FIR, OURS, MEDIA, 42, 0, 0 } },
	{ "REMB 1 Mbit/s, draft section 2.2",
	  "8fce000501020304000000"
	  "0052454d42010bd0900a0b0c0d",
	  { FEEDBACK_REMB, OURS, MEDIA, 0, 1000000, 0 } },
	{ "TMMBR 500 kbit/s, 40 bytes, RFC 5104 4.2.1.1",
	  "83cd000401020304000000000a0b0c0d0bd09028",
	  { FEEDBACK_TMMBR, OURS, MEDIA, 0, 500000, 40 } },
	{ "TMMBN of the same, RFC 5104 4.2.2.1",
	  "84cd000401020304000000000a0b0c0d0bd09028",
	  { FEEDBACK_TMMBN, OURS, MEDIA, 0, 500000, 40 } },
};

static bool is_same(const struct feedback *a, const struct feedback *b)
{
	return a->type == b->type && a->ssrc == b->ssrc &&
	       a->media == b->media && a->seq == b->seq &&
	       a->bitrate == b->bitrate && a->overhead == b->overhead;
}

static void test_feedback_reads_what_is_known(void **state)
{
	struct heard h;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(knownv); i++) {
		assert_int_equal(hear_hex(&h, knownv[i].hex), 0);
		if (h.c != 1 || !is_same(&h.v[0], &knownv[i].f))
			fail_msg("%s", knownv[i].name);
	}
}

static int write(struct mbuf *mb, const struct feedback *f)
{
	switch (f->type) {
	case FEEDBACK_NACK:
		return feedback_nack(mb, f->ssrc, f->media, &f->seq, 1);
	case FEEDBACK_PLI:
		return feedback_pli(mb, f->ssrc, f->media);
	case FEEDBACK_FIR:
		return feedback_fir(mb, f->ssrc, f->media, (uint8_t)f->seq);
	case FEEDBACK_REMB:
		return feedback_remb(mb, f->ssrc, f->bitrate, &f->media, 1);
	case FEEDBACK_TMMBR:
		return feedback_tmmbr(mb, f->ssrc, f->media, f->bitrate,
				      f->overhead);
	case FEEDBACK_TMMBN:
		return feedback_tmmbn(mb, f->ssrc, f->media, f->bitrate,
				      f->overhead);
	}
	return EINVAL;
}

static void test_feedback_writes_what_is_known(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(knownv); i++) {
		size_t size = strlen(knownv[i].hex) / 2;
		struct mbuf *mb = mbuf_alloc(64);
		uint8_t want[64];

		assert_int_equal(str_hex(want, size, knownv[i].hex), 0);
		assert_int_equal(write(mb, &knownv[i].f), 0);
		if (mb->end != size || memcmp(mb->buf, want, size))
			fail_msg("%s", knownv[i].name);
		mem_deref(mb);
	}
}

static void test_feedback_refuses_what_does_not_add_up(void **state)
{
	static const struct {
		const char *name;
		const char *hex;
		int err;
	} v[] = {
		{ "NACK of none", "81cd0002010203040a0b0c0d", EBADMSG },
		{ "PLI with something", "81ce0003010203040a0b0c0d00000000",
		  EBADMSG },
		{ "FIR for nobody", "84ce00020102030400000000", EBADMSG },
		{ "half a FIR", "84ce000301020304000000000a0b0c0d", EBADMSG },
		{ "half a TMMBR", "83cd000301020304000000000a0b0c0d", EBADMSG },
		{ "TMMBR without any", "83cd00020102030400000000", EBADMSG },
		{ "REMB without a rate", "8fce0003010203040000000052454d42",
		  EBADMSG },
		{ "REMB that counts two",
		  "8fce0005010203040000000052454d42020bd0900a0b0c0d", EBADMSG },
		{ "application's own", "8fce0003010203040000000041424344",
		  ENOTSUP },
		{ "application's, empty", "8fce00020102030400000000", ENOTSUP },
		{ "transport-cc", "8fcd0003010203040a0b0c0d00000000", ENOTSUP },
		{ "receiver report", "80c9000101020304", ENOTSUP },
		{ "NACK padded away", "a1cd0003010203040a0b0c0d00000004",
		  EBADMSG },
		{ "NACK, odd length by padding",
		  "a1cd0004010203040a0b0c0d1234000000000002", EBADMSG },
	};
	struct heard h;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		if (hear_hex(&h, v[i].hex) != v[i].err || h.c)
			fail_msg("%s: %d, %u heard", v[i].name, h.err, h.c);
	}
	/* No bounding set, RFC 5104 section 4.2.2.1 */
	assert_int_equal(hear_hex(&h, "84cd00020102030400000000"), 0);
	assert_int_equal(h.c, 0);
}

static void test_feedback_clamps_bit_rates(void **state)
{
	static const struct {
		const char *hex; /* REMB's count, exponent and mantissa */
		uint32_t bitrate;
	} v[] = {
		{ "8fce0005010203040000000052454d42010000000a0b0c0d", 30000 },
		{ "8fce0005010203040000000052454d4201ffffff0a0b0c0d", 8000000 },
		{ "8fce0005010203040000000052454d4201fc00000a0b0c0d", 30000 },
		{ "8fce0005010203040000000052454d4201fc00010a0b0c0d", 8000000 },
		{ "83cd000401020304000000000a0b0c0dfffffe00", 8000000 },
		{ "83cd000401020304000000000a0b0c0dfc000000", 30000 },
	};
	struct heard h;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		assert_int_equal(hear_hex(&h, v[i].hex), 0);
		assert_int_equal(h.c, 1);
		assert_int_equal(h.v[0].bitrate, v[i].bitrate);
	}
}

static void test_feedback_takes_so_much_from_a_nack(void **state)
{
	uint8_t data[12 + 4 * 300] = { 0x81, 0xcd, 0x01, 0x2e };
	struct heard h;
	(void)state;

	memset(data + 12, 0xff, sizeof(data) - 12);
	assert_int_equal(hear(&h, data, sizeof(data)), 0);
	assert_int_equal(h.c, FEEDBACK_LOST_MAX);
	assert_int_equal(h.v[0].seq, 0xffff);
	assert_int_equal(h.v[16].seq, 15); /* The mask goes over the wrap */
	assert_int_equal(h.v[17].seq, 0xffff);
}

static void test_feedback_knows_a_repeated_command(void **state)
{
	struct feedback_fir last = { .known = false };
	struct feedback f = { .type = FEEDBACK_FIR, .ssrc = 1 };
	(void)state;

	assert_true(feedback_fir_is_new(&last, &f));
	assert_false(feedback_fir_is_new(&last, &f));
	f.seq = 1;
	assert_true(feedback_fir_is_new(&last, &f));
	assert_false(feedback_fir_is_new(&last, &f));
	f.ssrc = 2;
	assert_true(feedback_fir_is_new(&last, &f));
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void test_feedback_hears_what_it_said(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed < 500; seed++) {
		uint16_t seqv[FEEDBACK_LOST_MAX], seq;
		uint32_t rnd = seed, rate = next(&rnd) % 9000000;
		uint32_t mediav[FEEDBACK_SOURCES] = { 5, 6, 7 };
		unsigned n = 1 + next(&rnd) % FEEDBACK_LOST_MAX;
		struct mbuf *mb = mbuf_alloc(64);
		struct heard h;

		seq = (uint16_t)next(&rnd);
		for (unsigned i = 0; i < n; i++) {
			seq = (uint16_t)(seq + 1 + next(&rnd) % 20);
			seqv[i] = seq;
		}
		assert_int_equal(feedback_nack(mb, 1, 2, seqv, n), 0);
		assert_int_equal(feedback_remb(mb, 1, rate, mediav, 3), 0);
		assert_int_equal(feedback_pli(mb, 1, 2), 0);
		assert_int_equal(hear(&h, mb->buf, mb->end), 0);
		assert_int_equal(h.packets, 3);
		assert_int_equal(h.c, n + 4);
		for (unsigned i = 0; i < n; i++) {
			assert_int_equal(h.v[i].type, FEEDBACK_NACK);
			assert_int_equal(h.v[i].seq, seqv[i]);
		}
		rate = feedback_clamp(rate);
		for (unsigned i = 0; i < 3; i++) {
			assert_int_equal(h.v[n + i].media, mediav[i]);
			assert_in_range(h.v[n + i].bitrate,
					rate - rate / 100000 - 1, rate);
		}
		assert_int_equal(h.v[n + 3].type, FEEDBACK_PLI);
		mem_deref(mb);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_feedback_reads_what_is_known),
		cmocka_unit_test(test_feedback_writes_what_is_known),
		cmocka_unit_test(test_feedback_refuses_what_does_not_add_up),
		cmocka_unit_test(test_feedback_clamps_bit_rates),
		cmocka_unit_test(test_feedback_takes_so_much_from_a_nack),
		cmocka_unit_test(test_feedback_knows_a_repeated_command),
		cmocka_unit_test(test_feedback_hears_what_it_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
