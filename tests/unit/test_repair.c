/**
 * @file tests/unit/test_repair.c  Tests of loss and its repair, end to end
 *
 *     keyrule -> frames -> pacer -> resend -> path -> rtx -> reorder, gaps
 *     keyrule, resend <- feedback <- path <- feedback <- plea, gaps
 *
 * Thirty frames in a second over a path that loses packets both ways.
 */
#include "tests/unit/test.h"
#include "core/media/feedback.h"
#include "core/media/gaps.h"
#include "core/media/keyrule.h"
#include "core/media/pacer.h"
#include "core/media/plea.h"
#include "core/media/reorder.h"
#include "core/media/resend.h"
#include "core/media/rtx.h"

enum {
	RATE = 900000,
	FRAME = 33 * CLOCK_MS,
	TICKS = 3000,
	SIZE = 1000,
	PT = 96,
	PT_RTX = 97,
	SSRC = 11,
	SSRC_RTX = 22,
	SSRC_BACK = 33,
	FLIGHT = 256,
	SECONDS = 20, /* Of a run */
	RUNS = 8,
};

struct flight {
	struct mbuf *mb;
	uint64_t at;
	bool back;
};

/* What the payload says */
struct payload {
	uint8_t key, starts;
	uint16_t index, count;
	uint32_t frame;
	uint64_t time;
};

struct sim {
	uint64_t now;
	uint32_t rnd, rtt;
	unsigned loss, reordered; /* [%] */
	struct flight flightv[FLIGHT];
	struct pacer *pacer;
	struct resend *resend;
	struct rtx rtx;
	struct keyrule keyrule;
	struct packet p;
	uint32_t frames;
	uint64_t bytes, repaired;
	struct reorder *reorder;
	struct gaps *gaps;
	struct plea plea;
	uint32_t given, last, keys;
	uint64_t slowest;
};

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static bool starts(const uint8_t *data, size_t size)
{
	assert_int_equal(size, SIZE);
	return data[1];
}

static bool key(const uint8_t *data, size_t size)
{
	assert_int_equal(size, SIZE);
	return data[0];
}

static const struct reorder_format format = { starts, key };

static void begin(struct sim *s, uint32_t seed, unsigned loss, uint32_t rtt)
{
	memset(s, 0, sizeof(*s));
	s->now = 5000ULL * CLOCK_S;
	s->rnd = seed;
	s->loss = loss;
	s->rtt = rtt;
	assert_int_equal(pacer_alloc(&s->pacer, RATE), 0);
	assert_int_equal(resend_alloc(&s->resend), 0);
	resend_set_rate(s->resend, RATE);
	assert_int_equal(reorder_alloc(&s->reorder, &format), 0);
	assert_int_equal(gaps_alloc(&s->gaps), 0);
	reorder_set_round_trip(s->reorder, rtt);
	gaps_set_round_trip(s->gaps, rtt);
	keyrule_init(&s->keyrule, 0);
	plea_init(&s->plea);
	plea_start(&s->plea, s->now);
	s->p.pt = PT;
	s->p.ssrc = SSRC;
	s->p.seq = (uint16_t)next(&s->rnd);
	s->rtx = (struct rtx){ PT_RTX, SSRC_RTX, (uint16_t)next(&s->rnd) };
}

static void end(struct sim *s)
{
	for (unsigned i = 0; i < FLIGHT; i++)
		mem_deref(s->flightv[i].mb);
	mem_deref(s->pacer);
	mem_deref(s->resend);
	mem_deref(s->reorder);
	mem_deref(s->gaps);
}

/* On the path, or lost */
static void fly(struct sim *s, struct mbuf *mb, bool back)
{
	uint64_t at = s->now + s->rtt / 2;
	unsigned i = 0;

	if (next(&s->rnd) % 100 < s->loss)
		return;
	if (next(&s->rnd) % 100 < s->reordered)
		at += next(&s->rnd) % (20 * CLOCK_MS);
	while (i < FLIGHT && s->flightv[i].mb)
		++i;
	assert_true(i < FLIGHT);
	s->flightv[i] = (struct flight){ mem_ref(mb), at, back };
}

