/**
 * @file core/call/incoming.h  Incoming: a call that comes, until answered
 *
 *     INVITE -> call_ring() -> 180 -> call_answer() -> [incoming] -> 200 -> ACK
 */
#ifndef CORE_CALL_INCOMING_H
#define CORE_CALL_INCOMING_H

#include "core/call/call_parts.h"

/**
 * It rings: tell the caller, once at once. Also when the session is ready:
 * where that is wanted our offer or answer goes there then.
 */
void incoming_ring(struct call *c, uint64_t now);

/** The caller knows that it rings, and has answered our offer, if any */
void incoming_pracked(struct call *c, const struct invite_event *ev,
		      uint64_t now);

/**
 * Answered by the user, and gathered: send the 200. When the session cannot,
 * the call is refused, 488 or 603.
 *
 * @return 0 or errno
 */
int incoming_accept(struct call *c, uint64_t now);

/** The ACK came: the call is up */
void incoming_confirmed(struct call *c, const struct invite_event *ev,
			uint64_t now);

#endif
