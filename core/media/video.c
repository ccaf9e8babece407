/**
 * @file core/media/video.c  Video
 *
 *     OUT  video_put(): unit -> videoout -> leaves() -> RTP
 *     IN   video_recv(): packet -> rtx -> videoin -> frame
 *     RTCP video_recv_report() -> videoout;  tick() -> report, NACK, PLI
 */
#include <assert.h>
#include "core/media/arrivals.h"
#include "core/media/extension.h"
#include "core/media/feedback.h"
#include "core/media/rtx.h"
#include "core/media/video.h"
#include "core/media/videoin.h"
#include "core/media/videoout.h"
#include "core/media/videostats.h"

enum {
	ASKED_MAX = 64,		    /* Packets asked for in one NACK, ours */
	AHEAD_MAX = 800 * CLOCK_MS, /* A picture that is to be shown later
				      has a wrong clock [us], ours        */
};

struct video {
	struct video_params prm;
	struct video_media media;
	struct videoout *out;
	struct videoin *in;
	struct report *report;
	struct arrivals *arrivals; /* Of the peer's packets */
	uint32_t rx_ssrc;	   /* Of the peer's stream  */
	uint32_t rate;		   /* As the handler knows  */
	uint32_t unknown, malformed;
	int64_t latency; /* Of sound [us] */
	bool synced;	 /* It is known   */
	bool open, ended;
};

static void video_destructor(void *arg)
{
	struct video *v = arg;

	mem_deref(v->out);
	mem_deref(v->in);
	mem_deref(v->report);
	mem_deref(v->arrivals);
}

/* ---- Out ---- */

static void leaves(struct mbuf *mb, uint32_t ts, size_t payload,
		   uint64_t captured, uint64_t now, void *arg)
{
	struct video *v = arg;

	if (payload)
		report_sent(v->report, ts, payload, captured);
	v->prm.rtph(mb, now, v->prm.arg);
}

static uint32_t most(const struct video *v)
{
	return MIN(videoout_bitrate(v->out), v->media.bitrate);
}

/* What the way can take has changed, maybe */
static void tell_rate(struct video *v, uint64_t now)
{
	const uint32_t rate = videoout_full(v->out) ? 0 : most(v);

	if (rate == v->rate)
		return;

	v->rate = rate;
	v->prm.rateh(rate, now, v->prm.arg);
}

void video_put(struct video *v, const struct encoder_unit *u, uint64_t now)
{
	if (!v->open || v->ended || !v->media.send)
		return;

	if (videoout_put(v->out, u, now))
		v->prm.wishh(now, v->prm.arg);
	tell_rate(v, now);
}

/* ---- In ---- */

/* Now, if nothing says anything else, or what cannot be */
static uint64_t when_handler(uint32_t ts, uint64_t now, void *arg)
{
	const struct video *v = arg;
	uint64_t captured, at;

	if (!v->synced ||
	    report_captured(v->report, ts, VIDEO_CLOCK, &captured))
		return now;

	at = captured + (uint64_t)v->latency; /* Before our time: it wraps */
	return at < now || at - now > AHEAD_MAX ? now : at;
}

static void frame_handler(struct frame *f, uint64_t now, void *arg)
{
	struct video *v = arg;

	v->prm.frameh(f, now, v->prm.arg);
}

void video_set_latency(struct video *v, int64_t latency)
{
	v->latency = latency;
	v->synced = true;
}

static void wake_handler(void *arg)
{
	struct video *v = arg;

	v->prm.wakeh(v->prm.arg);
}

static const struct videoin_handlers handlers = {
	.when = when_handler,
	.frame = frame_handler,
	.wake = wake_handler,
};

/* Which codec a payload type is of, and whether it is sent again */
static const struct video_codec *codec_of(const struct video *v, uint8_t pt,
					  bool *again)
{
	for (unsigned i = 0; i < v->media.codecc; i++) {
		const struct video_codec *c = &v->media.codecv[i];

		*again = c->rtx_recv && c->rtx_recv == pt;
		if (*again || c->pt_recv == pt)
			return c;
	}

	return NULL;
}

