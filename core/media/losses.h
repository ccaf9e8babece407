/**
 * @file core/media/losses.h  Losses: are they ours?
 *
 *     sent, lost -> [losses] -> go on, wait, cut -> estimate
 *
 * draft-ietf-rmcat-gcc-02 section 6: few losses are nobody's fault, many are
 * a queue that overflows. Beyond the draft: losses that stay when a quarter
 * less is sent are the way's own (radio), and are not counted. So the first
 * that objects is answered by such a trial. What is lost in bursts varies more,
 * and says less: a burst counts as one. But where more may be sent than
 * is, and the losses are not many, not to grow costs nothing, and will do.
 * Holds no clock.
 */
#ifndef CORE_MEDIA_LOSSES_H
#define CORE_MEDIA_LOSSES_H

#include "core/base/clock.h"

enum {
	LOSSES_SCALE = 1000, /**< Fractions are in 1/LOSSES_SCALE */
};

/** What the losses want */
enum losses_want {
	LOSSES_FREE, /**< Nothing                       */
	LOSSES_HOLD, /**< Do not send more              */
	LOSSES_CUT,  /**< Send losses_rate(), not more  */
	LOSSES_BACK, /**< The trial is over and blameless: send losses_rate() */
};

/** Losses; all zero at first */
struct losses {
	unsigned lost, total; /**< Of this window [packets]             */
	uint64_t since;	      /**< When it began [us]; 0: not yet       */
	double all, runs;     /**< Lost, and in how many runs, lately   */
	unsigned last;	      /**< Of the last one [1/LOSSES_SCALE]     */
	double own, own_max;  /**< The way's                            */
	bool trying;	      /**< In a trial                           */
	bool settled;	      /**< Its first window is over             */
	double before;	      /**< What was lost when it began          */
	uint32_t rate;	      /**< Before it, then the result [bit/s]   */
	uint64_t next;	      /**< No trial before that [us]            */
	uint64_t wait;	      /**< After one that failed [us]           */
};

/**
 * So many packets of a feedback arrived, or were lost.
 *
 * @param runs  Of how many runs, one behind the other, the lost ones are
 */
void losses_put(struct losses *l, unsigned lost, unsigned runs, unsigned total);

/**
 * Whether a window is full, and what it says.
 *
 * @param rate    What is sent now [bit/s]
 * @param spare   More may be sent than is
 * @param whole   The window ends here however short: a report's
 */
enum losses_want losses_judge(struct losses *l, uint32_t rate, bool spare,
			      bool whole, uint64_t now);

/** The rate of LOSSES_CUT or LOSSES_BACK [bit/s] */
uint32_t losses_rate(const struct losses *l);

/** What has been counted has another reason: begin anew, end the trial */
void losses_reset(struct losses *l, uint64_t now);

#endif
