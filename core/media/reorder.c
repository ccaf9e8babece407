/**
 * @file core/media/reorder.c  Reorder
 *
 * Slots by sequence number, from `tail` to `top`; each number that is passed
 * over has one, which remembers when. The frame to be given begins at `next`.
 * Without a frame before it to go on from (`lost`), only a key frame is given;
 * one that has begun is the `candidate`.
 */
#include <assert.h>
#include "core/media/reorder.h"

enum {
	DROPOUT = 3000,	    /* RFC 3550 appendix A.1 [packets]             */
	LATE_IN_A_ROW = 32, /* Then the stream began anew, ours            */
	BACK = 16, /* Before the first packet that came [packets], ours    */
	BEGIN = 20 * CLOCK_MS, /* For those to come [us], ours           */
};

enum whole {
	WHOLE,	/* All is there                                          */
	HOLED,	/* A packet is missing                                   */
	UNDONE, /* Its end is not there yet                              */
};

struct reorder {
	const struct reorder_format *fmt;
	bool synced, lost, candidate;
	bool doubt; /* A gap is there for long                      */
	uint32_t ssrc;
	int64_t tail, next, top; /* Extended sequence numbers           */
	int64_t first;		 /* Of the first packet that came ...    */
	uint64_t begun;		 /* ... and when [us]                    */
	bool odd;		 /* A packet of another time came ...    */
	uint16_t odd_seq;
	uint16_t late_seq; /* The last that was late                     */
	unsigned late_row;
	uint64_t wait; /* For a gap [us]                                */
	uint64_t trip; /* A key frame that is asked for takes [us]      */
	uint64_t fell; /* When the last gap was given up [us]           */
	uint64_t due;
	struct reorder_stats st;
	struct shelf shelf;
	struct reorder_piece piecev[REORDER_SLOTS];
};

static void reorder_destructor(void *arg)
{
	struct reorder *r = arg;

	shelf_close(&r->shelf);
}

int reorder_alloc(struct reorder **rp, const struct reorder_format *fmt)
{
	struct reorder *r;

	assert(fmt);

	r = mem_zalloc(sizeof(*r), reorder_destructor);
	if (!r)
		return ENOMEM;

	if (shelf_init(&r->shelf)) {
		mem_deref(r);
		return ENOMEM;
	}

	reorder_set_round_trip(r, 0);
	reorder_reset(r, fmt);
	*rp = r;
	return 0;
}

void reorder_reset(struct reorder *r, const struct reorder_format *fmt)
{
	if (fmt)
		r->fmt = fmt;

	shelf_reset(&r->shelf);
	r->synced = r->odd = r->candidate = false;
	r->lost = true;
	r->doubt = false;
	r->fell = 0;
	r->late_row = 0;
	r->due = CLOCK_NEVER;
}

void reorder_set_round_trip(struct reorder *r, uint32_t rtt)
{
	r->trip = rtt;
	r->wait = clock_min((uint64_t)rtt * REORDER_WAIT_TRIPS,
			    REORDER_WAIT_MAX);
	if (r->wait < REORDER_WAIT_MIN)
		r->wait = REORDER_WAIT_MIN;
}

static struct shelf_slot *slot_of(struct reorder *r, int64_t seq)
{
	return shelf_at(&r->shelf, seq);
}

/* What was given or skipped before is let go */
static void flush(struct reorder *r)
{
	for (; r->tail < r->next && r->tail <= r->top; r->tail++)
		shelf_drop(&r->shelf, slot_of(r, r->tail));
	r->tail = r->next;
	if (r->top < r->next - 1)
		r->top = r->next - 1;
}

static void skip_to(struct reorder *r, int64_t seq)
{
	for (; r->next < seq && r->next <= r->top; r->next++) {
		const struct shelf_slot *s = slot_of(r, r->next);

		r->st.skipped += s->used && s->size;
	}
	r->next = seq;
}

/* Numbers up to this one are now known to be */
static void reach(struct reorder *r, int64_t seq, uint64_t now)
{
	while (r->top < seq)
		shelf_miss(&r->shelf, ++r->top, now);
}

static void sync_to(struct reorder *r, const struct packet *p, uint64_t now)
{
	int64_t seq = (int64_t)p->seq + UINT16_MAX + 1;

	r->st.resync += r->synced;
	reorder_reset(r, NULL);
	r->synced = true;
	r->ssrc = p->ssrc;
	r->first = seq;
	r->begun = now;
	r->tail = r->next = seq - BACK;
	r->top = r->next - 1;
	reach(r, seq - 1, now);
}

static void lose(struct reorder *r, uint64_t now)
{
	r->lost = true;
	r->candidate = false;
	r->fell = now;
	++r->st.lost;
}

