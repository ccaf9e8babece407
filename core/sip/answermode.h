/**
 * @file core/sip/answermode.h  Answer mode: how a caller wants to be answered
 *
 *     INVITE -> [answermode] -> core/call: never but where it is configured
 *
 * Answer-Mode and Priv-Answer-Mode of RFC 5373, and what is in use beside
 * them: Alert-Info with info=alert-autoanswer, Call-Info with answer-after.
 */
#ifndef CORE_SIP_ANSWERMODE_H
#define CORE_SIP_ANSWERMODE_H

#include "core/base/re.h"

enum answermode {
	ANSWERMODE_NONE,   /**< It does not say            */
	ANSWERMODE_AUTO,   /**< At once, by the machine    */
	ANSWERMODE_MANUAL, /**< Only by a person           */
};

/** How much it is in earnest */
enum answermode_need {
	ANSWERMODE_WISH,   /**< Any answer will do                         */
	ANSWERMODE_OR_NOT, /**< Rather refused than not as said            */
	ANSWERMODE_NEVER,  /**< The same, and nobody here can or may do so:
				privileges, or a mode that is not known    */
};

/** What an INVITE says; what cannot be read says nothing */
enum answermode answermode_get(const struct sip_msg *msg);

/** What `require` says in it. A person can always be waited for, so Manual is
    a wish; Priv-Answer-Mode gives nobody more than [call] auto_answer does */
enum answermode_need answermode_need(const struct sip_msg *msg);

/** Whether the 2xx is to say how it came about: Answer-Mode was asked for */
bool answermode_asked(const struct sip_msg *msg);

#endif