bool video_owns(const struct video *v, uint8_t pt)
{
	bool again;

	return codec_of(v, pt, &again) != NULL;
}

static void note_arrival(struct video *v, const struct packet *p,
			 const struct mbuf *mb, uint64_t now)
{
	const struct extension_ids ids = {
		.transport = v->media.exts.sequence,
	};
	struct extension e;

	if (!(v->media.codecv[0].feedback & VIDEO_TWCC))
		return;

	extension_decode(&e, p, mb, &ids);
	if (e.numbered)
		arrivals_put(v->arrivals, p->ssrc, e.transport, now);
}

static void take_packet(struct video *v, struct packet *p, struct mbuf *mb,
			uint64_t now)
{
	bool again;
	const struct video_codec *c = codec_of(v, p->pt, &again);

	if (!c) {
		++v->unknown;
		return;
	}

	note_arrival(v, p, mb, now);
	if (again) {
		if (rtx_unwrap(p, mb, c->pt_recv, v->rx_ssrc))
			return;
	} else {
		v->rx_ssrc = p->ssrc;
		report_received(v->report, p, mbuf_get_left(mb), VIDEO_CLOCK,
				now);
	}
	if (v->media.recv)
		(void)videoin_put(v->in, c->name, p, mbuf_buf(mb),
				  mbuf_get_left(mb), now);
}

void video_recv(struct video *v, struct mbuf *mb, uint64_t now)
{
	const size_t pos = mb->pos, end = mb->end;
	struct packet p;

	if (packet_decode(&p, mb))
		++v->malformed;
	else
		take_packet(v, &p, mb, now);
	mb->pos = pos;
	mb->end = end;
}

/* ---- Reports ---- */

struct taking {
	struct video *v;
	uint64_t now;
};

static void compound_handler(const struct compound_packet *p, void *arg)
{
	const struct taking *t = arg;

	for (unsigned i = 0; i < p->blockc; i++) {
		if (p->blockv[i].ssrc == t->v->prm.ssrc)
			videoout_loss(t->v->out, p->blockv[i].fraction, t->now);
	}
	if (videoout_feedback(t->v->out, p, t->now))
		t->v->prm.wishh(t->now, t->v->prm.arg);
}

void video_recv_report(struct video *v, struct mbuf *mb, uint64_t now)
{
	struct taking t = { .v = v, .now = now };
	struct report_stats st;

	(void)report_recv(v->report, mb, now, compound_handler, &t);
	report_stats(v->report, &st);
	if (st.round_trip)
		video_set_round_trip(v, st.round_trip);
	tell_rate(v, now);
}

void video_set_round_trip(struct video *v, uint32_t rtt)
{
	videoout_set_round_trip(v->out, rtt);
	videoin_set_round_trip(v->in, rtt);
}

/* Send what a function writes, alone (RFC 5506) */
static void send_feedback(struct video *v, struct mbuf *mb, int err,
			  uint64_t now)
{
	mb->pos = PACKET_HEADROOM;
	if (!err && mbuf_get_left(mb))
		v->prm.reporth(mb, now, v->prm.arg);
	mb->pos = mb->end = PACKET_HEADROOM;
}

static void ask(struct video *v, struct mbuf *mb, uint64_t now)
{
	const struct video_codec *c = &v->media.codecv[0];
	uint16_t seqv[ASKED_MAX];
	unsigned n = videoin_missing(v->in, seqv, ASKED_MAX, now);

	if (n && (c->feedback & VIDEO_NACK))
		send_feedback(
			v, mb,
			feedback_nack(mb, v->prm.ssrc, v->rx_ssrc, seqv, n),
			now);
	if (videoin_plea(v->in, now))
		send_feedback(v, mb, feedback_pli(mb, v->prm.ssrc, v->rx_ssrc),
			      now);
}

static void send_report(struct video *v, bool bye, uint64_t now)
{
	struct mbuf *mb = packet_alloc(REPORT_SIZE);

	if (!mb)
		return;

	send_feedback(v, mb, report_build(v->report, mb, bye, now), now);
	mem_deref(mb);
}

