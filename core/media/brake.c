/**
 * @file core/media/brake.c  Brake
 */
#include "core/base/re.h"
#include "core/media/brake.h"
#include "core/media/trip.h"

/* Ours: a feedback's part of the mean; where more is lost, no brake */
static const double part = 0.05, many = 0.05;

static void turn(struct brake *b, uint64_t now)
{
	if (b->begun && now - b->begun <= BRAKE_HALF)
		return;

	b->halfv[1] = b->halfv[0];
	b->halfv[0] = (struct brake_half){ .trip = 0 };
	b->begun = now;
}

/* The longest that an answer took without a queue; 0 for not known */
static uint64_t usual(const struct brake *b)
{
	const struct brake_half *h = b->halfv;
	uint64_t trip = MIN(h[0].trip, h[1].trip);
	uint64_t gap = MAX(h[0].gap, h[1].gap);

	if (!trip)
		trip = MAX(h[0].trip, h[1].trip);

	return trip ? trip + (gap ? gap : (uint64_t)BRAKE_INTERVAL) : 0;
}

/* What was not heard of did not queue, it was lost, or a feedback about it: the
 * brake was in the way of the repair, and should not be so soon again */
static bool was_wrong(const struct brake *b, uint64_t trip, double loss)
{
	return b->on && loss > 0 && trip <= usual(b);
}

void brake_heard(struct brake *b, uint64_t sent, double loss, uint64_t now)
{
	const uint64_t trip = now - sent, gap = now - b->heard;
	struct brake_half *h = b->halfv;
	const bool wrong = was_wrong(b, trip, loss);
	const bool waited = b->on || !b->heard;

	turn(b, now);
	b->heard = now;
	b->wrong += wrong;
	b->loss += part * (loss - b->loss);
	if (!waited || wrong)
		h->gap = MAX(h->gap, MIN(gap, (uint64_t)BRAKE_INTERVAL));
	if (trip <= TRIP_MAX && (!h->trip || trip < h->trip))
		h->trip = trip;
}

/* It is let go later than it is pulled: an answer that shows a little of the
 * queue is not the end of it */
void brake_update(struct brake *b, uint64_t sent, uint64_t now)
{
	const uint64_t age = now - sent, most = usual(b);
	const bool was = b->on;

	b->on = sent && most && b->loss < many && age < BRAKE_MAX &&
		age > most + (was ? 0 : BRAKE_MARGIN);
	b->silent = now - b->heard >= BRAKE_SILENCE;
	b->pulled += b->on && !was;
}

uint64_t brake_due(const struct brake *b)
{
	return b->on && !b->silent ? b->heard + BRAKE_SILENCE : CLOCK_NEVER;
}
