/**
 * @file core/call/session_parts.h  Session's inside, for its own files only
 *
 *     session -> [session_parts] <- session_picture
 */
#ifndef CORE_CALL_SESSION_PARTS_H
#define CORE_CALL_SESSION_PARTS_H

#include "core/base/loop.h"
#include "core/call/cables.h"
#include "core/call/senses.h"
#include "core/call/session.h"
#include "core/call/silence.h"
#include "core/call/wishes.h"

struct session {
	struct session_handlers h;
	struct senses senses;
	struct offer *offer;
	struct offer *unanswered; /* A copy, until the call is answered */
	struct cables cables;
	struct loop_timer timer;
	char *cname;
	struct wishes wishes;
	struct silence silence;
	bool again;   /* The next offer can have more than this one */
	bool talking; /* The microphone is open */
	bool forked;  /* The transport has begun with another fork */
	bool untold;  /* It has begun anew; the peer has not agreed yet */
	bool heard;   /* A packet came          */
	bool closed;
};

#endif
