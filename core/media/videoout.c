/**
 * @file core/media/videoout.c  Video out
 */
#include "core/base/entropy.h"
#include "core/media/acks.h"
#include "core/media/avc_pack.h"
#include "core/media/brake.h"
#include "core/media/estimate.h"
#include "core/media/extension.h"
#include "core/media/rtx.h"
#include "core/media/videoout.h"
#include "core/media/vp8pack.h"

enum {
	SRTP_TAG = 10,	    /* AES_CM_128_HMAC_SHA1_80, RFC 3711 [bytes]      */
	FRAMES = 30,	    /* Packets that are not full, about [1/s]         */
	RATE_LEAST = 20000, /* Left for the encoder at ESTIMATE_MIN [bit/s] */
	FULL = 200 * CLOCK_MS, /* Waits here, at most [us], ours      */
	TIMES = PACER_MAX,     /* Packets whose time of capture is known */
	/* Of a packet on the line, but its payload and extension [bytes] */
	LINE = PACER_OVERHEAD + PACKET_HEADER + SRTP_TAG,
};

struct videoout {
	uint32_t ssrc;
	videoout_packet_h *h;
	void *arg;
	struct video_codec codec; /* That is sent */
	struct extension_ids ids;
	struct avc_pack avc;
	struct vp8pack vp8;
	struct pacer *pacer;
	struct resend *resend;
	struct rtx rtx;
	struct acks *acks;
	struct estimate *estimate;
	struct brake brake;
	bool broken; /* What was dropped is missed until a key frame */
	struct feedback_fir fir;
	uint16_t seq;
	uint32_t since; /* Packets from the last IDR on, with it */
	uint32_t ts_base;
	uint32_t rtt;
	uint64_t capturedv[TIMES]; /* By sequence number [us] */
	struct videoout_stats st;
};

static void videoout_destructor(void *arg)
{
	struct videoout *v = arg;

	mem_deref(v->pacer);
	mem_deref(v->resend);
	mem_deref(v->acks);
	mem_deref(v->estimate);
}

int videoout_alloc(struct videoout **vp, uint32_t ssrc, uint32_t rtx_ssrc,
		   videoout_packet_h *h, void *arg, uint64_t now)
{
	struct videoout *v;
	int err;

	v = mem_zalloc(sizeof(*v), videoout_destructor);
	if (!v)
		return ENOMEM;

	v->ssrc = ssrc;
	v->h = h;
	v->arg = arg;
	v->seq = (uint16_t)entropy_u32();
	v->ts_base = entropy_u32();
	v->vp8.picture = (uint16_t)(entropy_u32() & VP8PACK_PICTURE);
	v->rtx.ssrc = rtx_ssrc;
	v->rtx.seq = (uint16_t)entropy_u32();
	err = pacer_alloc(&v->pacer, ESTIMATE_START);
	if (!err)
		err = resend_alloc(&v->resend);
	if (!err)
		err = acks_alloc(&v->acks);
	if (!err)
		err = estimate_alloc(&v->estimate, ESTIMATE_START, now);
	if (err)
		mem_deref(v);
	else
		*vp = v;
	return err;
}

/* ---- How much ---- */

/* Of a packet on the line [bytes], but its payload */
static size_t overhead(const struct videoout *v)
{
	return LINE - PACKET_HEADER + extension_size(&v->ids, NULL);
}

/* What packets need of a rate on the line, beside their payload [bit/s] */
static uint32_t overhead_rate(const struct videoout *v, uint32_t rate)
{
	const uint32_t packets = FRAMES + rate / (VIDEOOUT_MTU * 8);

	return packets * (uint32_t)overhead(v) * 8;
}

uint32_t videoout_bitrate(const struct videoout *v)
{
	const uint32_t line = estimate_target(v->estimate);
	const uint32_t over = overhead_rate(v, line) + resend_rate(v->resend);

	return line > over + RATE_LEAST ? line - over : RATE_LEAST;
}

bool videoout_full(const struct videoout *v)
{
	return (v->brake.on && !v->brake.silent) ||
	       pacer_backlog(v->pacer) > FULL;
}

static void follow_estimate(struct videoout *v)
{
	const uint32_t line = estimate_target(v->estimate);
	enum pacer_way way = PACER_WIDE;

	if (estimate_tight(v->estimate) || v->brake.on)
		way = PACER_TIGHT;
	else if (estimate_wary(v->estimate))
		way = PACER_WARY;
	pacer_set_rate(v->pacer, line, way);
	resend_set_rate(v->resend, line - overhead_rate(v, line));
}

/* ---- Leaving ---- */

static uint64_t *captured(struct videoout *v, uint16_t seq)
{
	return &v->capturedv[seq % TIMES];
}

static bool is_again(const struct videoout *v, const struct packet *p)
{
	return v->codec.rtx && p->ssrc == v->rtx.ssrc;
}

