/**
 * @file core/media/audio.c  Audio
 *
 *     OUT  audio_period(): mic -> mono -> level -> capture -> send_frame()
 *     IN   audio_recv(): packet -> digits | playout -> audio_period(): spk
 */
#include <assert.h>
#include "core/media/audio.h"
#include "core/media/digits.h"
#include "core/media/sender.h"

enum {
	PERCENT = 100,
	FRACTION = 256, /* Of losses in a report, RFC 3550 6.4.1     */
};

struct audio {
	struct audio_params prm;
	struct audio_media media;
	struct codec *codecv[AUDIO_CODECS]; /* As media.codecv; made when
					       first needed           */
	bool open, muted, ended;

	struct sender *sender;		     /* Of codecv[0] */
	struct digits digitsv[AUDIO_EVENTS]; /* Received */
	uint32_t digits_received;
	struct level mic_level, spk_level;
	int16_t *mono; /* A period                                    */

	struct playout *playout; /* Of codecv[rx]                     */
	unsigned rx;
	uint32_t unknown, malformed;
	uint32_t rx_ts;	  /* Of the last packet ... */
	uint64_t rx_time; /* ... and when it came [us], 0 not yet */

	struct report *report;
};

static void audio_destructor(void *arg)
{
	struct audio *a = arg;

	for (unsigned i = 0; i < AUDIO_CODECS; i++)
		mem_deref(a->codecv[i]);
	mem_deref(a->sender);
	mem_deref(a->mono);
	mem_deref(a->playout);
	mem_deref(a->report);
}

static int codec_of(struct audio *a, unsigned i)
{
	const struct audio_codec *c = &a->media.codecv[i];

	if (a->codecv[i])
		return 0;

	return codec_alloc(&a->codecv[i], c->type,
			   codec_rate(c->type, a->prm.sound.rate), &c->prm);
}

static void send_packet(struct mbuf *mb, const struct packet *hdr,
			size_t payload, uint64_t now, void *arg)
{
	struct audio *a = arg;

	report_sent(a->report, hdr->ts, payload, now);
	a->prm.rtph(mb, now, a->prm.arg);
}

static int set_sender(struct audio *a)
{
	struct sender_format fmt = {
		.sound = a->prm.sound,
		.pt = a->media.codecv[0].pt,
		.ptime = a->media.ptime,
		.digit_pt = a->media.eventc ? a->media.eventv[0].pt : 0,
		.digit_clock = a->media.eventc ? a->media.eventv[0].clock : 0,
	};
	int err;

	err = codec_of(a, 0);
	if (err)
		return err;

	fmt.codec = a->codecv[0];
	return sender_set_format(a->sender, &fmt);
}

static int make_playout(struct audio *a, unsigned i)
{
	struct playout *p;
	int err;

	err = codec_of(a, i);
	if (err)
		return err;

	err = playout_alloc(&p, a->codecv[i], &a->prm.sound);
	if (err)
		return err;

	mem_deref(a->playout);
	a->playout = p;
	a->rx = i;
	return 0;
}

static int make_all(struct audio *a)
{
	const struct sound_format *s = &a->prm.sound;
	int err;

	if (!s->period || s->period > SOUND_PERIOD_MAX || !s->channels ||
	    s->channels > SOUND_CHANNELS_MAX)
		return EINVAL;

	a->mono = mem_deref(a->mono);
	a->mono = mem_alloc(s->period * sizeof(*a->mono), NULL);
	if (!a->mono)
		return ENOMEM;

	err = set_sender(a);
	if (!err)
		err = make_playout(a, 0);
	return err;
}

static void init_digits(struct audio *a)
{
	for (unsigned i = 0; i < a->media.eventc; i++)
		digits_init(&a->digitsv[i], a->media.eventv[i].clock);
}

/* Whether what was negotiated can be at all */
static bool usable(const struct audio_media *media)
{
	return media->codecc && media->codecc <= AUDIO_CODECS &&
	       media->eventc <= AUDIO_EVENTS;
}

int audio_alloc(struct audio **ap, const struct audio_params *prm,
		const struct audio_media *media, uint64_t now)
{
	struct audio *a;
	int err;

	if (!usable(media))
		return EINVAL;

	a = mem_zalloc(sizeof(*a), audio_destructor);
	if (!a)
		return ENOMEM;

	a->prm = *prm;
	a->media = *media;
	init_digits(a);

	err = sender_alloc(&a->sender, prm->ssrc, send_packet, a);
	if (err)
		goto out;

	err = report_alloc(&a->report, prm->ssrc, prm->cname,
			   media->codecv[0].type->clock, now);
	if (err)
		goto out;

	err = make_all(a);

out:
	if (err)
		mem_deref(a);
	else
		*ap = a;
	return err;
}