/* Two of another time in a row make a new sequence */
static bool is_odd(struct reorder *r, const struct packet *p, uint64_t now)
{
	int ahead = packet_distance(p->seq, (uint16_t)r->top);

	if (ahead <= DROPOUT && ahead >= -DROPOUT) {
		r->odd = false;
		return false;
	}
	if (r->odd && p->seq == (uint16_t)(r->odd_seq + 1)) {
		sync_to(r, p, now);
		return false;
	}
	r->odd = true;
	r->odd_seq = p->seq;
	return true;
}

/* Many that follow each other and are all late: it began anew */
static bool is_late(struct reorder *r, const struct packet *p, uint64_t now)
{
	bool next = p->seq == (uint16_t)(r->late_seq + 1);

	if (packet_distance(p->seq, (uint16_t)r->next) >= 0) {
		r->late_row = 0;
		return false;
	}

	r->late_row = next ? r->late_row + 1 : 0;
	r->late_seq = p->seq;
	if (r->late_row >= LATE_IN_A_ROW) {
		sync_to(r, p, now);
		return false;
	}
	++r->st.late;
	return true;
}

static void make_room(struct reorder *r, int64_t seq, uint64_t now)
{
	if (seq - r->next < REORDER_SLOTS)
		return;

	if (!r->lost) {
		lose(r, now);
		++r->st.overflow;
	}
	skip_to(r, seq - REORDER_SLOTS + 1);
	flush(r);
}

static void store(struct reorder *r, const struct packet *p,
		  struct shelf_slot *s, const uint8_t *payload, size_t size,
		  uint64_t now)
{
	shelf_put(&r->shelf, s, p, payload, size, now);
	s->starts = size && r->fmt->starts(payload, size);
	s->key = s->starts && r->fmt->key(payload, size);
	if (r->shelf.held > r->st.held_max)
		r->st.held_max = r->shelf.held;
}

int reorder_put(struct reorder *r, const struct packet *p,
		const uint8_t *payload, size_t size, uint64_t now)
{
	int64_t seq;

	flush(r);
	if (size > REORDER_PAYLOAD) {
		++r->st.long_ones;
		return EMSGSIZE;
	}
	if (!r->synced || p->ssrc != r->ssrc)
		sync_to(r, p, now);
	else if (is_odd(r, p, now))
		return EAGAIN;

	if (is_late(r, p, now))
		return ETIME;

	seq = r->top + packet_distance(p->seq, (uint16_t)r->top);
	make_room(r, seq, now);
	reach(r, seq, now);
	if (slot_of(r, seq)->used) {
		++r->st.duplicate;
		return EALREADY;
	}

	store(r, p, slot_of(r, seq), payload, size, now);
	return 0;
}

static bool is_over(const struct reorder *r, const struct shelf_slot *s,
		    uint64_t now)
{
	return now >= s->since + r->wait;
}

/* Look through the frame that begins at `seq`, which becomes that of its last
 * packet or of the first one missing */
static enum whole scan(struct reorder *r, int64_t *seq)
{
	const struct shelf_slot *first = NULL;

	for (; *seq <= r->top; ++*seq) {
		const struct shelf_slot *s = slot_of(r, *seq);

		if (!s->used)
			return HOLED;
		if (!s->size)
			continue;
		if (first && s->ts != first->ts) {
			--*seq;
			return WHOLE;
		}
		if (s->marker)
			return WHOLE;
		if (!first)
			first = s;
	}
	return UNDONE;
}

static void give(struct reorder *r, struct reorder_frame *f, int64_t last)
{
	memset(f, 0, sizeof(*f));
	f->first = r->lost;
	f->piecev = r->piecev;

	for (; r->next <= last; r->next++) {
		const struct shelf_slot *s = slot_of(r, r->next);
		struct reorder_piece *piece = &r->piecev[f->piecec];

		if (!s->size)
			continue;
		if (!f->piecec++) {
			f->ts = s->ts;
			f->pt = s->pt;
		}
		piece->data = shelf_data(&r->shelf, s);
		piece->size = s->size;
		f->size += s->size;
		f->key |= s->key;
		if (s->arrival > f->arrival)
			f->arrival = s->arrival;
	}

	r->lost = r->candidate = false;
	r->st.keys += f->key;
	++r->st.frames;
}

/* Whether a key frame cannot begin with what is missing: it was sent before
 * one was asked for */
static bool is_useless(const struct reorder *r, const struct shelf_slot *s,
		       uint64_t now)
{
	if (is_over(r, s, now))
		return true;

	return r->fell && s->since < r->fell + r->trip &&
	       now >= s->since + BEGIN;
}

/* Nothing before `seq` helps any more, but what may yet come */
static void prune(struct reorder *r, int64_t seq, uint64_t now)
{
	int64_t to = r->next;

	while (to < seq &&
	       (slot_of(r, to)->used || is_useless(r, slot_of(r, to), now)))
		++to;
	skip_to(r, to);
}

