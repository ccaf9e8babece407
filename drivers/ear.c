/**
 * @file drivers/ear.c  Ear
 */
#include <math.h>
#include <stdlib.h>
#include "drivers/ear.h"

enum {
	PIECES = 200, /* For gaps: in a second                        */
	UPS = 64,     /* Crossings that are looked at in a window */
	SPAN = 4,     /* Periods are measured over so many      */
	WINDOWS = 10, /* For the frequency: in a second               */
	PIECE_MS = 5,
	QUIET = 100, /* RMS below which it is silence: -50 dBFS      */
	MS_PER_S = 1000,
	SILENCE = -120, /* [dBFS]                                       */
	HYSTERESIS = 4, /* A crossing swings through a quarter of the
			   peak, both ways                              */
};

struct window {
	double square;	  /* Mean square         */
	double frequency; /* [Hz], 0 for none    */
};

struct ear {
	uint32_t rate;

	double piece_sum; /* Squares of this piece */
	unsigned piece_n;
	bool sounded;	   /* There was sound       */
	unsigned quiet;	   /* Silent pieces since   */
	unsigned gap;	   /* The longest of them   */
	uint64_t sounding; /* Pieces with sound  */

	double sum; /* Squares of this window */
	unsigned n;
	int peak, last_peak;
	int16_t last;
	bool below;	 /* Was deep enough for a crossing */
	double upv[UPS]; /* Crossings [samples]            */
	unsigned ups;
	struct window windowv[WINDOWS]; /* With sound, a ring */
	unsigned windowc;
};

int ear_alloc(struct ear **ep, uint32_t rate)
{
	struct ear *e = mem_zalloc(sizeof(*e), NULL);

	if (!e)
		return ENOMEM;

	e->rate = rate;
	*ep = e;
	return 0;
}

static void end_piece(struct ear *e)
{
	bool quiet = e->piece_sum < (double)QUIET * QUIET * e->piece_n;

	if (quiet) {
		++e->quiet;
	} else {
		if (e->sounded && e->quiet > e->gap)
			e->gap = e->quiet;
		e->sounded = true;
		e->quiet = 0;
		++e->sounding;
	}
	e->piece_sum = 0;
	e->piece_n = 0;
}

/* The middle one: a few with a hole in them do not matter */
static double median(double *v, unsigned n)
{
	for (unsigned i = 1; i < n; i++) {
		for (unsigned k = i; k && v[k - 1] > v[k]; k--) {
			double t = v[k];

			v[k] = v[k - 1];
			v[k - 1] = t;
		}
	}
	return n ? v[n / 2] : 0;
}

/* The middle one of all periods: a jump of the phase spoils only few */
static double frequency_of(const struct ear *e)
{
	unsigned span = e->ups > SPAN ? SPAN : e->ups - 1, n = 0;
	double spanv[UPS];

	if (e->ups < 2)
		return 0;

	for (unsigned i = span; i < e->ups; i++)
		spanv[n++] = e->upv[i] - e->upv[i - span];
	return span * e->rate / median(spanv, n);
}

static void end_window(struct ear *e)
{
	struct window *w = &e->windowv[e->windowc % WINDOWS];
	double square = e->sum / e->n;

	if (square >= (double)QUIET * QUIET) {
		w->square = square;
		w->frequency = frequency_of(e);
		++e->windowc;
	}
	e->last_peak = e->peak;
	e->peak = 0;
	e->sum = 0;
	e->n = 0;
	e->ups = 0;
}

static void crossing(struct ear *e, int16_t s)
{
	int depth = e->last_peak / HYSTERESIS;

	if (s < -depth) {
		e->below = true;
	} else if (e->below && s >= 0 && e->last < 0) {
		double at = e->n - (double)s / (s - e->last);

		if (e->ups < UPS)
			e->upv[e->ups++] = at;
		e->below = false;
	}
	e->last = s;
}

static void hear(struct ear *e, int16_t s)
{
	double square = (double)s * s;

	crossing(e, s);
	e->piece_sum += square;
	e->sum += square;
	if (abs(s) > e->peak)
		e->peak = abs(s);
	if (++e->piece_n >= e->rate / PIECES)
		end_piece(e);
	if (++e->n >= e->rate / WINDOWS)
		end_window(e);
}

void ear_put(struct ear *e, const int16_t *pcm, unsigned n, unsigned stride)
{
	for (unsigned i = 0; i < n; i++)
		hear(e, pcm[i * stride]);
}

void ear_heard(const struct ear *e, struct sound_heard *heard)
{
	unsigned n = e->windowc < WINDOWS ? e->windowc : WINDOWS;
	double fv[WINDOWS], square = 0;

	for (unsigned i = 0; i < n; i++) {
		fv[i] = e->windowv[i].frequency;
		square += e->windowv[i].square / n;
	}

	heard->level = n ? 10 * log10(square) - 20 * log10(INT16_MAX + 1.0)
			 : SILENCE;
	heard->frequency = median(fv, n);
	heard->gap = e->gap * PIECE_MS;
	heard->sounding = e->sounding * PIECE_MS;
}
