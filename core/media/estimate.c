/**
 * @file core/media/estimate.c  Estimate
 *
 * One rate, which the delay (trend) and the losses may lower or hold; else it
 * grows. What was measured while a queue was there is the capacity: near it
 * growth is slow, away from it growth gets faster and faster.
 */
#include "core/media/estimate.h"
#include "core/media/gauge.h"
#include "core/media/losses.h"
#include "core/media/outage.h"
#include "core/media/outlet.h"
#include "core/media/trend.h"
#include "core/media/trip.h"

enum {
	RTT = 100 * CLOCK_MS,	      /* Until known [us], ours              */
	FEEDBACK = 100 * CLOCK_MS,    /* Response is this and a round trip,
				      draft-ietf-rmcat-gcc-02 section 5.5 */
	ACKED = 500 * CLOCK_MS,	      /* Measured over [us], section 5.5     */
	ACKED_SHORT = 200 * CLOCK_MS, /* The same when it has fallen, ours */
	QUEUE = 50 * CLOCK_MS,	   /* Is let run empty down to this, ours   */
	DRAIN = 500 * CLOCK_MS,	   /* ... within this, if possible          */
	DRAIN_MAX = 3 * CLOCK_S,   /* No longer: it is not ours             */
	STEP_MAX = 500 * CLOCK_MS, /* Of growth at once [us], ours        */
	PACKET_BITS = 8 * 1200,	   /* Of additive growth, section 5.5       */
	STEP_MIN = 4000,	   /* The least of it [bit/s/s]: the same   */
	QUEUE_MAX = 10 * CLOCK_S,  /* Believed [us], ours                  */
	SPARE = 10000,		   /* Over what arrives [bit/s], ours       */
	SILENCE = 1 * CLOCK_S,	   /* No feedback [us], RFC 8888 section 5  */
	SILENCE_REPORTS = 12 * CLOCK_S, /* No reports, RFC 8083 section 4.1 */
	GAP = 2 * CLOCK_S,     /* The way may have changed [us], ours   */
	LATELY = 10 * CLOCK_S, /* [us], ours                            */
	NEARLY_ALL = 230,      /* Lost: no queue does that [1/FRACTION], ours */
	FRACTION = 256, /* Of loss in a report, RFC 3550 section 6.4.1   */
};

/* draft-ietf-rmcat-gcc-02 section 5.5: beta, eta; more than 1.5 times of what
 * arrives is never allowed */
static const double beta = 0.85, eta = 0.08, ahead = 1.5;
/* Ours: growth a second at the start and at most; how it gets faster; the
 * least near the capacity; where the way turned out to be wider */
static const double growth_start = 1.0, growth_max = 0.5, faster = 1.5;
static const double slow = 0.02, widened = 0.2;
/* Ours: capacity ends where so much more arrives; the least in a drain; what
 * is left when feedback stops; the target counts as used from here on */
static const double beyond = 1.1, trickle = 0.1, silent = 0.7, used = 0.7;
/* Ours: a queue that got shorter by this is ours */
static const double shrunk = 0.7;

struct estimate {
	double rate;	   /* [bit/s]                                  */
	double capacity;   /* [bit/s]; 0 for not known                 */
	double growth;	   /* A second, while the capacity is unknown  */
	bool starting;	   /* Nothing has objected yet                 */
	uint64_t grown;	   /* When it last grew [us]                   */
	uint64_t sped;	   /* When growth last got faster [us]         */
	uint64_t draining; /* Since [us]; 0 for not                    */
	uint64_t swollen;  /* Longest queue of this drain [us]         */
	uint64_t reduced;  /* When it last fell for the delay [us]     */
	uint32_t capv[ESTIMATE_CAPS]; /* [bit/s]; 0 for none           */
	struct trend *trend;
	struct gauge sent, acked;
	double queued; /* What got through a queue in the last
			      feedback [bit/s]; 0 for no queue         */
	struct losses losses;
	struct outage outage;
	enum losses_want want; /* The last word of the losses          */
	bool fed;	       /* There are acks: reports do not count     */
	uint64_t newest;       /* When what arrived last was sent [us] */
	uint64_t heard;	       /* Last feedback [us]                       */
	uint64_t waiting;      /* Sent and not heard since [us]; 0: no     */
	unsigned packets;      /* Sent since the last report               */
	struct trip trip;
	uint32_t overuses, silences;
};

