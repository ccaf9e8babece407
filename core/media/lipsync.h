/**
 * @file core/media/lipsync.h  Lip sync: pictures wait for their sound
 *
 *     reorder -> unpack -> [lipsync] -> decoder -> display
 *
 * What was captured together is shown and heard together (RFC 3550 section
 * 6.4.1): a sender's reports say when, in its own clock; what the sound needs
 * from there to the loudspeaker the picture must need, too. It waits as it
 * came, which takes a hundredth of the memory that it takes decoded, and goes
 * on in time to be decoded. A picture that is later than its sound does not
 * wait. Holds no clock.
 */
#ifndef CORE_MEDIA_LIPSYNC_H
#define CORE_MEDIA_LIPSYNC_H

#include "core/base/clock.h"
#include "core/media/payload.h"

enum {
	LIPSYNC_MAX = 16,		  /**< Pictures held, ours        */
	LIPSYNC_BYTES = PAYLOAD_UNIT_MAX, /**< In all of them, ours       */
	LIPSYNC_HOLD = 400 * CLOCK_MS,	  /**< Held at most [us], ours    */
	LIPSYNC_LEAST = 10 * CLOCK_MS,	  /**< Not worth waiting for [us];
					       a tenth of what people
					       notice (ITU-R BT.1359)     */
	LIPSYNC_LEAD = 5 * CLOCK_MS,	  /**< Then it is decoded [us],
					       ours                       */
};

/** A picture that is not decoded yet */
struct lipsync_picture {
	struct payload_unit unit;
	uint32_t ts; /**< RTP timestamp                            */
	bool first;  /**< It does not follow the one before        */
};

/** Pictures that wait; zero it, and lipsync_clear() it at the end */
struct lipsync {
	struct lipsync_picture *picv[LIPSYNC_MAX];
	uint64_t duev[LIPSYNC_MAX]; /**< [us], not falling                 */
	unsigned head, count;
	size_t bytes;	      /**< Held */
	uint32_t held, early; /**< Counters: pictures that waited, and those
				   for which there was no room           */
};

/**
 * Put a picture; it is copied if it is to wait.
 *
 * @param at  When it is to be shown [us]
 *
 * @return 0, EALREADY it is to be decoded now; ENOBUFS, ENOMEM no room: get
 *         another one, whenever that was to be shown, and try again
 */
int lipsync_put(struct lipsync *l, const struct lipsync_picture *p, uint64_t at,
		uint64_t now);

/** Whether there is room for no more pictures */
bool lipsync_is_full(const struct lipsync *l);

/** Get the next picture that is to be decoded by now; the caller owns the
    reference. @return NULL: none */
struct lipsync_picture *lipsync_get(struct lipsync *l, uint64_t now);

/** When to call lipsync_get() [us] */
uint64_t lipsync_due(const struct lipsync *l);

/** Drop all that waits */
void lipsync_clear(struct lipsync *l);

#endif
