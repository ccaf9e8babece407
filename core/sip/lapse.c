/**
 * @file core/sip/lapse.c  Lapse
 */
#include "core/base/entropy.h"
#include "core/sip/lapse.h"

enum {
	DOUBLINGS_MAX = 16, /* Beyond the limit anyway */
};

uint32_t lapse_believe(uint32_t granted)
{
	if (granted < LAPSE_LEAST)
		return LAPSE_LEAST;

	return granted > LAPSE_MOST ? (uint32_t)LAPSE_MOST : granted;
}

uint64_t lapse_refresh(uint32_t granted)
{
	if (granted > 2 * LAPSE_EARLY)
		return (uint64_t)(granted - LAPSE_EARLY) * CLOCK_S;

	return (uint64_t)granted * CLOCK_S / 2;
}

uint64_t lapse_pause(unsigned failures, uint32_t after)
{
	uint64_t bound = LAPSE_PAUSE;

	if (after)
		return clock_min(after, LAPSE_MOST) * CLOCK_S;

	bound <<= failures < DOUBLINGS_MAX ? failures : DOUBLINGS_MAX;
	if (bound > LAPSE_PAUSE_MAX)
		bound = LAPSE_PAUSE_MAX;
	return entropy_between(bound * CLOCK_S / 2, bound * CLOCK_S);
}
