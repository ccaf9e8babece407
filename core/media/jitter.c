/**
 * @file core/media/jitter.c  Jitter buffer
 *
 * Slots by sequence number. `next` is the RTP time to be played next. When
 * nothing is there, time stands still (`held_back` counts it): a packet that
 * comes late is then still played, and one that never comes is skipped, since
 * its time has been filled already. The window of transits is in window.c.
 */
#include <assert.h>
#include "core/media/jitter.h"
#include "core/media/window.h"

enum {
	DROPOUT = 3000,	   /* RFC 3550 appendix A.1 [packets]            */
	LATE_IN_A_ROW = 8, /* Then it is we who are early, ours          */
	PIECE = 20,	   /* Before the first packet [ms], RFC 3551 4.2 */
	MS_PER_S = 1000,
	IDLE = CLOCK_S,		/* Invented at most [us], ours                */
	MARGIN = 2 * CLOCK_MS,	/* A handler is late [us], ours             */
	START = 10 * CLOCK_MS,	/* Until enough transits are known [us]     */
	KNOWN = 50,		/* Transits that are enough, ours             */
	DELAY_SHIFT = 5,	/* Means are over 32 pieces                   */
	LOSS_SHIFT = 8,		/* The loss is over 256 packets               */
	LOSS_ONE = 1 << 16,	/* All lost                                   */
	LOSSY = LOSS_ONE / 100, /* Wait for FEC from here on, ours         */
	FEC_ROW = 256,		/* Packets without FEC: there is none, ours   */
	NEAR = 5 * CLOCK_MS,	/* Not worth waiting for [us], ours           */
	LEAP = 15 * CLOCK_MS,	/* The mean follows at once [us], ours       */
	STEPS = 400,		/* Pieces are multiples of 1/400 s, RFC 6716  */
	CLEAN = LOSS_ONE / 300, /* ... and no more from here on            */
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
	uint32_t beat;	/* [us] */
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
	struct window *window;
	int64_t offset; /* Mean of now - time of what is played [us]     */
	bool offset_known;
	int64_t target; /* Wished offset [us]                            */
	uint32_t loss;	/* Of LOSS_ONE                                   */
	bool lossy;
	unsigned fec_row; /* Packets until FEC is not hoped for */
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
	mem_deref(j->window);
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
	j->beat = beat;
	j->piece = clock / MS_PER_S * PIECE;

	err = window_alloc(&j->window, JITTER_WINDOW);
	if (err)
		mem_deref(j);
	else
		*jp = j;
	return err;
}

void jitter_reset(struct jitter *j)
{
	clear(j);
	window_reset(j->window);
	j->synced = false;
	j->odd = false;
	j->late_row = 0;
	j->offset_known = false;
	j->loss = 0;
	j->lossy = false;
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
	j->offset_known = false;
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

static void set_target(struct jitter *j)
{
	int64_t least = window_quantile(j->window, 0);
	int64_t most = window_quantile(j->window, JITTER_QUANTILE);

	if (most > least + JITTER_TARGET_MAX)
		most = least + JITTER_TARGET_MAX;

	j->target = most + j->beat / 2 + MARGIN;
	if (window_count(j->window) < KNOWN)
		j->target += START;
	if (j->lossy)
		j->target += us_of(j, j->piece);
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

	if (window_count(j->window) && sent > 0 && came < sent / 4)
		return;

	window_put(j->window, (int64_t)now - us_of(j, ts));
	set_target(j);
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
			 uint64_t now)
{
	return (int64_t)now - us_of(j, s->ts);
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
			 uint64_t now)
{
	int64_t under = j->target - offset_of(j, s, now);
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
static struct slot *catch_up(struct jitter *j, struct slot *s, uint64_t now)
{
	int64_t most = j->target + us_of(j, j->piece);

	if (offset_of(j, s, now) - j->target < JITTER_EXCESS)
		return s;

	while (j->st.held > 1 && offset_of(j, s, now) > most) {
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

static void count_losses(struct jitter *j, const struct slot *s)
{
	bool lossy = j->lossy;

	if (s->seq > j->seq_next)
		j->loss += (LOSS_ONE - j->loss) >> LOSS_SHIFT;
	else
		j->loss -= j->loss >> LOSS_SHIFT;

	if (s->fec)
		j->fec_row = FEC_ROW;
	else if (j->fec_row)
		--j->fec_row;

	j->lossy = j->fec_row && j->loss > (lossy ? CLEAN : LOSSY);
	if (j->lossy != lossy)
		set_target(j);
}

static void follow(int64_t *mean, int64_t value, bool known)
{
	int64_t off = value - *mean;

	if (!known || off > LEAP || off < -LEAP)
		*mean = value;
	else
		*mean += off / (1 << DELAY_SHIFT);
}

static void play(struct jitter *j, struct slot *s, struct jitter_piece *piece,
		 uint64_t now)
{
	int64_t delay = j->st.delay;

	count_losses(j, s);
	follow(&j->offset, offset_of(j, s, now), j->offset_known);
	follow(&delay, (int64_t)(now - s->arrival), j->offset_known);
	j->offset_known = true;
	j->st.delay = (uint32_t)delay;

	piece->what = JITTER_PLAY;
	piece->ticks = s->ticks;
	piece->pt = s->pt;
	piece->data = j->current = s->data;
	piece->size = s->size;
	piece->cut = j->offset - j->target > JITTER_CUT && j->st.held > 1;

	j->next = s->ts + s->ticks;
	j->seq_next = s->seq + 1;
	j->held_back = 0;
	j->begun = true;
	++j->st.played;
	s->data = NULL;
	drop(j, s);
}

void jitter_get(struct jitter *j, struct jitter_piece *piece, uint64_t now)
{
	struct slot *s = first(j);
	unsigned wait;

	j->current = mem_deref(j->current);
	memset(piece, 0, sizeof(*piece));
	if (!s) {
		hold(j, piece, j->piece);
		return;
	}

	s = catch_up(j, s, now);
	wait = wait_for(j, s, now);
	if (wait)
		hold(j, piece, wait);
	else if (!fill_gap(j, s, piece))
		play(j, s, piece, now);
}

void jitter_cut(struct jitter *j, unsigned ticks)
{
	j->offset -= us_of(j, ticks);
}

int64_t jitter_error(const struct jitter *j)
{
	return j->offset_known ? j->offset - j->target : 0;
}

void jitter_stats(const struct jitter *j, struct jitter_stats *stats)
{
	int64_t target = j->target - window_quantile(j->window, 0);

	*stats = j->st;
	stats->target = target > 0 ? (uint32_t)target : 0;
}