/* The first packet that belongs to another time than the one at `seq` */
static int64_t behind(struct reorder *r, int64_t seq)
{
	uint32_t ts = slot_of(r, seq)->ts;

	while (seq <= r->top &&
	       (!slot_of(r, seq)->used || slot_of(r, seq)->ts == ts))
		++seq;
	return seq;
}

/* A key frame seems to begin at `seq`. Whether it can be waited for; what was
 * lost just before it may be its parameter sets */
static bool may_come(struct reorder *r, int64_t seq, int64_t *last,
		     enum whole *whole, uint64_t now)
{
	const struct shelf_slot *hole = slot_of(r, seq - 1);

	*whole = HOLED;
	if (seq <= r->next || seq <= r->first || hole->used ||
	    is_over(r, hole, now)) {
		*last = seq;
		*whole = scan(r, last);
		hole = slot_of(r, *last);
	}
	if (*whole != HOLED)
		return true;
	if (is_over(r, hole, now))
		return false;

	r->due = hole->since + r->wait;
	return true;
}

/* Begin with the next key frame */
static int seek(struct reorder *r, struct reorder_frame *f, uint64_t now)
{
	enum whole whole = UNDONE;
	int64_t seq = r->next, last = seq;

	r->candidate = false;
	while (seq <= r->top && !r->candidate) {
		const struct shelf_slot *s = slot_of(r, seq);

		if (!s->used || !s->key)
			++seq;
		else if (may_come(r, seq, &last, &whole, now))
			r->candidate = true;
		else
			seq = behind(r, seq);
	}

	if (r->candidate && whole == WHOLE) {
		skip_to(r, seq);
		give(r, f, last);
		return 0;
	}

	if (!r->candidate && now < r->begun + BEGIN) {
		r->candidate = true; /* It may yet come, out of order */
		r->due = r->begun + BEGIN;
	}
	prune(r, seq, now);
	return EAGAIN;
}

/* A key frame that is whole, behind a gap: what is before it is given up */
static bool jump(struct reorder *r, struct reorder_frame *f, uint64_t now)
{
	for (int64_t seq = r->next + 1; seq <= r->top; seq++) {
		const struct shelf_slot *s = slot_of(r, seq);
		const struct shelf_slot *before = slot_of(r, seq - 1);
		int64_t last = seq;

		if (!s->used || !s->key || !before->used ||
		    before->ts == s->ts || scan(r, &last) != WHOLE)
			continue;

		lose(r, now);
		skip_to(r, seq);
		give(r, f, last);
		return true;
	}
	return false;
}

/* A packet is missing that may yet come, or in the meantime a key frame */
static int wait_for(struct reorder *r, const struct shelf_slot *hole,
		    struct reorder_frame *f, uint64_t now)
{
	const uint64_t doubt = hole->since + r->wait / 2;

	r->doubt = now >= doubt;
	r->due = r->doubt ? hole->since + r->wait : doubt;
	return r->doubt && jump(r, f, now) ? 0 : EAGAIN;
}

/* Go on with the frame after the last one */
static int follow(struct reorder *r, struct reorder_frame *f, uint64_t now)
{
	int64_t last;

	while (r->next <= r->top && slot_of(r, r->next)->used &&
	       !slot_of(r, r->next)->size)
		++r->next; /* Padding */

	last = r->next;
	switch (scan(r, &last)) {
	case WHOLE:
		if (slot_of(r, r->next)->starts) {
			give(r, f, last);
			return 0;
		}
		break; /* Its sender began in the middle of something */
	case HOLED:
		if (!is_over(r, slot_of(r, last), now))
			return wait_for(r, slot_of(r, last), f, now);
		break;
	case UNDONE:
		return EAGAIN;
	}

	lose(r, now);
	return seek(r, f, now);
}

int reorder_get(struct reorder *r, struct reorder_frame *f, uint64_t now)
{
	r->due = CLOCK_NEVER;
	r->doubt = false;
	if (!r->synced)
		return EAGAIN;

	flush(r);
	return r->lost ? seek(r, f, now) : follow(r, f, now);
}

uint64_t reorder_due(const struct reorder *r)
{
	return r->due;
}

bool reorder_wants_key(const struct reorder *r)
{
	return r->doubt || (r->synced && r->lost && !r->candidate);
}

uint16_t reorder_next(const struct reorder *r)
{
	return (uint16_t)r->next;
}

void reorder_stats(const struct reorder *r, struct reorder_stats *stats)
{
	*stats = r->st;
	stats->held = r->shelf.held;
}

int reorder_print(struct re_printf *pf, const struct reorder *r)
{
	const struct reorder_stats *st = &r->st;

	return re_hprintf(pf,
			  "held=%u packets most=%u frames=%u keys=%u late=%u "
			  "duplicate=%u long=%u skipped=%u lost=%u "
			  "overflow=%u resync=%u",
			  r->shelf.held, st->held_max, st->frames, st->keys,
			  st->late, st->duplicate, st->long_ones, st->skipped,
			  st->lost, st->overflow, st->resync);
}
