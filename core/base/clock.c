/**
 * @file core/base/clock.c  Clock
 */
#include <time.h>
#include "core/base/clock.h"

enum {
	NS_PER_US = 1000,
	VIRTUAL_EPOCH = 1767225600, /* 2026-01-01, wall time of a test [s] */
};

static clock_source_h *source;

static uint64_t read_clock(clockid_t id)
{
	struct timespec ts;

	(void)clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * CLOCK_S + (uint64_t)ts.tv_nsec / NS_PER_US;
}

uint64_t clock_now(void)
{
	return source ? source() : read_clock(CLOCK_MONOTONIC);
}

void clock_set_source(clock_source_h *h)
{
	source = h;
}

uint64_t clock_wall(void)
{
	if (source)
		return (uint64_t)VIRTUAL_EPOCH * CLOCK_S + source();

	return read_clock(CLOCK_REALTIME);
}
