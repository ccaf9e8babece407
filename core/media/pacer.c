/**
 * @file core/media/pacer.c  Pacer
 *
 * A ring for each class, and the time at which the line is free again.
 */
#include <assert.h>
#include "core/media/pacer.h"

enum {
	TENTH = 10,
	SLACK = 5 * CLOCK_MS, /* What a late timer may catch up [us], ours */
};

struct entry {
	struct mbuf *mb;
	uint64_t since; /* When it was put [us] */
	uint16_t tag;
};

struct ring {
	struct entry v[PACER_MAX];
	unsigned head, tail; /* Next to get, next to put, modulo PACER_MAX */
};

struct pacer {
	struct ring ringv[PACER_CLASSES];
	uint64_t bits;	  /* Held                                      */
	uint64_t rate;	  /* What the target makes [bit/s]             */
	uint64_t hold;	  /* PACER_HOLD, or the longer one [us]        */
	uint64_t raised;  /* What that makes, until empty [bit/s]      */
	uint64_t due;	  /* When the line is free [us]                */
	uint64_t left;	  /* When something last left, or was heard [us] */
	uint64_t resumed; /* When it was held last [us]               */
	bool held;	  /* Waits, but for a probe                    */
	struct pacer_stats st;
};

static void pacer_destructor(void *arg)
{
	pacer_clear(arg);
}

int pacer_alloc(struct pacer **pp, uint32_t bitrate)
{
	struct pacer *p = mem_zalloc(sizeof(*p), pacer_destructor);

	if (!p)
		return ENOMEM;

	pacer_set_rate(p, bitrate, PACER_WIDE);
	*pp = p;
	return 0;
}

static bool is_empty(const struct ring *r)
{
	return r->head == r->tail;
}

static struct entry *first(struct ring *r)
{
	return &r->v[r->head % PACER_MAX];
}

static uint64_t bits_of(const struct mbuf *mb)
{
	return (mbuf_get_left(mb) + PACER_OVERHEAD) * 8ULL;
}

/* All that is held now leaves within the hold */
static void raise(struct pacer *p)
{
	uint64_t need = p->bits * CLOCK_S / p->hold;

	if (need <= p->rate || need <= p->raised)
		return;

	p->st.raised += !p->raised;
	p->raised = need;
}

/* [bit/s] */
static uint64_t speed_up(uint64_t target, enum pacer_way way)
{
	const uint64_t wary = target * PACER_SPEED_WARY / TENTH;

	if (way == PACER_TIGHT)
		return target * PACER_SPEED_TIGHT / TENTH;
	if (way == PACER_WARY)
		return wary;

	return MAX(wary,
		   MIN(target * PACER_SPEED / TENTH, (uint64_t)PACER_BURST));
}

void pacer_set_rate(struct pacer *p, uint32_t bitrate, enum pacer_way way)
{
	const uint64_t hold = way == PACER_TIGHT ? PACER_HOLD_TIGHT
						 : PACER_HOLD;

	assert(bitrate);

	if (p->hold != hold)
		p->raised = 0;
	p->hold = hold;
	p->rate = speed_up(bitrate, way);
	raise(p);
}

void pacer_set_held(struct pacer *p, bool held, uint64_t heard, uint64_t now)
{
	if (p->held)
		p->resumed = now;
	if (p->left < heard)
		p->left = heard;
	p->held = held;
}

int pacer_put(struct pacer *p, enum pacer_class c, struct mbuf *mb,
	      uint16_t tag, uint64_t now)
{
	struct ring *r;
	struct entry *e;

	assert(c < PACER_CLASSES);

	r = &p->ringv[c];
	if (r->tail - r->head == PACER_MAX) {
		++p->st.refused;
		return ENOBUFS;
	}

	e = &r->v[r->tail++ % PACER_MAX];
	e->mb = mem_ref(mb);
	e->since = now;
	e->tag = tag;

	p->bits += bits_of(mb);
	raise(p);
	if (++p->st.held > p->st.held_max)
		p->st.held_max = p->st.held;
	return 0;
}

