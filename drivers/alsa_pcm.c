/**
 * @file drivers/alsa_pcm.c  ALSA PCM
 */
#include "drivers/alsa_pcm.h"

enum {
	AHEAD = 5, /* Periods: more waiting is delay that nobody wants */
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

static int set_hw(snd_pcm_t *pcm, struct sound_format *fmt)
{
	snd_pcm_uframes_t period = (snd_pcm_uframes_t)((uint64_t)fmt->rate *
						       SOUND_PERIOD / CLOCK_S);
	snd_pcm_uframes_t buffer = period * ALSA_PCM_PERIODS;
	snd_pcm_hw_params_t *hw;
	int n;

	hw = memset(alloca(alsa.pcm_hw_params_sizeof()), 0,
		    alsa.pcm_hw_params_sizeof());
	n = alsa.pcm_hw_params_any(pcm, hw);
	if (n >= 0)
		n = alsa.pcm_hw_params_set_access(
			pcm, hw, SND_PCM_ACCESS_RW_INTERLEAVED);
	if (n >= 0)
		n = alsa.pcm_hw_params_set_format(pcm, hw, SND_PCM_FORMAT_S16);
	if (n >= 0)
		n = alsa.pcm_hw_params_set_channels(pcm, hw, fmt->channels);
	if (n >= 0)
		n = alsa.pcm_hw_params_set_rate(pcm, hw, fmt->rate, 0);
	if (n >= 0 && fmt->period)
		period = fmt->period;
	if (n >= 0)
		n = alsa.pcm_hw_params_set_period_size_near(pcm, hw, &period,
							    NULL);
	if (n >= 0)
		n = alsa.pcm_hw_params_set_buffer_size_near(pcm, hw, &buffer);
	if (n >= 0)
		n = alsa.pcm_hw_params(pcm, hw);
	if (n < 0)
		return -n;

	if (!period || period > SOUND_PERIOD_MAX || buffer < 2 * period)
		return EINVAL;
	if (!fmt->period)
		fmt->period = (unsigned)period;
	return 0;
}

static int set_sw(snd_pcm_t *pcm, const struct sound_format *fmt)
{
	snd_pcm_sw_params_t *sw;
	int n;

	sw = memset(alloca(alsa.pcm_sw_params_sizeof()), 0,
		    alsa.pcm_sw_params_sizeof());
	n = alsa.pcm_sw_params_current(pcm, sw);
	if (n >= 0)
		n = alsa.pcm_sw_params_set_avail_min(pcm, sw, fmt->period);
	if (n >= 0)
		n = alsa.pcm_sw_params_set_start_threshold(
			pcm, sw,
			(snd_pcm_uframes_t)fmt->period * ALSA_PCM_FILL);
	if (n >= 0)
		n = alsa.pcm_sw_params(pcm, sw);
	return n < 0 ? -n : 0;
}

int alsa_pcm_open(snd_pcm_t **pp, const char *name, snd_pcm_stream_t stream,
		  struct sound_format *fmt)
{
	snd_pcm_t *pcm;
	int n, err;

	(void)alsa.lib_error_set_handler(quiet);
	n = alsa.pcm_open(&pcm, name, stream, SND_PCM_NONBLOCK);
	if (n < 0)
		return -n;

	err = set_hw(pcm, fmt);
	if (!err)
		err = set_sw(pcm, fmt);
	if (err)
		(void)alsa.pcm_close(pcm);
	else
		*pp = pcm;
	return err;
}

snd_pcm_t *alsa_pcm_close(snd_pcm_t *pcm)
{
	if (pcm) {
		(void)alsa.pcm_drop(pcm);
		(void)alsa.pcm_close(pcm);
	}
	return NULL;
}

int alsa_pcm_start(snd_pcm_t *pcm, const struct sound_format *fmt)
{
	int16_t silence[SOUND_CHANNELS_MAX * SOUND_PERIOD_MAX] = { 0 };
	int n;

	if (alsa.pcm_stream(pcm) == SND_PCM_STREAM_CAPTURE) {
		n = alsa.pcm_start(pcm);
		return n < 0 ? -n : 0;
	}

	for (unsigned i = 0; i < ALSA_PCM_FILL; i++) {
		snd_pcm_sframes_t w = alsa.pcm_writei(pcm, silence,
						      fmt->period);

		if (w < 0 && w != -EAGAIN)
			return (int)-w;
	}
	return 0;
}

/* An xrun or a suspension is repaired; EPIPE then, else what cannot be */
static int recover(snd_pcm_t *pcm, const struct sound_format *fmt, int err)
{
	int n;

	if (err != EPIPE && err != ESTRPIPE && err != EINTR)
		return err;

	n = alsa.pcm_recover(pcm, -err, 1);
	if (n < 0)
		return -n;

	err = alsa_pcm_start(pcm, fmt);
	return err && err != EAGAIN ? err : EPIPE;
}

int alsa_pcm_read(snd_pcm_t *pcm, int16_t *buf, const struct sound_format *fmt)
{
	snd_pcm_sframes_t n = alsa.pcm_avail_update(pcm);

	if (n >= 0 && (snd_pcm_uframes_t)n < fmt->period)
		return EAGAIN;
	if (n >= 0)
		n = alsa.pcm_readi(pcm, buf, fmt->period);
	if (n == (snd_pcm_sframes_t)fmt->period)
		return 0;
	if (n >= 0 || n == -EAGAIN)
		return EAGAIN;

	return recover(pcm, fmt, (int)-n);
}

int alsa_pcm_write(snd_pcm_t *pcm, const int16_t *buf,
		   const struct sound_format *fmt)
{
	snd_pcm_sframes_t n, delay;

	if (alsa.pcm_delay(pcm, &delay) == 0 &&
	    delay > (snd_pcm_sframes_t)fmt->period * AHEAD)
		return EAGAIN;

	n = alsa.pcm_writei(pcm, buf, fmt->period);
	if (n == (snd_pcm_sframes_t)fmt->period)
		return 0;
	if (n >= 0 || n == -EAGAIN)
		return EAGAIN;

	return recover(pcm, fmt, (int)-n);
}
