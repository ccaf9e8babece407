/**
 * @file core/net/early.c  Early
 */
#include "core/net/early.h"

static void check_destructor(void *arg)
{
	struct early_check *c = arg;

	mem_deref(c->base);
}

static struct early_check *find(const struct early *e, const struct base *base,
				const struct sa *src)
{
	for (size_t i = 0; i < e->count; i++) {
		if (e->v[i]->base == base && sa_cmp(&e->v[i]->src, src, SA_ALL))
			return e->v[i];
	}

	return NULL;
}

int early_put(struct early *e, struct base *base, const struct sa *src,
	      const struct check_in *in)
{
	struct early_check *c = find(e, base, src);
	bool use;

	if (!c && e->count == ARRAY_SIZE(e->v)) {
		++e->refused;
		return ENOBUFS;
	}

	if (!c) {
		c = mem_zalloc(sizeof(*c), check_destructor);
		if (!c)
			return ENOMEM;
		c->base = mem_ref(base);
		c->src = *src;
		e->v[e->count++] = c;
	}

	use = c->in.use && !strcmp(c->in.rufrag, in->rufrag);
	c->in = *in;
	c->in.use |= use;
	return 0;
}

bool early_proven(const struct early *e, const struct base *base,
		  const struct sa *src)
{
	return find(e, base, src) != NULL;
}

struct early_check *early_take(struct early *e)
{
	struct early_check *c;

	if (!e->count)
		return NULL;

	c = e->v[0];
	--e->count;
	memmove(&e->v[0], &e->v[1], e->count * sizeof(struct early_check *));
	return c;
}

void early_hear(struct early *e, struct checks *checks, uint64_t now)
{
	struct early_check *c;

	while ((c = early_take(e)) != NULL) {
		if (!strcmp(c->in.rufrag, checks->keys.rufrag))
			checks_heard(checks, c->base, &c->src, &c->in, now);
		mem_deref(c);
	}
}

void early_flush(struct early *e)
{
	while (e->count)
		mem_deref(e->v[--e->count]);
}
