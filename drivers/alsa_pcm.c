/**
 * @file drivers/alsa_pcm.c  ALSA PCM
 */
#include "drivers/alsa_pcm.h"
#include "drivers/alsa_samples.h"

enum {
	AHEAD = 3, /* Periods over the fill: delay that nobody wants */
	LEAST = 2, /* Periods in the smallest buffer that runs      */
	BOUND = 4, /* Periods that are converted at once            */
};

/* Its own words are for developers; ours name the device once */
static void quiet(const char *file, int line, const char *function, int err,
		  const char *fmt, ...)
{
	(void)file;
	(void)line;
	(void)function;
	(void)err;
	(void)fmt;
}

static void pcm_destructor(void *arg)
{
	struct alsa_pcm *p = arg;

	if (p->pcm) {
		(void)alsa.pcm_drop(p->pcm);
		(void)alsa.pcm_close(p->pcm);
	}
	mem_deref(p->raw);
}

/* In place, if the card has it */
static int set_access(struct alsa_pcm *p, snd_pcm_hw_params_t *hw)
{
	p->mapped = alsa.pcm_hw_params_set_access(
			    p->pcm, hw, SND_PCM_ACCESS_MMAP_INTERLEAVED) >= 0;

	return p->mapped ? 0
			 : alsa.pcm_hw_params_set_access(
				   p->pcm, hw, SND_PCM_ACCESS_RW_INTERLEAVED);
}

static int set_format(struct alsa_pcm *p, snd_pcm_hw_params_t *hw)
{
	const snd_pcm_format_t *f = alsa_samples_formatv;

	while (*f != SND_PCM_FORMAT_UNKNOWN &&
	       alsa.pcm_hw_params_set_format(p->pcm, hw, *f) < 0)
		++f;

	p->format = *f;
	return *f == SND_PCM_FORMAT_UNKNOWN ? -EINVAL : 0;
}

/* The microphone's rate is the beat's; playback is resampled to its own */
static int set_rate(struct alsa_pcm *p, snd_pcm_hw_params_t *hw)
{
	int n;

	if (alsa.pcm_stream(p->pcm) == SND_PCM_STREAM_CAPTURE)
		return alsa.pcm_hw_params_set_rate(p->pcm, hw, p->rate, 0);

	n = alsa.pcm_hw_params_set_rate_near(p->pcm, hw, &p->rate, NULL);
	if (n >= 0 && (p->rate < SOUND_RATE_MIN || p->rate > SOUND_RATE_MAX))
		n = -EINVAL;
	return n;
}

static int set_hw(struct alsa_pcm *p)
{
	snd_pcm_hw_params_t *hw;
	int n;

	hw = memset(alloca(alsa.pcm_hw_params_sizeof()), 0,
		    alsa.pcm_hw_params_sizeof());
	n = alsa.pcm_hw_params_any(p->pcm, hw);
	if (n >= 0)
		n = set_access(p, hw);
	if (n >= 0)
		n = set_format(p, hw);
	if (n >= 0)
		n = alsa.pcm_hw_params_set_channels_near(p->pcm, hw,
							 &p->channels);
	if (n >= 0)
		n = set_rate(p, hw);
	if (n >= 0)
		n = alsa.pcm_hw_params_set_period_size_near(p->pcm, hw,
							    &p->period, NULL);
	if (n >= 0)
		n = alsa.pcm_hw_params_set_buffer_size_near(p->pcm, hw,
							    &p->buffer);
	if (n >= 0)
		n = alsa.pcm_hw_params(p->pcm, hw);
	return n < 0 ? -n : 0;
}

