/**
 * @file core/media/outlet.h  Outlet: what gets out of a queue
 *
 *     arrived -> [outlet] -> rate of those behind the first that queued
 *
 * While there is a queue, what gets out of it is the capacity: known within
 * one feedback, long before a gauge forgets what was before.
 */
#ifndef CORE_MEDIA_OUTLET_H
#define CORE_MEDIA_OUTLET_H

#include "core/base/clock.h"

/** Of one feedback; all zero at first */
struct outlet {
	bool any;	      /**< One has queued           */
	uint64_t first, last; /**< Arrivals [us]            */
	uint64_t bytes;	      /**< Behind the first         */
};

/** A packet arrived, and had, or had not, to queue */
void outlet_put(struct outlet *o, bool queued, uint64_t arrived, uint32_t size);

/** The rate [bit/s]; 0 for no queue, or too short a time */
double outlet_rate(const struct outlet *o);

#endif
