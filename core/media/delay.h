/**
 * @file core/media/delay.h  Delay: what it should be, and what it is
 *
 *     jitter (arrivals, losses, playing) -> [delay] -> target, error
 *
 * All times are offsets: local time minus RTP time, both in microseconds. A
 * packet's transit is one; so is when its sound is played. The target is a
 * high quantile of the transits, and a packet more while FEC is needed.
 */
#ifndef CORE_MEDIA_DELAY_H
#define CORE_MEDIA_DELAY_H

#include "core/base/clock.h"

enum {
	DELAY_WINDOW = 512,  /**< Transits remembered, 10 s at 20 ms, ours */
	DELAY_QUANTILE = 97, /**< Of transits that shall be in time
				  [percent] (SECURITY 4.4: NetEq 95)       */
	DELAY_TARGET_MAX = 500 * CLOCK_MS, /**< Above the fastest packet [us],
						ours                       */
};

struct delay;

/**
 * Allocate. Free with mem_deref().
 *
 * @param beat  No packet is fetched sooner than so long before its sound is
 *              played [us]
 *
 * @return 0, ENOMEM
 */
int delay_alloc(struct delay **dp, uint32_t beat);

/** Forget everything */
void delay_reset(struct delay *d);

/** A packet came, so much after its time [us] */
void delay_put_transit(struct delay *d, int64_t transit);

/** Whether any packet came */
bool delay_known(const struct delay *d);

/**
 * A packet is played.
 *
 * @param missed  Whether some before it were lost
 * @param fec     Whether it repeats the one before it
 * @param piece   Its length [us]
 */
void delay_put_loss(struct delay *d, bool missed, bool fec, int64_t piece);

/**
 * A packet is played, so much after its time [us].
 *
 * @param wait  How long it waited for it [us]
 */
void delay_follow(struct delay *d, int64_t offset, int64_t wait);

/** The offset was changed by so much [us], by cutting or inserting */
void delay_shift(struct delay *d, int64_t us);

/** Time jumped: the next delay_follow() begins anew */
void delay_jump(struct delay *d);

/** The offset at which packets should be played [us] */
int64_t delay_target(const struct delay *d);

/** How far the mean is over (+) or under (-) the target [us], or 0 */
int64_t delay_error(const struct delay *d);

/** Mean wait [us] */
uint32_t delay_mean(const struct delay *d);

/** The target, as a wait of the fastest packet [us] */
uint32_t delay_wanted(const struct delay *d);

#endif
