/**
 * @file drivers/alsa_card.h  ALSA card: both directions, while it is there
 *
 *     alsa_sound <-> [alsa_card] <-> alsa_pcm (capture), alsa_pace -> playback
 *
 * Finds what both can do, starts both at once, restarts them after an
 * overrun, and keeps the loudspeaker at the microphone's pace. One card, or
 * two with a clock each.
 */
#ifndef DRIVERS_ALSA_CARD_H
#define DRIVERS_ALSA_CARD_H

#include "core/device/sound.h"
#include "drivers/alsa_lib.h"

struct alsa_card;

/** Counters, which outlive the card */
struct alsa_counts {
	uint32_t overruns, underruns; /**< Repaired                    */
	uint32_t slips;		      /**< Periods that found no place */
};

/**
 * Open. Free with mem_deref().
 *
 * @param fmt  Rate 0: chosen, by the wishes, and set; else to be the same
 *
 * @return 0, ENOENT, ENODEV, EBUSY, EINVAL it cannot do it, ENOMEM
 */
int alsa_card_open(struct alsa_card **cp, const char *capture,
		   const char *playback, const struct sound_prefs *prefs,
		   struct sound_format *fmt);

/** Start. @return 0 or errno */
int alsa_card_run(struct alsa_card *c);

/** The number of the card of a direction, -1 when nobody knows */
int alsa_card_number(const struct alsa_card *c, enum sound_side side);

/** The PCM that beats, to be polled */
snd_pcm_t *alsa_card_clock(struct alsa_card *c);

/**
 * Read a period.
 *
 * @return 0, EAGAIN not there yet, else the card is lost
 */
int alsa_card_read(struct alsa_card *c, int16_t *mic,
		   struct alsa_counts *counts);

/**
 * Write the period that belongs to it.
 *
 * @param now  [us]; 0: no clock beats here
 *
 * @return 0, else the card is lost
 */
int alsa_card_write(struct alsa_card *c, const int16_t *spk, uint64_t now,
		    struct alsa_counts *counts);

/** Print what it runs at; harmless for NULL */
int alsa_card_print(struct re_printf *pf, const struct alsa_card *c);

#endif
