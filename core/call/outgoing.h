/**
 * @file core/call/outgoing.h  Outgoing: a call that we make, until answered
 *
 *     call_dial() -> gather -> [outgoing] -> INVITE -> 18x -> 200
 */
#ifndef CORE_CALL_OUTGOING_H
#define CORE_CALL_OUTGOING_H

#include "core/call/call_parts.h"

/** Addresses are gathered: send the INVITE. @return 0 or errno of ua_call() */
int outgoing_invite(struct call *c, uint64_t now);

/** A provisional response: ring-back tone, or early media */
void outgoing_progress(struct call *c, const struct invite_event *ev,
		       uint64_t now);

/** The first media came: early ones are heard instead of a ring-back tone */
void outgoing_heard(uint64_t now, void *arg);

/** Answered. Ends the call when the answer is of no use (A-6.2a) */
void outgoing_answered(struct call *c, const struct invite_event *ev,
		       uint64_t now);

#endif
