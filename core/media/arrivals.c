/**
 * @file core/media/arrivals.c  Arrivals
 *
 * A ring of arrival times for each stream, by sequence number. What is before
 * `begin` has been told, and is kept so that it can be told again with a
 * packet that comes late.
 */
#include "core/media/arrivals.h"
#include "core/media/acks.h"

enum {
	FIRST = 0x80, /* Octet, RFC 3550 section 6.4.1, no padding       */
	WORD = 4,
	LENGTH_POS = 2, /* Of the length in the RTCP header         */
	/* draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1 */
	TICK = 250,	 /* Of a delta [us]                          */
	REFERENCE = 256, /* Ticks in a unit of the reference: 64 ms */
	REFERENCE_SHIFT = 8,
	HEAD = 20,	  /* Up to the chunks [bytes]              */
	RUN_MAX = 0x1fff, /* Section 3.1.3                         */
	RUN_SHIFT = 13,	  /* Of its symbol                         */
	SHORT = 14,	  /* Symbols of one bit, section 3.1.4     */
	SHORT_BASE = 0x8000,
	LONG = 7, /* Symbols of two bits                            */
	LONG_BASE = 0xc000,
	SMALL_MAX = 0xff,
	/* RFC 8888 section 3.1 */
	BLOCK = 8,	   /* SSRC, begin, count [bytes]            */
	METRIC = 2,	   /* [bytes]                               */
	RECEIVED = 0x8000, /* R                                     */
	ATO_HZ = 1024,
	ATO_MAX = 0x1ffd,
	ATO_OVER = 0x1ffe,
	NTP_HZ = 65536,		 /* Middle 32 bits of an NTP time            */
	START = 1 << 16,	 /* Of unwrapped numbers: some are before   */
	FULL = ARRIVALS_MAX / 2, /* Told at once from here on, ours */
};

/* Symbols, section 3.1.1 of the draft */
enum {
	MISSING,
	SMALL,
	LARGE
};

struct track {
	bool known;
	uint32_t ssrc;
	uint64_t begin, end; /* To be told; unwrapped numbers          */
	bool strayed;	     /* `stray` is valid                       */
	uint16_t stray;	     /* Follows a number that was far off      */
	uint64_t last;	     /* When something came last [us]          */
	uint64_t timev[ARRIVALS_MAX]; /* By number; 0 for not received */
};

struct arrivals {
	enum arrivals_format format;
	uint64_t due;
	uint64_t since;	  /* When the first to be told came [us] */
	unsigned waiting; /* Received and not told               */
	uint32_t media;	  /* Whose packet came last              */
	uint8_t built;	  /* Feedback packet count, wraps        */
	struct arrivals_stats st;
	unsigned trackc;
	struct track trackv[];
};

/* A feedback while it is put together */
struct draft {
	uint64_t base;
	unsigned n;
	uint64_t reference; /* [ticks] */
	uint8_t symbolv[ARRIVALS_MAX];
	int16_t deltav[ARRIVALS_MAX];
};

int arrivals_alloc(struct arrivals **ap, enum arrivals_format format)
{
	unsigned n = format == ARRIVALS_CCFB ? ARRIVALS_STREAMS : 1;
	struct arrivals *a;

	a = mem_zalloc(sizeof(*a) + n * sizeof(a->trackv[0]), NULL);
	if (!a)
		return ENOMEM;

	a->format = format;
	a->trackc = n;
	a->due = CLOCK_NEVER;
	*ap = a;
	return 0;
}

static uint64_t *slot(struct track *t, uint64_t seq)
{
	return &t->timev[seq % ARRIVALS_MAX];
}

static bool waits(const struct track *t)
{
	return t->begin != t->end;
}

static void restart(struct track *t, uint32_t ssrc, uint16_t seq)
{
	memset(t, 0, sizeof(*t));
	t->known = true;
	t->ssrc = ssrc;
	t->begin = t->end = (uint64_t)START + seq;
}

/* The track of a source; of those that are full, the one longest silent */
static struct track *find(struct arrivals *a, uint32_t ssrc, uint16_t seq)
{
	struct track *t = NULL;

	for (unsigned i = 0; i < a->trackc; i++) {
		struct track *c = &a->trackv[i];

		if (c->known &&
		    (a->format == ARRIVALS_TRANSPORT || c->ssrc == ssrc))
			return c;
		if (!waits(c) && (!t || c->last < t->last))
			t = c;
	}
	if (t)
		restart(t, ssrc, seq);

	return t;
}

/* Make room up to a number that is new; what was not told in time is not */
static void extend(struct track *t, uint64_t seq)
{
	while (t->end <= seq)
		*slot(t, t->end++) = 0;
	if (t->end - t->begin > ARRIVALS_MAX)
		t->begin = t->end - ARRIVALS_MAX;
}

/* A number far off is a fault, or the first of a new row */
static bool astray(struct arrivals *a, struct track *t, uint16_t seq)
{
	bool again = t->strayed && seq == t->stray;

	t->strayed = true;
	t->stray = (uint16_t)(seq + 1);
	if (!again) {
		++a->st.refused;
		return false;
	}

	++a->st.restarts;
	restart(t, t->ssrc, seq);
	return true;
}

