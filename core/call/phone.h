/**
 * @file core/call/phone.h  Phone: lines, calls and what a user may do
 *
 *     app/commands -> [phone] -> accounts -> ua -> trunk     servers
 *                        |-----> lobby -> guests -> gate    browsers
 *                        |-----> calls -> call -> invite, session
 *                        '-----> events
 *
 * Everything that a person, a button or a program can ask of the telephone is
 * a function here; everything that happens is an event (core/base/event.h).
 * It names no device and opens no socket of its own: both come with struct
 * phone_params, so that two phones run in one process over a simulated
 * network in a test.
 */
#ifndef CORE_CALL_PHONE_H
#define CORE_CALL_PHONE_H

#include "core/base/loop.h"
#include "core/call/calls.h"
#include "core/call/lobby.h"
#include "core/call/tidings.h"
#include "core/call/trunk.h"

/** A stop takes no longer [us] (DESIGN section 3) */
#define PHONE_STOP_MAX (3ULL * CLOCK_S)

/** To whom a message goes that is for all browsers */
#define PHONE_PAGE "page"

struct phone;

/** What a phone stands on; all of it must outlive the phone */
struct phone_params {
	const struct config *cfg;
	const struct network *net;	  /**< Where datagrams go     */
	const struct trunk_driver *trunk; /**< Where SIP goes         */
	const struct gate_driver *gate;	  /**< Where browsers come in */
	const struct webfile *filev;	  /**< The page; may be NULL  */
	struct sound *sound;		  /**< Closed; a reference is kept */
	struct event_bus *events;	  /**< Where events go */
	const struct optics
		*optics; /**< Camera, display, coders; may be NULL */
};

/** The phone has stopped, nothing is open any more; may free it. Comes from
    the loop, never from inside phone_stop() */
typedef void(phone_stopped_h)(void *arg);

/**
 * Allocate a phone; it does nothing before phone_start(). Free it with
 * mem_deref(), best after phone_stop(). It has the accounts that the
 * configuration has, and a page when that says where to listen.
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

/** Make the accounts anew whose configuration is another one by now; calls over
    them go on */
void phone_change(struct phone *p, uint64_t now);

/*
 * An account is named, or NULL. ENODEV: there is none; ENXIO: none has that
 * name.
 */

/** Register (again) now, all without a name. @return 0, ENODEV, ENXIO,
    ENOTCONN no flow: will be done then */
int phone_register(struct phone *p, const char *account, uint64_t now);

/** Un-REGISTER and stay so, likewise. @return 0, ENODEV, ENXIO */
int phone_unregister(struct phone *p, const char *account, uint64_t now);

/**
 * Call somebody over the account that `way` names, or accounts_choose().
 *
 * @param to   `user`, `user@host` or `sip:...`
 * @param way  Directions; NULL for those of `[call] direction`
 * @param idp  Set to the number of the call; may be NULL
 *
 * @return 0, EINVAL not an address, ENOTCONN no flow to the server, ENODEV,
 *         ENXIO, EEXIST a header is one of the account's [headers] already,
 *         EBUSY as many calls as allowed, or errno
 */
int phone_call(struct phone *p, const char *to, const struct calls_way *way,
	       unsigned *idp, uint64_t now);

/**
 * Call one guest of the page; see reception_get().
 *
 * @return 0, ENOTCONN not registered, EBUSY, or errno
 */
int phone_call_guest(struct phone *p, const struct reception_guest *g,
		     unsigned *idp, uint64_t now);

/*
 * On a call: id is its number, or 0 for the one that is meant, see calls.h.
 *
 * All return 0, ENOENT no such call, EINVAL not in this state, or errno.
 */

/** Answer a ringing call; with CALLS_AUDIO without a picture. Another one that
    is talked in is held */
int phone_answer(struct phone *p, unsigned id, enum calls_media media,
		 uint64_t now);

/** Reject a ringing call with a status code 400..699; 0 for 603 */
int phone_reject(struct phone *p, unsigned id, unsigned code, uint64_t now);

/** End a call in whatever state it is */
int phone_hangup(struct phone *p, unsigned id, uint64_t now);

