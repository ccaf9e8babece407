/**
 * @file core/media/trend.h  Trend: does a queue grow on the way?
 *
 *     (sent, arrived) -> groups -> slope of the delay -> [trend] -> estimate
 *
 * draft-ietf-rmcat-gcc-02 section 5: packets sent within 5 ms are a group,
 * the change of delay between groups is followed by a line through the last
 * ones, and its slope is held against a threshold that adapts, so that others
 * who fill the queue do not silence us. Holds no clock; the two clocks may
 * have any offset.
 */
#ifndef CORE_MEDIA_TREND_H
#define CORE_MEDIA_TREND_H

#include "core/base/clock.h"

/** What the queue does, draft-ietf-rmcat-gcc-02 section 5.4 */
enum trend_use {
	TREND_NORMAL,
	TREND_OVER,  /**< It grows    */
	TREND_UNDER, /**< It empties  */
};

struct trend;

/** Allocate. Free with mem_deref(). @return 0, ENOMEM */
int trend_alloc(struct trend **tp);

/**
 * A packet arrived; in the order of sending. Older ones are ignored.
 *
 * @param sent     [us], the sender's clock
 * @param arrived  [us], the receiver's clock
 */
void trend_put(struct trend *t, uint64_t sent, uint64_t arrived);

/** What the queue does now, the packets just put included */
enum trend_use trend_use(const struct trend *t);

/** Delay over the least of the last minute [us]: about what is queued */
uint64_t trend_queue(const struct trend *t);

/** The way has changed: what the delay is now is its least */
void trend_rebase(struct trend *t);

/** Forget all, as after a pause of the stream */
void trend_reset(struct trend *t);

/** Print the state on one line, for %H */
int trend_print(struct re_printf *pf, const struct trend *t);

#endif
