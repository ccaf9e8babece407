/**
 * @file core/net/throttle.c  Throttle
 */
#include "core/net/throttle.h"

/* Its own place, or the one that is longest silent */
static size_t place_of(const struct throttle *t, const struct sa *src)
{
	size_t oldest = 0;

	for (size_t i = 0; i < ARRAY_SIZE(t->v); i++) {
		if (sa_cmp(&t->v[i].src, src, SA_ALL))
			return i;
		if (t->v[i].start < t->v[oldest].start)
			oldest = i;
	}

	return oldest;
}

bool throttle_pass(struct throttle *t, const struct sa *src, uint64_t now)
{
	size_t i = place_of(t, src);

	if (!sa_cmp(&t->v[i].src, src, SA_ALL) ||
	    now - t->v[i].start >= CLOCK_S) {
		t->v[i].src = *src;
		t->v[i].start = now;
		t->v[i].count = 0;
	}

	if (t->v[i].count == THROTTLE_RATE) {
		++t->refused;
		return false;
	}

	++t->v[i].count;
	return true;
}
