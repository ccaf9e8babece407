/**
 * @file app/chirp.c  Chirp
 */
#include <math.h>
#include "app/chirp.h"

enum {
	LOOK_RATE = 8000, /* [Hz], about */
	FROM_HZ = 500,
	TO_HZ = 3000,
	DB_PEAK = 20, /* Decibels of a factor of 10 */
};

static const double pi = 3.14159265358979323846;

struct chirp {
	uint32_t rate;
	unsigned step; /* Samples of the device in one of ours  */
	float *sent;   /* As it is looked for                   */
	float *heard;
	double sent_energy;
	unsigned sentc, heardc; /* Of ours                        */
	unsigned playc, played; /* Samples of the device          */
	unsigned in;		/* Of the device, heard           */
	float sum;
	unsigned looked; /* Times that were looked at */
	unsigned lags;
	double best, best_energy;
	unsigned best_lag;
	bool begun;
};

static void chirp_destructor(void *arg)
{
	struct chirp *c = arg;

	mem_deref(c->sent);
	mem_deref(c->heard);
}

/* Sample n of the device, from -1 to 1 */
static double sample(const struct chirp *c, unsigned n)
{
	const double t = (double)n / c->rate;
	const double length = (double)CHIRP_TIME / CLOCK_S;
	const double phase =
		2 * pi *
		(FROM_HZ * t + (TO_HZ - FROM_HZ) * t * t / (2 * length));
	const double window = 0.5 - 0.5 * cos(2 * pi * n / c->playc);

	return sin(phase) * window;
}

static double peak(void)
{
	return pow(10, (double)CHIRP_LEVEL / DB_PEAK) * INT16_MAX;
}

int chirp_alloc(struct chirp **cp, uint32_t rate)
{
	struct chirp *c = mem_zalloc(sizeof(*c), chirp_destructor);
	unsigned n;

	if (!c)
		return ENOMEM;

	c->rate = rate;
	c->step = rate / LOOK_RATE;
	c->playc = (unsigned)((uint64_t)rate * CHIRP_TIME / CLOCK_S);
	c->sentc = c->playc / c->step;
	c->lags = (unsigned)((uint64_t)rate * CHIRP_WITHIN / CLOCK_S) / c->step;
	n = c->sentc + c->lags;
	c->sent = mem_zalloc(c->sentc * sizeof(*c->sent), NULL);
	c->heard = mem_zalloc(n * sizeof(*c->heard), NULL);
	if (!c->sent || !c->heard) {
		mem_deref(c);
		return ENOMEM;
	}

	for (unsigned i = 0; i < c->sentc * c->step; i++)
		c->sent[i / c->step] += (float)(sample(c, i) * peak());
	for (unsigned i = 0; i < c->sentc; i++)
		c->sent_energy += (double)c->sent[i] * c->sent[i];
	*cp = c;
	return 0;
}

void chirp_begin(struct chirp *c)
{
	c->played = c->in = c->heardc = c->looked = 0;
	c->sum = 0;
	c->best = c->best_energy = 0;
	c->best_lag = 0;
	c->begun = true;
}

/* How much it is like what was heard from `lag` on */
static void look(struct chirp *c, unsigned lag)
{
	const float *p = c->heard + lag;
	float dot = 0, energy = 0;
	double likeness;

	for (unsigned i = 0; i < c->sentc; i++) {
		dot += p[i] * c->sent[i];
		energy += p[i] * p[i];
	}
	if (energy <= 0)
		return;

	likeness = fabs((double)dot) / sqrt(c->sent_energy * (double)energy);
	if (likeness > c->best) {
		c->best = likeness;
		c->best_lag = lag;
		c->best_energy = (double)energy;
	}
}

static void hear(struct chirp *c, int16_t mic)
{
	const unsigned most = c->sentc + c->lags;

	c->sum += (float)mic;
	if (++c->in % c->step)
		return;
	if (c->heardc < most)
		c->heard[c->heardc++] = c->sum;
	c->sum = 0;
}

bool chirp_period(struct chirp *c, const int16_t *mic, int16_t *spk,
		  unsigned frames, unsigned channels)
{
	unsigned slice = CHIRP_SLICE;

	if (!c->begun)
		return false;

	for (unsigned i = 0; i < frames; i++) {
		if (c->played < c->playc) {
			for (unsigned k = 0; k < channels; k++)
				spk[i * channels + k] = (int16_t)lrint(
					sample(c, c->played) * peak());
			++c->played;
		}
		hear(c, mic[i * channels]);
	}

	while (slice-- && c->looked < c->lags &&
	       c->looked + c->sentc <= c->heardc)
		look(c, c->looked++);

	c->begun = c->looked < c->lags;
	return !c->begun;
}

void chirp_result(const struct chirp *c, struct chirp_found *f)
{
	f->likeness = c->best;
	f->delay = (double)c->best_lag * c->step * CLOCK_MS / c->rate;
	f->attenuation =
		c->best_energy > 0
			? DB_PEAK / 2 * log10(c->sent_energy / c->best_energy)
			: 0;
}
