/**
 * @file core/call/switching.h  Switching: several calls, one conversation
 *
 *     phone -> calls_answer(), calls_hold(), calls_switch() -> [switching]
 *     [switching] -> call: answer, hold, resume; voice: waiting tone
 *
 * Which call is meant by a command, and who talks: to answer a second call
 * holds the first one, to call somebody does so too, and to switch holds one
 * and resumes another. Who is held stays so until the user says otherwise, but
 * for one case: whom the phone held itself for a call that was not answered
 * is talked to again. Browsers that watch are together by themselves, and hold
 * nobody. A part of calls.
 */
#ifndef CORE_CALL_SWITCHING_H
#define CORE_CALL_SWITCHING_H

#include "core/call/calls_parts.h"

/** Whether somebody is talked to, or about to be, in another call than `c` */
bool switching_busy(const struct calls *cs, const struct call *c);

/** A call rings: who is talking is told of it */
void switching_ring(struct calls *cs, struct call *c);

/** A call of ours begins: who is talked to is held meanwhile */
void switching_dial(struct calls *cs, struct call *c, uint64_t now);

/** It was answered: nobody else is talked to from now on */
void switching_answered(struct calls *cs, struct call *c, uint64_t now);

/** A call is over, or soon will be: if it was the last that was being called,
    and nobody was reached, go on with whom switching_dial() held */
void switching_back(struct calls *cs, uint64_t now);

/** Any call has changed: the waiting tone, as long as it has a reason */
void switching_follow(struct calls *cs);

#endif