/** End it and tell the peer why, in a Reason header: 200 "Answered
    elsewhere" */
int phone_dismiss(struct phone *p, unsigned id, unsigned code, const char *text,
		  uint64_t now);

/**
 * Send digits, each 0-9 * # A-D; by RFC 4733, or by INFO where the peer does
 * not know telephone-event.
 *
 * @return also EINVAL for another character
 */
int phone_dtmf(struct phone *p, unsigned id, const char *digits, uint64_t now);

/** Send an INFO with a body. @return also EBADMSG it is no Content-Type,
    EMSGSIZE the body is too long */
int phone_info(struct phone *p, unsigned id, const char *type, const char *body,
	       uint64_t now);

/** Mute or unmute what we send; the peer hears silence */
int phone_mute(struct phone *p, unsigned id, bool on, uint64_t now);

/** Send black, or the camera's picture again */
int phone_video_mute(struct phone *p, unsigned id, bool on, uint64_t now);

/** Add a picture to an established call, or take it away.
    @return also ENOTSUP there is neither camera nor display */
int phone_video(struct phone *p, unsigned id, bool on, uint64_t now);

/** Show our screen in place of the camera, or no longer.
    @return also EALREADY it is so, ENOTSUP there is none */
int phone_screen(struct phone *p, unsigned id, bool on, uint64_t now);

/** Hold the peer, or resume; an event says whether it agreed.
    @return also EALREADY it is so */
int phone_hold(struct phone *p, unsigned id, bool on, uint64_t now);

/** Go on with a call, and hold the others. @return also EALREADY it is so */
int phone_switch(struct phone *p, unsigned id, uint64_t now);

/** Transfer the peer to somebody, or to the peer of another call. @return as
    calls_transfer() */
int phone_transfer(struct phone *p, unsigned id, const char *to, unsigned other,
		   uint64_t now);

/** Whether a transfer or redirection may be. @return as calls_consent() */
int phone_consent(struct phone *p, unsigned id, bool yes, uint64_t now);

/** Make a key frame; for all calls if id is 0 */
int phone_keyframe(struct phone *p, unsigned id, uint64_t now);

/** The camera; NULL: there is none */
struct studio *phone_studio(const struct phone *p);

/**
 * Send a message for people, as text.
 *
 * @param to   PHONE_PAGE for all browsers, without an account
 * @param idp  Set to its number in the events that say whether it arrived, not
 *             with PHONE_PAGE; may be NULL
 *
 * @return 0, ENOENT no browser is there, EINVAL not an address, ENOTCONN,
 *         ENODEV, ENXIO, or errno
 */
int phone_message(struct phone *p, const char *account, const char *to,
		  const char *text, unsigned *idp, uint64_t now);

/** Presence and waiting messages of the account for an address, now or
    later. @return 0, ENODEV, ENXIO */
int phone_tidings(const struct phone *p, const char *account, const char *to,
		  struct tidings **tp);

/** The same of the n-th account; NULL: there are no more */
struct tidings *phone_tidings_of(const struct phone *p, unsigned n);

/** Send a message for machines to every browser that is in an established
    call */
void phone_tell(struct phone *p, const json_t *what, uint64_t now);

/** Who hears messages for machines; they are refused with 415 without */
void phone_set_machine(struct phone *p, lobby_machine_h *h, void *arg);

/** Who hears of answers, ends and digits of calls */
void phone_set_calls(struct phone *p, const struct calls_handlers *h);

/** Tell the page of the board: a member of /board.json, whose reference is
    taken over. @return 0 or ENOMEM, ENODEV there is no page */
int phone_publish(struct phone *p, const char *key, json_t *value);

/** Make a new password of the page, and show it.
    @return as reception_new_password(), ENODEV there is no page */
int phone_new_password(struct phone *p, const char **passwordp, uint64_t now);

/** The browsers; NULL when there is no page */
const struct reception *phone_reception(const struct phone *p);

/** The calls of all lines, to look at */
const struct calls *phone_calls_of(const struct phone *p);

/** Number of calls that exist */
unsigned phone_calls(const struct phone *p);

/** Whether all accounts are registered */
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
