/**
 * @file core/call/letters.h  Letters: messages that we sent, and their fate
 *
 *     phone -> [letters] -> ua -> MESSAGE
 *                  '-----> events sent_request, connected, message_error
 *
 * Each has a number until its answer comes, at the latest 32 s after. There
 * are no more than requests of a line at once.
 */
#ifndef CORE_CALL_LETTERS_H
#define CORE_CALL_LETTERS_H

#include "core/base/event.h"
#include "core/call/line.h"

struct letters;

/** Allocate; mem_deref() lets all go, silently. @return 0, ENOMEM */
int letters_alloc(struct letters **lsp, struct event_bus *events);

/**
 * Send one; the outcome is an event of session "message" with its number.
 *
 * @param idp  Set to that; may be NULL
 *
 * @return 0, ENOMEM, or as pager_send(): then there is no event
 */
int letters_send(struct letters *ls, const struct line *line, const char *to,
		 const char *text, unsigned *idp, uint64_t now);

/** Whether there is one of a line whose answer has not come */
bool letters_under_way(const struct letters *ls, const struct line *line);

#endif
