/**
 * @file core/media/brake.h  Brake: what was sent is not heard of in time
 *
 *     acks: heard of, waiting -> [brake] -> pacer, encoder
 *
 * Whatever the estimate says, a queue has begun when the peer does not tell of
 * a packet within a round trip and the time between two of its feedbacks: what
 * is sent meanwhile only makes it longer. That is known before the delay of
 * anything in that queue is. Where feedbacks get lost that time is longer;
 * where many do it says nothing, and losses are the estimate's matter anyway.
 * A burst of losses looks the same until the next feedback: then that time is
 * known to be usual, too.
 * Holds no clock.
 */
#ifndef CORE_MEDIA_BRAKE_H
#define CORE_MEDIA_BRAKE_H

#include "core/base/clock.h"

enum {
	BRAKE_MARGIN = 30 * CLOCK_MS,	 /**< Over what is usual [us], ours  */
	BRAKE_INTERVAL = 400 * CLOCK_MS, /**< Most between two feedbacks that
					     is believed [us], ours: three in
					     a row were lost               */
	BRAKE_SILENCE = 500 * CLOCK_MS,	 /**< Not a queue that only took longer
					     [us], ours                     */
	BRAKE_HALF = 5 * CLOCK_S, /**< Of what is remembered of the way, which
				       may become another [us], ours     */
	BRAKE_MAX = 3 * CLOCK_S,  /**< Then it never comes [us], ours     */
};

/** The way as it was for a while; 0 for not known */
struct brake_half {
	uint64_t trip; /**< The shortest round trip [us]             */
	uint64_t gap;  /**< The longest time between two feedbacks,
			    unless they were waited for [us]         */
};

/** A brake; all zero at first */
struct brake {
	struct brake_half halfv[2]; /**< This half, and the last          */
	uint64_t begun;		    /**< When this one began [us]         */
	uint64_t heard;		    /**< The last one [us]; 0 for none    */
	double loss;		    /**< Share of packets, the mean       */
	bool on;		    /**< Wait                             */
	bool silent;		    /**< No feedback at all comes         */
	uint32_t pulled;	    /**< Counter                          */
	uint32_t wrong;		    /**< Of these, losses: no queue       */
};

/**
 * A feedback came.
 *
 * @param sent  When the newest packet that it tells of had left [us]
 * @param loss  The share of packets that it tells were lost
 */
void brake_heard(struct brake *b, uint64_t sent, double loss, uint64_t now);

/**
 * Set `on` and `silent`.
 *
 * @param sent  When the first packet left that nothing is known of, nor of
 *              any after it [us]; 0 for none
 */
void brake_update(struct brake *b, uint64_t sent, uint64_t now);

/** When brake_update() finds something else though nothing was sent nor heard
    [us]; CLOCK_NEVER when it does not */
uint64_t brake_due(const struct brake *b);

#endif
