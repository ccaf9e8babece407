/**
 * @file core/net/retry.c  Retry
 */
#include "core/base/entropy.h"
#include "core/net/retry.h"

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* The next wait [us] */
static uint64_t wait(struct retry *r)
{
	uint64_t w = RETRY_BASE;

	for (unsigned i = 0; i < r->failures && w < RETRY_CAP; i++)
		w *= 2;

	++r->failures;
	w = clock_min(w, RETRY_CAP);
	return entropy_between(w / 2, w);
}

void retry_up(struct retry *r, uint64_t now)
{
	r->up_at = now;
}

uint64_t retry_lost(struct retry *r, uint64_t now)
{
	if (now - r->up_at >= RETRY_STABLE) {
		r->failures = 0;
		r->hasty = false;
	}

	if (r->hasty)
		return now + wait(r);

	r->hasty = true;
	r->lost_at = now;
	return now + entropy_between(0, RETRY_JITTER);
}

uint64_t retry_failed(struct retry *r, uint32_t after, uint64_t now)
{
	uint64_t from = r->lost_at ? r->lost_at : now;
	uint64_t due = from + wait(r);

	r->lost_at = 0;
	due = later(due, now + entropy_between(0, RETRY_JITTER));
	return later(due,
		     now + clock_min((uint64_t)after * CLOCK_S, RETRY_CAP));
}
