/**
 * @file drivers/alsa_mixer.h  ALSA mixer: one control of a card
 *
 *     alsa_knobs -> [alsa_mixer] -> alsa-lib, simple elements
 *
 * Opened to be set or asked, and closed again: what others do to it meanwhile
 * is theirs.
 */
#ifndef DRIVERS_ALSA_MIXER_H
#define DRIVERS_ALSA_MIXER_H

#include "core/device/sound.h"
#include "drivers/alsa_lib.h"

enum {
	ALSA_MIXER_CARD = 32, /**< Name of a card's mixer [bytes]; its id has
				   15 at most (the kernel's struct snd_card) */
};

struct alsa_mixer;

/**
 * The name of a card's mixer, which stays when the card has another number.
 *
 * @param number  Of the card; -1: whichever alsa-lib takes for the first
 */
void alsa_mixer_card(char card[ALSA_MIXER_CARD], int number);

/**
 * Open the control of a direction. Free with mem_deref().
 *
 * @param asked  Its name, as alsa_volume_is(); NULL or "": the best
 *
 * @return 0, ENOTSUP no such control, ENODEV no such card, errno
 */
int alsa_mixer_open(struct alsa_mixer **mp, const char *card,
		    enum sound_side side, const char *asked);

/** Whether it can be muted, other than by its lowest step */
bool alsa_mixer_switches(const struct alsa_mixer *m);

/** How it is; what is not known is SOUND_KEEP. @return 0, errno */
int alsa_mixer_get(struct alsa_mixer *m, struct sound_volume *v);

/**
 * Set it, all channels. Where it cannot switch, to be muted is the lowest
 * step.
 *
 * @return 0, ENOTSUP it has no steps, errno
 */
int alsa_mixer_set(struct alsa_mixer *m, const struct sound_volume *v);

/** The controls that can be named, a line each */
int alsa_mixer_list(struct re_printf *pf, void *unused);

#endif
