/**
 * @file core/net/pair.c  Pair
 */
#include <stdlib.h>
#include "core/net/pair.h"

static void pair_destructor(void *arg)
{
	struct pair *p = arg;

	query_stop(&p->q);
	mem_deref(p->base);
}

static uint64_t priority_of(const struct pair *p, bool controlling)
{
	uint32_t local = candidate_priority(p->base->type, p->base->preference);

	return controlling ? candidate_pair_priority(local, p->remote.priority)
			   : candidate_pair_priority(p->remote.priority, local);
}

/* Nothing would be lost with it */
static bool is_untouched(const struct pair *p)
{
	return !p->heard && p->state != PAIR_PROGRESS &&
	       p->state != PAIR_SUCCEEDED;
}

/* Make room for a pair of this priority */
static int make_room(struct pairs *ps, uint64_t priority)
{
	size_t i = ps->count;

	if (ps->count < ARRAY_SIZE(ps->v))
		return 0;

	++ps->refused;
	while (i && !is_untouched(ps->v[i - 1]))
		--i;
	if (!i || ps->v[i - 1]->priority >= priority)
		return ENOBUFS;

	mem_deref(ps->v[i - 1]);
	memmove(&ps->v[i - 1], &ps->v[i],
		(ps->count - i) * sizeof(struct pair *));
	--ps->count;
	return 0;
}

int pairs_add(struct pairs *ps, struct pair **pp, struct base *base,
	      const struct candidate *remote, bool controlling)
{
	struct pair *p = pairs_find(ps, base, &remote->addr);
	size_t i;
	int err;

	if (p) {
		*pp = p;
		return 0;
	}

	p = mem_zalloc(sizeof(*p), pair_destructor);
	if (!p)
		return ENOMEM;

	p->base = mem_ref(base);
	p->remote = *remote;
	p->priority = priority_of(p, controlling);
	query_set_tid(&p->q); /* Not zero: nobody may guess it */
	memcpy(p->prev, p->q.tid, sizeof(p->prev));
	err = make_room(ps, p->priority);
	if (err) {
		mem_deref(p);
		return err;
	}

	for (i = ps->count++; i && ps->v[i - 1]->priority < p->priority; i--)
		ps->v[i] = ps->v[i - 1];
	ps->v[i] = p;
	*pp = p;
	return 0;
}

struct pair *pairs_find(const struct pairs *ps, const struct base *base,
			const struct sa *addr)
{
	for (size_t i = 0; i < ps->count; i++) {
		struct pair *p = ps->v[i];

		if (p->base == base && sa_cmp(&p->remote.addr, addr, SA_ALL))
			return p;
	}

	return NULL;
}

static int compare(const void *a, const void *b)
{
	const struct pair *const *pa = a, *const *pb = b;

	if ((*pa)->priority == (*pb)->priority)
		return 0;

	return (*pa)->priority > (*pb)->priority ? -1 : 1;
}

void pairs_sort(struct pairs *ps, bool controlling)
{
	for (size_t i = 0; i < ps->count; i++)
		ps->v[i]->priority = priority_of(ps->v[i], controlling);

	if (ps->count)
		qsort(ps->v, ps->count, sizeof(ps->v[0]), compare);
}

/* A base is one address of ours, and so one foundation */
static bool alike(const struct pair *a, const struct pair *b)
{
	return a->base == b->base &&
	       !strcmp(a->remote.foundation, b->remote.foundation);
}

void pairs_thaw(struct pairs *ps)
{
	for (size_t i = 0; i < ps->count; i++) {
		bool first = ps->v[i]->state == PAIR_FROZEN;

		for (size_t k = 0; k < i && first; k++)
			first = !alike(ps->v[k], ps->v[i]);
		if (first)
			ps->v[i]->state = PAIR_WAITING;
	}
}

void pairs_thaw_like(struct pairs *ps, const struct pair *p)
{
	for (size_t i = 0; i < ps->count; i++) {
		if (ps->v[i]->state == PAIR_FROZEN && alike(ps->v[i], p))
			ps->v[i]->state = PAIR_WAITING;
	}
}

static struct pair *first_of(const struct pairs *ps, enum pair_state state,
			     uint64_t now)
{
	for (size_t i = 0; i < ps->count; i++) {
		struct pair *p = ps->v[i];

		if (p->state == state && !p->triggered &&
		    base_permitted(p->base, &p->remote.addr, now))
			return p;
	}

	return NULL;
}

struct pair *pairs_next(struct pairs *ps, uint64_t now)
{
	struct pair *p = first_of(ps, PAIR_WAITING, now);

	return p ? p : first_of(ps, PAIR_FROZEN, now);
}

struct pair *pairs_next_triggered(const struct pairs *ps, uint64_t now)
{
	struct pair *oldest = NULL;

	for (size_t i = 0; i < ps->count; i++) {
		struct pair *p = ps->v[i];

		if (p->triggered &&
		    (!oldest || p->triggered < oldest->triggered) &&
		    base_permitted(p->base, &p->remote.addr, now))
			oldest = p;
	}

	return oldest;
}

struct pair *pairs_best(const struct pairs *ps)
{
	for (size_t i = 0; i < ps->count; i++) {
		if (ps->v[i]->state == PAIR_SUCCEEDED)
			return ps->v[i];
	}

	return NULL;
}

unsigned pairs_busy(const struct pairs *ps)
{
	unsigned n = 0;

	for (size_t i = 0; i < ps->count; i++)
		n += ps->v[i]->state == PAIR_WAITING ||
		     ps->v[i]->state == PAIR_PROGRESS;

	return n;
}

void pairs_flush(struct pairs *ps)
{
	while (ps->count)
		mem_deref(ps->v[--ps->count]);
}

bool pair_is_relayed(const struct pair *p)
{
	return p->base->type == CANDIDATE_RELAY ||
	       p->remote.type == CANDIDATE_RELAY;
}
