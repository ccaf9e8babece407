/**
 * @file drivers/alsa_list.h  ALSA list: what can be named in [audio]
 *
 *     inventory -> board -> [alsa_list] -> alsa-lib, alsa_mixer
 */
#ifndef DRIVERS_ALSA_LIST_H
#define DRIVERS_ALSA_LIST_H

#include "core/device/sound.h"

/** The names that alsa-lib knows here, and the controls of the cards' mixers */
sound_list_h alsa_list_sound;

#endif
