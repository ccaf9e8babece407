/**
 * @file core/base/drift.h  Drift: follow the far end's clock
 *
 *     jitter (delay over target) -> [drift] -> resampler (speed)
 *
 * A controller with a proportional part, which takes the delay to its target,
 * and an integral part, which becomes the difference of the two clocks.
 */
#ifndef CORE_BASE_DRIFT_H
#define CORE_BASE_DRIFT_H

#include "core/base/clock.h"

enum {
	DRIFT_MAX = 1000,	/**< Clocks differ by less [ppm]; crystals have
				100, ours                              */
	DRIFT_SPEED_MAX = 4000, /**< Fastest correction [ppm]: a fifteenth
				     of a semitone, ours               */
	DRIFT_SLEW = 200,	/**< Change of the speed in a step [ppm]    */
	DRIFT_INTEGRATE = 5 * CLOCK_MS, /**< An error over it is not the
					      clocks' [us]             */
};

/** State; zero it to begin */
struct drift {
	double clocks; /**< Estimated difference [ppm], + far one is fast */
	int32_t speed; /**< Correction now [ppm]                          */
	uint64_t last; /**< Time of the last step [us]                    */
};

/**
 * A step, every packet time or so.
 *
 * @param error  Delay over (+) or under (-) the target [us]
 *
 * @return Speed for resampler_set_speed() [ppm]
 */
int32_t drift_put(struct drift *d, int64_t error, uint64_t now);

#endif
