/**
 * @file core/call/ladder.c  Ladder
 *
 * Rungs are counted through: RATES rates of the full size, as many of half
 * the size, and so on.
 */
#include "core/call/ladder.h"

enum {
	RATES = 4,
	HALVINGS = 4, /* 1920 pixels become 120 */
	RUNGS = RATES * (HALVINGS + 1),
	SIXTHS = 6,
	THOUSAND = 1000,
};

/* Of the frames in a second */
static const unsigned sixthv[RATES] = { SIXTHS, 4, 3, 2 };

/* @return false: so small it does not become */
static bool rung(const struct encoder_prefs *full, unsigned n,
		 struct encoder_prefs *to)
{
	const unsigned shift = n / RATES;

	*to = *full;
	to->fps = full->fps * sixthv[n % RATES] / SIXTHS;
	to->fps = MAX(to->fps, MIN(full->fps, LADDER_FPS));
	to->width = (full->width >> shift) & ~1U;
	to->height = (full->height >> shift) & ~1U;
	return !shift ||
	       (to->width >= LADDER_SIDE && to->height >= LADDER_SIDE);
}

static bool carries(const struct encoder_prefs *p, uint32_t bitrate,
		    unsigned least)
{
	uint64_t pixels = (uint64_t)p->width * p->height * p->fps;

	return (uint64_t)bitrate * THOUSAND >= pixels * least;
}

/* The first rung with enough bits, or the last one there is */
static unsigned first(const struct encoder_prefs *full, uint32_t bitrate,
		      unsigned least)
{
	struct encoder_prefs p;
	unsigned n = 0;

	while (rung(full, n, &p) && !carries(&p, bitrate, least)) {
		if (++n == RUNGS)
			return n - 1;
	}

	return rung(full, n, &p) ? n : n - 1;
}

bool ladder_step(struct ladder *l, const struct encoder_prefs *full,
		 uint32_t bitrate, uint64_t now, struct encoder_prefs *to)
{
	const unsigned low = first(full, bitrate, LADDER_LOW);
	const unsigned high = first(full, bitrate, LADDER_HIGH);
	const unsigned before = l->rung;

	if (l->rung < low)
		l->rung = low;
	else if (l->rung > high && (!l->moved || now - l->since >= LADDER_HOLD))
		l->rung = high;

	(void)rung(full, l->rung, to);
	to->bitrate = bitrate;
	if (l->rung == before)
		return false;

	l->moved = true;
	l->since = now;
	++l->steps;
	return true;
}
