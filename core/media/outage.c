/**
 * @file core/media/outage.c  Outage
 */
#include "core/media/outage.h"

/* Ours: of the rate before */
static const double share = 0.5;

bool outage_arrived(struct outage *o, uint64_t sent)
{
	const bool over = o->newest && sent > o->newest + OUTAGE_LEAST;

	if (over) {
		o->from = o->newest;
		o->to = sent;
	}
	if (sent > o->newest)
		o->newest = sent;
	return over;
}

bool outage_took(const struct outage *o, uint64_t sent)
{
	return sent > o->from && sent < o->to;
}

void outage_begin(struct outage *o, double rate, uint64_t now)
{
	if (o->silent)
		return;

	o->silent = now;
	o->before = rate;
}

double outage_end(struct outage *o, uint64_t now)
{
	if (!o->silent || now - o->silent >= OUTAGE_MAX)
		o->before = 0;

	o->silent = 0;
	o->ended = now;
	return o->before * share;
}

bool outage_heals(const struct outage *o, double rate, uint64_t now)
{
	return now - o->ended < OUTAGE_HEALS && rate < o->before;
}
