/**
 * @file drivers/debounce.h  Debounce: a contact is so when it stays so
 *
 *     edges of a line -> [debounce] -> changes
 *
 * A contact that closes bounces for milliseconds, and a spark in the wires is
 * no finger. Holds no clock.
 */
#ifndef DRIVERS_DEBOUNCE_H
#define DRIVERS_DEBOUNCE_H

#include "core/base/clock.h"

struct debounce {
	uint64_t time; /**< It stays so for so long [us]            */
	bool on;       /**< What it is, as far as is known          */
	uint64_t due;  /**< When to look again [us], or CLOCK_NEVER */
};

/** Begin, with what it is now */
void debounce_init(struct debounce *d, uint64_t time, bool on);

/** There was an edge, and it is so now: read after the edge */
void debounce_edge(struct debounce *d, bool on, uint64_t now);

/** It is due, and is so now. @return whether d->on changed */
bool debounce_look(struct debounce *d, bool on);

#endif
