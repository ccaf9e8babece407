/**
 * @file core/call/doubt.h  Doubt: a call that hears nothing, and its server
 *
 *     silence -> session -> [doubt] -> line -> flow: a ping
 *     account, renewed   -> [doubt] -> negotiation: an offer
 *
 * When the board moves that is server and peer in one, both are lost at once.
 * Who then comes back must not be hasty: the peer has to restart ICE, which
 * only its own offer can, and two offers that cross cost seconds (491,
 * RFC 3261 section 14.1).
 */
#ifndef CORE_CALL_DOUBT_H
#define CORE_CALL_DOUBT_H

#include "core/call/call.h"

enum {
	DOUBT_COURTESY = 500 * CLOCK_MS, /**< The peer's offer goes first,
					      ours [us]                    */
	DOUBT_RECENT = 5 * CLOCK_S,	 /**< A connection lost so soon after
					      it was asked was lost with the
					      media, ours [us]             */
};

/** Prepare */
void doubt_init(struct call *c);

/** Media ceased: ask the server, unless somebody holds; arg is the call */
session_silent_h doubt_raise;

/** The way to the server is new, the call is up: tell the peer, now or when it
    has had the time to tell us */
void doubt_renew(struct call *c, uint64_t now);

/** There is nothing to tell any more */
void doubt_stop(struct call *c);

#endif
