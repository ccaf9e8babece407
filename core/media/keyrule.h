/**
 * @file core/media/keyrule.h  Key rule: when the encoder is to make an IDR
 *
 *     PLI, FIR, INFO, watcher -> [keyrule] -> encoder_put(key)
 *
 * The first frame is one; then each `interval`; then on wishes, of which all
 * within KEYRULE_SPACE are one (SECURITY row 30).
 */
#ifndef CORE_MEDIA_KEYRULE_H
#define CORE_MEDIA_KEYRULE_H

#include "core/base/clock.h"
#include "core/base/re.h"

enum {
	KEYRULE_SPACE = 500 * CLOCK_MS, /**< Between two on request [us],
					     SECURITY row 30             */
};

/** Its owner allocates it, and looks at the counters only */
struct keyrule {
	uint64_t interval; /**< [us], 0 for on request only             */
	uint64_t last;	   /**< Of the last one [us]                    */
	bool start;	   /**< The next one is the first               */
	bool wished;
	uint32_t wishes; /**< That came                               */
	uint32_t made;	 /**< Key frames, in all                      */
};

/**
 * Set up.
 *
 * @param interval  Between key frames [us], 0 for on request only
 */
void keyrule_init(struct keyrule *k, uint64_t interval);

/** The next frame is the first on a channel, or of a size: it is one at once,
 *  whatever was before. Not for what the network can cause */
void keyrule_start(struct keyrule *k);

/** Somebody wishes one */
void keyrule_wish(struct keyrule *k);

/** A frame is given to the encoder: whether it is to be one. Asked once for
 *  each frame; a wish that comes too soon is kept */
bool keyrule_take(struct keyrule *k, uint64_t now);

#endif
