/**
 * @file core/sip/answermode.h  Answer mode: how a caller wants to be answered
 *
 *     INVITE -> [answermode] -> core/call: never but where it is configured
 *
 * Answer-Mode of RFC 5373, and what is in use beside it: Alert-Info with
 * info=alert-autoanswer, Call-Info with answer-after.
 */
#ifndef CORE_SIP_ANSWERMODE_H
#define CORE_SIP_ANSWERMODE_H

#include "core/base/re.h"

enum answermode {
	ANSWERMODE_NONE,   /**< It does not say            */
	ANSWERMODE_AUTO,   /**< At once, by the machine    */
	ANSWERMODE_MANUAL, /**< Only by a person           */
};

/** What an INVITE says; what cannot be read says nothing */
enum answermode answermode_get(const struct sip_msg *msg);

#endif
