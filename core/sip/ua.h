/**
 * @file core/sip/ua.h  User agent: one account on one flow
 *
 *     flow -> ua_recv() -> transactions -> [ua] -> registration, invites
 *     core/call <- call and registration handlers <-'
 *     flow <- send handler <- transactions <- all of them
 *
 * Gives every incoming request to whom it belongs, and answers the rest:
 * OPTIONS, what is not allowed (405), unknown (501), outside a dialog (481),
 * required and not understood (420), one call too many (486). No socket, no
 * clock: a test joins two of them with a pipe.
 *
 * Without registering it is the board's end of somebody else's flow: then a
 * request handler (registrar_recv()) decides who gets in.
 */
#ifndef CORE_SIP_UA_H
#define CORE_SIP_UA_H

#include "core/sip/invite.h"
#include "core/sip/origin.h"
#include "core/sip/pager.h"
#include "core/sip/presence.h"
#include "core/sip/registration.h"

enum {
	UA_CALLS_MAX = 4, /**< Default of calls at once (SECURITY row 14)   */
	UA_INVITES_MAX = 32,   /**< Invites, those included that end, ours    */
	UA_STOP = 3 * CLOCK_S, /**< Default limit of ua_stop() [us]
				    (DESIGN section 3: `run`)               */
};

struct server;
struct ua;

/**
 * Send one SIP message over the flow; from mb->pos on.
 *
 * @return 0 or errno: counted as a loss of that message
 */
typedef int(ua_send_h)(struct mbuf *mb, void *arg);

/**
 * A call comes in; 100 is sent already. Keep it with mem_ref() and
 * invite_set_handler(), then invite_progress(), _accept() or _reject() now
 * or later; who keeps no reference refuses with 480.
 */
typedef void(ua_call_h)(struct invite *inv, const struct sip_msg *msg,
			uint64_t now, void *arg);

/**
 * A request outside a dialog came, of an allowed method and understood, but
 * nothing was done yet. The ua may be freed inside.
 *
 * @return true it was, or will be, answered; false: the ua goes on with it
 */
typedef bool(ua_request_h)(struct server *s, const struct sip_msg *msg,
			   uint64_t now, void *arg);

/** ua_stop() is done. Here and in the request and message handlers the ua may
    be freed, and in no other */
typedef void(ua_stopped_h)(uint64_t now, void *arg);

struct ua_params {
	struct origin_params origin;
	const char *auth_user; /**< NULL: the user of the account         */
	const char *password;  /**< One of these, or neither: then no
				      challenge is answered                 */
	const char *ha1;       /**< Hex, of user:realm:password           */
	bool sha256_only;      /**< auth_min=sha256 (SECURITY row 4)      */
	bool auth_in_call;     /**< Answer challenges within a call that
				    we made too (SECURITY row 5)        */
	bool named;	       /**< early_ims=no: credentials.h          */
	bool contact_ha1;      /**< Our INVITEs have credentials_tell()   */
	uint32_t expires;      /**< Registration asked for [s]; 0 default */
	unsigned calls_max;    /**< 0 for the default                     */
	ua_send_h *sendh;
	ua_call_h *callh;	/**< NULL refuses every call with 480      */
	registration_h *regh;	/**< May be NULL                           */
	ua_request_h *requesth; /**< Asked first, and REGISTER is allowed;
				     NULL: 405 to REGISTER              */
	pager_recv_h *messageh; /**< MESSAGE is allowed; NULL: 405       */
	void *arg;		/**< Of all five                        */
	const struct presence_handlers *presence; /**< Copied; NULL:
				     nothing is told nor watched        */
};

/**
 * Make a user agent, without flow and unregistered. mem_deref() frees it
 * and ends its calls silently, no handler is called: ua_stop() before is
 * polite. Invites that their owner still holds are closed then.
 *
 * @return 0, ENOMEM, EINVAL a text that cannot stand in a header
 */
int ua_alloc(struct ua **up, const struct ua_params *params);

/** The flow came (WebSocket open) or went. Registers anew if wanted */
void ua_flow(struct ua *ua, bool up, uint64_t now);

/** One SIP message, or a keep-alive, came in by the flow */
void ua_recv(struct ua *ua, struct mbuf *mb, uint64_t now);

/** Register from now on, on every flow; or no longer */
void ua_register(struct ua *ua, uint64_t now);
void ua_unregister(struct ua *ua, uint64_t now);

/**
 * Call somebody. No event comes before this returns.
 *
 * @param invp  Set to the new invite, the caller owns the reference
 *
 * @return 0, ENOMEM, EINVAL `to` or headers are not usable, ENOTCONN no
 *         flow, EBUSY all calls in use
 */
int ua_call(struct invite **invp, struct ua *ua,
	    const struct invite_params *params, invite_h *h, void *arg,
	    uint64_t now);

/** Send a text or other content without a call, see pager_send() */
int ua_message(struct pager **pp, struct ua *ua,
	       const struct pager_params *params, pager_result_h *h, void *arg,
	       uint64_t now);

/** What the account tells and watches, NULL when it does not */
struct presence *ua_presence(const struct ua *ua);

/**
 * End: hang up every call, take back what is published and watched, then
 * unregister, then the handler, within the limit. No call is taken nor made
 * from here on.
 *
 * @param limit  [us], 0 for the default
 */
void ua_stop(struct ua *ua, uint64_t limit, ua_stopped_h *h, void *arg,
	     uint64_t now);

/** Is one to be reached? */
enum registration_state ua_registration_state(const struct ua *ua);

/** Address of record, "sip:user@realm" */
const char *ua_aor(const struct ua *ua);

/** When to call ua_tick() [us]; ask again after every call of a function of
    ua.h and invite.h */
uint64_t ua_due(const struct ua *ua);
void ua_tick(struct ua *ua, uint64_t now);

/** Print state and counters, a line each, for %H */
int ua_print(struct re_printf *pf, const struct ua *ua);

#endif
