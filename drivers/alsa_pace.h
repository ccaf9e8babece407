/**
 * @file drivers/alsa_pace.h  ALSA pace: at the speed of the playing card
 *
 *     spk at the microphone's clock -> [alsa_pace] -> playback's clock
 *
 * Microphone and loudspeaker may be two cards, with two crystals: then what
 * waits on its way grows or shrinks. The beat is the microphone's; what is
 * played is resampled so that as much waits as at first. One card has one
 * clock, and its samples are only copied. Also makes another rate of it.
 * Holds no clock and no card.
 */
#ifndef DRIVERS_ALSA_PACE_H
#define DRIVERS_ALSA_PACE_H

#include "core/device/sound.h"

enum {
	ALSA_PACE_SETTLE = CLOCK_S, /**< Then it is known what waits [us]  */
	ALSA_PACE_START = CLOCK_MS, /**< Off by this: two clocks [us], ours */
};

struct alsa_pace;

/**
 * Allocate. Free with mem_deref().
 *
 * @param fmt     Of the beat
 * @param rate    Of the playing card [Hz]
 * @param target  What should wait at least [us]
 *
 * @return 0, ENOMEM, EINVAL a rate out of range
 */
int alsa_pace_alloc(struct alsa_pace **pp, const struct sound_format *fmt,
		    uint32_t rate, uint32_t target);

/** Most frames that alsa_pace_put() makes of a period */
unsigned alsa_pace_room(const struct alsa_pace *p);

/** Cards were started anew: what waits is no result of the clocks */
void alsa_pace_restart(struct alsa_pace *p);

/** What waits on the way, just before a period is put [us] */
void alsa_pace_measure(struct alsa_pace *p, int64_t waiting, uint64_t now);

/**
 * A period of the beat.
 *
 * @param out  Room for alsa_pace_room() frames
 *
 * @return Frames for the card
 */
unsigned alsa_pace_put(struct alsa_pace *p, const int16_t *spk, int16_t *out);

/** Print what waits, and by how much the microphone's clock is faster */
int alsa_pace_print(struct re_printf *pf, const struct alsa_pace *p);

#endif
