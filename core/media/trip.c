/**
 * @file core/media/trip.c  Trip
 */
#include "core/base/re.h"
#include "core/media/trip.h"

enum {
	FORGET = 1000, /* The least rises by this part each time, ours */
};

static void keep_least(struct trip *t, uint32_t rtt)
{
	if (!t->least || rtt < t->least)
		t->least = rtt;
}

void trip_put(struct trip *t, uint64_t rtt)
{
	const uint32_t r = (uint32_t)MIN(rtt, (uint64_t)TRIP_MAX);

	t->mean = t->mean ? (t->mean + r) / 2 : r;
	t->least += t->least / FORGET;
	keep_least(t, r);
}

void trip_set(struct trip *t, uint32_t rtt)
{
	t->mean = MIN(rtt, (uint32_t)TRIP_MAX);
	keep_least(t, t->mean);
}

bool trip_is_swollen(const struct trip *t, uint64_t rtt)
{
	return t->least && rtt > t->least + TRIP_SWELL;
}
