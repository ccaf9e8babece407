/**
 * @file core/call/placard.h  Placard: a picture in place of the camera's
 *
 *     [placard] -> encoding
 *
 * Black for who is not to see anything; a crossed-out camera on grey while
 * the camera is away.
 */
#ifndef CORE_CALL_PLACARD_H
#define CORE_CALL_PLACARD_H

#include "core/base/frame.h"

enum placard {
	PLACARD_BLACK = 0,
	PLACARD_AWAY, /**< There is no picture */
};

/**
 * Draw one. Free it with mem_deref().
 *
 * @param formats  Set of FRAME_BIT(): I420 or NV12, else it is I420 anyway
 * @param width    Even, as frame_alloc()
 *
 * @return 0, EINVAL as frame_alloc(), ENOMEM
 */
int placard_alloc(struct frame **fp, enum placard what, unsigned formats,
		  unsigned width, unsigned height);

/**
 * A frame about the same memory, since each has a time of its own.
 *
 * @param card  From placard_alloc(); a reference is kept
 *
 * @return 0, ENOMEM
 */
int placard_at(struct frame **fp, struct frame *card, uint64_t time);

#endif
