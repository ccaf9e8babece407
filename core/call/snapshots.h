/**
 * @file core/call/snapshots.h  Snapshots: who waits for a picture as JPEG
 *
 *     frame -> [snapshots] -> everybody who waits
 */
#ifndef CORE_CALL_SNAPSHOTS_H
#define CORE_CALL_SNAPSHOTS_H

#include "core/base/clock.h"
#include "core/device/coder.h"

enum {
	SNAPSHOTS_MAX = 8, /**< Who may wait at once, ours */
};

/** A picture as JPEG, at mb->pos, borrowed; or why there is none: ETIMEDOUT
    none came, or as coder_jpeg_h. May ask for the next one */
typedef void(snapshots_h)(int err, struct mbuf *mb, uint64_t now, void *arg);

/** One that waits */
struct snapshot {
	snapshots_h *h;
	void *arg;
	uint64_t since; /**< [us] */
};

/** Zero it */
struct snapshots {
	struct snapshot waitv[SNAPSHOTS_MAX]; /**< The oldest first */
	unsigned waitc;
	uint32_t made, failed; /**< Counters */
};

/** One more waits. @return 0, EBUSY */
int snapshots_add(struct snapshots *s, snapshots_h *h, void *arg, uint64_t now);

/** The one that came last does not wait; it is not told */
void snapshots_undo(struct snapshots *s);

/** Here is a picture for all */
void snapshots_take(struct snapshots *s, coder_jpeg_h *jpegh,
		    const struct frame *f, uint64_t now);

/** All who waited so long [us] are told ETIMEDOUT, with those behind them */
void snapshots_expire(struct snapshots *s, uint64_t patience, uint64_t now);

#endif
