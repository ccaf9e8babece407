/**
 * @file drivers/watchman.h  Watchman: when a relay is switched off without us
 *
 *     messages of the phone -> gpio_guard -> [watchman] -> lines
 *
 * While anything is on the phone has to be heard of every now and then, and
 * each line is on no longer than it may. Holds no clock.
 */
#ifndef DRIVERS_WATCHMAN_H
#define DRIVERS_WATCHMAN_H

#include "core/base/clock.h"

enum {
	WATCHMAN_LINES = 16, /**< Relays, ours                               */
	WATCHMAN_BEAT = 100 * CLOCK_MS,	   /**< The phone says it lives [us] */
	WATCHMAN_SILENCE = 500 * CLOCK_MS, /**< Then it does not [us], ours  */
};

/** Switch a line. @return 0 or errno */
typedef int(watchman_h)(unsigned line, bool on, void *arg);

struct watchman {
	struct {
		bool on;
		uint64_t longest, until; /**< [us] */
	} linev[WATCHMAN_LINES];
	uint64_t heard; /**< When [us] */
	watchman_h *h;
	void *arg;
};

/** The phone wants a line so. @return 0, or errno of the line */
int watchman_set(struct watchman *w, unsigned line, bool on, uint64_t now);

/** The phone lives */
void watchman_beat(struct watchman *w, uint64_t now);

/** When to call watchman_expire() [us], or CLOCK_NEVER */
uint64_t watchman_due(const struct watchman *w);

/** Switch off what has to be; what does not go off is tried again */
void watchman_expire(struct watchman *w, uint64_t now);

#endif
