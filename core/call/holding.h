/**
 * @file core/call/holding.h  Holding: who of both sides has the call on hold
 *
 *     call_hold() -> [holding] -> session, negotiation -> re-INVITE
 *     its answer, the peer's offers -> [holding] -> events
 *
 * RFC 3264 section 8.4. The two directions are independent: each side resumes
 * what it held, and only media that both want flow. A part of call.
 */
#ifndef CORE_CALL_HOLDING_H
#define CORE_CALL_HOLDING_H

#include "core/call/call_parts.h"

/**
 * An event of the invite was dealt with: tell what has changed by it. An
 * offer that waits for another try says nothing yet.
 *
 * @param what  The event
 */
void holding_follow(struct call *c, enum invite_what what, uint64_t now);

#endif
