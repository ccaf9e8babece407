/**
 * @file core/media/pitch.c  Pitch
 *
 * Normalised cross-correlation, coarse in lag and samples first.
 */
#include <assert.h>
#include <math.h>
#include "core/media/pitch.h"

static float likeness(const int16_t *v, unsigned window, unsigned lag,
		      unsigned step)
{
	const int16_t *w = v + lag;
	int64_t cross = 0, vv = 0, ww = 0;

	for (unsigned i = 0; i < window; i += step) {
		cross += (int32_t)v[i] * w[i];
		vv += (int32_t)v[i] * v[i];
		ww += (int32_t)w[i] * w[i];
	}
	if (cross <= 0)
		return 0;

	return (float)cross / sqrtf((float)vv * (float)ww);
}

static unsigned best(const int16_t *v, unsigned window, unsigned from,
		     unsigned to, unsigned step, float *scorep)
{
	unsigned found = from;
	float top = -1;

	for (unsigned lag = from; lag <= to; lag += step) {
		float score = likeness(v, window, lag, step);

		if (score > top) {
			top = score;
			found = lag;
		}
	}

	*scorep = top;
	return found;
}

unsigned pitch_find(const int16_t *v, const struct pitch_search *s,
		    float *scorep)
{
	unsigned lag, from, to;
	float score;

	assert(s->coarse && s->min <= s->max);

	lag = best(v, s->window, s->min, s->max, s->coarse, &score);
	if (s->coarse > 1) {
		from = lag > s->min + s->coarse ? lag - s->coarse : s->min;
		to = lag + s->coarse < s->max ? lag + s->coarse : s->max;
		lag = best(v, s->window, from, to, 1, &score);
	}

	if (scorep)
		*scorep = score;
	return lag;
}
