/**
 * @file core/media/level.h  Level: how loud, over the last second
 *
 *     mic, spk -> [level] -> stats
 */
#ifndef CORE_MEDIA_LEVEL_H
#define CORE_MEDIA_LEVEL_H

#include "core/base/re.h"

enum {
	LEVEL_SILENCE = -120
}; /**< Level of digital silence [dBFS] */

/** State; zero it to begin */
struct level {
	double square; /**< Mean square of the samples */
};

/**
 * Put samples.
 *
 * @param rate  [Hz]
 */
void level_put(struct level *l, const int16_t *pcm, unsigned n, uint32_t rate);

/** Level [dBFS RMS]: that of a full-scale sine is -3 */
double level_get(const struct level *l);

#endif
