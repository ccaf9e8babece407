/**
 * @file core/media/acks.c  Acks
 *
 * A ring of what was sent, by its transport-wide number. A feedback is walked
 * twice: once to see that it adds up, once to take it.
 */
#include "core/media/acks.h"

enum {
	WORD = 4,
	/* draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1 */
	HEAD = 8, /* Behind the SSRCs, up to the chunks [bytes] */
	COUNT_POS = 2,
	REFERENCE_POS = 4,
	REFERENCE_BITS = 24,
	REFERENCE_UNIT = 64 * CLOCK_MS,
	TICK = 250,	     /* Of a delta [us]                       */
	CHUNK = 2,	     /* [bytes]                               */
	VECTOR_BIT = 0x8000, /* Else a run, section 3.1.3             */
	TWO_BITS = 0x4000,   /* Section 3.1.4                         */
	RUN_MASK = 0x1fff,
	RUN_SHIFT = 13,
	SYMBOL_MASK = 3,
	SHORT = 14,		  /* Symbols of one bit in a vector */
	LONG = 7,		  /* Symbols of two bits            */
	COUNT_MAX = 4 * ACKS_MAX, /* Told at once, ours: bounds the work */
	/* RFC 8888 section 3.1 */
	BLOCKS = 16, /* In a feedback, ours */
	METRIC = 2,  /* [bytes]             */
	METRICS_MAX = 16384,
	RECEIVED = 0x8000,
	ATO_MASK = 0x1fff,
	ATO_MAX = 0x1ffd,
	ATO_SHIFT = 6, /* From 1/1024 s to 1/65536 s */
	NTP_HZ = 65536,
};

/* Symbols, section 3.1.1 of the draft; also how many bytes their delta has */
enum {
	MISSING,
	SMALL,
	LARGE,
	RESERVED
};

enum state {
	UNKNOWN, /* Nothing was told of it   */
	TOLD,	 /* As missing, which may end */
	LOST,
	ARRIVED
};

struct sent {
	uint64_t time; /* [us] */
	uint32_t size;
	uint32_t ssrc;
	uint16_t seq;
	uint8_t state;
};

struct acks {
	uint64_t next;	    /* Number of what is sent next, unwrapped      */
	uint64_t newest;    /* Behind the last one that arrived            */
	uint64_t swept;	    /* What was told missing before this is lost   */
	bool timed;	    /* The next two are valid                      */
	uint64_t reference; /* Time of the last feedback, unwrapped, in the
				units of its format                       */
	unsigned n;	    /* Of outv                                     */
	struct sent sentv[ACKS_MAX];
	struct acks_packet outv[ACKS_MAX];
	struct acks_stats st;
};

/* Symbols, one by one, out of chunks */
struct symbols {
	const uint8_t *p, *end;
	unsigned left;	/* In this chunk */
	unsigned chunk; /* As it is      */
};

/* A block of RFC 8888 */
struct block {
	uint32_t ssrc;
	uint16_t begin;
	unsigned n;
	const uint8_t *metrics;
};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

int acks_alloc(struct acks **ap)
{
	struct acks *a;

	a = mem_zalloc(sizeof(*a), NULL);
	if (!a)
		return ENOMEM;

	*ap = a;
	return 0;
}

uint16_t acks_next(const struct acks *a)
{
	return (uint16_t)a->next;
}

static struct sent *slot(struct acks *a, uint64_t number)
{
	return &a->sentv[number % ACKS_MAX];
}

/* The oldest number that is remembered */
static uint64_t oldest(const struct acks *a)
{
	return a->next > ACKS_MAX ? a->next - ACKS_MAX : 0;
}

void acks_sent(struct acks *a, uint32_t ssrc, uint16_t seq, size_t size,
	       uint64_t now)
{
	struct sent *s = slot(a, a->next++);

	s->time = now;
	s->size = (uint32_t)size;
	s->ssrc = ssrc;
	s->seq = seq;
	s->state = UNKNOWN;
	++a->st.sent;
}

static void put(struct acks *a, const struct sent *s, uint64_t arrived,
		bool lost)
{
	struct acks_packet *out;

	if (a->n == ACKS_MAX)
		return;

	out = &a->outv[a->n++];
	out->sent = s->time;
	out->arrived = arrived;
	out->size = s->size;
	out->lost = lost;
	out->run = false;
}

