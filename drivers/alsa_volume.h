/**
 * @file drivers/alsa_volume.h  ALSA volume: percent for people, steps for cards
 *
 *     alsa_mixer <-> [alsa_volume]
 *
 * A card has steps, and mostly says how many decibels they are. Half of them
 * are not half as loud: percent here are those that alsamixer shows. Also
 * knows what cards call what we look for. Holds no card.
 */
#ifndef DRIVERS_ALSA_VOLUME_H
#define DRIVERS_ALSA_VOLUME_H

#include "core/device/sound.h"

enum {
	ALSA_VOLUME_MAX = 100, /**< [%]                                      */
	ALSA_VOLUME_SILENT = -9999999, /**< Least of a card whose last step
					    is silence [dB/100] (the kernel's
					    SNDRV_CTL_TLVD_DB_GAIN_MUTE)     */
};

/** What a control can be set to */
struct alsa_volume_range {
	long min, max;	     /**< Steps                                     */
	long db_min, db_max; /**< What they are [dB/100]; the same: unknown */
};

/** What a percentage is [dB/100]; the range says what that is */
long alsa_volume_db(const struct alsa_volume_range *r, unsigned percent);

/** What percentage that is, 0..ALSA_VOLUME_MAX */
unsigned alsa_volume_percent(const struct alsa_volume_range *r, long db);

/** The step for a percentage, where steps are all that is known */
long alsa_volume_step(const struct alsa_volume_range *r, unsigned percent);

/** What percentage a step is, likewise */
unsigned alsa_volume_of_step(const struct alsa_volume_range *r, long step);

/**
 * How well a control's name fits, when none was asked for.
 *
 * @return 0 best; the number of names that are known for any other
 */
unsigned alsa_volume_rank(enum sound_side side, const char *name);

/**
 * Whether a control is the one that was asked for: NAME, or NAME,INDEX where
 * several have one name.
 */
bool alsa_volume_is(const char *asked, const char *name, unsigned index);

#endif
