/**
 * @file core/call/phone.h  Phone: accounts, calls and what a user may do
 *
 *     app/commands -> [phone] -> account -> ua -> trunk
 *                        |---> call -> invite, session -> transport, audio
 *                        '---> events
 *
 * Everything that a person, a button or a program can ask of the telephone is
 * a function here; everything that happens is an event (core/base/event.h).
 * It names no device and opens no socket of its own: both come with struct
 * phone_params, so that two phones run in one process over a simulated
 * network in a test.
 */
#ifndef CORE_CALL_PHONE_H
#define CORE_CALL_PHONE_H

#include <jansson.h>
#include "core/base/config.h"
#include "core/base/event.h"
#include "core/base/loop.h"
#include "core/call/trunk.h"
#include "core/call/voice.h"
#include "core/net/network.h"

enum {
	PHONE_CALLS_MAX = 4, /**< `[call] max` may be up to this
				  (SECURITY row 14) */
};

/** A stop takes no longer [us] (DESIGN section 3) */
#define PHONE_STOP_MAX (3ULL * CLOCK_S)

struct phone;

/** What a phone stands on; all of it must outlive the phone */
struct phone_params {
	const struct config *cfg;
	const struct network *net;	  /**< Where datagrams go  */
	const struct trunk_driver *trunk; /**< Where SIP goes    */
	struct sound *sound;		  /**< Closed; a reference is kept */
	struct event_bus *events;	  /**< Where events go */
};

/** The phone has stopped, nothing is open any more; may free it. Comes from
    the loop, never from inside phone_stop() */
typedef void(phone_stopped_h)(void *arg);

/** What a caller wants of a call */
struct phone_dial {
	bool send; /**< We send media    */
	bool recv; /**< We receive media */
};

/**
 * Allocate a phone; it does nothing before phone_start(). Free it with
 * mem_deref(), best after phone_stop().
 *
 * @return 0, ENOMEM, EINVAL an account is not usable (logged: which and why)
 */
int phone_alloc(struct phone **pp, const struct phone_params *prm);

/** Open the flows and register. @return 0 or errno */
int phone_start(struct phone *p, uint64_t now);

/**
 * BYE to every call, un-REGISTER, close; over within PHONE_STOP_MAX.
 *
 * @param h  Called once, from the loop; may be NULL
 */
void phone_stop(struct phone *p, phone_stopped_h *h, void *arg, uint64_t now);

/** Register (again) now. @return 0, ENOTCONN no flow: will be done then */
int phone_register(struct phone *p, uint64_t now);

/** Un-REGISTER and stay so. @return 0 or errno */
int phone_unregister(struct phone *p, uint64_t now);

/**
 * Call somebody.
 *
 * @param to    `user`, `user@host` or `sip:...`
 * @param dial  Directions; NULL for those of `[call] direction`
 * @param idp   Set to the number of the call; may be NULL
 *
 * @return 0, EINVAL not an address, ENOTCONN no flow to the server,
 *         EBUSY as many calls as allowed, or errno
 */
int phone_call(struct phone *p, const char *to, const struct phone_dial *dial,
	       unsigned *idp, uint64_t now);

/*
 * On a call: id is its number, or 0 for the one that is meant: the ringing
 * one for answer and reject, else the newest that is not ending.
 *
 * All return 0, ENOENT no such call, EINVAL not in this state, or errno.
 */

/** Answer a ringing call */
int phone_answer(struct phone *p, unsigned id, uint64_t now);

/** Reject a ringing call with a status code 400..699; 0 for 603 */
int phone_reject(struct phone *p, unsigned id, unsigned code, uint64_t now);

/** End a call in whatever state it is */
int phone_hangup(struct phone *p, unsigned id, uint64_t now);

/**
 * Send digits, each 0-9 * # A-D; by RFC 4733, or by INFO where the peer does
 * not know telephone-event.
 *
 * @return also EINVAL for another character
 */
int phone_dtmf(struct phone *p, unsigned id, const char *digits, uint64_t now);

/** Mute or unmute what we send; the peer hears silence */
int phone_mute(struct phone *p, unsigned id, bool on, uint64_t now);

/** Number of calls that exist */
unsigned phone_calls(const struct phone *p);

/** Whether the account is registered */
bool phone_registered(const struct phone *p);

/** State of account, flow and devices as text, for %H */
int phone_print(struct re_printf *pf, const struct phone *p);

/** A line for each call, for %H */
int phone_calls_print(struct re_printf *pf, const struct phone *p);

/** Media statistics of each call, for %H */
int phone_stats_print(struct re_printf *pf, const struct phone *p);

/** The same as JSON. @return a new reference, NULL without memory */
json_t *phone_status_json(const struct phone *p);
json_t *phone_calls_json(const struct phone *p);
json_t *phone_stats_json(const struct phone *p);

#endif