static void send_arrivals(struct video *v, struct mbuf *mb, uint64_t now)
{
	while (arrivals_due(v->arrivals) <= now) {
		if (arrivals_build(v->arrivals, mb, v->prm.ssrc, now))
			break;
		send_feedback(v, mb, 0, now);
	}
}

static uint64_t asking_due(const struct video *v)
{
	uint64_t due = v->media.recv ? videoin_due(v->in) : CLOCK_NEVER;

	return clock_min(due, arrivals_due(v->arrivals));
}

uint64_t video_due(const struct video *v)
{
	if (!v->open || v->ended)
		return CLOCK_NEVER;

	return clock_min(clock_min(report_due(v->report), asking_due(v)),
			 videoout_due(v->out));
}

void video_tick(struct video *v, uint64_t now)
{
	struct mbuf *mb;

	if (!v->open || v->ended)
		return;

	if (v->media.recv)
		videoin_tick(v->in, now);
	videoout_tick(v->out, now);
	tell_rate(v, now);
	if (report_due(v->report) <= now)
		send_report(v, false, now);
	if (asking_due(v) > now)
		return;

	mb = packet_alloc(VIDEOOUT_MTU);
	if (!mb)
		return;
	if (v->media.recv)
		ask(v, mb, now);
	send_arrivals(v, mb, now);
	mem_deref(mb);
}

/* ---- Its life ---- */

/* Whether what was negotiated can be at all */
static bool usable(const struct video_media *media)
{
	return media->codecc && media->codecc <= VIDEO_CODECS;
}

int video_alloc(struct video **vp, const struct video_params *prm,
		const struct video_media *media, uint64_t now)
{
	struct video *v;
	int err;

	if (!usable(media))
		return EINVAL;

	v = mem_zalloc(sizeof(*v), video_destructor);
	if (!v)
		return ENOMEM;

	v->prm = *prm;
	v->media = *media;
	err = videoout_alloc(&v->out, prm->ssrc, prm->rtx_ssrc, leaves, v, now);
	if (!err)
		err = videoin_alloc(&v->in, prm->coderv, &handlers, v);
	if (!err)
		err = arrivals_alloc(&v->arrivals, ARRIVALS_TRANSPORT);
	if (!err)
		err = report_alloc(&v->report, prm->ssrc, prm->cname,
				   VIDEO_CLOCK, now);
	if (err) {
		mem_deref(v);
		return err;
	}

	videoout_set_media(v->out, media);
	*vp = v;
	return 0;
}

static void follow_open(struct video *v, uint64_t now)
{
	videoin_set_open(v->in, v->open && v->media.recv, now);
	if (!v->open || !v->media.send)
		videoout_clear(v->out);
}

int video_set_media(struct video *v, const struct video_media *media,
		    uint64_t now)
{
	if (!usable(media))
		return EINVAL;

	v->media = *media;
	videoout_set_media(v->out, media);
	follow_open(v, now);
	return 0;
}

void video_set_open(struct video *v, bool open, uint64_t now)
{
	v->open = open;
	follow_open(v, now);
}

void video_bye(struct video *v, uint64_t now)
{
	if (v->ended || !v->open)
		return;

	send_report(v, true, now);
	v->ended = true;
}

const char *video_codec_name(const struct video *v)
{
	return v->media.codecv[0].name;
}

void video_stats(const struct video *v, struct video_stats *st)
{
	memset(st, 0, sizeof(*st));
	st->codec = video_codec_name(v);
	st->send = v->media.send;
	st->recv = v->media.recv;
	st->bitrate = most(v);
	st->unknown = v->unknown;
	st->malformed = v->malformed;
	report_stats(v->report, &st->report);
	videoout_stats(v->out, &st->out);
	videoin_stats(v->in, &st->in);
}

int video_print(struct re_printf *pf, const struct video *v)
{
	int err = re_hprintf(pf, "video %s %s%s %u bit/s\n",
			     video_codec_name(v), v->media.send ? "send " : "",
			     v->media.recv ? "recv" : "", most(v));

	err |= re_hprintf(pf, "%H\n", videoout_print, v->out);
	err |= re_hprintf(pf, "%H\n", videoin_print, v->in);
	err |= re_hprintf(pf, "%H", report_print, v->report);
	return err;
}