/* Nothing starts by itself: what is linked starts together */
static int set_sw(struct alsa_pcm *p, snd_pcm_uframes_t least)
{
	snd_pcm_uframes_t never;
	snd_pcm_sw_params_t *sw;
	int n;

	sw = memset(alloca(alsa.pcm_sw_params_sizeof()), 0,
		    alsa.pcm_sw_params_sizeof());
	n = alsa.pcm_sw_params_current(p->pcm, sw);
	if (n >= 0)
		n = alsa.pcm_sw_params_get_boundary(sw, &never);
	if (n >= 0)
		n = alsa.pcm_sw_params_set_avail_min(p->pcm, sw, least);
	if (n >= 0)
		n = alsa.pcm_sw_params_set_start_threshold(p->pcm, sw, never);
	if (n >= 0)
		n = alsa.pcm_sw_params(p->pcm, sw);
	return n < 0 ? -n : 0;
}

static void find_card(struct alsa_pcm *p)
{
	snd_pcm_info_t *info;

	info = memset(alloca(alsa.pcm_info_sizeof()), 0,
		      alsa.pcm_info_sizeof());
	p->card = alsa.pcm_info(p->pcm, info) < 0
			  ? -1
			  : alsa.pcm_info_get_card(info);
}

/* What we put at once, of the card's frames, and what it takes at once */
static int set_sizes(struct alsa_pcm *p, snd_pcm_uframes_t ours)
{
	const snd_pcm_uframes_t larger = MAX(ours, p->period);

	if (!p->period || p->period > SOUND_PERIOD_MAX || !p->channels ||
	    p->buffer < LEAST * p->period || p->buffer < LEAST * ours)
		return EINVAL;

	p->fill = (unsigned)MIN(larger * ALSA_PCM_FILL, p->buffer - ours);
	p->rawc = (unsigned)(larger * BOUND);
	p->raw = mem_alloc((size_t)p->rawc * p->channels *
				   alsa_samples_size(p->format),
			   NULL);
	return p->raw ? 0 : ENOMEM;
}

static int set_all(struct alsa_pcm *p, const struct sound_format *fmt)
{
	snd_pcm_uframes_t ours = fmt->period;
	int err;

	p->rate = fmt->rate;
	p->channels = p->ours = fmt->channels;
	p->period = ours;
	p->buffer = ours * ALSA_PCM_PERIODS;
	err = set_hw(p);
	if (err)
		return err;

	ours = alsa.pcm_stream(p->pcm) == SND_PCM_STREAM_CAPTURE
		       ? MAX(p->period, ours)
		       : (ours * p->rate + fmt->rate - 1) / fmt->rate;
	p->beat = (unsigned)ours;
	err = set_sizes(p, ours);
	if (!err)
		err = set_sw(p, ours);
	if (!err)
		find_card(p);
	return err;
}

int alsa_pcm_open(struct alsa_pcm **pp, const char *name,
		  snd_pcm_stream_t stream, const struct sound_format *fmt)
{
	struct alsa_pcm *p;
	int n, err;

	p = mem_zalloc(sizeof(*p), pcm_destructor);
	if (!p)
		return ENOMEM;

	(void)alsa.lib_error_set_handler(quiet);
	n = alsa.pcm_open(&p->pcm, name, stream, SND_PCM_NONBLOCK);
	if (n < 0)
		p->pcm = NULL;
	err = n < 0 ? -n : set_all(p, fmt);
	if (err)
		mem_deref(p);
	else
		*pp = p;
	return err;
}

static snd_pcm_sframes_t write_raw(struct alsa_pcm *p, unsigned frames)
{
	return p->mapped ? alsa.pcm_mmap_writei(p->pcm, p->raw, frames)
			 : alsa.pcm_writei(p->pcm, p->raw, frames);
}

static int fill(struct alsa_pcm *p)
{
	memset(p->raw, 0,
	       (size_t)p->rawc * p->channels * alsa_samples_size(p->format));
	for (unsigned left = p->fill; left;) {
		snd_pcm_sframes_t n = write_raw(p, MIN(left, p->rawc));

		if (n < 0 && n != -EAGAIN)
			return (int)-n;
		if (n <= 0)
			break;
		left -= (unsigned)n;
	}
	return 0;
}

