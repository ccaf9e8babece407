/**
 * @file core/media/jitter.c  Jitter buffer
 *
 * Slots by sequence number. `next` is the RTP time to be played next. When
 * nothing is there, time stands still (`held_back` counts it): a packet that
 * comes late is then still played, and one that never comes is skipped, since
 * its time has been filled already. What the delay should be is in delay.c.
 */
#include <assert.h>
#include "core/media/jitter.h"
#include "core/media/delay.h"

enum {
	DROPOUT = 3000,	   /* RFC 3550 appendix A.1 [packets]            */
	LATE_IN_A_ROW = 8, /* Then it is we who are early, ours          */
	PIECE = 20,	   /* Before the first packet [ms], RFC 3551 4.2 */
	MS_PER_S = 1000,
	IDLE = CLOCK_S,	     /* Invented at most [us], ours                */
	NEAR = 5 * CLOCK_MS, /* Not worth waiting for [us], ours           */
	STEPS = 400,	     /* Pieces are multiples of 1/400 s, RFC 6716  */
};

struct slot {
	bool used;
	bool fec;
	uint8_t pt;
	int64_t seq; /* Extended           */
	int64_t ts;  /* Extended [ticks]   */
	unsigned ticks;
	uint64_t arrival; /* [us]          */
	uint8_t *data;
	size_t size;
};

struct jitter {
	uint32_t clock; /* [Hz] */
	bool synced;
	bool begun; /* Something was played */
	uint32_t ssrc;
	int64_t seq_top, ts_top; /* Of the newest packet, extended       */
	uint64_t top_arrival;
	int64_t seq_next, next; /* To be played                         */
	unsigned piece;		/* Length of a packet [ticks]           */
	uint64_t held_back;	/* Time stood still for [ticks]         */
	bool odd;		/* A packet of another time came ...    */
	struct packet odd_one;	/* ... this one                         */
	unsigned late_row;
	struct delay *delay;
	uint8_t *current; /* Payload that was handed out                 */
	struct jitter_stats st;
	struct slot slotv[JITTER_SLOTS];
};

static void clear(struct jitter *j)
{
	for (unsigned i = 0; i < JITTER_SLOTS; i++)
		j->slotv[i].data = mem_deref(j->slotv[i].data);
	memset(j->slotv, 0, sizeof(j->slotv));
	j->st.held = 0;
}

static void jitter_destructor(void *arg)
{
	struct jitter *j = arg;

	clear(j);
	mem_deref(j->current);
	mem_deref(j->delay);
}

int jitter_alloc(struct jitter **jp, uint32_t clock, uint32_t beat)
{
	struct jitter *j;
	int err;

	assert(clock);

	j = mem_zalloc(sizeof(*j), jitter_destructor);
	if (!j)
		return ENOMEM;

	j->clock = clock;
	j->piece = clock / MS_PER_S * PIECE;

	err = delay_alloc(&j->delay, beat);
	if (err)
		mem_deref(j);
	else
		*jp = j;
	return err;
}

void jitter_reset(struct jitter *j)
{
	clear(j);
	delay_reset(j->delay);
	j->synced = false;
	j->odd = false;
	j->late_row = 0;
}

static int64_t us_of(const struct jitter *j, int64_t ticks)
{
	return ticks / j->clock * CLOCK_S +
	       ticks % j->clock * CLOCK_S / j->clock;
}

static int64_t ticks_of(const struct jitter *j, int64_t us)
{
	return us / CLOCK_S * j->clock + us % CLOCK_S * j->clock / CLOCK_S;
}

static struct slot *slot_of(struct jitter *j, int64_t seq)
{
	return &j->slotv[(uint64_t)seq % JITTER_SLOTS];
}

static void drop(struct jitter *j, struct slot *s)
{
	mem_deref(s->data);
	memset(s, 0, sizeof(*s));
	--j->st.held;
}

/* The oldest packet, or NULL */
static struct slot *first(struct jitter *j)
{
	if (!j->st.held)
		return NULL;

	for (int64_t seq = j->seq_next; seq <= j->seq_top; seq++) {
		struct slot *s = slot_of(j, seq);

		if (s->used && s->seq == seq)
			return s;
	}
	return NULL;
}

/* Go on with this packet, and forget those before it */
static void skip_to(struct jitter *j, const struct slot *s)
{
	for (; j->seq_next < s->seq; j->seq_next++) {
		struct slot *old = slot_of(j, j->seq_next);

		if (old->used && old->seq == j->seq_next)
			drop(j, old);
	}
	j->next = s->ts;
	delay_jump(j->delay);
}

