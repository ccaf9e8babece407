/**
 * @file core/call/figures.c  Figures
 */
#include "core/call/figures.h"
#include "core/media/videostats.h"

static double ms(uint64_t us)
{
	return (double)us / CLOCK_MS;
}

static json_t *sent(const struct audio_stats *st)
{
	const struct report_stats *r = &st->report;

	return json_pack("{s:I, s:I, s:i, s:f, s:f, s:f, s:i}", "packets",
			 (json_int_t)r->tx_packets, "bytes",
			 (json_int_t)r->tx_bytes, "lost", (int)r->tx_lost,
			 "jitter", ms(r->tx_jitter), "level", st->mic_level,
			 "round_trip", ms(r->round_trip), "digits",
			 (int)st->digits_sent);
}

static json_t *received(const struct audio_stats *st)
{
	const struct report_stats *r = &st->report;
	const struct jitter_stats *j = &st->jitter;

	return json_pack("{s:I, s:I, s:i, s:f, s:f, s:i, s:f, s:f, s:f, s:i,"
			 " s:i, s:i, s:i, s:i, s:i, s:b}",
			 "packets", (json_int_t)r->rx_packets, "bytes",
			 (json_int_t)r->rx_bytes, "lost", (int)r->rx_lost,
			 "jitter", ms(r->rx_jitter), "level", st->spk_level,
			 "digits", (int)st->digits_received, "delay",
			 ms(st->delay), "target", ms(j->target), "buffer",
			 ms(j->delay), "played", (int)j->played, "fec",
			 (int)j->fec, "concealed", (int)j->concealed, "late",
			 (int)j->late, "resync", (int)j->resync, "clocks_ppm",
			 (int)st->drift, "bye", (int)r->bye);
}

static json_t *heard_by(const struct voice *v)
{
	struct sound_heard heard;

	if (voice_heard(v, &heard))
		return json_null();

	return json_pack("{s:f, s:f, s:i, s:I}", "level", heard.level,
			 "frequency", heard.frequency, "gap", (int)heard.gap,
			 "sounding", (json_int_t)heard.sounding);
}

json_t *figures_audio(const struct audio *a, const struct voice *v)
{
	struct audio_stats st;

	audio_stats(a, &st);
	return json_pack("{s:s, s:i, s:b, s:b, s:o, s:o, s:o}", "codec",
			 st.codec, "rate", (int)st.rate, "muted", (int)st.muted,
			 "heard_peer", (int)st.heard, "sent", sent(&st),
			 "received", received(&st), "speaker", heard_by(v));
}

static json_t *shown(const struct video_stats *st)
{
	const struct report_stats *r = &st->report;
	const struct videoout_stats *o = &st->out;

	return json_pack(
		"{s:I, s:I, s:i, s:f, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:f}",
		"packets", (json_int_t)r->tx_packets, "bytes",
		(json_int_t)r->tx_bytes, "lost", (int)r->tx_lost, "round_trip",
		ms(r->round_trip), "width", (int)o->width, "height",
		(int)o->height, "frames", (int)o->units, "keys", (int)o->keys,
		"wishes", (int)o->wishes, "dropped", (int)o->dropped, "resent",
		(int)o->resend.given, "held_max", ms(o->pacer.wait_max));
}

static json_t *seen(const struct video_stats *st)
{
	const struct report_stats *r = &st->report;
	const struct videoin_stats *i = &st->in;

	return json_pack(
		"{s:I, s:I, s:i, s:f, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}",
		"packets", (json_int_t)r->rx_packets, "bytes",
		(json_int_t)r->rx_bytes, "lost", (int)r->rx_lost, "jitter",
		ms(r->rx_jitter), "width", (int)i->width, "height",
		(int)i->height, "frames", (int)i->decoded, "keys", (int)i->keys,
		"undecodable", (int)i->undecodable, "asked", (int)i->gaps.asked,
		"found", (int)i->gaps.found, "pleas", (int)i->pleas);
}

json_t *figures_video(const struct video *v)
{
	struct video_stats st;

	video_stats(v, &st);
	return json_pack("{s:s, s:b, s:b, s:i, s:o, s:o}", "codec", st.codec,
			 "send", (int)st.send, "receive", (int)st.recv,
			 "bitrate", (int)st.bitrate, "sent", shown(&st),
			 "received", seen(&st));
}
