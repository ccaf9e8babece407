/**
 * @file core/base/resampler.c  Resampler
 *
 * A window of the input, a position in it with a fraction of 32 bits, and a
 * table of filters, one for each of `phases` fractions and one more. A fixed
 * ratio hits them exactly; else the two next to it are interpolated.
 */
#include <assert.h>
#include <math.h>
#include "core/base/resampler.h"

enum {
	LANES = 4, /* Taps are a multiple; what a 128-bit vector holds */
	PPM = 1000000,
	BESSEL_TERMS = 32,
};

/* Four floats, whatever the processor makes of them */
typedef float lanes __attribute__((vector_size(16)));

static const uint64_t whole = 1ULL << 32; /* A sample, of the position */
static const double one = 4294967296.0;	  /* The same                  */
static const double beta = 9.0;	   /* Kaiser: -90 dB (Oppenheim, Schafer) */
static const double band = 0.92;   /* Middle of the slope, of Nyquist    */
static const double enough = 1e-9; /* Terms below do not matter     */
static const double pi = 3.14159265358979323846;

struct resampler {
	uint32_t in, out; /* [Hz]                                      */
	unsigned block;	  /* Longest input [samples]                   */
	unsigned taps;
	unsigned phases;
	bool exact;	  /* A phase is always hit                     */
	uint64_t step;	  /* Input per output, 32.32                   */
	uint64_t nominal; /* The same at speed 0                       */
	uint64_t pos;	  /* Of the next output's first tap, 32.32     */
	unsigned have;	  /* Samples in `line`                         */
	float *line;	  /* taps + block samples                      */
	float *table;	  /* (phases + 1) * taps                       */
};

static void resampler_destructor(void *arg)
{
	struct resampler *r = arg;

	mem_deref(r->line);
	mem_deref(r->table);
}

static uint32_t gcd(uint32_t a, uint32_t b)
{
	while (b) {
		uint32_t t = a % b;

		a = b;
		b = t;
	}
	return a;
}

/* Modified Bessel function of the first kind, order 0 */
static double bessel(double x)
{
	double sum = 1, term = 1, half = x / 2;

	for (unsigned i = 1; i < BESSEL_TERMS && term > enough * sum; i++) {
		term *= half / i * (half / i);
		sum += term;
	}
	return sum;
}

static double sinc(double x)
{
	return fabs(x) < 1e-9 ? 1 : sin(pi * x) / (pi * x);
}

/* One filter; its sum is 1, so that no phase is louder than another */
static void make_phase(float *v, unsigned taps, double frac, double cutoff)
{
	double half = taps / 2.0, sum = 0;

	for (unsigned i = 0; i < taps; i++) {
		double x = i - (half - 1) - frac;
		double w = 1 - x / half * (x / half);
		double y = w > 0 ? bessel(beta * sqrt(w)) : 0;

		y *= sinc(x * cutoff);
		sum += y;
		v[i] = (float)y;
	}
	for (unsigned i = 0; i < taps; i++)
		v[i] = (float)(v[i] / sum);
}

static int make_table(struct resampler *r)
{
	double ratio = r->out < r->in ? (double)r->out / r->in : 1;

	r->table = mem_alloc((r->phases + 1) * r->taps * sizeof(float), NULL);
	if (!r->table)
		return ENOMEM;

	for (unsigned p = 0; p <= r->phases; p++)
		make_phase(r->table + p * r->taps, r->taps,
			   (double)p / r->phases, ratio * band);
	return 0;
}

