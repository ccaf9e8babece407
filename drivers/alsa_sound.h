/**
 * @file drivers/alsa_sound.h  ALSA sound
 *
 *     card -> [alsa_sound] -> period() -> [alsa_sound] -> card
 *
 * Capture and playback of one card, or of one name each. The capture side
 * beats; the playback side is kept filled, at its own clock. An overrun is
 * recovered and counted. A card that goes away, or is away when it is started
 * again, is waited for, with silence meanwhile. Its mixer is set whenever it is
 * opened.
 */
#ifndef DRIVERS_ALSA_SOUND_H
#define DRIVERS_ALSA_SOUND_H

#include "core/device/sound.h"

/**
 * Constructor, for `alsa:`.
 *
 * @param device  Name of a PCM of alsa-lib, e.g. "default" (also for ""),
 *                "plughw:1,0"; or "CAPTURE|PLAYBACK" for two of them
 */
sound_alloc_h alsa_sound_alloc;

#endif
