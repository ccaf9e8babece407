/**
 * @file core/media/resend.c  Resend
 *
 * What was put and given is counted in pieces of the window, of which the
 * oldest is taken for the newest as time goes on.
 */
#include "core/media/resend.h"
#include "core/media/rtx.h"

enum {
	PIECES = 20, /* Of RESEND_WINDOW */
	PIECE = RESEND_WINDOW / PIECES,
	KNOWN = RESEND_WINDOW - PIECE, /* At least: the newest is not full */
	SEQ = 2, /* Where the sequence number is, RFC 3550 section 5.1 */
	PERCENT = 100,
};

struct slot {
	uint16_t seq;
	uint16_t size;	/* 0 for none                  */
	uint64_t since; /* When it was put [us]        */
	uint64_t again; /* Not to be given before [us] */
};

struct piece {
	uint64_t put, given; /* [bytes] */
};

struct resend {
	struct slot slotv[RESEND_SLOTS];
	struct piece piecev[PIECES];
	struct piece sum; /* Of all pieces       */
	uint64_t index;	  /* Of the newest piece */
	uint32_t bitrate; /* Of the way [bit/s]  */
	uint8_t *data;	  /* RESEND_SLOTS times RESEND_SIZE; untouched, it
			     costs nothing      */
	struct resend_stats st;
};

static void resend_destructor(void *arg)
{
	struct resend *r = arg;

	mem_deref(r->data);
}

int resend_alloc(struct resend **rp)
{
	struct resend *r = mem_zalloc(sizeof(*r), resend_destructor);

	if (!r)
		return ENOMEM;

	r->data = mem_alloc((size_t)RESEND_SLOTS * RESEND_SIZE, NULL);
	if (!r->data) {
		mem_deref(r);
		return ENOMEM;
	}

	*rp = r;
	return 0;
}

static struct slot *slot_of(struct resend *r, uint16_t seq)
{
	return &r->slotv[seq % RESEND_SLOTS];
}

static uint8_t *data_of(struct resend *r, uint16_t seq)
{
	return r->data + (size_t)(seq % RESEND_SLOTS) * RESEND_SIZE;
}

/* The piece of now; those that went out of the window are forgotten */
static struct piece *piece_of(struct resend *r, uint64_t now)
{
	uint64_t index = now / PIECE;

	for (unsigned n = 0; r->index < index && n < PIECES; n++) {
		struct piece *old = &r->piecev[++r->index % PIECES];

		r->sum.put -= old->put;
		r->sum.given -= old->given;
		memset(old, 0, sizeof(*old));
	}
	if (r->index < index)
		r->index = index;
	return &r->piecev[r->index % PIECES];
}

int resend_put(struct resend *r, const struct mbuf *mb, uint64_t now)
{
	const uint8_t *d = mbuf_buf(mb);
	size_t size = mbuf_get_left(mb);
	struct slot *s;
	uint16_t seq;

	if (size < PACKET_HEADER || size > RESEND_SIZE)
		return EMSGSIZE;

	seq = (uint16_t)(d[SEQ] << 8 | d[SEQ + 1]);
	s = slot_of(r, seq);
	s->seq = seq;
	s->size = (uint16_t)size;
	s->since = now;
	s->again = 0;
	memcpy(data_of(r, seq), d, size);

	piece_of(r, now)->put += size;
	r->sum.put += size;
	return 0;
}

void resend_set_rate(struct resend *r, uint32_t bitrate)
{
	r->bitrate = bitrate;
}

uint32_t resend_rate(const struct resend *r)
{
	return (uint32_t)(r->sum.given * 8 * CLOCK_S / RESEND_WINDOW);
}

/* Whether so many bytes more may be given */
static bool is_within(const struct resend *r, size_t size)
{
	const uint64_t given = r->sum.given + size, all = r->sum.put + given;
	const uint64_t full = r->bitrate * (uint64_t)KNOWN / CLOCK_S;

	if (given * PERCENT <= all * RESEND_SHARE)
		return true;

	return given * PERCENT <= all * RESEND_SHARE_MAX &&
	       all * 8 * (PERCENT - RESEND_SHARE) <= full * PERCENT;
}

static int check(struct resend *r, const struct slot *s, uint16_t seq,
		 uint64_t now)
{
	if (!s->size || s->seq != seq || now > s->since + RESEND_AGE) {
		++r->st.gone;
		return ENOENT;
	}
	if (now < s->again) {
		++r->st.soon;
		return EALREADY;
	}

	(void)piece_of(r, now);
	if (!is_within(r, s->size)) {
		++r->st.budget;
		return EDQUOT;
	}
	return 0;
}

static struct mbuf *copy(const uint8_t *data, size_t size)
{
	struct mbuf *mb;

	mb = mbuf_alloc(PACKET_HEADROOM + RTX_HEADER + size + PACKET_TAILROOM);
	if (!mb)
		return NULL;

	mb->pos = PACKET_HEADROOM + RTX_HEADER;
	mb->end = mb->pos + size;
	memcpy(mbuf_buf(mb), data, size);
	return mb;
}

int resend_get(struct resend *r, uint16_t seq, uint32_t rtt, uint64_t now,
	       struct mbuf **mbp)
{
	struct slot *s = slot_of(r, seq);
	struct mbuf *mb;
	int err;

	++r->st.asked;
	err = check(r, s, seq, now);
	if (err)
		return err;

	mb = copy(data_of(r, seq), s->size);
	if (!mb)
		return ENOMEM;

	s->again = now + (rtt > RESEND_AGAIN ? rtt : RESEND_AGAIN);
	piece_of(r, now)->given += s->size;
	r->sum.given += s->size;
	r->st.bytes += s->size;
	++r->st.given;
	*mbp = mb;
	return 0;
}

void resend_clear(struct resend *r)
{
	memset(r->slotv, 0, sizeof(r->slotv));
}

void resend_stats(const struct resend *r, struct resend_stats *stats)
{
	*stats = r->st;
}

int resend_print(struct re_printf *pf, const struct resend *r)
{
	return re_hprintf(pf,
			  "asked=%u given=%u packets (%llu bytes) gone=%u "
			  "soon=%u budget=%u",
			  r->st.asked, r->st.given,
			  (unsigned long long)r->st.bytes, r->st.gone,
			  r->st.soon, r->st.budget);
}