int resampler_alloc(struct resampler **rp, uint32_t in, uint32_t out,
		    unsigned block, bool variable)
{
	struct resampler *r;
	unsigned exact;
	int err = ENOMEM;

	if (in < RESAMPLER_RATE_MIN || in > RESAMPLER_RATE_MAX ||
	    out < RESAMPLER_RATE_MIN || out > RESAMPLER_RATE_MAX)
		return EINVAL;

	r = mem_zalloc(sizeof(*r), resampler_destructor);
	if (!r)
		return ENOMEM;

	r->in = in;
	r->out = out;
	r->block = block;
	r->taps = RESAMPLER_TAPS;
	if (in > out)
		r->taps = (RESAMPLER_TAPS * in / out + LANES) / LANES * LANES;
	exact = out / gcd(in, out);
	r->exact = !variable && exact <= RESAMPLER_EXACT;
	r->phases = r->exact ? exact : RESAMPLER_PHASES;
	r->nominal = (uint64_t)((double)in / out * one + 0.5);
	r->step = r->nominal;
	r->have = r->taps - 1; /* Silence before the beginning */

	r->line = mem_zalloc((r->taps + block) * sizeof(float), NULL);
	if (!r->line || make_table(r))
		goto out;

	*rp = r;
	return 0;

out:
	mem_deref(r);
	return err;
}

void resampler_set_speed(struct resampler *r, int32_t ppm)
{
	assert(!r->exact && ppm <= RESAMPLER_SPEED_MAX &&
	       ppm >= -RESAMPLER_SPEED_MAX);

	r->step = (uint64_t)((int64_t)r->nominal +
			     (int64_t)r->nominal / PPM * ppm);
}

unsigned resampler_room(const struct resampler *r, unsigned n)
{
	uint64_t out = ((uint64_t)n + 1) * r->out / r->in;

	return (unsigned)(out + out * RESAMPLER_SPEED_MAX / PPM) + 2;
}

static float sum_of(lanes v)
{
	return (v[0] + v[1]) + (v[2] + v[3]);
}

static float filter(const float *x, const float *c, unsigned taps)
{
	lanes sum = { 0 }, a, b;

	for (unsigned i = 0; i < taps; i += LANES) {
		memcpy(&a, x + i, sizeof(a));
		memcpy(&b, c + i, sizeof(b));
		sum += a * b;
	}
	return sum_of(sum);
}

static float filter_between(const float *x, const float *c, unsigned taps,
			    float frac)
{
	lanes low = { 0 }, high = { 0 }, a, b, d;

	for (unsigned i = 0; i < taps; i += LANES) {
		memcpy(&a, x + i, sizeof(a));
		memcpy(&b, c + i, sizeof(b));
		memcpy(&d, c + taps + i, sizeof(d));
		low += a * b;
		high += a * d;
	}
	return sum_of(low) * (1 - frac) + sum_of(high) * frac;
}

static int16_t output(const struct resampler *r)
{
	const float *x = r->line + (r->pos >> 32);
	uint64_t scaled = (r->pos & UINT32_MAX) * r->phases;
	float y;

	if (r->step == whole && !scaled)
		return (int16_t)x[r->taps / 2 - 1]; /* The filter's middle */

	if (r->exact) {
		unsigned phase = (unsigned)((scaled + (1ULL << 31)) >> 32);

		y = filter(x, r->table + phase * r->taps, r->taps);
	} else {
		float frac = (float)((double)(scaled & UINT32_MAX) / one);

		y = filter_between(x, r->table + (scaled >> 32) * r->taps,
				   r->taps, frac);
	}

	if (y > INT16_MAX)
		return INT16_MAX;
	return y < INT16_MIN ? INT16_MIN : (int16_t)lrintf(y);
}

unsigned resampler_put(struct resampler *r, const int16_t *in, unsigned n,
		       int16_t *out)
{
	unsigned made = 0, used;

	assert(n <= r->block);

	for (unsigned i = 0; i < n; i++)
		r->line[r->have + i] = in[i];
	r->have += n;

	while ((r->pos >> 32) + r->taps <= r->have) {
		out[made++] = output(r);
		r->pos += r->step;
	}

	/* The last taps - 1 samples at most are still needed */
	used = (unsigned)(r->pos >> 32);
	if (used > r->have)
		used = r->have;
	memmove(r->line, r->line + used, (r->have - used) * sizeof(float));
	r->have -= used;
	r->pos -= (uint64_t)used << 32;
	return made;
}

uint32_t resampler_delay(const struct resampler *r)
{
	return (uint32_t)((uint64_t)r->taps / 2 * PPM / r->in);
}