static void encode_frame(struct sim *s)
{
	bool is_key = keyrule_take(&s->keyrule, s->now);
	unsigned count = is_key ? 25 : 1 + next(&s->rnd) % 5;

	for (unsigned i = 0; i < count; i++, s->p.seq++) {
		struct payload pl = { is_key && !i,    !i,	  s->p.seq,
				      (uint16_t)count, s->frames, s->now };
		struct mbuf *mb = packet_alloc(SIZE);

		pl.index = (uint16_t)i;
		s->p.marker = i + 1 == count;
		assert_int_equal(packet_encode(mb, &s->p), 0);
		assert_int_equal(mbuf_write_mem(mb, (uint8_t *)&pl, sizeof(pl)),
				 0);
		assert_int_equal(mbuf_fill(mb, 0, SIZE - sizeof(pl)), 0);
		mb->pos = PACKET_HEADROOM;
		assert_int_equal(
			pacer_put(s->pacer, PACER_PICTURE, mb, 0, s->now), 0);
		mem_deref(mb);
	}
	s->p.ts += TICKS;
	++s->frames;
}

static void send_all(struct sim *s)
{
	struct mbuf *mb;
	uint16_t is_repair;

	while (!pacer_get(s->pacer, &mb, &is_repair, s->now)) {
		if (is_repair) {
			s->repaired += mbuf_get_left(mb);
		} else {
			s->bytes += mbuf_get_left(mb);
			assert_int_equal(resend_put(s->resend, mb, s->now), 0);
		}
		fly(s, mb, false);
		mem_deref(mb);
	}
}

static void on_feedback(const struct feedback *f, void *arg)
{
	struct sim *s = arg;
	struct mbuf *mb;

	assert_int_equal(f->ssrc, SSRC_BACK);
	assert_int_equal(f->media, SSRC);
	if (f->type == FEEDBACK_PLI)
		keyrule_wish(&s->keyrule);
	if (f->type != FEEDBACK_NACK ||
	    resend_get(s->resend, f->seq, s->rtt, s->now, &mb))
		return;

	assert_int_equal(rtx_wrap(&s->rtx, mb), 0);
	assert_int_equal(pacer_put(s->pacer, PACER_REPAIR, mb, 1, s->now), 0);
	mem_deref(mb);
}

static void on_report(const struct compound_packet *p, void *arg)
{
	assert_int_equal(feedback_decode(p, on_feedback, arg), 0);
}

/* A frame is whole, and follows the last one or begins anew */
static void check(struct sim *s, const struct reorder_frame *f)
{
	struct payload pl;

	for (unsigned i = 0; i < f->piecec; i++) {
		memcpy(&pl, f->piecev[i].data, sizeof(pl));
		assert_int_equal(pl.index, i);
		assert_int_equal(pl.count, f->piecec);
	}
	if (!f->key)
		assert_int_equal(pl.frame, s->last + 1);
	assert_true(!s->given || pl.frame > s->last);
	s->last = pl.frame;
	s->keys += f->key;
	++s->given;
	if (s->now - pl.time > s->slowest)
		s->slowest = s->now - pl.time;
	plea_picture(&s->plea, s->now);
}

static void receive(struct sim *s, struct mbuf *mb)
{
	struct packet p;

	assert_int_equal(packet_decode(&p, mb), 0);
	if (p.ssrc == SSRC_RTX)
		assert_int_equal(rtx_unwrap(&p, mb, PT, SSRC), 0);
	assert_int_equal(p.pt, PT);
	(void)gaps_put(s->gaps, p.seq, s->now);
	(void)reorder_put(s->reorder, &p, mbuf_buf(mb), mbuf_get_left(mb),
			  s->now);
	plea_packet(&s->plea, s->now);
}

static void frames(struct sim *s)
{
	struct reorder_frame f;

	while (!reorder_get(s->reorder, &f, s->now))
		check(s, &f);
	if (reorder_wants_key(s->reorder))
		plea_lost(&s->plea);
	gaps_forget(s->gaps, reorder_next(s->reorder));
}

