/**
 * @file core/call/robot.h  Robot: calls that nobody here answers
 *
 *     INVITE -> [robot] -> call_answer(), after a while
 *
 * Only the user's own word opens the microphone: [call] auto_answer says whose
 * calls, auto_when whether they must ask for it, too, auto_delay when, and
 * auto_media with what. Who talks is not disturbed: the call waits. A part of
 * calls.
 */
#ifndef CORE_CALL_ROBOT_H
#define CORE_CALL_ROBOT_H

#include "core/call/calls_parts.h"

/** Whether a call over the account is to be answered so */
bool robot_wants(const struct config *cfg, const struct invite *inv,
		 const struct sip_msg *msg);

/** Answer it, now or when it is time; a browser's at once */
void robot_take(struct calls *cs, struct call *c, uint64_t now);

/** It is time */
void robot_answer(struct calls *cs, struct call *c, uint64_t now);

#endif
