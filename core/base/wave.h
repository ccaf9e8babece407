/**
 * @file core/base/wave.h  Wave: WAV files, 16-bit PCM
 *
 *     IN.wav -> [wave] -> sim_sound -> [wave] -> OUT.wav
 *     FILE.wav -> [wave] -> music
 */
#ifndef CORE_BASE_WAVE_H
#define CORE_BASE_WAVE_H

#include "core/base/re.h"

enum {
	WAVE_RATE_MIN = 8000,  /**< [Hz] */
	WAVE_RATE_MAX = 48000, /**< [Hz] */
	WAVE_CHANNELS_MAX = 2,
};

struct wave;

/**
 * Open a file to read it. Free with mem_deref().
 *
 * @return 0, ENOMEM, EINVAL not 16-bit PCM of 1 or 2 channels and 8 to
 *         48 kHz, or errno of open
 */
int wave_open(struct wave **wp, const char *path);

/** Make a file to write it. @return 0, ENOMEM, or errno of open */
int wave_create(struct wave **wp, const char *path, uint32_t rate,
		unsigned channels);

/** Its rate [Hz] */
uint32_t wave_rate(const struct wave *w);

/** Its channels */
unsigned wave_channels(const struct wave *w);

/** Frames that are still to be read, by the header */
uint32_t wave_left(const struct wave *w);

/** Read frames; what is missing at the end is silence */
void wave_read(struct wave *w, int16_t *pcm, unsigned frames);

/** Append frames. The header is right after each second and at the end */
void wave_write(struct wave *w, const int16_t *pcm, unsigned frames);

#endif
