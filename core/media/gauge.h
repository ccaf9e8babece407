/**
 * @file core/media/gauge.h  Gauge: how many bits a second
 *
 *     (time, bytes) -> [gauge] -> rate over the last 40 .. 1000 ms
 *
 * For the estimate: what leaves, and what arrives, each in its own clock.
 */
#ifndef CORE_MEDIA_GAUGE_H
#define CORE_MEDIA_GAUGE_H

#include "core/base/clock.h"

enum {
	GAUGE_STEP = 20 * CLOCK_MS, /**< Resolution [us], ours */
	GAUGE_STEPS = 50,	    /**< Remembered            */
};

/** A gauge; all zero at first */
struct gauge {
	uint64_t first, last; /**< Steps; last is 0 before anything came */
	uint32_t bytesv[GAUGE_STEPS];
};

/** So many bytes at that time [us]; what is too old is ignored */
void gauge_put(struct gauge *g, uint64_t time, uint32_t bytes);

/**
 * The rate up to the last one put [bit/s].
 *
 * @param span  Over so long [us], at most GAUGE_STEPS * GAUGE_STEP; less when
 *              there is less
 */
uint32_t gauge_rate(const struct gauge *g, uint64_t span);

/** How long it has measured, up to the last one put; at most what is
    remembered [us] */
uint64_t gauge_span(const struct gauge *g);

/** So many bytes were put after that time, as far as is known [bytes] */
uint64_t gauge_since(const struct gauge *g, uint64_t time);

#endif