static void ask(struct sim *s)
{
	struct mbuf *mb = mbuf_alloc(64);
	uint16_t seqv[GAPS_MAX];
	unsigned n = gaps_get(s->gaps, seqv, GAPS_MAX, s->now);

	if (n)
		assert_int_equal(feedback_nack(mb, SSRC_BACK, SSRC, seqv, n),
				 0);
	if (plea_take(&s->plea, s->now))
		assert_int_equal(feedback_pli(mb, SSRC_BACK, SSRC), 0);
	mb->pos = 0;
	if (mb->end)
		fly(s, mb, true);
	mem_deref(mb);
}

static void arrive(struct sim *s)
{
	for (unsigned i = 0; i < FLIGHT; i++) {
		struct flight *fl = &s->flightv[i];

		if (!fl->mb || fl->at > s->now)
			continue;
		if (fl->back)
			assert_int_equal(compound_decode(fl->mb->buf,
							 fl->mb->end, on_report,
							 s),
					 0);
		else
			receive(s, fl->mb);
		fl->mb = mem_deref(fl->mb);
		frames(s);
	}
}

static void run(struct sim *s)
{
	for (unsigned ms = 0; ms < SECONDS * 1000; ms++) {
		s->now += CLOCK_MS;
		if (s->now % FRAME < CLOCK_MS && ms < SECONDS * 1000 - 1000)
			encode_frame(s);
		send_all(s);
		arrive(s);
		if (reorder_due(s->reorder) <= s->now)
			frames(s);
		if (gaps_due(s->gaps) <= s->now || plea_due(&s->plea) <= s->now)
			ask(s);
	}
}

static const struct row {
	unsigned loss, reordered; /* [%], both ways                     */
	uint32_t rtt;		  /* [us]                               */
	unsigned given;		  /* Frames, of a thousand, at least    */
	unsigned lost;		  /* How often a frame was given up, at
				     most, in all runs                  */
	uint64_t slowest;	  /* From capture to a whole frame [us] */
} rowv[] = {
	{ 0, 0, 40000, 1000, 0, 130000 },  { 0, 20, 40000, 1000, 0, 140000 },
	{ 5, 0, 20000, 970, 0, 200000 },   { 5, 5, 60000, 970, 0, 360000 },
	{ 10, 0, 60000, 970, 0, 520000 },  { 10, 0, 120000, 960, 0, 800000 },
	{ 20, 0, 60000, 750, 20, 800000 },
};

static unsigned run_one(const struct row *row, uint32_t seed)
{
	struct reorder_stats reorder;
	struct pacer_stats pacer;
	static struct sim s;

	begin(&s, seed, row->loss, row->rtt);
	s.reordered = row->reordered;
	run(&s);

	pacer_stats(s.pacer, &pacer);
	reorder_stats(s.reorder, &reorder);
	assert_true(pacer.wait_max <= PACER_HOLD + CLOCK_MS);
	assert_int_equal(pacer.refused, 0);
	assert_true(s.repaired * 4 <= s.bytes ||
		    (s.repaired + s.bytes) * 8 <= RATE / 4ULL * 5 * SECONDS);
	if (s.given * 1000ULL < s.frames * row->given ||
	    s.slowest > row->slowest)
		fail_msg("%u %%, seed %u: %u of %u frames, %u us", row->loss,
			 seed, s.given, s.frames, (unsigned)s.slowest);
	end(&s);
	return reorder.lost;
}

static void test_repair_brings_the_frames(void **state)
{
	size_t before = test_blocks();
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(rowv); i++) {
		unsigned lost = 0;

		for (uint32_t seed = 1; seed <= RUNS; seed++)
			lost += run_one(&rowv[i], seed);
		if (lost > rowv[i].lost)
			fail_msg("%u %%, %u us: lost %u times", rowv[i].loss,
				 rowv[i].rtt, lost);
	}
	assert_int_equal(test_blocks(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repair_brings_the_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