static bool same_codec(const struct audio_codec *a, const struct audio_codec *b)
{
	return a->type == b->type && a->prm.bitrate == b->prm.bitrate &&
	       a->prm.max_rate == b->prm.max_rate &&
	       a->prm.no_fec == b->prm.no_fec && a->prm.cbr == b->prm.cbr &&
	       a->prm.complexity == b->prm.complexity;
}

/* Keeps the objects of codecs that stay; whether the list is the same */
static bool move_codecs(struct audio *a, const struct audio_media *media)
{
	struct codec *oldv[AUDIO_CODECS];
	bool same = media->codecc == a->media.codecc;

	memcpy(oldv, a->codecv, sizeof(oldv));
	memset(a->codecv, 0, sizeof(a->codecv));

	for (unsigned i = 0; i < media->codecc; i++) {
		const struct audio_codec *c = &media->codecv[i];

		same = same && same_codec(c, &a->media.codecv[i]);
		for (unsigned k = 0; k < a->media.codecc; k++) {
			if (!same_codec(c, &a->media.codecv[k]) || a->codecv[i])
				continue;
			a->codecv[i] = oldv[k];
			oldv[k] = NULL;
		}
	}

	for (unsigned k = 0; k < AUDIO_CODECS; k++)
		mem_deref(oldv[k]);
	return same;
}

int audio_set_media(struct audio *a, const struct audio_media *media,
		    uint64_t now)
{
	bool other, same;
	int err = 0;
	(void)now;

	if (!usable(media))
		return EINVAL;

	other = media->ptime != a->media.ptime ||
		media->eventc != a->media.eventc ||
		memcmp(media->eventv, a->media.eventv, sizeof(media->eventv)) !=
			0;
	same = move_codecs(a, media);
	a->media = *media;
	init_digits(a);

	report_set_clock(a->report, media->codecv[0].type->clock);
	if (!same || other)
		err = set_sender(a);
	if (!same && !err)
		err = make_playout(a, 0);
	else if (!media->recv)
		playout_reset(a->playout);
	if (!media->send)
		sender_reset(a->sender);
	return err;
}

int audio_set_sound(struct audio *a, const struct sound_format *fmt)
{
	for (unsigned i = 0; i < AUDIO_CODECS; i++)
		a->codecv[i] = mem_deref(a->codecv[i]);

	a->prm.sound = *fmt;
	return make_all(a);
}

void audio_set_open(struct audio *a, bool open, uint64_t now)
{
	(void)now;

	a->open = open;
}

void audio_set_mute(struct audio *a, bool mute)
{
	if (mute && !a->muted)
		sender_silence(a->sender);
	a->muted = mute;
}

static void mix_down(struct audio *a, const int16_t *mic, unsigned frames)
{
	unsigned channels = a->prm.sound.channels;

	if (a->muted) {
		memset(a->mono, 0, frames * sizeof(*a->mono));
		return;
	}
	for (unsigned i = 0; i < frames; i++)
		a->mono[i] =
			channels == 1
				? mic[i]
				: (int16_t)((mic[2 * i] + mic[2 * i + 1]) / 2);
}

static void spread(const struct audio *a, int16_t *spk, unsigned frames)
{
	unsigned channels = a->prm.sound.channels;

	for (unsigned i = 0; i < frames * channels; i++)
		spk[i] = a->mono[i / channels];
}

void audio_period(struct audio *a, const int16_t *mic, int16_t *spk,
		  unsigned frames, uint64_t now)
{
	uint32_t rate = a->prm.sound.rate;

	assert(frames <= a->prm.sound.period);

	if (a->media.recv && a->open)
		playout_get(a->playout, a->mono, frames, now);
	else
		memset(a->mono, 0, frames * sizeof(*a->mono));
	level_put(&a->spk_level, a->mono, frames, rate);
	spread(a, spk, frames);

	/* The echo canceller will be here: it is given mic and spk */
	if (!a->media.send || a->ended)
		return;

	mix_down(a, mic, frames);
	if (!a->open) {
		sender_hold(a->sender, a->mono, frames);
		return;
	}

	level_put(&a->mic_level, a->mono, frames, rate);
	sender_put(a->sender, a->mono, frames, now);
}

static bool find_pt(const struct audio *a, uint8_t pt, unsigned *ip)
{
	for (unsigned i = 0; i < a->media.codecc; i++) {
		if (a->media.codecv[i].pt_recv == pt) {
			*ip = i;
			return true;
		}
	}
	return false;
}