static void take_arrived(struct acks *a, uint64_t number, uint64_t arrived,
			 bool timed)
{
	struct sent *s = slot(a, number);

	if (s->state == ARRIVED)
		return;
	if (s->state == LOST)
		++a->st.late;
	else if (timed)
		put(a, s, arrived, false);

	s->state = ARRIVED;
	++a->st.arrived;
	if (number >= a->newest)
		a->newest = number + 1;
}

static void take_missing(struct acks *a, uint64_t number)
{
	struct sent *s = slot(a, number);

	if (s->state != UNKNOWN)
		return;

	s->state = TOLD;
	if (number < a->swept)
		a->swept = number;
}

/* What was told missing, and was overtaken by many, is lost */
static void sweep(struct acks *a)
{
	if (a->swept < oldest(a))
		a->swept = oldest(a);

	for (; a->swept + ACKS_REORDER < a->newest; a->swept++) {
		struct sent *s = slot(a, a->swept);

		if (s->state != TOLD)
			continue;
		s->state = LOST;
		++a->st.lost;
		put(a, s, 0, true);
		if (a->n && a->swept)
			a->outv[a->n - 1].run = slot(a, a->swept - 1)->state ==
						LOST;
	}
}

/* A time of the peer's of so many bits, unwrapped */
static uint64_t unwrap(struct acks *a, uint32_t ref, unsigned bits)
{
	const uint64_t range = 1ULL << bits;
	uint64_t ahead;

	if (!a->timed) {
		a->timed = true;
		a->reference = range + ref;
		return a->reference;
	}

	ahead = (ref - a->reference) & (range - 1);
	a->reference += ahead < range / 2 ? ahead : ahead - range;
	return a->reference;
}

/* The next symbol; false when the chunks are at an end */
static bool next_symbol(struct symbols *s, unsigned *symbol)
{
	while (!s->left) {
		if (s->end - s->p < CHUNK)
			return false;
		s->chunk = get16(s->p);
		s->p += CHUNK;
		if (!(s->chunk & VECTOR_BIT))
			s->left = s->chunk & RUN_MASK;
		else
			s->left = s->chunk & TWO_BITS ? LONG : SHORT;
	}

	--s->left;
	if (!(s->chunk & VECTOR_BIT))
		*symbol = s->chunk >> RUN_SHIFT;
	else if (s->chunk & TWO_BITS)
		*symbol = s->chunk >> 2 * s->left & SYMBOL_MASK;
	else
		*symbol = s->chunk >> s->left & 1;
	return true;
}

/* Where the deltas begin, or NULL if something does not add up */
static const uint8_t *check(const uint8_t *d, size_t size, unsigned count)
{
	struct symbols s = { .p = d, .end = d + size };
	size_t bytes = 0;
	unsigned symbol;

	for (unsigned i = 0; i < count; i++) {
		if (!next_symbol(&s, &symbol) || symbol == RESERVED)
			return NULL;
		bytes += symbol;
	}
	return bytes <= (size_t)(s.end - s.p) ? s.p : NULL;
}

static void take_symbols(struct acks *a, const struct symbols *from,
			 uint16_t base, unsigned count, uint64_t time)
{
	const uint8_t *delta = from->end;
	struct symbols s = *from;

	for (unsigned i = 0; i < count; i++) {
		uint16_t age = (uint16_t)(a->next - 1 - base - i);
		bool known = a->next - oldest(a) > age;
		uint64_t number = a->next - 1 - age;
		unsigned symbol = MISSING;

		(void)next_symbol(&s, &symbol);
		if (symbol == SMALL)
			time += (uint64_t)delta[0] * TICK;
		else if (symbol == LARGE)
			time += (uint64_t)((int64_t)(int16_t)get16(delta) *
					   TICK);
		delta += symbol;

		if (!known)
			++a->st.unknown;
		else if (symbol)
			take_arrived(a, number, time, true);
		else
			take_missing(a, number);
	}
}

