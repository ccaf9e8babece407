/**
 * @file core/media/trend.c  Trend
 *
 * The draft follows the delay with a Kalman filter; here it is a line of
 * least squares through the last groups, which needs no model of the noise.
 * Its slope is given as what the delay grows within HORIZON, so that the
 * draft's thresholds hold.
 */
#include "core/media/trend.h"

enum {
	/* draft-ietf-rmcat-gcc-02 section 5.6 */
	BURST = 5 * CLOCK_MS,	 /* Sent within: one group [us]      */
	OVERUSE = 10 * CLOCK_MS, /* Lasts so long before it counts   */
	THRESHOLD = 12500,	 /* At first [us]                    */
	/* Section 5.4 */
	THRESHOLD_MIN = 6000, /* [us] */
	THRESHOLD_MAX = 600000,
	OUTLIER = 15000, /* Over the threshold: does not move it [us] */
	/* Ours */
	HORIZON = 240 * CLOCK_MS, /* Delay growth is told for it [us] */
	POINTS = 20,		  /* Of the line                      */
	POINTS_MIN = 5,
	SPAN = 1 * CLOCK_S,	   /* Points are this old at most [us] */
	STEP_MAX = 100 * CLOCK_MS, /* Of the threshold's time [us]    */
	SUDDEN = 40 * CLOCK_MS,	   /* More than all before [us]       */
	JUMP = 10 * CLOCK_S,	   /* Another way, or a pause [us]     */
	SWOLLEN = 120 * CLOCK_MS,  /* A queue that is too long [us]  */
	BASE = 30 * CLOCK_S,	   /* Half of what the least is of     */
};

/* How fast the threshold follows, section 5.6 [1/ms] */
static const double gain_up = 0.01, gain_down = 0.00018;

struct point {
	double x, y; /* Arrival, delay, from any start [us] */
};

struct group {
	uint64_t first, sent; /* First and last were sent [us] */
	uint64_t arrived;     /* The last one [us]             */
};

struct trend {
	bool begun;  /* `now` is valid                         */
	bool before; /* `last` is                              */
	struct group now, last;
	uint64_t origin; /* Arrival that is x = 0 */

	unsigned n; /* Points so far, modulo POINTS is the next one */
	struct point pointv[POINTS];
	double growth;	  /* Of the delay within HORIZON [us] */
	double threshold; /* [us] */
	uint64_t over;	  /* It has been growing for [us] */
	enum trend_use use;

	int64_t delay;	   /* Of the last packet, any zero [us] */
	int64_t leastv[2]; /* Of this half minute and the last */
	uint64_t half;	   /* When this one began */
	bool based;	   /* These three are valid */
};

int trend_alloc(struct trend **tp)
{
	struct trend *t;

	t = mem_zalloc(sizeof(*t), NULL);
	if (!t)
		return ENOMEM;

	trend_reset(t);
	*tp = t;
	return 0;
}

void trend_reset(struct trend *t)
{
	memset(t, 0, sizeof(*t));
	t->threshold = THRESHOLD;
}

void trend_rebase(struct trend *t)
{
	t->leastv[0] = t->leastv[1] = t->delay;
}

static void measure(struct trend *t, uint64_t sent, uint64_t arrived)
{
	t->delay = (int64_t)(arrived - sent);
	if (!t->based) {
		t->based = true;
		t->half = sent;
		trend_rebase(t);
	}
	if (sent - t->half > BASE) {
		t->half = sent;
		t->leastv[1] = t->leastv[0];
		t->leastv[0] = t->delay;
	}
	if (t->delay < t->leastv[0])
		t->leastv[0] = t->delay;
}

uint64_t trend_queue(const struct trend *t)
{
	int64_t least = t->leastv[0] < t->leastv[1] ? t->leastv[0]
						    : t->leastv[1];

	return t->based ? (uint64_t)(t->delay - least) : 0;
}

/* The slope of the line of least squares through the points [us/us] */
static double slope(const struct trend *t)
{
	unsigned n = t->n < POINTS ? t->n : POINTS, used = 0;
	double newest = t->pointv[(t->n - 1) % POINTS].x;
	double mx = 0, my = 0, xy = 0, xx = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct point *p = &t->pointv[i];

		if (newest - p->x > SPAN)
			continue;
		mx += p->x;
		my += p->y;
		++used;
	}
	if (used < POINTS_MIN)
		return 0;

	mx /= used;
	my /= used;
	for (unsigned i = 0; i < n; i++) {
		const struct point *p = &t->pointv[i];

		if (newest - p->x > SPAN)
			continue;
		xy += (p->x - mx) * (p->y - my);
		xx += (p->x - mx) * (p->x - mx);
	}
	return xx > 0 ? xy / xx : 0;
}