static void sync_to(struct jitter *j, const struct packet *p, uint64_t now)
{
	jitter_reset(j);
	j->synced = true;
	j->ssrc = p->ssrc;
	j->seq_top = j->seq_next = (int64_t)p->seq + UINT16_MAX + 1;
	j->ts_top = j->next = p->ts;
	j->top_arrival = now;
	j->held_back = 1; /* As after a pause: wait for the target */
	j->begun = false;
}

/* Whether the packet is of another time than the stream so far. Two of them
 * in a row make a new stream (RFC 3550 appendix A.1) */
static bool is_odd(struct jitter *j, const struct packet *p, int64_t seq,
		   int64_t ts, uint64_t now)
{
	int64_t off, ago = (int64_t)(now - j->top_arrival);
	int gap = (int)(seq - j->seq_top);

	off = us_of(j, ts - j->ts_top) - ago;
	if (gap < DROPOUT && gap > -DROPOUT && off < JITTER_JUMP &&
	    off > -JITTER_JUMP) {
		j->odd = false;
		return false;
	}

	if (j->odd && p->seq == (uint16_t)(j->odd_one.seq + 1) &&
	    p->ts - j->odd_one.ts < j->clock) {
		sync_to(j, p, now);
		++j->st.resync;
		return false;
	}
	j->odd = true;
	j->odd_one = *p;
	return true;
}

/* Only the first of a burst counts: a stall is one event, not a hundred */
static void measure(struct jitter *j, int64_t ts, uint64_t now)
{
	int64_t sent = us_of(j, ts - j->ts_top);
	int64_t came = (int64_t)(now - j->top_arrival);

	if (delay_known(j->delay) && sent > 0 && came < sent / 4)
		return;

	delay_put_transit(j->delay, (int64_t)now - us_of(j, ts));
}

static void make_room(struct jitter *j, int64_t seq, int64_t end)
{
	struct slot *s = first(j);

	while (s && (seq - s->seq >= JITTER_SLOTS ||
		     us_of(j, end - s->ts) > JITTER_DELAY_MAX)) {
		drop(j, s);
		++j->st.overflow;
		s = first(j);
		if (s)
			skip_to(j, s);
	}
	if (!s && seq - j->seq_next >= JITTER_SLOTS)
		j->seq_next = seq;
}

static int store(struct jitter *j, const struct packet *p, int64_t seq,
		 int64_t ts, const uint8_t *data, size_t size, uint64_t now)
{
	struct slot *s = slot_of(j, seq);

	s->data = mem_alloc(size ? size : 1, NULL);
	if (!s->data)
		return ENOMEM;

	memcpy(s->data, data, size);
	s->used = true;
	s->pt = p->pt;
	s->seq = seq;
	s->ts = ts;
	s->size = size;
	s->arrival = now;
	if (++j->st.held > j->st.held_max)
		j->st.held_max = j->st.held;
	return 0;
}

static int too_late(struct jitter *j, const struct packet *p, int64_t seq,
		    uint64_t now)
{
	const struct slot *s = slot_of(j, seq);

	if (s->used && s->seq == seq) {
		++j->st.duplicate;
		return EALREADY;
	}

	++j->st.late;
	if (++j->late_row >= LATE_IN_A_ROW) {
		sync_to(j, p, now);
		++j->st.resync;
	}
	return ETIME;
}

static void extend(const struct jitter *j, const struct packet *p,
		   int64_t *seqp, int64_t *tsp)
{
	*seqp = j->seq_top + packet_distance(p->seq, (uint16_t)j->seq_top);
	*tsp = j->ts_top + (int32_t)(p->ts - (uint32_t)j->ts_top);
}

int jitter_put(struct jitter *j, const struct packet *p, const uint8_t *data,
	       size_t size, unsigned ticks, bool fec, uint64_t now)
{
	int64_t seq, ts;
	int err;

	assert(ticks);

	if (!j->synced || p->ssrc != j->ssrc) {
		j->st.resync += j->synced;
		sync_to(j, p, now);
	}

	extend(j, p, &seq, &ts);
	if (is_odd(j, p, seq, ts, now))
		return EAGAIN;

	extend(j, p, &seq, &ts);
	measure(j, ts, now);
	if (seq < j->seq_next || ts + ticks <= j->next ||
	    slot_of(j, seq)->seq == seq)
		return too_late(j, p, seq, now);

	make_room(j, seq, ts + ticks);
	if (seq < j->seq_next || slot_of(j, seq)->used) {
		++j->st.overflow; /* A newer one has its place */
		return ENOBUFS;
	}

	err = store(j, p, seq, ts, data, size, now);
	if (err)
		return err;

	slot_of(j, seq)->ticks = ticks;
	slot_of(j, seq)->fec = fec;
	j->piece = ticks;
	j->late_row = 0;
	if (seq >= j->seq_top) {
		j->seq_top = seq;
		j->ts_top = ts;
		j->top_arrival = now;
	}
	return 0;
}