static int decode_transport(struct acks *a, const uint8_t *d, size_t size)
{
	struct symbols s = { .p = d + HEAD };
	uint64_t time;
	unsigned count;

	if (size < HEAD)
		return EBADMSG;

	count = get16(d + COUNT_POS);
	if (!count || count > COUNT_MAX)
		return EBADMSG;

	s.end = check(d + HEAD, size - HEAD, count);
	if (!s.end)
		return EBADMSG;

	time = unwrap(a, get32(d + REFERENCE_POS) >> 8, REFERENCE_BITS) *
	       REFERENCE_UNIT;
	take_symbols(a, &s, get16(d), count, time);
	return 0;
}

/* Find the blocks; the SSRC of the first one was decoded already.
 * @return how many, or 0 if something does not add up */
static unsigned find_blocks(struct block *blockv,
			    const struct compound_packet *p)
{
	const uint8_t *d = p->data, *end = p->data + p->size;
	unsigned n = 0;

	for (;; n++) {
		struct block *b = &blockv[n];
		size_t bytes;

		if (n == BLOCKS || end - d < WORD)
			return 0;
		b->ssrc = n ? get32(d - WORD) : p->media;
		b->begin = get16(d);
		b->n = get16(d + METRIC);
		b->metrics = d + WORD;

		d += WORD;
		bytes = (b->n + 1U) / 2 * WORD;
		if (b->n > METRICS_MAX || bytes > (size_t)(end - d))
			return 0;
		d += bytes;
		if (end - d == WORD)
			return n + 1; /* The time is left */
		if (end - d < WORD)
			return 0;
		d += WORD; /* The next SSRC */
	}
}

static void take_metric(struct acks *a, uint64_t number, unsigned metric,
			uint64_t rts)
{
	uint64_t ato = metric & ATO_MASK;

	if (metric & RECEIVED)
		take_arrived(a, number,
			     (rts - (ato << ATO_SHIFT)) * CLOCK_S / NTP_HZ,
			     ato <= ATO_MAX);
	else
		take_missing(a, number);
}

static int decode_ccfb(struct acks *a, const struct compound_packet *p)
{
	struct block blockv[BLOCKS];
	unsigned n = find_blocks(blockv, p);
	uint64_t rts;

	if (!n)
		return EBADMSG;

	rts = unwrap(a, get32(p->data + p->size - WORD), sizeof(uint32_t) * 8);
	for (uint64_t i = oldest(a); i < a->next; i++) {
		const struct sent *s = slot(a, i);

		for (unsigned k = 0; k < n && s->state != ARRIVED; k++) {
			const struct block *b = &blockv[k];
			uint16_t at = (uint16_t)(s->seq - b->begin);

			if (s->ssrc == b->ssrc && at < b->n)
				take_metric(a, i,
					    get16(b->metrics + at * METRIC),
					    rts);
		}
	}
	return 0;
}

int acks_decode(struct acks *a, const struct compound_packet *p,
		const struct acks_packet **vp, unsigned *np)
{
	int err;

	a->n = 0;
	*vp = a->outv;
	*np = 0;

	if (p->type != COMPOUND_TRANSPORT)
		return ENOENT;

	if (p->count == ACKS_FMT_TRANSPORT)
		err = decode_transport(a, p->data, p->size);
	else if (p->count == ACKS_FMT_CCFB)
		err = decode_ccfb(a, p);
	else
		return ENOENT;

	if (err) {
		++a->st.malformed;
		return err;
	}

	sweep(a);
	++a->st.feedbacks;
	*np = a->n;
	return 0;
}

/* The first number of which nothing is known, behind all that arrived */
static uint64_t first_waiting(const struct acks *a)
{
	return a->newest > oldest(a) ? a->newest : oldest(a);
}

uint64_t acks_waiting(const struct acks *a)
{
	const uint64_t i = first_waiting(a);

	return i < a->next ? a->sentv[i % ACKS_MAX].time : 0;
}

size_t acks_flight(const struct acks *a)
{
	uint64_t i = first_waiting(a);
	size_t size = 0;

	for (; i < a->next; i++)
		size += a->sentv[i % ACKS_MAX].size;
	return size;
}

void acks_stats(const struct acks *a, struct acks_stats *stats)
{
	*stats = a->st;
}
