/**
 * @file core/call/order.h  Order: what the page's buttons ask of the board
 *
 *     MESSAGE of a page -> [order] -> door        code and reason -> page
 *
 *     {"command":"door","relay":"door"}           page to board
 *     {"event":"door","relay":"door","open":true} board to page
 *     {"event":"door","locked":true}              wrong codes: none counts now
 *
 * Both are bodies of the type LOBBY_JSON.
 */
#ifndef CORE_CALL_ORDER_H
#define CORE_CALL_ORDER_H

#include "core/call/door.h"

enum {
	ORDER_MAX = 1024, /**< A body [bytes], ours */
};

/**
 * Do what a page asks.
 *
 * @param d        NULL: there are no relays
 * @param in_call  Whether an established call with that page exists
 * @param reasonp  Set to a reason phrase, static
 *
 * @return SIP code to answer with: 200 opened, 400 not understood, 403 not
 *         in a call or not from the page, 404 no such relay, 500 the relay
 *         does not work
 */
unsigned order_obey(struct door *d, const struct pl *body, bool in_call,
		    const char **reasonp, uint64_t now);

/**
 * What pages are told when a relay opened or closed.
 *
 * @return New reference, NULL without memory
 */
json_t *order_tell(const char *relay, bool open);

/** What pages are told when codes are locked. @return as order_tell() */
json_t *order_tell_locked(void);

#endif
