/**
 * @file core/media/conceal.c  Conceal
 *
 * A history of what was played, newest last. During a loss `cycle` holds one
 * period that joins itself without a step.
 */
#include <assert.h>
#include "core/media/conceal.h"
#include "core/media/pitch.h"

enum {
	MS_PER_S = 1000,
	LAG_MIN = 5,   /* [ms], 200 Hz: G.711 Appendix I     */
	LAG_MAX = 15,  /* [ms], 66 Hz: the same              */
	WINDOW = 20,   /* Compared [ms]: the same            */
	FULL = 10,     /* At full level [ms]: the same       */
	SILENT = 60,   /* Died away [ms]: the same           */
	FADE = 5,      /* Fade to good samples [ms]          */
	JOIN = 4,      /* The cycle's seam, part of a period */
	COARSE = 4000, /* Lags tried at first, of a second  */
	HISTORY = CONCEAL_RATE_MAX / MS_PER_S * (LAG_MAX + WINDOW),
	PERIOD = CONCEAL_RATE_MAX / MS_PER_S * LAG_MAX,
};

struct conceal {
	uint32_t rate;
	unsigned room;		  /* Of the history that is used      */
	unsigned lost;		  /* Invented without a break         */
	unsigned lag;		  /* Period                           */
	unsigned pos;		  /* In the cycle                     */
	int16_t history[HISTORY]; /* Newest last */
	int16_t cycle[PERIOD];
};

static unsigned samples_of(const struct conceal *c, unsigned ms)
{
	return c->rate / MS_PER_S * ms;
}

int conceal_alloc(struct conceal **cp, uint32_t rate)
{
	struct conceal *c;

	assert(rate && rate <= CONCEAL_RATE_MAX);

	c = mem_zalloc(sizeof(*c), NULL);
	if (!c)
		return ENOMEM;

	c->rate = rate;
	c->room = samples_of(c, LAG_MAX + WINDOW);
	*cp = c;
	return 0;
}

static void remember(struct conceal *c, const int16_t *pcm, unsigned n)
{
	if (n > c->room) {
		pcm += n - c->room;
		n = c->room;
	}
	memmove(c->history, c->history + n, (c->room - n) * sizeof(*pcm));
	memcpy(c->history + c->room - n, pcm, n * sizeof(*pcm));
}

static int16_t mix(int16_t a, int16_t b, unsigned i, unsigned n)
{
	return (int16_t)((a * (int32_t)(n - i) + b * (int32_t)i) / (int32_t)n);
}

/* The search runs from old to new, so the lag of the newest window is found
 * with the history turned around */
static unsigned find_period(const struct conceal *c)
{
	struct pitch_search s = { .window = samples_of(c, WINDOW),
				  .min = samples_of(c, LAG_MIN),
				  .max = samples_of(c, LAG_MAX),
				  .coarse = c->rate / COARSE };
	int16_t turned[HISTORY];

	for (unsigned i = 0; i < c->room; i++)
		turned[i] = c->history[c->room - 1 - i];

	return pitch_find(turned, &s, NULL);
}

/* The last quarter of the cycle fades into what came before its begin */
static void begin_loss(struct conceal *c)
{
	const int16_t *last;
	unsigned join;

	c->lag = find_period(c);
	c->pos = 0;
	join = c->lag / JOIN;
	last = c->history + c->room - c->lag;
	memcpy(c->cycle, last, c->lag * sizeof(*last));

	for (unsigned i = 0; i < join; i++)
		c->cycle[c->lag - join + i] = mix(last[c->lag - join + i],
						  *(last - join + i), i, join);
}

static int16_t invent(struct conceal *c)
{
	unsigned full = samples_of(c, FULL), silent = samples_of(c, SILENT);
	int32_t s = c->cycle[c->pos];

	c->pos = (c->pos + 1) % c->lag;
	if (c->lost >= silent)
		s = 0;
	else if (c->lost > full)
		s = s * (int32_t)(silent - c->lost) / (int32_t)(silent - full);

	++c->lost;
	return (int16_t)s;
}

void conceal_bad(struct conceal *c, int16_t *pcm, unsigned n)
{
	if (!c->lost)
		begin_loss(c);

	for (unsigned i = 0; i < n; i++)
		pcm[i] = invent(c);

	remember(c, pcm, n);
}

void conceal_good(struct conceal *c, int16_t *pcm, unsigned n)
{
	unsigned fade = samples_of(c, FADE);

	if (fade > n)
		fade = n;
	if (c->lost) {
		for (unsigned i = 0; i < fade; i++)
			pcm[i] = mix(invent(c), pcm[i], i, fade);
		c->lost = 0;
	}

	remember(c, pcm, n);
}
