/**
 * @file core/media/outlet.c  Outlet
 */
#include "core/media/outlet.h"

enum {
	BURST = 25 * CLOCK_MS, /* Shorter tells no rate [us], ours */
};

void outlet_put(struct outlet *o, bool queued, uint64_t arrived, uint32_t size)
{
	if (!queued) {
		o->any = false;
	} else if (o->any) {
		o->bytes += size;
	} else {
		o->any = true;
		o->bytes = 0;
		o->first = arrived;
	}
	o->last = arrived;
}

double outlet_rate(const struct outlet *o)
{
	if (!o->any || o->last - o->first < BURST)
		return 0;

	return (double)o->bytes * 8 * CLOCK_S / (double)(o->last - o->first);
}
