/**
 * @file core/media/trip.h  Trip: how long a round trip takes, and took at least
 *
 *     feedback, reports -> [trip] -> estimate
 *
 * What is over the least is a queue. The least rises slowly, since the way may
 * become a longer one. Holds no clock.
 */
#ifndef CORE_MEDIA_TRIP_H
#define CORE_MEDIA_TRIP_H

#include "core/base/clock.h"

enum {
	TRIP_MAX = 2 * CLOCK_S,	     /**< Believed [us], ours               */
	TRIP_SWELL = 300 * CLOCK_MS, /**< Over the least: a queue [us], ours */
};

/** Round trip; all zero at first */
struct trip {
	uint32_t mean;	/**< [us]; 0 for not known */
	uint32_t least; /**< [us]; 0 for not known */
};

/** One was measured [us] */
void trip_put(struct trip *t, uint64_t rtt);

/** The mean is known from elsewhere [us] */
void trip_set(struct trip *t, uint32_t rtt);

/** Whether so long a round trip [us] had to queue */
bool trip_is_swollen(const struct trip *t, uint64_t rtt);

#endif