static int64_t offset_of(const struct jitter *j, const struct slot *s,
			 uint64_t at)
{
	return (int64_t)at - us_of(j, s->ts);
}

/* Time stands still for a piece */
static void hold(struct jitter *j, struct jitter_piece *piece, unsigned ticks)
{
	piece->ticks = ticks;
	piece->what = JITTER_IDLE;
	if (!j->synced)
		return;

	if (j->begun && j->held_back < (uint64_t)ticks_of(j, IDLE)) {
		piece->what = JITTER_CONCEAL;
		++j->st.concealed;
	}
	j->held_back += ticks;
}

/* After a pause the delay can be set: how long to wait yet [ticks] */
static unsigned wait_for(const struct jitter *j, const struct slot *s,
			 uint64_t at)
{
	int64_t under = delay_target(j->delay) - offset_of(j, s, at);
	unsigned step = j->clock / STEPS, ticks;

	if (!j->held_back || under <= NEAR)
		return 0;

	under = ticks_of(j, under);
	if (under >= j->piece)
		return j->piece;

	ticks = (unsigned)under / step * step;
	return ticks;
}

/* Drop what would be played much too late */
static struct slot *catch_up(struct jitter *j, struct slot *s, uint64_t at)
{
	int64_t most = delay_target(j->delay) + us_of(j, j->piece);

	if (offset_of(j, s, at) - delay_target(j->delay) < JITTER_EXCESS)
		return s;

	while (j->st.held > 1 && offset_of(j, s, at) > most) {
		drop(j, s);
		++j->st.skipped;
		s = first(j);
		skip_to(j, s);
	}
	return s;
}

/* Fill a piece of what is missing before s. Returns false if nothing is */
static bool fill_gap(struct jitter *j, const struct slot *s,
		     struct jitter_piece *piece)
{
	int64_t gap = s->ts - j->next, fec = 0;

	if (gap > 0 && j->held_back) {
		int64_t skip = gap < (int64_t)j->held_back
				       ? gap
				       : (int64_t)j->held_back;

		j->next += skip; /* Its time was filled already */
		j->held_back = 0;
		gap -= skip;
	}
	if (gap < (int64_t)j->clock / STEPS)
		return false;

	if (s->fec && s->seq > j->seq_next)
		fec = s->ticks;

	if (gap > fec) {
		gap = gap - fec < j->piece ? gap - fec : j->piece;
		piece->what = JITTER_CONCEAL;
		++j->st.concealed;
	} else {
		piece->what = JITTER_FEC;
		piece->pt = s->pt;
		piece->data = s->data;
		piece->size = s->size;
		++j->st.fec;
	}
	piece->ticks = (unsigned)gap;
	j->next += gap;
	return true;
}

static void play(struct jitter *j, struct slot *s, struct jitter_piece *piece,
		 uint64_t at)
{
	delay_put_loss(j->delay, s->seq > j->seq_next, s->fec,
		       us_of(j, s->ticks));
	delay_follow(j->delay, offset_of(j, s, at), (int64_t)(at - s->arrival));

	piece->what = JITTER_PLAY;
	piece->ticks = s->ticks;
	piece->pt = s->pt;
	piece->data = j->current = s->data;
	piece->size = s->size;
	piece->cut = delay_error(j->delay) > JITTER_CUT && j->st.held > 1;

	j->next = s->ts + s->ticks;
	j->seq_next = s->seq + 1;
	j->held_back = 0;
	j->begun = true;
	++j->st.played;
	s->data = NULL;
	drop(j, s);
}

void jitter_get(struct jitter *j, struct jitter_piece *piece, uint64_t at)
{
	struct slot *s = first(j);
	unsigned wait;

	j->current = mem_deref(j->current);
	memset(piece, 0, sizeof(*piece));
	if (!s) {
		hold(j, piece, j->piece);
		return;
	}

	s = catch_up(j, s, at);
	wait = wait_for(j, s, at);
	if (wait)
		hold(j, piece, wait);
	else if (!fill_gap(j, s, piece))
		play(j, s, piece, at);
}

void jitter_cut(struct jitter *j, unsigned ticks)
{
	delay_shift(j->delay, -us_of(j, ticks));
}

int64_t jitter_error(const struct jitter *j)
{
	return delay_error(j->delay);
}

void jitter_stats(const struct jitter *j, struct jitter_stats *stats)
{
	*stats = j->st;
	stats->delay = delay_mean(j->delay);
	stats->target = delay_wanted(j->delay);
}
