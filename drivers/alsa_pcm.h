/**
 * @file drivers/alsa_pcm.h  ALSA PCM: one direction of a card
 *
 *     alsa_sound -> [alsa_pcm] -> alsa-lib
 *
 * Opens, configures, reads, writes and recovers; errors become errno here.
 */
#ifndef DRIVERS_ALSA_PCM_H
#define DRIVERS_ALSA_PCM_H

#include "core/device/sound.h"
#include "drivers/alsa_lib.h"

enum {
	ALSA_PCM_PERIODS = 8, /**< In the card's buffer, ours            */
	ALSA_PCM_FILL = 2,    /**< Periods that playback keeps ahead, ours */
};

/**
 * Open a PCM, not blocking, in exactly this format.
 *
 * @param fmt  Rate and channels; the period is set to what the card does
 *
 * @return 0, ENOENT, ENODEV, EBUSY, EINVAL the card cannot do it
 */
int alsa_pcm_open(snd_pcm_t **pp, const char *name, snd_pcm_stream_t stream,
		  struct sound_format *fmt);

/** Close; harmless for NULL. @return NULL */
snd_pcm_t *alsa_pcm_close(snd_pcm_t *pcm);

/** Begin capturing, or playing with ALSA_PCM_FILL periods of silence.
 *  @return 0 or errno */
int alsa_pcm_start(snd_pcm_t *pcm, const struct sound_format *fmt);

/**
 * Read a whole period.
 *
 * @return 0, EAGAIN not there yet, EPIPE overrun: recovered, else it is lost
 */
int alsa_pcm_read(snd_pcm_t *pcm, int16_t *buf, const struct sound_format *fmt);

/**
 * Write a whole period.
 *
 * @return 0, EAGAIN too much waits: dropped, EPIPE underrun: recovered, else
 *         it is lost
 */
int alsa_pcm_write(snd_pcm_t *pcm, const int16_t *buf,
		   const struct sound_format *fmt);

#endif
