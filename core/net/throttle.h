/**
 * @file core/net/throttle.h  Throttle: so many answers a second and no more
 *
 *     authentic requests -> [throttle] -> answers
 *
 * Per source address (SECURITY row 25). A fixed table: with more sources
 * than it holds the one that is silent for longest is forgotten.
 */
#ifndef CORE_NET_THROTTLE_H
#define CORE_NET_THROTTLE_H

#include "core/base/clock.h"

enum {
	THROTTLE_RATE = 50,    /**< Per source and second, SECURITY row 25 */
	THROTTLE_SOURCES = 32, /**< Ours                                   */
};

/** A throttle; embed it, zeroed */
struct throttle {
	struct {
		struct sa src;
		uint64_t start; /**< Of its second [us] */
		unsigned count; /**< In it              */
	} v[THROTTLE_SOURCES];
	uint32_t refused; /**< Counter */
};

/** Whether one more may pass */
bool throttle_pass(struct throttle *t, const struct sa *src, uint64_t now);

#endif