static void schedule(struct arrivals *a, const struct track *t, uint64_t now)
{
	if (!a->waiting++) {
		a->since = now;
		a->due = now + ARRIVALS_INTERVAL;
	}
	if (a->waiting >= ARRIVALS_BUSY)
		a->due = clock_min(a->due, a->since + ARRIVALS_INTERVAL_BUSY);
	if (a->due < now)
		a->due = now;
	if (t->end - t->begin >= FULL)
		a->due = now;
}

void arrivals_put(struct arrivals *a, uint32_t ssrc, uint16_t seq, uint64_t now)
{
	struct track *t = find(a, ssrc, seq);
	uint64_t number;
	int far;

	++a->st.received;
	a->media = ssrc;
	if (!t) {
		++a->st.refused;
		return;
	}

	far = packet_distance(seq, (uint16_t)t->end);
	if ((far >= ARRIVALS_MAX || far < -ARRIVALS_MAX) && !astray(a, t, seq))
		return;

	far = packet_distance(seq, (uint16_t)t->end);
	number = t->end + (uint64_t)(int64_t)far;
	if (far >= 0)
		extend(t, number);
	if (*slot(t, number)) {
		++a->st.twice;
		return;
	}

	t->strayed = false;
	t->last = now;
	*slot(t, number) = now;
	if (number < t->begin)
		t->begin = number;
	schedule(a, t, now);
}

uint64_t arrivals_due(const struct arrivals *a)
{
	return a->due;
}

static int write_head(struct mbuf *mb, unsigned format, uint32_t ssrc)
{
	int err;

	err = mbuf_write_u8(mb, (uint8_t)(FIRST | format));
	err |= mbuf_write_u8(mb, COMPOUND_TRANSPORT);
	err |= mbuf_write_u16(mb, 0);
	err |= mbuf_write_u32(mb, htonl(ssrc));
	return err;
}

/* The length is known at the end */
static void write_length(struct mbuf *mb, size_t start)
{
	size_t words = (mb->pos - start) / WORD - 1;

	mb->buf[start + LENGTH_POS] = (uint8_t)(words >> 8);
	mb->buf[start + LENGTH_POS + 1] = (uint8_t)words;
}

/* Count one as told */
static void tell(struct arrivals *a, bool received)
{
	if (received)
		++a->st.reported;
	else
		++a->st.missing;
}

/* What fits: by length, and by what a delta can say */
static void gather(struct draft *d, struct track *t)
{
	size_t size = HEAD + WORD;
	uint64_t last = 0;
	bool any = false;

	d->base = t->begin;
	for (uint64_t seq = t->begin; seq < t->end; seq++) {
		uint64_t tick = *slot(t, seq) / TICK;
		unsigned i = d->n;
		int64_t delta;

		if (*slot(t, seq) && !any) {
			d->reference = last = tick / REFERENCE * REFERENCE;
			any = true;
		}
		delta = *slot(t, seq) ? (int64_t)(tick - last) : 0;
		size += (i % LONG ? 0U : 2U) + (*slot(t, seq) ? 2U : 0U);
		if (delta > INT16_MAX || delta < INT16_MIN ||
		    size > ARRIVALS_SIZE)
			return;

		d->symbolv[i] = MISSING;
		if (*slot(t, seq)) {
			d->symbolv[i] = delta < 0 || delta > SMALL_MAX ? LARGE
								       : SMALL;
			last = tick;
		}
		d->deltav[i] = (int16_t)delta;
		++d->n;
	}
}

/* How many symbols from i on are the same, at most RUN_MAX */
static unsigned run(const struct draft *d, unsigned i)
{
	unsigned n = 1;

	while (i + n < d->n && n < RUN_MAX &&
	       d->symbolv[i + n] == d->symbolv[i])
		++n;
	return n;
}

/* How many symbols from i on need but one bit, at most SHORT */
static unsigned bits(const struct draft *d, unsigned i)
{
	unsigned n = 0;

	while (i + n < d->n && n < SHORT && d->symbolv[i + n] != LARGE)
		++n;
	return n;
}

/* A chunk of `n` symbols of `width` bits each, the first one highest */
static uint16_t vector(const struct draft *d, unsigned i, unsigned n,
		       unsigned width)
{
	unsigned chunk = 0;

	for (unsigned k = 0; k < n; k++) {
		chunk <<= width;
		if (i + k < d->n)
			chunk |= d->symbolv[i + k];
	}
	return (uint16_t)chunk;
}