/* When the first of a ring has been held for long enough */
static uint64_t limit_of(const struct pacer *p, const struct ring *r)
{
	uint64_t since;

	if (is_empty(r))
		return CLOCK_NEVER;
	since = r->v[r->head % PACER_MAX].since;
	return (since > p->resumed ? since : p->resumed) + p->hold;
}

/* When the next one may leave, were it not held for too long */
static uint64_t free_at(const struct pacer *p)
{
	const uint64_t probe = p->held ? p->left + PACER_PROBE : 0;

	return p->due > probe ? p->due : probe;
}

/* The ring whose turn it is, or NULL */
static struct ring *turn(struct pacer *p, uint64_t now)
{
	struct ring *r = p->ringv;
	struct ring *late = NULL;

	if (!is_empty(&r[PACER_SOUND]))
		return &r[PACER_SOUND];

	for (r += PACER_REPAIR; r < p->ringv + PACER_CLASSES; r++) {
		if (is_empty(r))
			continue;
		if (now >= free_at(p))
			return r;
		if (!late && now >= limit_of(p, r))
			late = r;
	}
	return late;
}

static void take(struct pacer *p, struct mbuf *mb, uint64_t now)
{
	uint64_t rate = p->raised > p->rate ? p->raised : p->rate;
	uint64_t bits = bits_of(mb), from = now - SLACK;

	if (now < SLACK || p->due > from)
		from = p->due;
	p->due = from + bits * CLOCK_S / rate;
	p->left = now;

	p->bits -= bits;
	if (!--p->st.held)
		p->raised = 0;
}

int pacer_get(struct pacer *p, struct mbuf **mbp, uint16_t *tagp, uint64_t now)
{
	struct ring *r = turn(p, now);
	struct entry *e;

	if (!r)
		return p->st.held ? EAGAIN : ENOENT;

	e = first(r);
	if (now > e->since && now - e->since > p->st.wait_max)
		p->st.wait_max = (uint32_t)(now - e->since);
	take(p, e->mb, now);

	*mbp = e->mb; /* The reference moves to the caller */
	e->mb = NULL;
	if (tagp)
		*tagp = e->tag;
	++r->head;
	return 0;
}

uint64_t pacer_due(const struct pacer *p)
{
	uint64_t due = free_at(p);

	if (!p->st.held)
		return CLOCK_NEVER;
	if (!is_empty(&p->ringv[PACER_SOUND]))
		return p->ringv[PACER_SOUND]
			.v[p->ringv[PACER_SOUND].head % PACER_MAX]
			.since;

	due = clock_min(due, limit_of(p, &p->ringv[PACER_REPAIR]));
	return clock_min(due, limit_of(p, &p->ringv[PACER_PICTURE]));
}

uint64_t pacer_backlog(const struct pacer *p)
{
	return p->bits * CLOCK_S / p->rate;
}

unsigned pacer_drop(struct pacer *p, enum pacer_class c)
{
	struct ring *r = &p->ringv[c];
	const unsigned n = r->tail - r->head;

	for (; !is_empty(r); r->head++) {
		p->bits -= bits_of(first(r)->mb);
		first(r)->mb = mem_deref(first(r)->mb);
	}
	p->st.held -= n;
	if (!p->st.held)
		p->raised = 0;
	return n;
}

void pacer_clear(struct pacer *p)
{
	for (unsigned c = 0; c < PACER_CLASSES; c++)
		(void)pacer_drop(p, c);
}

void pacer_stats(const struct pacer *p, struct pacer_stats *stats)
{
	*stats = p->st;
}

int pacer_print(struct re_printf *pf, const struct pacer *p)
{
	return re_hprintf(pf,
			  "held=%u packets most=%u refused=%u raised=%u "
			  "longest=%u us",
			  p->st.held, p->st.held_max, p->st.refused,
			  p->st.raised, p->st.wait_max);
}
