/**
 * @file core/call/switching.h  Switching: several calls, one conversation
 *
 *     phone -> calls_answer(), calls_hold(), calls_switch() -> [switching]
 *     [switching] -> call: answer, hold, resume; voice: waiting tone
 *
 * Which call is meant by a command, and who talks: to answer a second call
 * holds the first one, and to switch holds one and resumes another. Browsers
 * that watch are together by themselves, and hold nobody. A part of calls.
 */
#ifndef CORE_CALL_SWITCHING_H
#define CORE_CALL_SWITCHING_H

#include "core/call/calls_parts.h"

/** Whether somebody is talked to, or about to be, in another call than `c` */
bool switching_busy(const struct calls *cs, const struct call *c);

/** A call rings: who is talking is told of it */
void switching_ring(struct calls *cs, struct call *c);

/** Any call has changed: the waiting tone, as long as it has a reason */
void switching_follow(struct calls *cs);

#endif
