/**
 * @file tests/unit/test_acks.c  Tests of feedback: arrivals built, acks parsed
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "core/media/acks.h"
#include "core/media/arrivals.h"

enum {
	SSRC = 77,
	OURS = 9,
	SIZE = 1200,
	TICK = 250, /* Of transport-cc [us]             */
	ATO = 977,  /* Of RFC 8888 [us], rounded up     */
	DELAY = 30 * CLOCK_MS,
};

static uint32_t seed;

static uint32_t dice(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* A sender, the way, a receiver */
struct rig {
	struct arrivals *arr;
	struct acks *acks;
	bool ccfb;
	uint64_t offset; /* Of the receiver's clock                  */
	uint16_t rtp;	 /* Next RTP sequence number                 */
	uint64_t sentv[1 << 16], arrivedv[1 << 16]; /* By `sent`'s index */
	unsigned sent, got, lost;
	uint64_t shift; /* Between clocks, learnt from the first ack */
	bool shifted;
};

static struct rig *setup(bool ccfb, uint16_t first, uint64_t offset)
{
	struct rig *r = calloc(1, sizeof(*r));

	assert_int_equal(arrivals_alloc(&r->arr, ccfb ? ARRIVALS_CCFB
						      : ARRIVALS_TRANSPORT),
			 0);
	assert_int_equal(acks_alloc(&r->acks), 0);
	r->ccfb = ccfb;
	r->offset = offset;
	r->rtp = first;
	return r;
}

static void teardown(struct rig *r)
{
	mem_deref(r->arr);
	mem_deref(r->acks);
	free(r);
}

/* Index of the packet that was sent at a time: times are unique here */
static unsigned index_of(const struct rig *r, uint64_t sent)
{
	unsigned lo = 0, hi = r->sent;

	while (hi - lo > 1) {
		unsigned mid = (lo + hi) / 2;

		if (r->sentv[mid] <= sent)
			lo = mid;
		else
			hi = mid;
	}
	assert_true(r->sentv[lo] == sent);
	return lo;
}

static void check_arrived(struct rig *r, const struct acks_packet *p)
{
	unsigned i = index_of(r, p->sent);
	uint64_t want = r->arrivedv[i] + r->offset, step = r->ccfb ? ATO : TICK;
	int64_t off;

	assert_true(r->arrivedv[i] != 0);
	if (!r->shifted) {
		r->shifted = true;
		r->shift = p->arrived - want;
	}
	off = (int64_t)(p->arrived - want - r->shift);
	if (llabs(off) > (int64_t)(2 * step))
		fail_msg("packet %u: %lld us off", i, (long long)off);
	++r->got;
}

static void on_packet(const struct compound_packet *p, void *arg)
{
	struct rig *r = arg;
	const struct acks_packet *v;
	uint64_t last = 0;
	unsigned n;

	assert_int_equal(p->ssrc, OURS);
	assert_int_equal(acks_decode(r->acks, p, &v, &n), 0);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(v[i].size, SIZE);
		if (v[i].lost) {
			(void)index_of(r, v[i].sent);
			++r->lost;
			continue;
		}
		assert_true(v[i].sent > last);
		last = v[i].sent;
		check_arrived(r, &v[i]);
	}
}

static void feed_back(struct rig *r, uint64_t now, bool drop)
{
	while (arrivals_due(r->arr) <= now) {
		struct mbuf *mb = mbuf_alloc(16);

		assert_int_equal(
			arrivals_build(r->arr, mb, OURS, arrivals_due(r->arr)),
			0);
		assert_true(mb->end <= ARRIVALS_SIZE && mb->end % 4 == 0);
		if (!drop)
			assert_int_equal(
				compound_decode(mb->buf, mb->end, on_packet, r),
				0);
		mem_deref(mb);
	}
}

/* Send one at `now`; it arrives at `arrives`, or never (0). The caller sees
 * to the order of arrivals */
static unsigned send_one(struct rig *r, uint64_t now, uint64_t arrives)
{
	unsigned i = r->sent++;

	r->sentv[i] = now;
	r->arrivedv[i] = arrives;
	acks_sent(r->acks, SSRC, r->rtp++, SIZE, now);
	return i;
}

static void arrive(struct rig *r, uint16_t number, uint64_t at)
{
	arrivals_put(r->arr, SSRC, number, at + r->offset);
}

static void test_acks_match_across_the_wraps(void **state)
{
	(void)state;

	for (int ccfb = 0; ccfb < 2; ccfb++) {
		/* The reference time wraps after 2^24 * 64 ms, the NTP time
		 * after 2^16 s: both within this run */
		uint64_t wrap = ccfb ? 65536ULL * CLOCK_S
				     : 64000ULL * (1 << 24);
		struct rig *r = setup(ccfb, 65000, wrap - 20 * CLOCK_S);
		uint64_t now = CLOCK_S;

		for (unsigned i = 0; i < 65000; i++) {
			uint64_t at = now + DELAY;
			uint16_t n = ccfb ? r->rtp : acks_next(r->acks);

			send_one(r, now, at);
			arrive(r, n, at);
			feed_back(r, at + r->offset, false);
			now += CLOCK_MS;
		}
		feed_back(r, now + CLOCK_S + r->offset, false);
		assert_int_equal(r->got, 65000);
		assert_int_equal(r->lost, 0);
		assert_int_equal(acks_flight(r->acks), 0);
		teardown(r);
	}
}

