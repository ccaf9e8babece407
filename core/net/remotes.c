/**
 * @file core/net/remotes.c  Remotes
 */
#include "core/net/remotes.h"

void remotes_add(struct remotes *r, const struct candidate *cv, size_t count,
		 bool loopback)
{
	const struct candidate_filter f = { .loopback = loopback };

	for (size_t i = 0; i < count; i++) {
		if (r->count < ARRAY_SIZE(r->v) &&
		    candidate_allowed(&cv[i].addr, &f))
			r->v[r->count++] = cv[i];
		else
			++r->skipped;
	}
}

void remotes_pair(const struct remotes *r, struct checks *checks,
		  const struct gather *g)
{
	struct base *b;

	for (size_t i = 0; (b = gather_base(g, i)) != NULL; i++) {
		for (size_t k = 0; k < r->count; k++)
			(void)checks_add(checks, b, &r->v[k]);
	}
}
