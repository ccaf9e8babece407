/**
 * @file tests/fuzz/fuzz_reorder.c  Fuzz target: the reorder buffer, and gaps
 *
 * Six bytes a step: advance of sequence (2), of time (1), waiting (1), flags
 * (1) and length (1). A payload says which number it has. What must hold: a
 * frame is of numbers in a row but for padding, of one time, and goes on where
 * the last one ended or is a key frame; so many packets are held and no more.
 */
#include <stdlib.h>
#include "core/media/gaps.h"
#include "core/media/reorder.h"

enum {
	STEP = 6,
	STEPS_MAX = 8192,
	WAIT = CLOCK_MS,
	SIZE_MIN = 12,
	SSRC = 1, /* Flags */
	MARKER = 2,
	STARTS = 4,
	KEY = 8,
	PADDING = 16,
	BACK = 32,
	SAME = 64, /* Not the time, but the one before it */
	FAR = 128, /* The sequence is not only the low byte */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct payload {
	uint8_t flags;
	uint16_t seq;
	uint32_t ts, ssrc;
};

struct state {
	struct reorder *r;
	struct gaps *g;
	bool given;
	uint16_t next; /* Number behind the last frame given */
	uint32_t ssrc;
	uint8_t padding[UINT16_MAX + 1]; /* By number: padding came */
};

static bool starts(const uint8_t *payload, size_t size)
{
	if (!size)
		abort();
	return payload[0] & STARTS;
}

static bool key(const uint8_t *payload, size_t size)
{
	if (!size)
		abort();
	return payload[0] & KEY;
}

/* Numbers in between may only be padding */
static void pass(const struct state *s, uint16_t from, uint16_t to)
{
	for (; from != to; from++) {
		if (!s->padding[from])
			abort();
	}
}

static void check(struct state *s, const struct reorder_frame *f)
{
	struct payload p, first;
	size_t size = 0;

	if (!f->piecec || f->piecec > REORDER_SLOTS)
		abort();
	memcpy(&first, f->piecev[0].data, sizeof(first));
	if (!(first.flags & STARTS) || first.ts != f->ts)
		abort();
	if (f->first && !(first.flags & KEY))
		abort();
	if (!f->first) {
		if (!s->given || first.ssrc != s->ssrc)
			abort();
		pass(s, s->next, first.seq);
	}

	s->next = first.seq;
	for (unsigned i = 0; i < f->piecec; i++) {
		memcpy(&p, f->piecev[i].data, sizeof(p));
		if (p.ts != first.ts || p.ssrc != first.ssrc)
			abort();
		pass(s, s->next, p.seq);
		s->next = (uint16_t)(p.seq + 1);
		size += f->piecev[i].size;
	}
	if (size != f->size)
		abort();
	s->given = true;
	s->ssrc = first.ssrc;
}

static void get(struct state *s, uint64_t now)
{
	uint16_t seqv[GAPS_MAX];
	struct reorder_stats st;
	struct reorder_frame f;
	struct gaps_stats gst;

	while (!reorder_get(s->r, &f, now))
		check(s, &f);
	if (reorder_due(s->r) <= now)
		abort();
	reorder_stats(s->r, &st);
	if (st.held > REORDER_SLOTS)
		abort();

	gaps_forget(s->g, reorder_next(s->r));
	(void)gaps_get(s->g, seqv, GAPS_MAX, now);
	gaps_stats(s->g, &gst);
	if (gst.missing > GAPS_MAX || gaps_due(s->g) <= now)
		abort();
}

static void step(struct state *s, struct packet *p, const uint8_t *d,
		 uint64_t now)
{
	uint16_t ahead = (uint16_t)(d[4] & FAR ? d[0] << 8 | d[1] : d[1]);
	uint8_t buf[UINT8_MAX + SIZE_MIN] = { 0 };
	struct payload pl;
	size_t size = d[4] & PADDING ? 0 : d[5] + (size_t)SIZE_MIN;

	p->seq = (uint16_t)(d[4] & BACK ? p->seq - ahead : p->seq + ahead);
	p->ts += d[4] & SAME ? 0 : d[2];
	p->ssrc = d[4] & SSRC;
	p->marker = d[4] & MARKER;
	pl = (struct payload){ d[4], p->seq, p->ts, p->ssrc };
	memcpy(buf, &pl, sizeof(pl));

	(void)gaps_put(s->g, p->seq, now);
	if (!reorder_put(s->r, p, buf, size, now))
		s->padding[p->seq] = !size;
	get(s, now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct reorder_format format = { starts, key };
	static struct state s;
	struct packet p = { .seq = 0 };
	uint64_t now = CLOCK_S;

	memset(&s, 0, sizeof(s));
	if (reorder_alloc(&s.r, &format) || gaps_alloc(&s.g))
		abort();

	for (unsigned n = 0; size >= STEP && n < STEPS_MAX; n++) {
		now += data[3] * (uint64_t)WAIT;
		step(&s, &p, data, now);
		data += STEP;
		size -= STEP;
	}

	mem_deref(s.g);
	mem_deref(s.r);
	return 0;
}
