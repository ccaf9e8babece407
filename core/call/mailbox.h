/**
 * @file core/call/mailbox.h  Mailbox: messages for people
 *
 *     account, lobby -> [mailbox] -> event i_new_message
 */
#ifndef CORE_CALL_MAILBOX_H
#define CORE_CALL_MAILBOX_H

#include "core/base/event.h"
#include "core/sip/pager.h"

/**
 * Tell of a message that came.
 *
 * @param line  Name of the line it came by
 *
 * @return 200, or 415 it is no plain text
 */
unsigned mailbox_put(struct event_bus *events, const char *line,
		     const struct pager_message *m);

#endif
