/**
 * @file core/media/lipsync.h  Lip sync: pictures wait for their sound
 *
 *     decoder -> [lipsync] -> display
 *
 * What was captured together is shown and heard together (RFC 3550 section
 * 6.4.1): a sender's reports say when, in its own clock; what the sound needs
 * from there to the loudspeaker the picture must need, too. A picture that is
 * later than its sound is shown at once. Holds no clock.
 */
#ifndef CORE_MEDIA_LIPSYNC_H
#define CORE_MEDIA_LIPSYNC_H

#include "core/base/clock.h"
#include "core/base/frame.h"

enum {
	LIPSYNC_MAX = 16,	       /**< Pictures held, ours           */
	LIPSYNC_HOLD = 400 * CLOCK_MS, /**< Held at most [us], ours       */
	LIPSYNC_LEAST = 10 * CLOCK_MS, /**< Not worth waiting for [us]; a
					     tenth of what people notice
					     (ITU-R BT.1359)               */
};

/** Pictures that wait; zero it, and lipsync_clear() it at the end */
struct lipsync {
	struct frame *framev[LIPSYNC_MAX];
	uint64_t duev[LIPSYNC_MAX]; /**< [us], not falling                 */
	unsigned head, count;
	uint32_t held, early; /**< Counters: pictures that waited, and those
				   shown too early for want of room     */
};

/**
 * Put a picture; a reference is kept while it waits.
 *
 * @param due  When it is to be shown [us]
 *
 * @return 0, EALREADY it is to be shown now, ENOBUFS likewise: no room
 */
int lipsync_put(struct lipsync *l, struct frame *f, uint64_t due, uint64_t now);

/** Get the next picture whose time has come; the caller owns the reference.
    @return NULL: none */
struct frame *lipsync_get(struct lipsync *l, uint64_t now);

/** When to call lipsync_get() [us] */
uint64_t lipsync_due(const struct lipsync *l);

/** Drop all that waits */
void lipsync_clear(struct lipsync *l);

#endif
