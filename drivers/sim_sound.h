/**
 * @file drivers/sim_sound.h  Simulated sound: tone or file, ear or file
 *
 *     tone | IN.wav | silence -> [sim_sound] -> period() -> ear | OUT.wav
 *
 * Beats by a timer of the loop, so that it runs in virtual time too. The ear
 * says what the loudspeaker played: level, frequency, longest gap.
 */
#ifndef DRIVERS_SIM_SOUND_H
#define DRIVERS_SIM_SOUND_H

#include "core/device/sound.h"

/**
 * Constructor, for `sim:`.
 *
 * @param device  "tone[=HZ[,DBFS[,PPM]]]" a sine of that frequency (1000),
 *                level (-20, RMS; a full-scale sine has -3) and with a
 *                sound card's clock that is PPM fast (0); or
 *                "file=IN.wav[,OUT.wav]" 16-bit PCM, played once and then
 *                silence; IN or OUT may be empty; or "silence"
 */
sound_alloc_h sim_sound_alloc;

/** Constructor, for `none`: silence, and nobody listens */
sound_alloc_h sim_sound_none;

/** What can follow `sim:` */
sound_list_h sim_sound_list;

#endif
