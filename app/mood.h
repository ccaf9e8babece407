/**
 * @file app/mood.h  Mood: what lamps show of the phone
 *
 *     events -> [mood] -> ringing, call, error, ... -> lamps
 *
 * Several may be true at once; the first of them is what matters most.
 */
#ifndef APP_MOOD_H
#define APP_MOOD_H

#include "core/base/event.h"

/** What may be true of the phone, the most important first */
enum mood_sign {
	MOOD_RINGING,	  /**< It rings, here or at the other side          */
	MOOD_CALL,	  /**< In an answered call                          */
	MOOD_ERROR,	  /**< No server, a refused account, a lost device, a
			       configuration that is wrong; until it is well
			       again                                        */
	MOOD_REGISTERING, /**< On the way to the server, for the first time */
	MOOD_REGISTERED,  /**< All accounts are                             */
	MOOD_SIGNS,
};

/** A set of them */
#define MOOD_BIT(sign) (1U << (sign))

enum {
	MOOD_CALLS = 64, /**< Calls that are followed, ours              */
	MOOD_NAMES = 32, /**< Accounts, and lost devices, likewise       */
};

struct mood;

/** What is true has changed */
typedef void(mood_h)(unsigned signs, void *arg);

/** Listen to the events. @return 0, ENOMEM, ENOSPC as event_listen() */
int mood_alloc(struct mood **mp, struct event_bus *events, mood_h *h,
	       void *arg);

/** What is true now: a set of MOOD_BIT() */
unsigned mood_signs(const struct mood *m);

/** The word for it, in [lamps] */
const char *mood_name(enum mood_sign sign);

#endif
