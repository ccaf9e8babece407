/**
 * @file core/media/pitch.h  Pitch: where a sound is most like itself
 *
 *     conceal, stretch -> [pitch]
 */
#ifndef CORE_MEDIA_PITCH_H
#define CORE_MEDIA_PITCH_H

#include "core/base/re.h"

/** What to look for; all in samples */
struct pitch_search {
	unsigned window;   /**< Length that is compared                */
	unsigned min, max; /**< Lags tried, both included              */
	unsigned coarse;   /**< Step of the first search, 1 for none   */
};

/**
 * The lag at which `v[0..window)` is most like `v[lag..lag + window)`.
 *
 * @param v       window + max samples
 * @param s       Search
 * @param scorep  Set to the likeness, 0..1; may be NULL
 */
unsigned pitch_find(const int16_t *v, const struct pitch_search *s,
		    float *scorep);

#endif
