/**
 * @file core/call/mailbox.c  Mailbox
 */
#include "core/call/mailbox.h"

enum {
	TAKEN = 200,
	UNKNOWN_TYPE = 415, /* RFC 3261 section 21.4.13 */
};

unsigned mailbox_put(struct event_bus *events, const char *line,
		     const struct pager_message *m)
{
	if (!pager_is(m, "text/plain"))
		return UNKNOWN_TYPE;

	event_emit(events, EVENT_I_NEW_MESSAGE, "message", 0,
		   "line:s from:r name:r content_type:r content:r", line,
		   &m->from, &m->name, &m->ctype, &m->body);
	return TAKEN;
}
