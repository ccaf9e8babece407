/**
 * @file drivers/alsa_card.c  ALSA card
 */
#include "drivers/alsa_card.h"
#include "drivers/alsa_pace.h"
#include "drivers/alsa_pcm.h"

struct alsa_card {
	struct sound_format fmt;
	struct alsa_pcm *capture, *playback;
	bool linked; /* They start and stop together */
	struct alsa_pace *pace;
	int16_t *out;	  /* What the pace makes of a period   */
	int64_t captured; /* What waited before the read [us]  */
};

static void card_destructor(void *arg)
{
	struct alsa_card *c = arg;

	mem_deref(c->capture);
	mem_deref(c->playback);
	mem_deref(c->pace);
	mem_deref(c->out);
}

static int64_t period_us(const struct alsa_card *c)
{
	return (int64_t)c->fmt.period * (int64_t)CLOCK_S / c->fmt.rate;
}

static int make_pace(struct alsa_card *c)
{
	const uint64_t ahead = (uint64_t)c->playback->fill * CLOCK_S /
			       c->playback->rate;
	int err;

	/* A period of it is played until the next one is read */
	err = alsa_pace_alloc(&c->pace, &c->fmt, c->playback->rate,
			      (uint32_t)(ahead - ahead / ALSA_PCM_FILL));
	if (err)
		return err;

	c->out = mem_zalloc((size_t)alsa_pace_room(c->pace) * c->fmt.channels *
				    sizeof(*c->out),
			    NULL);
	return c->out ? 0 : ENOMEM;
}

/* In this format, but that the period may have to be longer */
static int open_in(struct alsa_card **cp, const char *capture,
		   const char *playback, const struct sound_format *fmt)
{
	struct alsa_card *c;
	int err;

	c = mem_zalloc(sizeof(*c), card_destructor);
	if (!c)
		return ENOMEM;

	c->fmt = *fmt;
	err = alsa_pcm_open(&c->capture, capture, SND_PCM_STREAM_CAPTURE, fmt);
	if (err)
		goto out;

	c->fmt.period = c->capture->beat;
	err = alsa_pcm_open(&c->playback, playback, SND_PCM_STREAM_PLAYBACK,
			    &c->fmt);
	if (!err)
		err = make_pace(c);
	if (!err)
		c->linked = alsa_pcm_link(c->capture, c->playback);

out:
	if (err)
		mem_deref(c);
	else
		*cp = c;
	return err;
}

/* At one rate of the microphone */
static int open_at(struct alsa_card **cp, const char *capture,
		   const char *playback, const struct sound_prefs *prefs,
		   uint32_t rate)
{
	const uint64_t period = prefs->period ? prefs->period : SOUND_PERIOD;
	const struct sound_format fmt = {
		.rate = rate,
		.channels = prefs->channels ? prefs->channels : 1,
		.period = (unsigned)(rate * period / CLOCK_S),
	};

	return open_in(cp, capture, playback, &fmt);
}

/* The first rate that both directions can do, else the microphone's first */
static int open_any(struct alsa_card **cp, const char *capture,
		    const char *playback, const struct sound_prefs *prefs)
{
	static const uint32_t ratev[] = { 48000, 44100, 32000, 24000, 22050,
					  16000, 12000, 11025, 8000 };
	const size_t n = ARRAY_SIZE(ratev);
	int err = EINVAL;

	for (size_t i = 0; i < 2 * n && err == EINVAL; i++) {
		const uint32_t rate = ratev[i % n];

		err = open_at(cp, capture, playback, prefs, rate);
		if (!err && i < n && (*cp)->playback->rate != rate) {
			*cp = mem_deref(*cp);
			err = EINVAL;
		}
	}
	return err;
}

int alsa_card_open(struct alsa_card **cp, const char *capture,
		   const char *playback, const struct sound_prefs *prefs,
		   struct sound_format *fmt)
{
	int err;

	if (fmt->rate) {
		err = open_in(cp, capture, playback, fmt);
		if (!err && (*cp)->fmt.period != fmt->period) {
			*cp = mem_deref(*cp);
			err = EINVAL;
		}
		return err;
	}

	err = prefs->rate ? open_at(cp, capture, playback, prefs, prefs->rate)
			  : open_any(cp, capture, playback, prefs);
	if (!err)
		*fmt = (*cp)->fmt;
	return err;
}

/* Both, so that as much waits between them as ever */
int alsa_card_run(struct alsa_card *c)
{
	int err;

	alsa_pcm_drop(c->capture);
	alsa_pcm_drop(c->playback);
	err = alsa_pcm_prepare(c->capture);
	if (!err)
		err = alsa_pcm_prepare(c->playback);
	if (!err)
		err = alsa_pcm_start(c->playback);
	if (!err)
		err = alsa_pcm_start(c->capture);
	alsa_pace_restart(c->pace);
	return err;
}

int alsa_card_number(const struct alsa_card *c, enum sound_side side)
{
	return (side == SOUND_SPEAKER ? c->playback : c->capture)->card;
}

snd_pcm_t *alsa_card_clock(struct alsa_card *c)
{
	return c->capture->pcm;
}

int alsa_card_read(struct alsa_card *c, int16_t *mic,
		   struct alsa_counts *counts)
{
	int err;

	c->captured = alsa_pcm_waiting(c->capture);
	err = alsa_pcm_read(c->capture, mic, c->fmt.period);
	if (err != EPIPE)
		return err;

	++counts->overruns;
	err = alsa_card_run(c);
	return err ? err : EAGAIN;
}

/* What was captured meanwhile is not lost, unless both are one */
static int play_again(struct alsa_card *c)
{
	int err;

	if (c->linked)
		return alsa_card_run(c);

	alsa_pcm_drop(c->playback);
	alsa_pace_restart(c->pace);
	err = alsa_pcm_prepare(c->playback);
	return err ? err : alsa_pcm_start(c->playback);
}

int alsa_card_write(struct alsa_card *c, const int16_t *spk, uint64_t now,
		    struct alsa_counts *counts)
{
	unsigned frames;
	int err;

	if (now && c->captured)
		alsa_pace_measure(c->pace,
				  c->captured - period_us(c) +
					  alsa_pcm_waiting(c->playback),
				  now);

	frames = alsa_pace_put(c->pace, spk, c->out);
	err = alsa_pcm_write(c->playback, c->out, frames);
	counts->slips += err == EAGAIN;
	counts->underruns += err == EPIPE;
	if (err == EPIPE)
		err = play_again(c);
	return err == EAGAIN ? 0 : err;
}

int alsa_card_print(struct re_printf *pf, const struct alsa_card *c)
{
	if (!c)
		return 0;

	return re_hprintf(pf, " [%H] -> [%H]%s %H", alsa_pcm_print, c->capture,
			  alsa_pcm_print, c->playback,
			  c->linked ? " linked" : "", alsa_pace_print, c->pace);
}
