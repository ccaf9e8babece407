/**
 * @file core/media/losses.c  Losses
 */
#include <math.h>
#include "core/media/losses.h"

enum {
	WINDOW = 1 * CLOCK_S,	  /* [us], ours: draft-ietf-rmcat-gcc-02
				     section 6 has reports of 1 s      */
	WINDOW_MAX = 3 * CLOCK_S, /* When few packets are sent         */
	PACKETS = 20,		  /* In a window, ours                 */
	TRIAL = 2 * CLOCK_S,	  /* Length of a trial, ours           */
	TRIAL_PACKETS = 40,
	WAIT = 10 * CLOCK_S, /* After a trial that failed, doubles, ours */
	WAIT_MAX = 80 * CLOCK_S,
	SIGMAS = 2, /* More than chance: so many deviations, ours */
};

/* draft-ietf-rmcat-gcc-02 section 6 */
static const double few = 0.02, many = 0.10, cut = 0.5;
/* Ours: of the rate in a trial; of the losses that must go with it */
static const double dip = 0.75, gone = 0.5;
/* Ours: most that is taken for the way's; how fast it is followed */
static const double own_limit = 0.25, follow = 0.1, none = 0.005;
/* Ours: of a window's bursts in what is known of them at its end */
static const double keep = 0.8;

void losses_put(struct losses *l, unsigned lost, unsigned runs, unsigned total)
{
	l->all += lost;
	l->runs += runs;
	l->lost += lost;
	l->total += total;
}

static void begin(struct losses *l, uint64_t now)
{
	l->lost = l->total = 0;
	l->all *= keep;
	l->runs *= keep;
	l->since = now;
}

void losses_reset(struct losses *l, uint64_t now)
{
	begin(l, now);
	l->trying = false;
}

uint32_t losses_rate(const struct losses *l)
{
	return l->rate;
}

static enum losses_want start_trial(struct losses *l, double p, uint32_t rate)
{
	l->trying = true;
	l->settled = false;
	l->before = p;
	l->rate = (uint32_t)(rate * dip);
	return LOSSES_CUT;
}

/* What chance makes of this window's packets, of which this part is lost. The
 * runs of losses that are independent are 1 / (1 - p) long in the mean */
static double chance_of(const struct losses *l, double p)
{
	const double length = l->runs > 0 ? l->all / l->runs * (1 - p) : 1;

	return SIGMAS * sqrt(p * (1 - p) * (length > 1 ? length : 1) /
			     (l->total ? l->total : 1));
}

/* The rate fell by a quarter: a queue that overflows would lose none now. Of
 * few packets chance alone loses half as many, once in a while */
static enum losses_want end_trial(struct losses *l, double p, uint64_t now)
{
	const double q = l->before;
	const double chance = chance_of(l, q);
	double rate = l->rate / dip;

	l->trying = false;
	if (p >= q * gone || q - p <= chance) {
		p = p < q * gone ? q : p;
		l->own = p < own_limit ? p : own_limit;
		l->own_max = l->own * 2;
		l->wait = 0;
		l->next = now + WAIT;
		l->rate = (uint32_t)rate;
		return LOSSES_BACK;
	}

	l->wait = l->wait ? l->wait * 2 : WAIT;
	if (l->wait > WAIT_MAX)
		l->wait = WAIT_MAX;
	l->next = now + l->wait;
	l->rate = (uint32_t)(rate * (1 - q));
	return LOSSES_CUT;
}

/* The way's own losses change slowly */
static void adjust(struct losses *l, double p)
{
	double most = l->own_max < own_limit ? l->own_max : own_limit;

	l->own += (p - l->own) * follow;
	if (l->own > most)
		l->own = most;
	if (l->own < none)
		l->own = l->own_max = 0;
}

static bool full(const struct losses *l, bool whole, uint64_t now)
{
	uint64_t age = now - l->since;

	if (l->trying && l->settled)
		return age >= TRIAL &&
		       (l->total >= TRIAL_PACKETS || age >= 2 * TRIAL);

	return l->total && (whole || age >= WINDOW_MAX ||
			    (age >= WINDOW && l->total >= PACKETS));
}

static enum losses_want object(struct losses *l, double p, uint32_t rate,
			       bool spare, uint64_t now)
{
	double ours = (p - l->own) / (1 - l->own);

	if (spare && p <= many + chance_of(l, many))
		return LOSSES_HOLD;
	if (now >= l->next)
		return start_trial(l, p, rate);
	if (ours <= many)
		return LOSSES_HOLD;

	l->rate = (uint32_t)(rate * (1 - cut * ours));
	return LOSSES_CUT;
}

enum losses_want losses_judge(struct losses *l, uint32_t rate, bool spare,
			      bool whole, uint64_t now)
{
	enum losses_want want = LOSSES_FREE;
	double p, usual, chance;

	if (!l->since)
		l->since = now;
	if (!full(l, whole, now))
		return l->trying ? LOSSES_HOLD : LOSSES_FREE;

	p = l->total ? (double)l->lost / l->total : 0;
	usual = l->own > few ? l->own : few;
	chance = chance_of(l, usual);
	l->last = (unsigned)(p * LOSSES_SCALE);

	if (l->trying && !l->settled) {
		l->settled = true;
		want = LOSSES_HOLD;
	} else if (l->trying)
		want = end_trial(l, p, now);
	else if (p > l->own + few + chance)
		want = object(l, p, rate, spare, now);
	else
		adjust(l, p);

	begin(l, now);
	return want;
}
