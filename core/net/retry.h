/**
 * @file core/net/retry.h  Retry: when to connect again
 *
 *     flow: lost, failed, up -> [retry] -> time of the next attempt
 *
 * SECURITY row 39 and RFC 5626 section 4.5: after a loss once at once with
 * jitter, so that a fleet does not come at the same moment; then after
 * 30 s x 2^n, of which 50 to 100 % at random, at most 1800 s. The first of
 * these counts from the loss. A connection that did not live long gets no
 * quick attempt, so that a server that accepts and drops is left in peace.
 */
#ifndef CORE_NET_RETRY_H
#define CORE_NET_RETRY_H

#include "core/base/clock.h"

enum {
	RETRY_JITTER = 3 * CLOCK_S,   /**< SECURITY row 39 [us]             */
	RETRY_BASE = 30 * CLOCK_S,    /**< RFC 5626 section 4.5 [us]        */
	RETRY_CAP = 1800 * CLOCK_S,   /**< The same                         */
	RETRY_STABLE = 180 * CLOCK_S, /**< Up for so long: all is forgotten,
					   ours [us]                       */
};

/** Zero is a good start */
struct retry {
	unsigned failures; /**< Waits so far                       */
	bool hasty;	   /**< The quick attempt has been used    */
	uint64_t up_at;	   /**< [us]                               */
	uint64_t lost_at;  /**< [us], 0 when a wait has used it    */
};

/** It is connected */
void retry_up(struct retry *r, uint64_t now);

/** It was connected and is lost. @return when to connect [us] */
uint64_t retry_lost(struct retry *r, uint64_t now);

/**
 * Could not connect.
 *
 * @param after  The server asked to wait for this long [s], 0 if not;
 *               more than RETRY_CAP counts as that
 *
 * @return when to connect [us]
 */
uint64_t retry_failed(struct retry *r, uint32_t after, uint64_t now);

#endif
