/**
 * @file core/sip/graves.c  Dialogs that ended a while ago
 */
#include "core/sip/dialog.h"
#include "core/sip/graves.h"
#include "core/sip/replaces.h"

void graves_put(struct graves *g, struct dialog *d)
{
	struct dialog **place = &g->dialogv[g->next++ % GRAVES_MAX];

	mem_deref(*place);
	*place = mem_ref(d);
}

bool graves_have(const struct graves *g, const struct replaces *r)
{
	for (size_t i = 0; i < GRAVES_MAX; i++) {
		const struct dialog *d = g->dialogv[i];

		if (d && dialog_is(d, &r->callid, &r->to_tag, &r->from_tag))
			return true;
	}

	return false;
}

void graves_clear(struct graves *g)
{
	for (size_t i = 0; i < GRAVES_MAX; i++)
		g->dialogv[i] = mem_deref(g->dialogv[i]);
}
