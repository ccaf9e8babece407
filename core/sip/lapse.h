/**
 * @file core/sip/lapse.h  Lapse: when to ask again for what runs out
 *
 *     registration, publication, subscription -> [lapse] -> time [us]
 *
 * All three are granted for a time, refreshed in good time, and tried again
 * after a pause that grows with every failure.
 */
#ifndef CORE_SIP_LAPSE_H
#define CORE_SIP_LAPSE_H

#include "core/base/clock.h"

enum {
	LAPSE_EARLY = 600,	/**< Refresh before the end [s] (A-4.4)     */
	LAPSE_LEAST = 10,	/**< Shortest time believed [s], ours       */
	LAPSE_MOST = 86400,	/**< Longest asked for and believed [s], ours */
	LAPSE_PAUSE = 30,	/**< Base [s], RFC 5626 section 4.5         */
	LAPSE_PAUSE_MAX = 1800, /**< [s], RFC 5626 section 4.5 and SECURITY
				     row 39                               */
};

/** A time granted, within what is believed [s] */
uint32_t lapse_believe(uint32_t granted);

/** How long after it was granted to refresh it [us]: at half of the time, or
    LAPSE_EARLY before its end */
uint64_t lapse_refresh(uint32_t granted);

/**
 * How long to wait [us] after a failure: what the peer asked for, else 50 to
 * 100 % of an upper bound that doubles (RFC 5626 section 4.5).
 *
 * @param failures  In a row, this one included
 * @param after     Retry-After [s], heeded up to LAPSE_MOST; 0: none
 */
uint64_t lapse_pause(unsigned failures, uint32_t after);

#endif
