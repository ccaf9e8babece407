/**
 * @file core/call/ring.c  Ring
 *
 * A step's calls are taken off the list before they are hung up, so that
 * what they say then is not heard any more.
 */
#include <assert.h>
#include "core/call/ring.h"

struct ring {
	struct ring_handlers h;
	struct ringplan *plan; /* NULL: it does not ring */
	unsigned step;
	struct ring_legs legs;
	uint64_t due;
	bool dialing; /* Calls may end within dial() */
};

static void ring_destructor(void *arg)
{
	struct ring *r = arg;

	mem_deref(r->plan);
}

int ring_alloc(struct ring **rp, const struct ring_handlers *h)
{
	struct ring *r;

	r = mem_zalloc(sizeof(*r), ring_destructor);
	if (!r)
		return ENOMEM;

	r->h = *h;
	*rp = r;
	return 0;
}

static bool drop(struct ring *r, unsigned id)
{
	for (unsigned i = 0; i < r->legs.n; i++) {
		if (r->legs.idv[i] != id)
			continue;
		r->legs.idv[i] = r->legs.idv[--r->legs.n];
		return true;
	}

	return false;
}

static void hangup_all(struct ring *r, enum ring_cause cause, uint64_t now)
{
	const struct ring_legs legs = r->legs;

	r->legs.n = 0;
	for (unsigned i = 0; i < legs.n; i++)
		r->h.hangup(legs.idv[i], cause, now, r->h.arg);
}

/* The last thing that is done: another ring may have begun after it */
static void end(struct ring *r, enum ring_end how, unsigned id, uint64_t now)
{
	r->plan = mem_deref(r->plan);
	r->due = CLOCK_NEVER;
	r->h.end(how, id, now, r->h.arg);
}

static void dial(struct ring *r, uint64_t now)
{
	const struct ringplan_step *s = &r->plan->stepv[r->step];

	r->dialing = true;
	for (unsigned i = 0; i < s->targetc; i++)
		r->h.dial(s->targetv[i], &r->legs, now, r->h.arg);
	r->dialing = false;

	r->due = now + s->time;
	r->h.step(r->plan, r->step, r->legs.n, now, r->h.arg);
}

/* From a step on, the first that rings anybody */
static void go(struct ring *r, unsigned step, uint64_t now)
{
	for (; step < r->plan->stepc; step++) {
		r->step = step;
		dial(r, now);
		if (r->legs.n)
			return;
	}

	end(r, RING_NO_ANSWER, 0, now);
}

int ring_start(struct ring *r, struct ringplan *plan, uint64_t now)
{
	if (r->plan)
		return EALREADY;

	r->plan = mem_ref(plan);
	go(r, 0, now);
	return 0;
}

void ring_stop(struct ring *r, uint64_t now)
{
	if (!r->plan)
		return;

	hangup_all(r, RING_TIME, now);
	end(r, RING_STOPPED, 0, now);
}

void ring_answered(struct ring *r, unsigned id, uint64_t now)
{
	if (!drop(r, id))
		return;

	hangup_all(r, RING_ELSEWHERE, now);
	end(r, RING_ANSWERED, id, now);
}

/* Somebody may come to be rung, as long as this step lasts */
static bool browsers(const struct ring *r)
{
	const struct ringplan_step *s = &r->plan->stepv[r->step];

	for (unsigned i = 0; i < s->targetc; i++) {
		if (!strcmp(s->targetv[i], ringplan_browsers))
			return true;
	}

	return false;
}

void ring_over(struct ring *r, unsigned id, bool lost, uint64_t now)
{
	if (!drop(r, id) || r->legs.n || r->dialing)
		return;

	if (!lost || !browsers(r))
		go(r, r->step + 1, now);
}

bool ring_wants_browsers(const struct ring *r)
{
	return r->plan && r->legs.n < RING_LEGS && browsers(r);
}

void ring_join(struct ring *r, unsigned id)
{
	assert(ring_wants_browsers(r));
	r->legs.idv[r->legs.n++] = id;
}

bool ring_active(const struct ring *r)
{
	return r->plan != NULL;
}

bool ring_has(const struct ring *r, unsigned id)
{
	for (unsigned i = 0; i < r->legs.n; i++) {
		if (r->legs.idv[i] == id)
			return true;
	}

	return false;
}

uint64_t ring_due(const struct ring *r)
{
	return r->plan ? r->due : CLOCK_NEVER;
}

void ring_tick(struct ring *r, uint64_t now)
{
	if (!r->plan || now < r->due)
		return;

	hangup_all(r, RING_TIME, now);
	go(r, r->step + 1, now);
}

int ring_print(struct re_printf *pf, const struct ring *r)
{
	if (!r->plan)
		return re_hprintf(pf, "idle");

	return re_hprintf(pf, "step %u of %u, %u call%s", r->step + 1,
			  r->plan->stepc, r->legs.n, r->legs.n == 1 ? "" : "s");
}