static int write_chunks(struct mbuf *mb, const struct draft *d)
{
	unsigned i = 0;
	int err = 0;

	while (i < d->n && !err) {
		unsigned left = d->n - i, same = run(d, i), one = bits(d, i);
		unsigned n = left < LONG ? left : LONG;
		uint16_t chunk;

		if (same >= SHORT || same == left ||
		    (same >= LONG && one < SHORT && one < left)) {
			n = same;
			chunk = (uint16_t)((unsigned)d->symbolv[i]
						   << RUN_SHIFT |
					   n);
		} else if (one == SHORT || one == left) {
			n = one;
			chunk = (uint16_t)(SHORT_BASE | vector(d, i, SHORT, 1));
		} else {
			chunk = (uint16_t)(LONG_BASE | vector(d, i, LONG, 2));
		}
		err = mbuf_write_u16(mb, htons(chunk));
		i += n;
	}
	return err;
}

static int write_deltas(struct mbuf *mb, const struct draft *d)
{
	int err = 0;

	for (unsigned i = 0; i < d->n; i++) {
		uint16_t delta = (uint16_t)d->deltav[i];

		if (d->symbolv[i] == SMALL)
			err |= mbuf_write_u8(mb, (uint8_t)delta);
		else if (d->symbolv[i] == LARGE)
			err |= mbuf_write_u16(mb, htons(delta));
	}
	return err;
}

static int build_transport(struct arrivals *a, struct mbuf *mb, uint32_t ssrc)
{
	struct track *t = &a->trackv[0];
	struct draft d = { .n = 0 };
	size_t start = mb->pos;
	uint32_t ref;
	int err;

	gather(&d, t);
	ref = (uint32_t)(d.reference >> REFERENCE_SHIFT) << 8;

	err = write_head(mb, ACKS_FMT_TRANSPORT, ssrc);
	err |= mbuf_write_u32(mb, htonl(a->media));
	err |= mbuf_write_u16(mb, htons((uint16_t)d.base));
	err |= mbuf_write_u16(mb, htons((uint16_t)d.n));
	err |= mbuf_write_u32(mb, htonl(ref | a->built));
	err |= write_chunks(mb, &d);
	err |= write_deltas(mb, &d);
	while ((mb->pos - start) % WORD && !err)
		err = mbuf_write_u8(mb, 0);
	if (err)
		return ENOMEM;

	write_length(mb, start);
	for (unsigned i = 0; i < d.n; i++)
		tell(a, d.symbolv[i] != MISSING);
	t->begin += d.n;
	++a->built;
	return 0;
}

static uint16_t metric(uint64_t time, uint64_t now)
{
	uint64_t ato = (now - time) * ATO_HZ / CLOCK_S;

	if (!time)
		return 0;

	return (uint16_t)(RECEIVED | (ato <= ATO_MAX ? ato : ATO_OVER));
}

/* The block of a stream, as far as it fits into `room` bytes */
static int write_block(struct arrivals *a, struct mbuf *mb, struct track *t,
		       size_t room, uint64_t now)
{
	uint64_t n = t->end - t->begin;
	int err;

	if (n > (room - BLOCK) / METRIC)
		n = (room - BLOCK) / METRIC;

	err = mbuf_write_u32(mb, htonl(t->ssrc));
	err |= mbuf_write_u16(mb, htons((uint16_t)t->begin));
	err |= mbuf_write_u16(mb, htons((uint16_t)n));
	for (uint64_t i = 0; i < n; i++, t->begin++) {
		uint64_t time = *slot(t, t->begin);

		err |= mbuf_write_u16(mb, htons(metric(time, now)));
		tell(a, time != 0);
	}
	if (n % 2)
		err |= mbuf_write_u16(mb, 0);

	return err;
}

static int build_ccfb(struct arrivals *a, struct mbuf *mb, uint32_t ssrc,
		      uint64_t now)
{
	uint32_t rts = (uint32_t)(now / CLOCK_S * NTP_HZ +
				  now % CLOCK_S * NTP_HZ / CLOCK_S);
	size_t start = mb->pos;
	int err;

	err = write_head(mb, ACKS_FMT_CCFB, ssrc);
	for (unsigned i = 0; i < a->trackc && !err; i++) {
		struct track *t = &a->trackv[i];
		size_t used = mb->pos - start + WORD;

		if (waits(t) && used + BLOCK + WORD <= ARRIVALS_SIZE)
			err = write_block(a, mb, t, ARRIVALS_SIZE - used, now);
	}
	err |= mbuf_write_u32(mb, htonl(rts));
	if (err)
		return ENOMEM;

	write_length(mb, start);
	return 0;
}

int arrivals_build(struct arrivals *a, struct mbuf *mb, uint32_t ssrc,
		   uint64_t now)
{
	bool more = false;
	int err;

	if (a->due == CLOCK_NEVER)
		return ENOENT;

	err = a->format == ARRIVALS_CCFB ? build_ccfb(a, mb, ssrc, now)
					 : build_transport(a, mb, ssrc);
	for (unsigned i = 0; i < a->trackc; i++)
		more |= waits(&a->trackv[i]);
	if (!more)
		a->waiting = 0;
	a->due = more ? now : CLOCK_NEVER;
	if (!err)
		++a->st.built;

	return err;
}

void arrivals_stats(const struct arrivals *a, struct arrivals_stats *stats)
{
	*stats = a->st;
}
