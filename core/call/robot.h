/**
 * @file core/call/robot.h  Robot: calls that nobody here answers
 *
 *     INVITE -> [robot] -> call_answer(), after a while
 *
 * Only the user's own word opens the microphone: [call] auto_answer says whose
 * calls, auto_when whether they must ask for it, too, auto_delay when, and
 * auto_media with what. Who talks is not disturbed: the call waits, or is
 * refused if its caller wants that rather than to wait (RFC 5373). The answer
 * says who gave it. A part of calls.
 */
#ifndef CORE_CALL_ROBOT_H
#define CORE_CALL_ROBOT_H

#include "core/call/calls_parts.h"

/** Whether a call over the account is to be answered so */
bool robot_wants(const struct config *cfg, const struct invite *inv,
		 const struct sip_msg *msg);

/**
 * Whether a call insists on being answered so, in vain.
 *
 * @param answer  As robot_wants() said, or as it is with a browser
 *
 * @return 0, or the code to refuse it with
 */
unsigned robot_refuses(const struct calls *cs, const struct line *line,
		       const struct sip_msg *msg, bool answer);

/** It is about to be answered, by the machine or by the user: the caller is
    told which, if it asked, and always of the machine */
void robot_sign(struct call *c, bool machine);

/** Answer it, now or when it is time; a browser's at once */
void robot_take(struct calls *cs, struct call *c, uint64_t now);

/** It is time */
void robot_answer(struct calls *cs, struct call *c, uint64_t now);

#endif
