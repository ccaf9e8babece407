/**
 * @file drivers/eye.h  Eye: what a display showed, for tests
 *
 *     display none | file -> [eye] -> figures
 *
 * Counts pictures, measures how long the picture stood still, and reads the
 * simulated camera's pattern, if it is that: which frames of it came, how
 * late, and how wrong the colours are. What drivers/ear.h is for sound.
 */
#ifndef DRIVERS_EYE_H
#define DRIVERS_EYE_H

#include "core/base/clock.h"
#include "core/base/frame.h"

/** Since the last eye_clear(); zeroed: nothing yet */
struct eye {
	unsigned width, height; /**< Of the last picture [pixels]            */
	uint32_t shown;		/**< Pictures                                */
	uint32_t read;		/**< Of these, with a pattern that fits      */
	uint32_t backwards;	/**< Of these, not newer than the one before */
	uint32_t missed;	/**< Numbers between them that did not come  */
	uint32_t number;	/**< Of the last one, low 16 bits            */
	uint32_t delay;	    /**< From capture to display, the last [ms]      */
	uint32_t delay_max; /**< The worst [ms]                              */
	uint64_t since;	    /**< The last picture came [us]                  */
	uint64_t freeze;    /**< Longest time between two pictures [us]      */
	double error;	    /**< Of colours, the last [percent of full scale] */
};

/** A picture is shown */
void eye_put(struct eye *e, const struct frame *f, uint64_t now);

/** Forget; the time until the next picture is no freeze */
void eye_clear(struct eye *e);

/** Print: "shown=.. pattern=.. missed=.. freeze=.. ms delay=.. ms .." */
int eye_print(struct re_printf *pf, const struct eye *e);

#endif
