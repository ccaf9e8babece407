/**
 * @file drivers/watchman.c  Watchman
 */
#include "drivers/watchman.h"

int watchman_set(struct watchman *w, unsigned line, bool on, uint64_t now)
{
	int err = w->h(line, on, w->arg);

	watchman_beat(w, now);
	if (!err && on && !w->linev[line].on)
		w->linev[line].until = now + w->linev[line].longest;
	if (!err)
		w->linev[line].on = on;
	return err;
}

void watchman_beat(struct watchman *w, uint64_t now)
{
	w->heard = now;
}

uint64_t watchman_due(const struct watchman *w)
{
	uint64_t due = CLOCK_NEVER;

	for (unsigned i = 0; i < WATCHMAN_LINES; i++) {
		if (w->linev[i].on)
			due = clock_min(due,
					clock_min(w->linev[i].until,
						  w->heard + WATCHMAN_SILENCE));
	}

	return due;
}

void watchman_expire(struct watchman *w, uint64_t now)
{
	const bool silent = now >= w->heard + WATCHMAN_SILENCE;

	for (unsigned i = 0; i < WATCHMAN_LINES; i++) {
		if (!w->linev[i].on || (!silent && now < w->linev[i].until))
			continue;

		w->linev[i].on = false;
		if (w->h(i, false, w->arg)) {
			w->linev[i].on = true;
			w->linev[i].until = now + WATCHMAN_BEAT;
			w->heard = now - WATCHMAN_SILENCE + WATCHMAN_BEAT;
		}
	}
}
