/**
 * @file core/media/plea.c  Plea
 */
#include "core/media/plea.h"

void plea_init(struct plea *p)
{
	memset(p, 0, sizeof(*p));
}

void plea_start(struct plea *p, uint64_t now)
{
	p->up = true;
	p->seen = p->lost = p->fed = false;
	p->since = now;
}

void plea_stop(struct plea *p)
{
	p->up = false;
}

void plea_packet(struct plea *p, uint64_t now)
{
	/* After a pause it is not the pause that counts */
	if (p->seen && !p->fed)
		p->since = now;
	p->fed = true;
}

void plea_picture(struct plea *p, uint64_t now)
{
	p->seen = true;
	p->lost = p->fed = false;
	p->since = now;
}

void plea_lost(struct plea *p)
{
	p->lost = true;
}

bool plea_take(struct plea *p, uint64_t now)
{
	if (now < plea_due(p))
		return false;

	p->asked = true;
	p->last = now;
	++p->pleas;
	return true;
}

uint64_t plea_due(const struct plea *p)
{
	uint64_t due;

	if (!p->up || (p->seen && !p->fed && !p->lost))
		return CLOCK_NEVER;

	due = p->lost ? 0 : p->since + PLEA_WAIT;
	if (p->asked && due < p->last + PLEA_WAIT)
		due = p->last + PLEA_WAIT;
	return due;
}