int alsa_pcm_prepare(struct alsa_pcm *p)
{
	int n = alsa.pcm_prepare(p->pcm);

	if (n < 0)
		return -n;

	return alsa.pcm_stream(p->pcm) == SND_PCM_STREAM_CAPTURE ? 0 : fill(p);
}

int alsa_pcm_start(struct alsa_pcm *p)
{
	int n = 0;

	if (alsa.pcm_state(p->pcm) != SND_PCM_STATE_RUNNING)
		n = alsa.pcm_start(p->pcm);
	return n < 0 ? -n : 0;
}

void alsa_pcm_drop(struct alsa_pcm *p)
{
	(void)alsa.pcm_drop(p->pcm);
}

bool alsa_pcm_link(struct alsa_pcm *a, struct alsa_pcm *b)
{
	return a->card >= 0 && a->card == b->card &&
	       alsa.pcm_link(a->pcm, b->pcm) >= 0;
}

int64_t alsa_pcm_waiting(struct alsa_pcm *p)
{
	snd_pcm_sframes_t n = 0;

	if (alsa.pcm_delay(p->pcm, &n) < 0)
		return 0;

	return (int64_t)n * (int64_t)CLOCK_S / p->rate;
}

/* Stopped by itself or for a moment is one thing, gone is another */
static int failure(snd_pcm_sframes_t n)
{
	switch (n) {
	case -ESTRPIPE:
	case -EPIPE:
		return EPIPE;

	case -EINTR:
		return EAGAIN;

	default:
		return (int)-n;
	}
}

/* What is counted from memory does not say that there will be no more */
static int why_none(struct alsa_pcm *p)
{
	snd_pcm_sframes_t delay;
	int n = alsa.pcm_delay(p->pcm, &delay);

	if (n < 0)
		return failure(n);

	switch (alsa.pcm_state(p->pcm)) {
	case SND_PCM_STATE_RUNNING:
		return EAGAIN;

	case SND_PCM_STATE_DISCONNECTED:
		return ENODEV;

	default:
		return EPIPE;
	}
}

int alsa_pcm_read(struct alsa_pcm *p, int16_t *buf, unsigned frames)
{
	snd_pcm_sframes_t n = alsa.pcm_avail_update(p->pcm);

	if (n >= 0 && n < (snd_pcm_sframes_t)frames)
		return why_none(p);
	if (n >= 0)
		n = p->mapped ? alsa.pcm_mmap_readi(p->pcm, p->raw, frames)
			      : alsa.pcm_readi(p->pcm, p->raw, frames);
	if (n < 0)
		return failure(n);
	if (n < (snd_pcm_sframes_t)frames)
		return EAGAIN;

	alsa_samples_get(buf, p->ours, p->raw, p->format, p->channels, frames);
	return 0;
}

int alsa_pcm_write(struct alsa_pcm *p, const int16_t *buf, unsigned frames)
{
	snd_pcm_sframes_t n = alsa.pcm_avail_update(p->pcm);

	if (n < 0)
		return failure(n);
	if (n < (snd_pcm_sframes_t)frames ||
	    p->buffer - (snd_pcm_uframes_t)n > p->fill + AHEAD * p->period)
		return EAGAIN;

	alsa_samples_put(p->raw, p->format, p->channels, buf, p->ours, frames);
	n = write_raw(p, frames);
	return n < 0 ? failure(n) : 0;
}

int alsa_pcm_print(struct re_printf *pf, const struct alsa_pcm *p)
{
	static const char *const namev[] = { "s16", "s32", "s24", "s24_3le" };
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(namev) &&
	       alsa_samples_formatv[i] != p->format)
		++i;

	return re_hprintf(pf, "%u Hz %s %u ch %lu/%lu%s", p->rate, namev[i],
			  p->channels, (unsigned long)p->period,
			  (unsigned long)p->buffer, p->mapped ? " mapped" : "");
}