/* Packets on the way */
struct flight {
	uint64_t at;
	uint16_t number;
};

struct way {
	struct flight v[512];
	unsigned n;
};

/* Let arrive what does so by `now`, in order */
static void arrivals_until(struct rig *r, struct way *w, uint64_t now)
{
	for (;;) {
		unsigned best = 0;

		for (unsigned i = 1; i < w->n; i++)
			if (w->v[i].at < w->v[best].at)
				best = i;
		if (!w->n || w->v[best].at > now)
			break;
		feed_back(r, w->v[best].at + r->offset, false);
		arrive(r, w->v[best].number, w->v[best].at);
		if (!dice(50))
			arrive(r, w->v[best].number, w->v[best].at);
		w->v[best] = w->v[--w->n];
	}
	feed_back(r, now + r->offset, false);
}

/* Losses, pauses, reordering, duplicates: of all that arrived its time is
 * told, and nothing is told lost but what was, or came very late */
static void random_run(bool ccfb)
{
	enum {
		PACKETS = 3000
	};
	struct way w = { .n = 0 };
	struct acks_stats st;
	uint64_t now = CLOCK_S;
	unsigned arrived = 0, lost = 0, jitter = dice(3) ? dice(5) : 60;
	unsigned burst = dice(10) ? 20 : 2;
	struct rig *r = setup(ccfb, (uint16_t)dice(65536),
			      (uint64_t)dice(1 << 20) * CLOCK_S);

	for (unsigned i = dice(70000); i; i--)
		acks_sent(r->acks, 1, 1, 1, now); /* Of another stream */

	for (unsigned i = 0; i < PACKETS; i++) {
		uint64_t at = now + DELAY + dice(jitter * CLOCK_MS + 1);
		uint16_t number = ccfb ? r->rtp : acks_next(r->acks);

		if (dice(burst)) {
			send_one(r, now, at);
			w.v[w.n++] = (struct flight){ at, number };
			++arrived;
		} else {
			send_one(r, now, 0);
			++lost;
		}
		now += 1 + dice(4 * CLOCK_MS);
		if (!dice(500))
			now += dice(12) * CLOCK_S;
		arrivals_until(r, &w, now);
	}
	arrivals_until(r, &w, now + CLOCK_S);

	acks_stats(r->acks, &st);
	assert_int_equal(r->got + st.late, arrived);
	assert_int_equal(st.malformed, 0);
	assert_in_range(r->lost - st.late + 2 * ACKS_REORDER, lost,
			lost + 2 * ACKS_REORDER);
	if (jitter < 5)
		assert_int_equal(st.late, 0);
	teardown(r);
}

static void test_acks_learn_all_that_arrived(void **state)
{
	(void)state;

	for (unsigned i = 0; i < 100; i++) {
		seed = i;
		random_run(i % 2);
	}
}

static void test_acks_count_no_loss_when_a_feedback_is_lost(void **state)
{
	(void)state;

	for (int ccfb = 0; ccfb < 2; ccfb++) {
		struct rig *r = setup(ccfb, 0, 0);
		uint64_t now = CLOCK_S;

		for (unsigned i = 0; i < 1000; i++) {
			uint16_t n = ccfb ? r->rtp : acks_next(r->acks);

			send_one(r, now, now + DELAY);
			arrive(r, n, now + DELAY);
			feed_back(r, now + DELAY, !dice(3));
			now += 7 * CLOCK_MS;
		}
		assert_int_equal(r->lost, 0);
		assert_in_range(r->got, 500, 800);
		teardown(r);
	}
}

/* draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1 (FMT 15) and
 * RFC 8888 section 3.1 (FMT 11), after the SSRC of the sender. Sent before:
 * numbers 0 to 19 */
