/**
 * @file core/media/lipsync.c  Lip sync
 */
#include "core/media/lipsync.h"

/* One piece of memory, with the unit's data behind */
static struct lipsync_picture *copy(const struct lipsync_picture *p)
{
	struct lipsync_picture *new;

	new = mem_alloc(sizeof(*new) + p->unit.size, NULL);
	if (!new)
		return NULL;

	*new = *p;
	new->unit.data = memcpy(new + 1, p->unit.data, p->unit.size);
	return new;
}

int lipsync_put(struct lipsync *l, const struct lipsync_picture *p, uint64_t at,
		uint64_t now)
{
	const unsigned last = (l->head + l->count - 1) % LIPSYNC_MAX;
	const unsigned next = (l->head + l->count) % LIPSYNC_MAX;

	if (!l->count &&
	    (at < now + LIPSYNC_LEAST || p->unit.size > LIPSYNC_BYTES))
		return EALREADY;
	if (lipsync_is_full(l) || l->bytes + p->unit.size > LIPSYNC_BYTES) {
		++l->early;
		return ENOBUFS;
	}

	l->picv[next] = copy(p);
	if (!l->picv[next])
		return ENOMEM;

	if (at > now + LIPSYNC_HOLD)
		at = now + LIPSYNC_HOLD;
	l->duev[next] = at > LIPSYNC_LEAD ? at - LIPSYNC_LEAD : 0;
	if (l->count && l->duev[next] < l->duev[last])
		l->duev[next] = l->duev[last]; /* The order stays */

	l->bytes += p->unit.size;
	++l->count;
	++l->held;
	return 0;
}

bool lipsync_is_full(const struct lipsync *l)
{
	return l->count == LIPSYNC_MAX;
}

struct lipsync_picture *lipsync_get(struct lipsync *l, uint64_t now)
{
	struct lipsync_picture *p;

	if (!l->count || l->duev[l->head] > now)
		return NULL;

	p = l->picv[l->head];
	l->picv[l->head] = NULL;
	l->head = (l->head + 1) % LIPSYNC_MAX;
	l->bytes -= p->unit.size;
	--l->count;
	return p;
}

uint64_t lipsync_due(const struct lipsync *l)
{
	return l->count ? l->duev[l->head] : CLOCK_NEVER;
}

void lipsync_clear(struct lipsync *l)
{
	struct lipsync_picture *p;

	while ((p = lipsync_get(l, CLOCK_NEVER)) != NULL)
		mem_deref(p);
}
