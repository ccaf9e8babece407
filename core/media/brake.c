/**
 * @file core/media/brake.c  Brake
 */
#include "core/base/re.h"
#include "core/media/brake.h"

enum {
	TRIP_MAX = 2 * CLOCK_S, /* That is believed [us], ours */
};

/* Ours: a feedback's share of the mean between two of them */
static const double share = 0.1;

void brake_heard(struct brake *b, uint64_t sent, uint64_t now)
{
	const uint64_t trip = now - sent;
	double gap = (double)(now - b->heard);

	if (!b->heard || gap > BRAKE_INTERVAL)
		gap = BRAKE_INTERVAL;
	b->interval += b->heard ? share * (gap - b->interval) : gap;
	b->heard = now;
	if (trip > TRIP_MAX)
		return;

	if (!b->leastv[0] || now - b->half > BRAKE_HALF) {
		b->leastv[1] = b->leastv[0] ? b->leastv[0] : trip;
		b->leastv[0] = trip;
		b->half = now;
	}
	b->leastv[0] = MIN(b->leastv[0], trip);
}

/* It is let go later than it is pulled: an answer that shows a little of the
 * queue is not the end of it */
void brake_update(struct brake *b, uint64_t sent, uint64_t now)
{
	const double age = (double)(now - sent);
	const uint64_t least = MIN(b->leastv[0], b->leastv[1]);
	const double usual = (double)least + b->interval;
	const bool was = b->on;

	b->on = sent && least && age < BRAKE_MAX &&
		age > usual + (was ? 0 : BRAKE_MARGIN);
	b->silent = now - b->heard >= BRAKE_SILENCE;
	b->pulled += b->on && !was;
}

uint64_t brake_due(const struct brake *b)
{
	return b->on && !b->silent ? b->heard + BRAKE_SILENCE : CLOCK_NEVER;
}