static void destructor(void *arg)
{
	struct estimate *e = arg;

	mem_deref(e->trend);
}

static double clamp(double v, double lo, double hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

static void set_rate(struct estimate *e, double rate)
{
	e->rate = clamp(rate, ESTIMATE_MIN, ESTIMATE_MAX);
}

int estimate_alloc(struct estimate **ep, uint32_t start, uint64_t now)
{
	struct estimate *e;
	int err;

	e = mem_zalloc(sizeof(*e), destructor);
	if (!e)
		return ENOMEM;

	err = trend_alloc(&e->trend);
	if (err) {
		mem_deref(e);
		return err;
	}

	set_rate(e, start);
	e->starting = true;
	e->growth = growth_start;
	e->grown = e->sped = e->heard = now;
	*ep = e;
	return 0;
}

static uint64_t response(const struct estimate *e)
{
	return FEEDBACK + (e->trip.mean ? e->trip.mean : RTT);
}

/* Growth begins anew from what was measured */
static void objected(struct estimate *e, double capacity, uint64_t now)
{
	e->capacity = capacity;
	e->starting = false;
	e->growth = eta;
	e->grown = e->sped = now;
}

/* What gets through just now */
static double arriving(const struct estimate *e)
{
	double lately = gauge_rate(&e->acked, ACKED_SHORT);
	double mean = gauge_rate(&e->acked, ACKED);

	if (e->queued > 0 && e->queued < lately)
		lately = e->queued;

	return lately < mean ? lately : mean;
}

/* How long what is on the way takes at the capacity, beyond the way itself:
 * knows of the queue before its packets arrive [us] */
static double backlog(const struct estimate *e)
{
	double bits = (double)gauge_since(&e->sent, e->newest) * 8;

	if (e->capacity <= 0)
		return 0;

	return clamp(bits * CLOCK_S / e->capacity - e->trip.least, 0,
		     QUEUE_MAX);
}

/* The queue is to be empty in DRAIN: send that much less than gets through */
static void drain(struct estimate *e)
{
	double queue = backlog(e);
	double share = clamp(1 - queue / DRAIN, trickle, beta);

	if (e->capacity * share < e->rate || e->draining)
		set_rate(e, e->capacity * share);
}

static void overused(struct estimate *e, uint64_t now)
{
	double through = arriving(e);

	/* Little was sent: what gets through says little */
	if (through < used * e->rate && trend_queue(e->trend) < QUEUE)
		through = e->rate;

	++e->overuses;
	e->reduced = now;
	e->swollen = 0;
	objected(e, through, now);
	losses_reset(&e->losses, now);
	drain(e);
	if (trend_queue(e->trend) > QUEUE)
		e->draining = now;
	else
		e->capacity = 0; /* Nothing proves it */
}

static void keep_draining(struct estimate *e, uint64_t now)
{
	uint64_t queue = trend_queue(e->trend);
	bool late;

	losses_reset(&e->losses, now);
	if (queue > 2 * QUEUE)
		e->capacity = arriving(e); /* The queue is the proof */
	if (queue > e->swollen)
		e->swollen = queue;
	late = now - e->draining > DRAIN_MAX + e->swollen;
	if (late && (double)queue < shrunk * (double)e->swollen) {
		e->draining = now; /* It goes on */
		e->swollen = queue;
		late = false;
	}

	if (backlog(e) <= QUEUE || late) {
		if (late)
			trend_rebase(e->trend);
		e->draining = 0;
		e->grown = now;
		set_rate(e, e->capacity * beta);
		return;
	}
	drain(e);
}

/* Multiplicative far from the capacity, additive near, section 5.5 */
static void grow(struct estimate *e, double arrives, uint64_t now)
{
	uint64_t elapsed = now - e->grown < STEP_MAX ? now - e->grown
						     : STEP_MAX;
	double s = (double)elapsed / CLOCK_S, rate = e->rate;
	double most = ahead * arrives + SPARE;

	e->grown = now;
	if (e->capacity > 0 && arrives > beyond * e->capacity &&
	    gauge_span(&e->acked) >= ACKED) {
		e->capacity = 0;
		e->growth = widened;
	}

	if (e->capacity > 0) {
		double step = PACKET_BITS / 2 / ((double)response(e) / CLOCK_S);

		rate += s * clamp(step, STEP_MIN + slow * rate, eta * rate);
		e->sped = now;
	} else if (outage_heals(&e->outage, rate, now)) {
		rate *= 1 + growth_max * s;
	} else {
		rate *= 1 + e->growth * s;
	}
	if (!e->starting && now - e->sped > CLOCK_S) {
		e->sped = now;
		e->growth = clamp(e->growth * faster, 0, growth_max);
	}
	if (rate > most)
		rate = e->rate > most ? e->rate : most;
	set_rate(e, rate);
}

/* What the losses of this window want; of a rate that is not used they are
 * told what is sent */
static enum losses_want judge(struct estimate *e, bool whole, uint64_t now)
{
	const uint32_t sent = gauge_rate(&e->sent, CLOCK_S);
	const bool spare = sent < used * e->rate;

	return losses_judge(&e->losses, spare ? sent : (uint32_t)e->rate, spare,
			    whole, now);
}

/* The losses have their say */
static void obey(struct estimate *e, enum losses_want want, uint64_t now)
{
	e->want = want;
	if (want == LOSSES_CUT || want == LOSSES_BACK) {
		double rate = losses_rate(&e->losses);

		if (want == LOSSES_BACK || rate < e->rate)
			set_rate(e, rate);
	}
	if (want == LOSSES_CUT && !e->losses.trying)
		objected(e, e->rate, now);
}

static void decide(struct estimate *e, uint64_t now)
{
	enum trend_use use = trend_use(e->trend);

	if (e->draining) {
		keep_draining(e, now);
		return;
	}
	if (use == TREND_OVER &&
	    (now - e->reduced > response(e) || trend_queue(e->trend) > QUEUE)) {
		overused(e, now);
		return;
	}

	obey(e, judge(e, false, now), now);
	if (use == TREND_NORMAL && e->want == LOSSES_FREE)
		grow(e, gauge_rate(&e->acked, ACKED), now);
	else
		e->grown = now;
}

static void heard(struct estimate *e, uint64_t now)
{
	if (now - e->heard > GAP) {
		trend_reset(e->trend);
		losses_reset(&e->losses, now);
	}
	e->heard = now;
	e->waiting = 0;
}

static void take_arrived(struct estimate *e, const struct acks_packet *v,
			 struct outlet *out)
{
	if (outage_arrived(&e->outage, v->sent))
		memset(&e->acked, 0, sizeof(e->acked));
	trend_put(e->trend, v->sent, v->arrived);
	gauge_put(&e->acked, v->arrived, v->size);
	outlet_put(out, trend_queue(e->trend) >= QUEUE / 2, v->arrived,
		   v->size);
}

/* Nothing gets through, or nothing is heard of it */
static void fall_silent(struct estimate *e, uint64_t now)
{
	outage_begin(&e->outage, e->draining ? e->capacity * beta : e->rate,
		     now);
	e->draining = 0;
	losses_reset(&e->losses, now);
	objected(e, 0, now);
	set_rate(e, e->rate * silent);
}

/* After an outage the rate returns once it is seen that nothing queued */
static void resume(struct estimate *e, uint64_t trip, uint64_t now)
{
	double rate;

	if (!e->outage.silent || trip_is_swollen(&e->trip, trip))
		return;

	rate = outage_end(&e->outage, now);
	if (rate > e->rate)
		set_rate(e, rate);
}

void estimate_acks(struct estimate *e, const struct acks_packet *v, unsigned n,
		   uint64_t now)
{
	struct outlet out = { .any = false };
	unsigned lost = 0, runs = 0, arrived = 0;
	uint64_t last = 0;

	e->fed = true;
	heard(e, now);
	for (unsigned i = 0; i < n; i++) {
		if (v[i].lost) {
			if (outage_took(&e->outage, v[i].sent))
				continue;
			++lost;
			runs += !v[i].run;
			continue;
		}
		++arrived;
		take_arrived(e, &v[i], &out);
		last = v[i].sent;
	}
	losses_put(&e->losses, lost, runs, arrived + lost);
	if (!last)
		return;

	e->queued = outlet_rate(&out);
	e->newest = last;
	trip_put(&e->trip, now - last);
	resume(e, now - last, now);
	decide(e, now);
}

void estimate_sent(struct estimate *e, size_t size, uint64_t now)
{
	gauge_put(&e->sent, now, (uint32_t)size);
	++e->packets;
	if (!e->waiting)
		e->waiting = now;
}

void estimate_loss(struct estimate *e, uint8_t fraction, uint64_t now)
{
	double arrives = gauge_rate(&e->sent, CLOCK_S);
	unsigned n = e->packets;

	e->packets = 0;
	if (e->fed || !n)
		return;

	heard(e, now);
	if (fraction >= NEARLY_ALL) {
		fall_silent(e, now);
		return;
	}
	if (e->outage.silent) {
		resume(e, e->trip.mean, now);
		return;
	}
	losses_put(&e->losses, n * fraction / FRACTION, n * fraction / FRACTION,
		   n);
	obey(e, judge(e, true, now), now);
	e->starting = false; /* There is no delay to warn */
	e->growth = eta;
	if (trip_is_swollen(&e->trip, e->trip.mean)) {
		objected(e, arrives, now);
		set_rate(e, arrives * beta);
	} else if (e->want == LOSSES_FREE)
		grow(e, arrives, now);
}

void estimate_set_rtt(struct estimate *e, uint32_t rtt)
{
	if (!e->fed)
		trip_set(&e->trip, rtt);
}

void estimate_set_cap(struct estimate *e, enum estimate_cap who,
		      uint64_t bitrate)
{
	e->capv[who] = bitrate ? (uint32_t)clamp((double)bitrate, ESTIMATE_MIN,
						 ESTIMATE_MAX)
			       : 0;
}

uint32_t estimate_target(const struct estimate *e)
{
	uint32_t target = (uint32_t)e->rate;

	for (unsigned i = 0; i < ESTIMATE_CAPS; i++) {
		if (e->capv[i] && e->capv[i] < target)
			target = e->capv[i];
	}
	return target;
}

void estimate_resume(struct estimate *e)
{
	memset(&e->acked, 0, sizeof(e->acked));
}

bool estimate_tight(const struct estimate *e)
{
	return e->capacity > 0;
}

bool estimate_wary(const struct estimate *e)
{
	return e->reduced && e->heard - e->reduced < LATELY;
}

uint64_t estimate_due(const struct estimate *e)
{
	if (!e->waiting || e->rate <= ESTIMATE_MIN)
		return CLOCK_NEVER;

	return e->waiting + (e->fed ? SILENCE + e->trip.mean : SILENCE_REPORTS);
}

void estimate_tick(struct estimate *e, uint64_t now)
{
	if (now < estimate_due(e))
		return;

	++e->silences;
	e->waiting = now;
	fall_silent(e, now);
}

void estimate_stats(const struct estimate *e, struct estimate_stats *st)
{
	st->target = estimate_target(e);
	st->rate = (uint32_t)e->rate;
	st->sent = gauge_rate(&e->sent, CLOCK_S);
	st->acked = gauge_rate(&e->acked, CLOCK_S);
	st->capacity = (uint32_t)e->capacity;
	st->loss = e->losses.last;
	st->own_loss = (uint32_t)(e->losses.own * LOSSES_SCALE);
	st->queue = (uint32_t)trend_queue(e->trend);
	st->overuses = e->overuses;
	st->silences = e->silences;
}

int estimate_print(struct re_printf *pf, const struct estimate *e)
{
	struct estimate_stats st;

	estimate_stats(e, &st);
	return re_hprintf(pf,
			  "target=%u rate=%u sent=%u acked=%u capacity=%u "
			  "bit/s loss=%u own=%u /1000 overuses=%u silences=%u "
			  "%H",
			  st.target, st.rate, st.sent, st.acked, st.capacity,
			  st.loss, st.own_loss, st.overuses, st.silences,
			  trend_print, e->trend);
}
