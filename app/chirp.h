/**
 * @file app/chirp.h  Chirp: a sound that is found again
 *
 *     [chirp] -> loudspeaker ~~ air ~~ microphone -> [chirp]: when, how loud
 *
 * A tone that rises from 500 to 3000 Hz in 100 ms. It is looked for at about
 * 8 kHz by its correlation with what was heard, a slice of the times at once,
 * so that no heartbeat is late for it.
 */
#ifndef APP_CHIRP_H
#define APP_CHIRP_H

#include "core/device/sound.h"

enum {
	CHIRP_TIME = 100 * CLOCK_MS,   /**< [us], ours                      */
	CHIRP_WITHIN = 500 * CLOCK_MS, /**< Later it is not looked for [us] */
	CHIRP_LEVEL = -12,	       /**< Of its middle [dBFS, peak]      */
	CHIRP_SLICE = 100,	       /**< Times that are looked at at once */
	CHIRP_FOUND = 30, /**< Likeness from which it is one [%], ours     */
};

/** What was found */
struct chirp_found {
	double likeness;    /**< 0 to 1                                    */
	double delay;	    /**< [ms]                                      */
	double attenuation; /**< Quieter than it was played [dB]           */
};

struct chirp;

/** Allocate for a rate [Hz]. @return 0, ENOMEM */
int chirp_alloc(struct chirp **cp, uint32_t rate);

/** Begin: it is played, and listened for, from the next period on */
void chirp_begin(struct chirp *c);

/**
 * A period: adds what is to be played, hears what came, and looks on.
 *
 * @return Whether it is done: all was heard and looked at
 */
bool chirp_period(struct chirp *c, const int16_t *mic, int16_t *spk,
		  unsigned frames, unsigned channels);

/** What was found */
void chirp_result(const struct chirp *c, struct chirp_found *f);

#endif