/* The moment at which a packet leaves is written into it, and remembered */
static void leave(struct videoout *v, struct mbuf *mb, bool repair,
		  uint64_t now)
{
	const size_t pos = mb->pos;
	size_t payload, size;
	struct packet p;

	if (packet_decode(&p, mb))
		return;
	payload = mbuf_get_left(mb);
	mb->pos = pos;
	size = mbuf_get_left(mb) + SRTP_TAG + PACER_OVERHEAD;

	/* Before the stamp: what is sent again gets one of its own */
	if (!repair)
		(void)resend_put(v->resend, mb, now);
	if (extension_stamp(mb, &v->ids, acks_next(v->acks), now))
		acks_sent(v->acks, p.ssrc, p.seq, size, now);
	estimate_sent(v->estimate, size, now);
	v->h(mb, p.ts, is_again(v, &p) || repair ? 0 : payload,
	     *captured(v, p.seq), now, v->arg);
}

/* A picture that waited while the way emptied is not worth its time on it:
 * the next one is worth more */
static void follow_brake(struct videoout *v, uint64_t now)
{
	const bool was = v->brake.on;

	brake_update(&v->brake, acks_waiting(v->acks), now);
	follow_estimate(v);
	pacer_set_held(v->pacer, v->brake.on, v->brake.heard, now);
	if (v->brake.on || !was)
		return;

	estimate_resume(v->estimate);
	if (pacer_backlog(v->pacer) < FULL)
		return;

	v->st.stale += pacer_drop(v->pacer, PACER_PICTURE);
	v->broken = true;
}

static void flush(struct videoout *v, uint64_t now)
{
	struct mbuf *mb;
	uint16_t tag;

	follow_brake(v, now);
	while (!pacer_get(v->pacer, &mb, &tag, now)) {
		leave(v, mb, tag == PACER_REPAIR, now);
		mem_deref(mb);
	}
}

uint64_t videoout_due(const struct videoout *v)
{
	return clock_min(
		brake_due(&v->brake),
		clock_min(pacer_due(v->pacer), estimate_due(v->estimate)));
}

void videoout_tick(struct videoout *v, uint64_t now)
{
	if (estimate_due(v->estimate) <= now) {
		estimate_tick(v->estimate, now);
		follow_estimate(v);
	}
	flush(v, now);
}

void videoout_clear(struct videoout *v)
{
	pacer_clear(v->pacer);
	memset(&v->brake, 0, sizeof(v->brake));
	resend_clear(v->resend);
}

/* ---- Packets of a unit ---- */

struct packing {
	struct videoout *v;
	struct packet p;
	uint64_t captured, now;
};

static int payload_handler(const struct payload *pl, void *arg)
{
	struct packing *k = arg;
	struct videoout *v = k->v;
	struct mbuf *mb = packet_alloc(pl->size + EXTENSION_SIZE);
	int err;

	if (!mb)
		return ENOMEM;

	k->p.seq = v->seq;
	k->p.marker = pl->last;
	err = extension_encode(mb, &k->p, &v->ids, NULL);
	if (!err)
		err = payload_write(mb, pl);
	mb->pos = PACKET_HEADROOM;
	if (!err)
		err = pacer_put(v->pacer, PACER_PICTURE, mb, PACER_PICTURE,
				k->now);
	if (!err) {
		*captured(v, v->seq++) = k->captured;
		++v->since;
	}
	mem_deref(mb);
	return err;
}

/* The RTP timestamp of a moment [us] */
static uint32_t ts_of(const struct videoout *v, uint64_t time)
{
	return v->ts_base + (uint32_t)(time / CLOCK_S * VIDEO_CLOCK +
				       time % CLOCK_S * VIDEO_CLOCK / CLOCK_S);
}

bool videoout_put(struct videoout *v, const struct encoder_unit *u,
		  uint64_t now)
{
	const uint64_t time = u->time ? u->time : now;
	struct packing k = {
		.v = v,
		.p = { .pt = v->codec.pt,
		       .ssrc = v->ssrc,
		       .ts = ts_of(v, time) },
		.captured = time,
		.now = now,
	};
	const size_t max = VIDEOOUT_MTU - RTX_HEADER -
			   extension_size(&v->ids, NULL);
	const bool vp8 = !strcmp(v->codec.name, "VP8");
	int err;

	v->broken &= !u->key;
	if (v->broken) {
		++v->st.dropped;
		return true;
	}

	if (u->key)
		v->since = 0;
	err = vp8 ? vp8pack_unit(&v->vp8, u->data, u->size, false, max,
				 payload_handler, &k)
		  : avc_pack_unit(&v->avc, u->data, u->size, max,
				  payload_handler, &k);
	if (err)
		++v->st.dropped;
	++v->st.units;
	v->st.keys += u->key;
	v->st.width = u->width;
	v->st.height = u->height;
	flush(v, now);
	return false;
}

