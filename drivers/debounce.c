/**
 * @file drivers/debounce.c  Debounce
 */
#include "drivers/debounce.h"

void debounce_init(struct debounce *d, uint64_t time, bool on)
{
	d->time = time;
	d->on = on;
	d->due = CLOCK_NEVER;
}

/* Every edge begins the time anew, also one back to what it was */
void debounce_edge(struct debounce *d, bool on, uint64_t now)
{
	d->due = on == d->on ? CLOCK_NEVER : now + d->time;
}

bool debounce_look(struct debounce *d, bool on)
{
	d->due = CLOCK_NEVER;
	if (on == d->on)
		return false;

	d->on = on;
	return true;
}