/* The threshold goes where the noise is, section 5.4 */
static void adapt(struct trend *t, double size, uint64_t elapsed)
{
	double ms = (double)(elapsed < STEP_MAX ? elapsed : STEP_MAX) /
		    CLOCK_MS;

	if (size - t->threshold > OUTLIER)
		return;

	t->threshold += ms * (size < t->threshold ? gain_down : gain_up) *
			(size - t->threshold);
	if (t->threshold < THRESHOLD_MIN)
		t->threshold = THRESHOLD_MIN;
	if (t->threshold > THRESHOLD_MAX)
		t->threshold = THRESHOLD_MAX;
}

/* Section 5.4: it counts when it lasts, and does not get less by itself */
static void detect(struct trend *t, double growth, uint64_t elapsed)
{
	if (growth > t->threshold) {
		t->over += elapsed;
		if (t->over > OVERUSE && growth >= t->growth)
			t->use = TREND_OVER;
	} else {
		t->over = 0;
		t->use = growth < -t->threshold ? TREND_UNDER : TREND_NORMAL;
	}
	adapt(t, growth < 0 ? -growth : growth, elapsed);
	t->growth = growth;
}

static void put_point(struct trend *t, const struct group *g)
{
	struct point *p = &t->pointv[t->n % POINTS];

	if (!t->n)
		t->origin = g->arrived;
	p->x = (double)(int64_t)(g->arrived - t->origin);
	p->y = (double)(int64_t)(g->arrived - g->sent);
	++t->n;
}

/* A group is complete */
static void close_group(struct trend *t)
{
	const struct group *g = &t->now;

	put_point(t, g);
	if (t->before)
		detect(t, slope(t) * HORIZON, g->sent - t->last.sent);

	t->last = *g;
	t->before = true;
}

/* Section 5.2: sent together, or held up and let go together */
static bool belongs(const struct trend *t, uint64_t sent, uint64_t arrived)
{
	int64_t gap = (int64_t)(arrived - t->now.arrived);

	return sent - t->now.first <= BURST ||
	       (gap < BURST && gap < (int64_t)(sent - t->now.sent) &&
		arrived - t->now.arrived < BURST);
}

void trend_put(struct trend *t, uint64_t sent, uint64_t arrived)
{
	int64_t step;

	if (t->begun && sent < t->now.sent)
		return;

	step = (int64_t)(arrived - t->now.arrived);
	if (t->begun &&
	    (step > JUMP || step < -JUMP || sent - t->now.sent > JUMP))
		trend_reset(t);

	measure(t, sent, arrived);
	if (t->begun && belongs(t, sent, arrived)) {
		t->now.sent = sent;
		if (step > 0)
			t->now.arrived = arrived;
		return;
	}
	if (t->begun)
		close_group(t);

	t->begun = true;
	t->now.first = t->now.sent = sent;
	t->now.arrived = arrived;
}

/* The most of the delay at the points [us] */
static double most(const struct trend *t)
{
	unsigned n = t->n < POINTS ? t->n : POINTS;
	double y = t->pointv[0].y;

	for (unsigned i = 1; i < n; i++)
		y = t->pointv[i].y > y ? t->pointv[i].y : y;
	return y;
}

/* The group that is not complete yet shows it first: much later than all
 * before, or enough to tilt the line */
static bool sudden(const struct trend *t)
{
	struct trend c = *t;
	double later;

	if (t->n < POINTS_MIN)
		return false;

	put_point(&c, &t->now);
	later = c.pointv[(c.n - 1) % POINTS].y - most(t);
	if (later > SUDDEN)
		return true;

	return later > (t->growth > t->threshold ? 0 : OUTLIER) &&
	       slope(&c) * HORIZON > t->threshold;
}

enum trend_use trend_use(const struct trend *t)
{
	/* The threshold may have followed a slow growth */
	if (trend_queue(t) > SWOLLEN && t->growth > THRESHOLD_MIN)
		return TREND_OVER;

	return sudden(t) ? TREND_OVER : t->use;
}

int trend_print(struct re_printf *pf, const struct trend *t)
{
	static const char *const namev[] = { "normal", "over", "under" };

	return re_hprintf(pf, "%s growth=%d threshold=%d queue=%llu us",
			  namev[t->use], (int)t->growth, (int)t->threshold,
			  (unsigned long long)trend_queue(t));
}