/* ---- What the peer says ---- */

/* @return whether it cannot be had any more, and is needed: only an IDR helps.
   After an outage some peers ask for packets only, and wait in vain */
static bool repair(struct videoout *v, uint16_t seq, uint64_t now)
{
	struct mbuf *mb;
	int err;

	err = resend_get(v->resend, seq, v->rtt, now, &mb);
	if (err)
		return (err == ENOENT || err == EDQUOT) &&
		       (uint16_t)(v->seq - seq) <= v->since;

	err = v->codec.rtx ? rtx_wrap(&v->rtx, mb) : 0;
	if (!err)
		(void)pacer_put(v->pacer, PACER_REPAIR, mb, PACER_REPAIR, now);
	mem_deref(mb);
	return false;
}

struct taking {
	struct videoout *v;
	bool wish;
	uint64_t now;
};

static void feedback_handler(const struct feedback *f, void *arg)
{
	struct taking *t = arg;
	struct videoout *v = t->v;

	if (f->media != v->ssrc)
		return;

	switch (f->type) {
	case FEEDBACK_NACK:
		t->wish |= repair(v, f->seq, t->now);
		break;
	case FEEDBACK_PLI:
		t->wish = true;
		break;
	case FEEDBACK_FIR:
		t->wish |= feedback_fir_is_new(&v->fir, f);
		break;
	case FEEDBACK_REMB:
		estimate_set_cap(v->estimate, ESTIMATE_REMB, f->bitrate);
		break;
	case FEEDBACK_TMMBR:
		estimate_set_cap(v->estimate, ESTIMATE_TMMBR, f->bitrate);
		break;
	case FEEDBACK_TMMBN:
		break;
	}
}

/* Those that arrived come first, in the order in which they left */
static void take_acks(struct videoout *v, const struct acks_packet *ackv,
		      unsigned n, uint64_t now)
{
	unsigned arrived = n;

	while (arrived && ackv[arrived - 1].lost)
		--arrived;
	if (arrived)
		brake_heard(&v->brake, ackv[arrived - 1].sent,
			    (double)(n - arrived) / n, now);
	estimate_acks(v->estimate, ackv, n, now);
}

bool videoout_feedback(struct videoout *v, const struct compound_packet *p,
		       uint64_t now)
{
	struct taking t = { .v = v, .now = now };
	const struct acks_packet *ackv;
	unsigned n;

	if (p->type != COMPOUND_TRANSPORT && p->type != COMPOUND_PAYLOAD)
		return false;

	if (p->type == COMPOUND_TRANSPORT &&
	    !acks_decode(v->acks, p, &ackv, &n))
		take_acks(v, ackv, n, now);
	else
		(void)feedback_decode(p, feedback_handler, &t);

	follow_estimate(v);
	flush(v, now);
	v->st.wishes += t.wish;
	return t.wish || v->broken;
}

void videoout_loss(struct videoout *v, unsigned fraction, uint64_t now)
{
	estimate_loss(v->estimate, (uint8_t)MIN(fraction, UINT8_MAX), now);
	follow_estimate(v);
}

void videoout_set_round_trip(struct videoout *v, uint32_t rtt)
{
	v->rtt = rtt;
	estimate_set_rtt(v->estimate, rtt);
}

void videoout_set_media(struct videoout *v, const struct video_media *media)
{
	v->codec = media->codecv[0];
	v->ids.time = media->exts.abs_time;
	v->ids.transport = media->exts.sequence;
	v->avc.mode = v->codec.single ? 0 : 1;
	v->rtx.pt = v->codec.rtx;
	estimate_set_cap(v->estimate, ESTIMATE_LOCAL,
			 media->bitrate + overhead_rate(v, media->bitrate));
	follow_estimate(v);
}

void videoout_stats(const struct videoout *v, struct videoout_stats *stats)
{
	*stats = v->st;
	stats->bitrate = videoout_bitrate(v);
	stats->payload = strcmp(v->codec.name, "VP8") ? v->avc.stats
						      : v->vp8.stats;
	pacer_stats(v->pacer, &stats->pacer);
	resend_stats(v->resend, &stats->resend);
}

int videoout_print(struct re_printf *pf, const struct videoout *v)
{
	return re_hprintf(pf,
			  "%s %ux%u units=%u keys=%u dropped=%u "
			  "wishes=%u stale=%u braked=%u wrong=%u\n"
			  "%H\n%H\n%H",
			  v->codec.name, v->st.width, v->st.height, v->st.units,
			  v->st.keys, v->st.dropped, v->st.wishes, v->st.stale,
			  v->brake.pulled, v->brake.wrong, pacer_print,
			  v->pacer, resend_print, v->resend, estimate_print,
			  v->estimate);
}
