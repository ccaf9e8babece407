/**
 * @file core/media/window.h  Window: the last values, and their quantiles
 *
 *     jitter (transit of each packet) -> [window] -> target delay
 */
#ifndef CORE_MEDIA_WINDOW_H
#define CORE_MEDIA_WINDOW_H

#include "core/base/re.h"

struct window;

/**
 * Allocate. Free with mem_deref().
 *
 * @param size  Values remembered, not 0
 *
 * @return 0, ENOMEM
 */
int window_alloc(struct window **wp, unsigned size);

/** Forget all */
void window_reset(struct window *w);

/** Put a value; the oldest is forgotten when it is full */
void window_put(struct window *w, int64_t value);

/** How many there are */
unsigned window_count(const struct window *w);

/** The value that `percent` of all are not over; 0 when there is none.
 *  0 percent is the least, 100 the greatest */
int64_t window_quantile(const struct window *w, unsigned percent);

#endif
