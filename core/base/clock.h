/**
 * @file core/base/clock.h  Clock: monotonic time, and the wall's
 *
 *     kernel or test -> [clock] -> loop -> handlers, which pass `now` down
 *
 * Only event handlers read the clock; protocol code is given `now`. A test
 * puts a virtual clock in its place and runs an hour in a second.
 */
#ifndef CORE_BASE_CLOCK_H
#define CORE_BASE_CLOCK_H

#include "core/base/re.h"

enum {
	CLOCK_MS = 1000,   /**< One millisecond [us] */
	CLOCK_S = 1000000, /**< One second [us]      */
};

/** "Never", as a time at which something is due [us] */
#define CLOCK_NEVER UINT64_MAX

/** Where time comes from; returns monotonic time [us] */
typedef uint64_t(clock_source_h)(void);

/** Monotonic time [us], never 0; since an arbitrary start */
uint64_t clock_now(void);

/** Take the time from another source; NULL for the kernel's again */
void clock_set_source(clock_source_h *h);

/**
 * Wall-clock time [us since 1970], for NTP stamps, logs and certificates
 * only: it jumps when the time is set. Virtual when the clock is.
 */
uint64_t clock_wall(void);

/** The earlier of two times */
static inline uint64_t clock_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

#endif
