/**
 * @file drivers/alsa_knobs.h  ALSA knobs: how loud a card was wished to be
 *
 *     alsa_sound -> [alsa_knobs] -> alsa_mixer
 *
 * Remembers what was wished for, and sets it when the card is opened, so that
 * one that was unplugged is as loud as before. Where nothing was wished for,
 * the mixer is left alone.
 */
#ifndef DRIVERS_ALSA_KNOBS_H
#define DRIVERS_ALSA_KNOBS_H

#include "core/device/sound.h"

struct alsa_knobs;

/**
 * Allocate. Free with mem_deref().
 *
 * @param controlv  As struct sound_prefs; copied
 *
 * @return 0, ENOMEM
 */
int alsa_knobs_alloc(struct alsa_knobs **kp,
		     const char *const controlv[SOUND_SIDES]);

/**
 * The card was opened: set what was wished for. A warning says when that
 * cannot be, once until something else is wished for.
 *
 * @param numberv  Of the card of each direction, -1 when nobody knows
 */
void alsa_knobs_here(struct alsa_knobs *k, const int numberv[SOUND_SIDES]);

/** As sound_set_volume(). A volume unmutes, unless it says so */
int alsa_knobs_set(struct alsa_knobs *k, enum sound_side side,
		   const struct sound_volume *v);

/** As sound_get_volume() */
int alsa_knobs_get(const struct alsa_knobs *k, enum sound_side side,
		   struct sound_volume *v);

#endif
