/**
 * @file app/volume.h  Volume: how loud the configuration says the card is
 *
 *     configuration -> [volume] -> sound device
 */
#ifndef APP_VOLUME_H
#define APP_VOLUME_H

#include "core/base/config.h"
#include "core/device/sound.h"

/**
 * Which control of the card's mixer, of each direction; they live as long as
 * the configuration.
 */
void volume_controls(const char *controlv[SOUND_SIDES],
		     const struct config *cfg);

/**
 * Set a direction as configured; with `keep` nothing is done. A warning says
 * what cannot be done.
 */
void volume_configure(struct sound *s, enum sound_side side,
		      const struct config *cfg);

#endif
