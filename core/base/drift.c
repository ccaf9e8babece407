/**
 * @file core/base/drift.c  Drift
 */
#include "core/base/drift.h"

enum {
	STEP_MAX = CLOCK_S
}; /* A longer pause is not integrated over [us] */

/* Critically damped (integral = proportional^2 / 4), slow */
static const double proportional = 0.2; /* [ppm/us] = [1/s / 10^6]        */
static const double integral = 0.01;	/* [ppm/us/s]                     */

static double clamp(double x, double max)
{
	if (x > max)
		return max;
	return x < -max ? -max : x;
}

int32_t drift_put(struct drift *d, int64_t error, uint64_t now)
{
	double dt = d->last ? (double)(now - d->last) / CLOCK_S : 0;
	double want, step;

	if (d->last && now - d->last > STEP_MAX)
		dt = 0;
	d->last = now;

	if (error < DRIFT_INTEGRATE && error > -DRIFT_INTEGRATE)
		d->clocks = clamp(d->clocks + (double)error * integral * dt,
				  DRIFT_MAX);

	want = clamp(d->clocks + (double)error * proportional, DRIFT_SPEED_MAX);
	step = clamp(want - d->speed, DRIFT_SLEW);
	d->speed += (int32_t)step;
	return d->speed;
}
