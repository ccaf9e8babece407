/**
 * @file core/media/stretch.c  Stretch
 *
 * Overlap and add at the best lag: the beginning fades into what follows one
 * lag later.
 */
#include "core/media/pitch.h"
#include "core/media/stretch.h"

enum {
	OVERLAP = 5000,	    /* Fade [us], ours                             */
	LAG_MIN = 2500,	    /* Shortest that is worth a seam [us], ours    */
	LAG_MAX = 12500,    /* Longest pitch period, 80 Hz [us], ours     */
	COARSE_RATE = 8000, /* The first search looks at so many a second */
	US_PER_S = 1000000,
	QUIET = 64, /* Peak below which likeness does not matter   */
};

static const float alike = 0.5f; /* Less is worse than the delay, ours */

static bool is_quiet(const int16_t *pcm, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (pcm[i] > QUIET || pcm[i] < -QUIET)
			return false;
	}
	return true;
}

unsigned stretch_cut(int16_t *pcm, unsigned n, uint32_t rate)
{
	struct pitch_search s = {
		.window = (unsigned)((uint64_t)rate * OVERLAP / US_PER_S),
		.min = (unsigned)((uint64_t)rate * LAG_MIN / US_PER_S),
		.max = (unsigned)((uint64_t)rate * LAG_MAX / US_PER_S),
		.coarse = rate > COARSE_RATE ? rate / COARSE_RATE : 1,
	};
	unsigned lag;
	float score;

	if (n < s.window + s.min)
		return n;
	if (s.max > n - s.window)
		s.max = n - s.window;

	lag = pitch_find(pcm, &s, &score);
	if (score < alike && !is_quiet(pcm, n))
		return n;
	if (score < alike)
		lag = s.max;

	for (unsigned i = 0; i < s.window; i++) {
		int32_t from = pcm[i] * (int32_t)(s.window - i);
		int32_t to = pcm[i + lag] * (int32_t)i;

		pcm[i] = (int16_t)((from + to) / (int32_t)s.window);
	}
	memmove(pcm + s.window, pcm + s.window + lag,
		(n - s.window - lag) * sizeof(*pcm));
	return n - lag;
}
