/**
 * @file core/media/lipsync.c  Lip sync
 */
#include "core/media/lipsync.h"

int lipsync_put(struct lipsync *l, struct frame *f, uint64_t due, uint64_t now)
{
	const unsigned last = (l->head + l->count - 1) % LIPSYNC_MAX;

	if (due > now + LIPSYNC_HOLD)
		due = now + LIPSYNC_HOLD;
	if (!l->count && due < now + LIPSYNC_LEAST)
		return EALREADY;
	if (l->count == LIPSYNC_MAX) {
		++l->early;
		return ENOBUFS;
	}
	if (l->count && due < l->duev[last])
		due = l->duev[last]; /* The order stays */

	l->framev[(l->head + l->count) % LIPSYNC_MAX] = mem_ref(f);
	l->duev[(l->head + l->count) % LIPSYNC_MAX] = due;
	++l->count;
	++l->held;
	return 0;
}

struct frame *lipsync_get(struct lipsync *l, uint64_t now)
{
	struct frame *f;

	if (!l->count || l->duev[l->head] > now)
		return NULL;

	f = l->framev[l->head];
	l->framev[l->head] = NULL;
	l->head = (l->head + 1) % LIPSYNC_MAX;
	--l->count;
	return f;
}

uint64_t lipsync_due(const struct lipsync *l)
{
	return l->count ? l->duev[l->head] : CLOCK_NEVER;
}

void lipsync_clear(struct lipsync *l)
{
	struct frame *f;

	while ((f = lipsync_get(l, CLOCK_NEVER)) != NULL)
		mem_deref(f);
}
