/**
 * @file core/media/level.c  Level
 */
#include <math.h>
#include "core/media/level.h"

static const double full = 32768.0;

void level_put(struct level *l, const int16_t *pcm, unsigned n, uint32_t rate)
{
	double share = n < rate ? (double)n / rate : 1;
	int64_t sum = 0;

	if (!n)
		return;

	for (unsigned i = 0; i < n; i++)
		sum += (int32_t)pcm[i] * pcm[i];

	l->square += ((double)sum / n - l->square) * share;
}

double level_get(const struct level *l)
{
	double db = l->square > 0 ? 10 * log10(l->square / (full * full))
				  : LEVEL_SILENCE;

	return db > LEVEL_SILENCE ? db : LEVEL_SILENCE;
}
