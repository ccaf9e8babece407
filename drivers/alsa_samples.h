/**
 * @file drivers/alsa_samples.h  ALSA samples: a card's format and ours
 *
 *     card's buffer <-> [alsa_samples] <-> int16_t, one or two channels
 *
 * A card may have no 16 bits, no single channel, or eight of them. Two become
 * one as their mean, one becomes two; further ones are not heard, and silent.
 */
#ifndef DRIVERS_ALSA_SAMPLES_H
#define DRIVERS_ALSA_SAMPLES_H

#include "drivers/alsa_lib.h"

/** What is understood, best first, SND_PCM_FORMAT_UNKNOWN at the end */
extern const snd_pcm_format_t alsa_samples_formatv[];

/** Bytes of a sample */
unsigned alsa_samples_size(snd_pcm_format_t format);

/**
 * Ours from a card's.
 *
 * @param channels  Ours, 1 or 2
 * @param theirs    The card's, any number
 */
void alsa_samples_get(int16_t *dst, unsigned channels, const uint8_t *src,
		      snd_pcm_format_t format, unsigned theirs,
		      unsigned frames);

/** A card's from ours */
void alsa_samples_put(uint8_t *dst, snd_pcm_format_t format, unsigned theirs,
		      const int16_t *src, unsigned channels, unsigned frames);

#endif
