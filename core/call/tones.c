/**
 * @file core/call/tones.c  Tones
 */
#include <assert.h>
#include <math.h>
#include "core/call/tones.h"

enum {
	SPANS = 6,	/* On, off, on, off, ... */
	MS_OF_S = 1000, /* [ms] */
};

static const struct {
	unsigned hz;
	int peak;	     /* Ours                       */
	unsigned msv[SPANS]; /* On, off, on, off ... [ms]  */
	bool once, alone;    /* Not again; not beside what is said */
} kindv[] = {
	[TONES_RINGBACK] = {
		.hz = 425,
		.peak = 2900, /* -21 dBFS: clearly there, not loud */
		.msv = { 1000, 4000 },
		.alone = true,
	},
	[TONES_WAITING] = {
		.hz = 425,
		.peak = 1000, /* -30 dBFS: below what is said */
		.msv = { 200, 200, 200, 4400 },
	},
	[TONES_LIMIT] = {
		.hz = 1400,
		.peak = 1500, /* -27 dBFS */
		.msv = { 200, 200, 200, 200, 200, 200 },
		.once = true,
	},
};

static unsigned owner(const struct tones *t, enum tones_kind kind,
		      const void *who)
{
	unsigned i = 0;

	while (i < t->kindv[kind].ownerc && t->kindv[kind].ownerv[i] != who)
		++i;
	return i;
}

static void leave(struct tones *t, enum tones_kind kind, const void *who)
{
	unsigned i = owner(t, kind, who);

	if (i < t->kindv[kind].ownerc)
		t->kindv[kind].ownerv[i] =
			t->kindv[kind].ownerv[--t->kindv[kind].ownerc];
}

int tones_begin(struct tones *t, const void *who, enum tones_kind kind)
{
	unsigned i = owner(t, kind, who);

	assert(kind > TONES_NONE && kind < TONES_KINDS);

	if (i < t->kindv[kind].ownerc)
		return 0; /* It goes on, and does not begin anew */
	if (i == TONES_OWNERS)
		return ENOSPC;

	tones_end(t, who);
	i = t->kindv[kind].ownerc++;
	t->kindv[kind].ownerv[i] = who;
	if (!i)
		t->kindv[kind].played = 0;
	return 0;
}

void tones_end(struct tones *t, const void *who)
{
	for (unsigned kind = TONES_NONE + 1; kind < TONES_KINDS; kind++)
		leave(t, kind, who);
}

bool tones_any(const struct tones *t)
{
	for (unsigned kind = TONES_NONE + 1; kind < TONES_KINDS; kind++) {
		if (t->kindv[kind].ownerc)
			return true;
	}

	return false;
}

/* Whether a tone is in one of its spans of sound */
static bool sounds(enum tones_kind kind, uint32_t rate, uint64_t at)
{
	uint64_t cycle = 0, end = 0;

	for (unsigned i = 0; i < SPANS; i++)
		cycle += (uint64_t)rate * kindv[kind].msv[i] / MS_OF_S;
	if (kindv[kind].once && at >= cycle)
		return false;

	at %= cycle;
	for (unsigned i = 0; i < SPANS; i++) {
		end += (uint64_t)rate * kindv[kind].msv[i] / MS_OF_S;
		if (at < end)
			return i % 2 == 0;
	}

	return false;
}

int16_t tones_sample(enum tones_kind kind, uint32_t rate, uint64_t at)
{
	const double w = 2.0 * M_PI * kindv[kind].hz / rate;

	return sounds(kind, rate, at)
		       ? (int16_t)(kindv[kind].peak * sin(w * (double)at))
		       : 0;
}

static void play(struct tones *t, enum tones_kind kind, int32_t *sum,
		 unsigned frames, const struct sound_format *fmt)
{
	for (unsigned i = 0; i < frames; i++) {
		const int16_t s = tones_sample(kind, fmt->rate,
					       t->kindv[kind].played++);

		for (unsigned c = 0; c < fmt->channels; c++)
			*sum++ += s;
	}
}

void tones_play(struct tones *t, int32_t *sum, unsigned frames,
		const struct sound_format *fmt, bool alone)
{
	for (unsigned kind = TONES_NONE + 1; kind < TONES_KINDS; kind++) {
		if (t->kindv[kind].ownerc && (alone || !kindv[kind].alone))
			play(t, kind, sum, frames, fmt);
	}
}
