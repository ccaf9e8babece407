/**
 * @file core/call/tidings.h  Tidings: what an account tells, and is told
 *
 *     commands, [presence] -> [tidings] -> presence -> PUBLISH, SUBSCRIBE
 *     NOTIFY -> presence -> [tidings] -> events
 *
 * Whether we are there is published; of whom we watch, and of the messages
 * that wait at the server, events tell as they come. What was said last is
 * kept, to be shown. A part of account.
 */
#ifndef CORE_CALL_TIDINGS_H
#define CORE_CALL_TIDINGS_H

#include <jansson.h>
#include "core/base/config.h"
#include "core/base/event.h"
#include "core/call/line.h"
#include "core/sip/presence.h"

struct tidings;

/**
 * Allocate; nothing is told nor asked before tidings_start(). mem_deref()
 * frees it, after the user agent.
 *
 * @param cfg   [presence]; borrowed
 * @param line  Borrowed; its user agent is made later, with
 *              tidings_handlers()
 *
 * @return 0, ENOMEM
 */
int tidings_alloc(struct tidings **tp, const struct config *cfg,
		  struct event_bus *events, const struct line *line);

/** What the user agent is to call */
struct presence_handlers tidings_handlers(struct tidings *t);

/** Publish and watch what is configured */
void tidings_start(struct tidings *t, uint64_t now);

/** The user agent has done something: say what has begun by that, a request
    being under way (connecting, terminating) */
void tidings_follow(struct tidings *t);

/**
 * Publish, from the next connection on if there is none.
 *
 * @param basic  PIDF_UNKNOWN: nothing any more
 * @param note   For people; NULL: none
 *
 * @return 0, EINVAL the note cannot be written, ESHUTDOWN
 */
int tidings_publish(struct tidings *t, enum pidf_basic basic, const char *note,
		    uint64_t now);

/** Watch somebody. @return as presence_watch() */
int tidings_watch(struct tidings *t, enum package package, const char *to,
		  unsigned *idp, uint64_t now);

/** No more. @return as presence_unwatch() */
int tidings_unwatch(struct tidings *t, enum package package, const char *to,
		    uint64_t now);

/** Name of its account */
const char *tidings_account(const struct tidings *t);

/** A line for what is published, and for each who is watched, for %H */
int tidings_print(struct re_printf *pf, const struct tidings *t);

/** The same. @return new reference, NULL without memory */
json_t *tidings_json(const struct tidings *t);

#endif