/* @return Whether it is a payload type of telephone-event */
static bool recv_digit(struct audio *a, const struct packet *p,
		       const struct mbuf *mb, uint64_t now)
{
	for (unsigned i = 0; i < a->media.eventc; i++) {
		char digit;

		if (a->media.eventv[i].pt_recv != p->pt)
			continue;
		digit = digits_recv(&a->digitsv[i], p->ts, mbuf_buf(mb),
				    mbuf_get_left(mb));
		a->digits_received += digit != 0;
		if (digit && a->prm.digith)
			a->prm.digith(digit, now, a->prm.arg);
		return true;
	}
	return false;
}

void audio_recv(struct audio *a, struct mbuf *mb, uint64_t now)
{
	size_t pos = mb->pos, end = mb->end;
	bool noise, codec;
	struct packet p;
	unsigned i;

	if (packet_decode(&p, mb)) {
		++a->malformed;
		return;
	}

	codec = find_pt(a, p.pt, &i);
	noise = !codec && a->media.noise_pt && p.pt == a->media.noise_pt;
	report_received(a->report, &p, mbuf_get_left(mb),
			codec ? a->media.codecv[i].type->clock : 0, now);

	if (!codec && !recv_digit(a, &p, mb, now) && !noise)
		++a->unknown;

	if (codec) {
		a->rx_ts = p.ts;
		a->rx_time = now;
	}
	if (codec && a->media.recv) {
		if (i != a->rx && make_playout(a, i))
			++a->unknown;
		else
			(void)playout_put(a->playout, &p, mbuf_buf(mb),
					  mbuf_get_left(mb), now);
	}

	mb->pos = pos;
	mb->end = end;
}

static void take_loss(struct audio *a)
{
	struct report_stats st;

	report_stats(a->report, &st);
	if (a->codecv[0])
		codec_set_loss(a->codecv[0],
			       (st.tx_fraction * PERCENT + FRACTION - 1) /
				       FRACTION);
}

void audio_recv_report(struct audio *a, struct mbuf *mb, uint64_t now)
{
	(void)report_recv(a->report, mb, now, NULL, NULL);
	take_loss(a);
}

int audio_send_digits(struct audio *a, const char *text)
{
	return sender_digits(a->sender, text);
}

int audio_latency(const struct audio *a, int64_t *latencyp)
{
	struct playout_stats p;
	uint64_t captured;

	if (!a->rx_time ||
	    report_captured(a->report, a->rx_ts,
			    a->media.codecv[a->rx].type->clock, &captured))
		return ENOENT;

	playout_stats(a->playout, &p);
	*latencyp = (int64_t)(a->rx_time + p.delay - captured);
	return 0;
}

uint64_t audio_due(const struct audio *a)
{
	return a->open && !a->ended ? report_due(a->report) : CLOCK_NEVER;
}

static void send_report(struct audio *a, bool bye, uint64_t now)
{
	struct mbuf *mb = packet_alloc(REPORT_SIZE);

	if (!mb)
		return;

	if (!report_build(a->report, mb, bye, now)) {
		mb->pos = PACKET_HEADROOM;
		a->prm.reporth(mb, now, a->prm.arg);
	}
	mem_deref(mb);
}

void audio_tick(struct audio *a, uint64_t now)
{
	if (now >= audio_due(a))
		send_report(a, false, now);
}

void audio_bye(struct audio *a, uint64_t now)
{
	if (a->ended || !a->open)
		return;

	send_report(a, true, now);
	a->ended = true;
}

void audio_stats(const struct audio *a, struct audio_stats *stats)
{
	struct playout_stats p;

	playout_stats(a->playout, &p);
	memset(stats, 0, sizeof(*stats));
	stats->codec = a->media.codecv[0].type->name;
	stats->rate = codec_pcm_rate(a->codecv[0]);
	stats->mic_level = level_get(&a->mic_level);
	stats->spk_level = level_get(&a->spk_level);
	stats->muted = a->muted;
	stats->unknown = a->unknown;
	stats->malformed = a->malformed;
	stats->digits_sent = sender_digits_sent(a->sender);
	stats->digits_received = a->digits_received;
	stats->heard = p.jitter.played > 0;
	stats->delay = p.delay;
	stats->drift = p.clocks;
	stats->speed = p.speed;
	stats->held = p.held;
	stats->cuts = p.cuts;
	stats->undecodable = p.undecodable;
	stats->jitter = p.jitter;
	report_stats(a->report, &stats->report);
}

int audio_print(struct re_printf *pf, const struct audio *a)
{
	struct audio_stats st;
	int err;

	audio_stats(a, &st);
	err = re_hprintf(pf,
			 "%s %u Hz%s mic=%.1f dBFS spk=%.1f dBFS "
			 "digits out=%u in=%u\n",
			 st.codec, st.rate, st.muted ? " muted" : "",
			 st.mic_level, st.spk_level, st.digits_sent,
			 st.digits_received);
	err |= re_hprintf(pf, "%H\n%H", playout_print, a->playout, report_print,
			  a->report);
	return err;
}
