/**
 * @file core/media/outage.h  Outage: for a while nothing at all got through
 *
 *     arrived, lost -> [outage] -> losses that count -> losses
 *     feedback stops -> [outage] -> the rate to begin again with -> estimate
 *
 * A queue that overflows lets through what the way can take, all the time. Of
 * a way that takes nothing (another cell, a door of steel, a cable) the losses
 * say nothing about a rate, nor does the silence of the peer: when the way is
 * back, a share of the rate before is the best guess. Holds no clock.
 */
#ifndef CORE_MEDIA_OUTAGE_H
#define CORE_MEDIA_OUTAGE_H

#include "core/base/clock.h"

enum {
	OUTAGE_LEAST = 200 * CLOCK_MS, /**< Nothing that left within so long
					    arrived [us], ours              */
	OUTAGE_MAX = 30 * CLOCK_S,     /**< Then it is another way [us]: consent
					    is over (RFC 7675 section 5.1)  */
	OUTAGE_HEALS = 10 * CLOCK_S,   /**< It is made good within [us]     */
};

/** Outage; all zero at first */
struct outage {
	uint64_t newest;   /**< When what arrived last had left [us]        */
	uint64_t from, to; /**< Nothing that left between arrived [us]      */
	uint64_t silent;   /**< Since when nothing is heard [us]; 0: it is  */
	uint64_t ended;	   /**< When it was heard again [us]                */
	double before;	   /**< The rate before [bit/s]                     */
};

/**
 * A packet arrived; in the order of sending.
 *
 * @param sent  When it had left [us]
 *
 * @return whether an outage ends with it
 */
bool outage_arrived(struct outage *o, uint64_t sent);

/** Whether a packet that was lost left in the last outage */
bool outage_took(const struct outage *o, uint64_t sent);

/** Nothing is heard, again. @param rate  As long as it was [bit/s] */
void outage_begin(struct outage *o, double rate, uint64_t now);

/** All is as it was. @return the rate to begin again with [bit/s]; 0 for
    none */
double outage_end(struct outage *o, uint64_t now);

/** Whether one ended lately, and the rate before is not reached again */
bool outage_heals(const struct outage *o, double rate, uint64_t now);

#endif