static const struct {
	const char *name;
	uint8_t fmt, bytes[40];
	size_t size;
	int err;
	unsigned arrived;
} tablev[] = {
	{ "run of two",
	  15,
	  { 0, 0, 0, 77, 0, 0, 0, 2, 0, 0, 1, 0, 0x20, 2, 4, 4 },
	  16,
	  0,
	  2 },
	{ "run longer than the count",
	  15,
	  { 0, 0, 0, 77, 0, 0, 0, 2, 0, 0, 1, 0, 0x20, 9, 4, 4 },
	  16,
	  0,
	  2 },
	{ "run shorter than the count",
	  15,
	  { 0, 0, 0, 77, 0, 0, 0, 3, 0, 0, 1, 0, 0x20, 2, 4, 4 },
	  16,
	  EBADMSG,
	  0 },
	{ "deltas missing",
	  15,
	  { 0, 0, 0, 77, 0, 0, 0, 2, 0, 0, 1, 0, 0x40, 2, 4, 4 },
	  16,
	  EBADMSG,
	  0 },
	{ "reserved symbol",
	  15,
	  { 0, 0, 0, 77, 0, 0, 0, 1, 0, 0, 1, 0, 0x60, 1, 4, 4, 4 },
	  20,
	  EBADMSG,
	  0 },
	{ "no count",
	  15,
	  { 0, 0, 0, 77, 0, 0, 0, 0, 0, 0, 1, 0, 0x20, 2, 4, 4 },
	  16,
	  EBADMSG,
	  0 },
	{ "one bit each: 1, 0, 1",
	  15,
	  { 0, 0, 0, 77, 0, 0, 0, 3, 0, 0, 1, 0, 0xa8, 0, 4, 4 },
	  16,
	  0,
	  2 },
	{ "two bits each: small, none, large",
	  15,
	  { 0, 0, 0, 77, 0, 0, 0, 3, 0, 0, 1, 0, 0xd2, 0, 4, 0xff, 0xff },
	  20,
	  0,
	  2 },
	{ "of packets never sent",
	  15,
	  { 0, 0, 0, 77, 0, 20, 0, 2, 0, 0, 1, 0, 0x20, 2, 4, 4 },
	  16,
	  0,
	  0 },
	{ "no chunks",
	  15,
	  { 0, 0, 0, 77, 0, 0, 0, 2, 0, 0, 1, 0 },
	  12,
	  EBADMSG,
	  0 },
	{ "no head", 15, { 0, 0, 0, 77, 0, 0, 0, 2 }, 8, EBADMSG, 0 },
	{ "block of two",
	  11,
	  { 0, 0, 0, 77, 0, 0, 0, 2, 0x80, 1, 0x80, 0, 0, 1, 0, 0 },
	  16,
	  0,
	  2 },
	{ "block of three, padded",
	  11,
	  { 0, 0, 0, 77, 0, 0, 0, 3, 0x80, 1, 0, 0, 0x80, 0, 0, 0, 0, 1, 0, 0 },
	  20,
	  0,
	  2 },
	{ "blocks of two streams",
	  11,
	  { 0, 0, 0, 78, 0,    0, 0, 0, 0, 0, 0, 77,
	    0, 0, 0, 1,	 0x80, 1, 0, 0, 0, 1, 0, 0 },
	  24,
	  0,
	  1 },
	{ "time unknown",
	  11,
	  { 0, 0, 0, 77, 0, 0, 0, 1, 0x9f, 0xff, 0, 0, 0, 1, 0, 0 },
	  16,
	  0,
	  0 },
	{ "block too long",
	  11,
	  { 0, 0, 0, 77, 0, 0, 0, 5, 0x80, 1, 0x80, 0, 0, 1, 0, 0 },
	  16,
	  EBADMSG,
	  0 },
	{ "no time",
	  11,
	  { 0, 0, 0, 77, 0, 0, 0, 1, 0x80, 1, 0, 0 },
	  12,
	  EBADMSG,
	  0 },
	{ "no block", 11, { 0, 0, 0, 77 }, 4, EBADMSG, 0 },
	{ "NACK", 1, { 0, 0, 0, 77, 0, 0, 0, 1 }, 8, ENOENT, 0 },
};

struct outcome {
	struct acks *acks;
	int err;
	unsigned n;
};

static void on_table(const struct compound_packet *p, void *arg)
{
	struct outcome *o = arg;
	const struct acks_packet *v;

	o->err = acks_decode(o->acks, p, &v, &o->n);
}

static void test_acks_decode_or_refuse(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++) {
		uint8_t b[64] = { 0x80, 205, 0, 0, 0, 0, 0, OURS };
		struct outcome o = { .err = -1 };

		b[0] = (uint8_t)(b[0] | tablev[i].fmt);
		b[3] = (uint8_t)(tablev[i].size / 4 + 1);
		memcpy(b + 8, tablev[i].bytes, tablev[i].size);
		assert_int_equal(acks_alloc(&o.acks), 0);
		for (uint16_t n = 0; n < 20; n++)
			acks_sent(o.acks, SSRC, n, SIZE, n + 1);
		assert_int_equal(
			compound_decode(b, tablev[i].size + 8, on_table, &o),
			0);
		if (o.err != tablev[i].err || o.n != tablev[i].arrived)
			fail_msg("%s: %d, %u arrived", tablev[i].name, o.err,
				 o.n);
		mem_deref(o.acks);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_acks_match_across_the_wraps),
		cmocka_unit_test(test_acks_learn_all_that_arrived),
		cmocka_unit_test(
			test_acks_count_no_loss_when_a_feedback_is_lost),
		cmocka_unit_test(test_acks_decode_or_refuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
