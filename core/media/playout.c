/**
 * @file core/media/playout.c  Playout
 */
#include "core/base/drift.h"
#include "core/media/playout.h"
#include "core/base/resampler.h"
#include "core/media/stretch.h"

struct playout {
	struct codec *codec;
	struct jitter *jitter;
	struct resampler *resampler;
	struct drift drift;
	uint32_t rate;	   /* Of the device [Hz]                    */
	uint32_t pcm_rate; /* Of the codec [Hz]                     */
	uint32_t clock;	   /* RTP [Hz]                              */
	unsigned room;	   /* Samples that fit into `line`          */
	unsigned held;	   /* Samples in it                         */
	int16_t *line;	   /* For the speaker, at its rate          */
	uint32_t undecodable, cuts;
	int16_t pcm[CODEC_FRAME_MAX]; /* At the codec's rate        */
};

static void playout_destructor(void *arg)
{
	struct playout *p = arg;

	mem_deref(p->codec);
	mem_deref(p->jitter);
	mem_deref(p->resampler);
	mem_deref(p->line);
}

int playout_alloc(struct playout **pp, struct codec *codec,
		  const struct sound_format *sound)
{
	uint64_t beat = (uint64_t)sound->period * CLOCK_S / sound->rate;
	struct playout *p;
	int err;

	p = mem_zalloc(sizeof(*p), playout_destructor);
	if (!p)
		return ENOMEM;

	p->codec = mem_ref(codec);
	p->rate = sound->rate;
	p->pcm_rate = codec_pcm_rate(codec);
	p->clock = codec_type(codec)->clock;

	err = resampler_alloc(&p->resampler, p->pcm_rate, p->rate,
			      CODEC_FRAME_MAX, true);
	if (err)
		goto out;

	err = jitter_alloc(&p->jitter, p->clock, (uint32_t)beat);
	if (err)
		goto out;

	p->room = sound->period + resampler_room(p->resampler, CODEC_FRAME_MAX);
	p->line = mem_alloc(p->room * sizeof(*p->line), NULL);
	err = p->line ? 0 : ENOMEM;

out:
	if (err)
		mem_deref(p);
	else
		*pp = p;
	return err;
}

void playout_reset(struct playout *p)
{
	jitter_reset(p->jitter);
	p->held = 0;
}

int playout_put(struct playout *p, const struct packet *hdr,
		const uint8_t *data, size_t size, uint64_t now)
{
	const struct codec_type *type = codec_type(p->codec);
	unsigned ticks = codec_ticks(type, data, size);

	if (!ticks) {
		++p->undecodable;
		return EBADMSG;
	}

	return jitter_put(p->jitter, hdr, data, size, ticks,
			  codec_has_fec(type, data, size), now);
}

static unsigned samples_of(const struct playout *p, unsigned ticks)
{
	uint64_t n = (uint64_t)ticks * p->pcm_rate / p->clock;

	if (!n)
		return 1;
	return n < CODEC_FRAME_MAX ? (unsigned)n : CODEC_FRAME_MAX;
}

/* Fills p->pcm; returns how many samples */
static unsigned decode(struct playout *p, const struct jitter_piece *piece)
{
	unsigned n = samples_of(p, piece->ticks), got;

	switch (piece->what) {
	case JITTER_PLAY:
		if (!codec_decode(p->codec, p->pcm, &got, piece->data,
				  piece->size))
			return got;
		++p->undecodable;
		break;
	case JITTER_FEC:
		if (!codec_decode_fec(p->codec, p->pcm, n, piece->data,
				      piece->size))
			return n;
		break;
	case JITTER_CONCEAL:
		break;
	case JITTER_IDLE:
		memset(p->pcm, 0, n * sizeof(*p->pcm));
		return n;
	}

	codec_conceal(p->codec, p->pcm, n);
	return n;
}

static void fetch(struct playout *p, uint64_t now)
{
	struct jitter_piece piece;
	unsigned n, cut;
	uint64_t ahead = (uint64_t)p->held * CLOCK_S / p->rate;
	int32_t speed;

	jitter_get(p->jitter, &piece, now + ahead);
	n = decode(p, &piece);

	if (piece.cut) {
		cut = n - stretch_cut(p->pcm, n, p->pcm_rate);
		n -= cut;
		p->cuts += cut > 0;
		jitter_cut(p->jitter,
			   (unsigned)((uint64_t)cut * p->clock / p->pcm_rate));
	}

	speed = drift_put(&p->drift, jitter_error(p->jitter), now);
	resampler_set_speed(p->resampler, speed);
	p->held += resampler_put(p->resampler, p->pcm, n, p->line + p->held);
}

void playout_get(struct playout *p, int16_t *pcm, unsigned frames, uint64_t now)
{
	while (p->held < frames)
		fetch(p, now);

	memcpy(pcm, p->line, frames * sizeof(*pcm));
	p->held -= frames;
	memmove(p->line, p->line + frames, p->held * sizeof(*pcm));
}

void playout_stats(const struct playout *p, struct playout_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	jitter_stats(p->jitter, &stats->jitter);
	stats->delay = stats->jitter.delay + resampler_delay(p->resampler);
	stats->clocks = (int32_t)p->drift.clocks;
	stats->speed = p->drift.speed;
	stats->held = p->held;
	stats->undecodable = p->undecodable;
	stats->cuts = p->cuts;
}

int playout_print(struct re_printf *pf, const struct playout *p)
{
	struct playout_stats st;
	const struct jitter_stats *j = &st.jitter;

	playout_stats(p, &st);
	return re_hprintf(pf,
			  "delay=%u us target=%u us clocks=%d ppm speed=%d ppm "
			  "held=%u played=%u fec=%u concealed=%u late=%u "
			  "duplicate=%u skipped=%u overflow=%u resync=%u "
			  "cuts=%u undecodable=%u",
			  st.delay, j->target, st.clocks, st.speed, j->held,
			  j->played, j->fec, j->concealed, j->late,
			  j->duplicate, j->skipped, j->overflow, j->resync,
			  st.cuts, st.undecodable);
}
