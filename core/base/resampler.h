/**
 * @file core/base/resampler.h  Resampler: any rate to any rate, mono
 *
 *     mic -> [resampler] -> codec         codec -> [resampler] -> speaker
 *
 * A polyphase filter of our own: 48 taps at the lower rate, flat to 0.85 of
 * its band, aliases 90 dB down, half a millisecond at 48 kHz. The ratio can
 * be moved smoothly while it runs, which is how a far clock is followed. At
 * one rate, before it is moved, samples are only copied, as late as ever.
 */
#ifndef CORE_BASE_RESAMPLER_H
#define CORE_BASE_RESAMPLER_H

#include "core/base/re.h"

enum {
	RESAMPLER_TAPS = 48,	     /**< At the lower rate (LIBRARIES 1)     */
	RESAMPLER_PHASES = 128,	     /**< Interpolated between, ours          */
	RESAMPLER_EXACT = 160,	     /**< Phases of a fixed ratio, 44.1 kHz to
				      48 kHz                              */
	RESAMPLER_RATE_MIN = 8000,   /**< [Hz] */
	RESAMPLER_RATE_MAX = 48000,  /**< [Hz] */
	RESAMPLER_SPEED_MAX = 20000, /**< [ppm], ours */
};

struct resampler;

/**
 * Allocate. Free with mem_deref().
 *
 * @param in        Rate of the input [Hz]
 * @param out       Rate of the output [Hz]
 * @param block     Longest input of a call [samples]
 * @param variable  Whether resampler_set_speed() will be called
 *
 * @return 0, EINVAL a rate out of range, ENOMEM
 */
int resampler_alloc(struct resampler **rp, uint32_t in, uint32_t out,
		    unsigned block, bool variable);

/**
 * Consume the input faster (+) or slower (-) than the rates say.
 *
 * @param ppm  At most RESAMPLER_SPEED_MAX either way
 */
void resampler_set_speed(struct resampler *r, int32_t ppm);

/** The most that resampler_put() gives for n samples of input [samples] */
unsigned resampler_room(const struct resampler *r, unsigned n);

/**
 * Resample a block.
 *
 * @param in   Input, n samples
 * @param out  Room for resampler_room() samples
 *
 * @return Samples of output
 */
unsigned resampler_put(struct resampler *r, const int16_t *in, unsigned n,
		       int16_t *out);

/** Delay of the filter [us] */
uint32_t resampler_delay(const struct resampler *r);

#endif
