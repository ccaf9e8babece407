/**
 * @file core/sip/invite.h  Invite: one call as SIP sees it, either side
 *
 *     core/call <-> [invite] <-> ua -> dialog, exchange, transaction
 *
 * INVITE with 1xx, PRACK, 2xx and ACK, CANCEL, BYE, INFO, re-INVITE and
 * UPDATE.
 * Bodies are opaque here: core/call makes and reads the SDP.
 *
 *     calling:  ua_call() -> PROGRESS* -> ANSWERED -> ... -> CLOSED
 *     called:   (ua's handler) -> invite_progress() -> invite_accept()
 *               -> CONFIRMED -> ... -> CLOSED
 *
 * CLOSED comes exactly once, last, whatever happens, also after one's own
 * invite_hangup(); the ua holds it until then. The owner holds a reference
 * of its own, from ua_call() or by mem_ref() in the call handler, and gives
 * it back with mem_deref() after CLOSED, or earlier with invite_release();
 * both may be done inside the handler. Every function may be called inside
 * the handler, too. A lost flow does not end an answered call.
 */
#ifndef CORE_SIP_INVITE_H
#define CORE_SIP_INVITE_H

#include "core/base/clock.h"
#include "core/sip/redirect.h"

enum {
	INVITE_EARLY_MAX = 8,		 /**< Early dialogs of one INVITE
				     (SECURITY row 14)                   */
	INVITE_NO_ANSWER = 60 * CLOCK_S, /**< Default [us] (A-5.2)       */
	INVITE_REQUESTS_MAX = 8, /**< Own requests pending in a call, ours */
};

struct invite;

/** Where a call is */
enum invite_state {
	INVITE_CALLING,	   /**< INVITE sent, or being authenticated      */
	INVITE_RINGING,	   /**< Incoming, not answered                   */
	INVITE_CANCELLING, /**< CANCEL sent or queued until a 1xx        */
	INVITE_UP,	   /**< 2xx sent or received                     */
	INVITE_ENDING,	   /**< BYE sent                                 */
	INVITE_CLOSED,	   /**< Over                                     */
};

/** What happened */
enum invite_what {
	INVITE_EV_PROGRESS,  /**< 1xx above 100: code, reason, body. If `offer`
				  that is an offer, to be answered inside the
				  handler with invite_ack()               */
	INVITE_EV_PRACKED,   /**< PRACK to our reliable 1xx: body, if that had
				  an offer: the answer                    */
	INVITE_EV_ANSWERED,  /**< 2xx: code, reason, body (answer, or the
				  offer if ours had none: invite_ack())   */
	INVITE_EV_CONFIRMED, /**< ACK to our 2xx: body (answer, or none)  */
	INVITE_EV_OFFER,     /**< re-INVITE, UPDATE, PRACK: body is an offer, or
				  empty: one is wanted. Answer at once or
				  later with invite_reanswer()            */
	INVITE_EV_WITHDRAWN, /**< That offer was cancelled: nothing is to be
				  answered any more                       */
	INVITE_EV_REACK,     /**< ACK to our 2xx of a re-INVITE: body     */
	INVITE_EV_REANSWERED, /**< 2xx to our re-INVITE or UPDATE: body   */
	INVITE_EV_REFUSED,    /**< Other final response to it: code, reason.
				  The session stays as it was, and RETRY
				  follows if `again`                      */
	INVITE_EV_RETRY,      /**< The time after a 491 is over: offer anew,
				  if it is still wanted (RFC 3261 14.1)   */
	INVITE_EV_REFRESH,    /**< The session would soon be over: offer the
				  same anew (RFC 4028 section 7.4)        */
	INVITE_EV_INFO,	      /**< INFO, answered 200 already: ctype, body */
	INVITE_EV_RESPONSE,   /**< Final response to invite_request(): code,
				  reason, and the method in `method`      */
	INVITE_EV_REFER,      /**< The peer wants us to call somebody:
				  referral_accept()                       */
	INVITE_EV_REFERRED,   /**< Final response to referral_send(): code,
				  reason; `over`: nothing follows         */
	INVITE_EV_NOTIFIED,   /**< How far the peer is with it: code, 0 if it
				  does not say, reason; `over`: the last  */
	INVITE_EV_REDIRECT,   /**< A 3xx, or who it led to, refuses: code,
				  reason. invite_redirect() says whether it
				  goes to `method`                        */
	INVITE_EV_REDIRECTED, /**< A 3xx is followed: code, reason, and where
				  to in `method`                          */
	INVITE_EV_CLOSED,     /**< Over: why, code, reason, cause          */
};

/** Why it is over */
enum invite_why {
	INVITE_WHY_HANGUP,    /**< invite_hangup() of ours, or reject      */
	INVITE_WHY_BYE,	      /**< BYE from the peer                       */
	INVITE_WHY_REFUSED,   /**< Final response to our INVITE: code      */
	INVITE_WHY_CANCELLED, /**< Peer cancelled its INVITE              */
	INVITE_WHY_NO_ANSWER, /**< Nobody answered in time (either side)  */
	INVITE_WHY_NO_ACK,    /**< 64*T1 without ACK to our 2xx            */
	INVITE_WHY_TIMEOUT,   /**< Server silent: 408                      */
	INVITE_WHY_FLOW,      /**< No flow, or lost before the answer: 503 */
	INVITE_WHY_DIALOG,    /**< Peer does not know the dialog: 481 to a
				  request within it (RFC 3261 12.2.1.2; not
				  408: a peer may have lost its flow only) */
	INVITE_WHY_EXPIRED,   /**< The session was not refreshed: RFC 4028   */
	INVITE_WHY_FAULT,     /**< A message that cannot be used           */
};

/** One event. All pointers are valid during the call only */
struct invite_event {
	enum invite_what what;
	enum invite_why why;	   /**< CLOSED                             */
	unsigned code;		   /**< SIP code; 0 when there is none     */
	struct pl reason;	   /**< Reason phrase, foreign text        */
	struct pl cause;	   /**< Reason header (RFC 3326) or empty  */
	struct pl method;	   /**< OFFER, RESPONSE: INVITE, UPDATE..  */
	struct pl ctype;	   /**< Content-Type, "" without body      */
	struct pl body;		   /**< Empty when there is none           */
	unsigned fork;		   /**< PROGRESS, ANSWERED: which of the
					peers that ring, from 0            */
	bool offer;		   /**< PROGRESS: our INVITE had no offer   */
	bool again;		   /**< REFUSED for now: 491, 422, 500     */
	bool lost;		   /**< REFUSED by nobody: the flow is gone */
	bool over;		   /**< REFERRED, NOTIFIED                 */
	bool update;		   /**< OFFER by UPDATE, PRACK: no ACK comes */
	const struct sip_msg *msg; /**< The message, NULL without         */
};

/** An event; the invite may be let go inside */
typedef void(invite_h)(struct invite *inv, const struct invite_event *ev,
		       uint64_t now, void *arg);

/** A request within the call, after its INVITE: the peer's, not answered yet,
    or ours. Not told: ACK, CANCEL, PRACK, and UPDATE that only refreshes */
struct invite_request {
	bool incoming;
	bool sent; /**< Ours: the flow has taken it; else it is about to */
	struct pl method;
	struct pl ctype; /**< "" without body                        */
	struct pl body;	 /**< Foreign if incoming                    */
};

/** One passes. Must not do anything to the call */
typedef void(invite_request_h)(const struct invite_request *rq, uint64_t now,
			       void *arg);

/** A call to make; texts and body are copied */
struct invite_params {
	const char *to;		    /**< "johndoe" or sip:johndoe@example.org */
	const char *ctype;	    /**< Of the body; NULL: application/sdp   */
	struct mbuf *body;	    /**< Offer from pos; NULL for none: the
					2xx then brings one                  */
	const char *const *headerv; /**< Further "Name: value", up to NULL;
					 or NULL                       */
	const char *caps;	    /**< Feature tags ";a;b" of our Contact;
					 NULL: those of the account    */
	enum redirect_policy redirect; /**< Whether to follow a 3xx, once    */
	uint64_t no_answer; /**< CANCEL after [us]; 0: the default    */
};

/** Whom an event goes to; the ua's call handler sets it on a new invite */
void invite_set_handler(struct invite *inv, invite_h *h, void *arg);

/** Who hears of the requests of the call, with the handler's argument; nobody
    without a handler */
void invite_set_requests(struct invite *inv, invite_request_h *h);

/**
 * Called side: send a provisional response (180, 183 with early media).
 * Where it has to be reliable it is repeated until PRACKED comes; for ever
 * unconfirmed, the INVITE is refused with 504.
 *
 * @param code  101 to 199
 * @param body  Answer, or the offer when the INVITE had none, or NULL. Only
 *              once, unless it is for an unreliable one
 *
 * @return 0, ENOMEM, EINVAL wrong state, or invite_owes_offer() and no body
 */
int invite_progress(struct invite *inv, unsigned code, const char *reason,
		    struct mbuf *body, uint64_t now);

/**
 * Called side: answer, 200. It is repeated until the ACK comes. It waits for
 * the PRACK of what invite_progress() offered or answered.
 *
 * @param body  Answer, or the offer when the INVITE had none; NULL when
 *              either was in a reliable 1xx
 *
 * @return 0, ENOMEM, EINVAL wrong state, ENOTCONN no flow (CLOSED follows)
 */
int invite_accept(struct invite *inv, struct mbuf *body, uint64_t now);

/** Called side: who answers, "Auto" or "Manual", for the 200 (RFC 5373). A
    static text */
void invite_set_mode(struct invite *inv, const char *mode);

/**
 * Called side: refuse. CLOSED comes before this returns.
 *
 * @param code    400 to 699; 603 declines, 486 busy
 * @param reason  NULL for the standard text
 *
 * @return 0, EINVAL wrong state or code
 */
int invite_reject(struct invite *inv, unsigned code, const char *reason,
		  uint64_t now);

/**
 * End it, whatever state: CANCEL (waits for a 1xx), BYE, or 603. CLOSED
 * comes when the peer has confirmed or 32 s later; at once without a flow.
 *
 * @param cause  Value of a Reason header for BYE and CANCEL, or NULL
 */
void invite_hangup(struct invite *inv, const char *cause, uint64_t now);

/**
 * Let go: no handler is called any more, what is not over is hung up, and
 * the reference is given back.
 *
 * @param inv  May be NULL
 *
 * @return NULL, always
 */
struct invite *invite_release(struct invite *inv, uint64_t now);

/**
 * Calling side, after REDIRECT: go there, REDIRECTED follows; or not, and it is
 * over (REFUSED). So it is when nobody says a word for as long as it may ring.
 *
 * @return 0, EINVAL nothing was asked
 */
int invite_redirect(struct invite *inv, bool yes, uint64_t now);

/**
 * Calling side without offer: the answer to the offer in the 2xx. The ACK
 * waits for it. Also after REANSWERED to an invite_reoffer() without body,
 * and inside PROGRESS with `offer`: then the PRACK has it.
 *
 * @return 0, ENOMEM, EINVAL no ACK is waiting
 */
int invite_ack(struct invite *inv, struct mbuf *body, uint64_t now);

/**
 * Change the session: re-INVITE, or UPDATE, which alone may be sent while
 * invite_early(). One at a time, and none while the peer's waits. REANSWERED
 * or REFUSED follows; after 491 also RETRY.
 *
 * @param update  Send UPDATE (needs a peer that allows it)
 * @param body    Offer, NULL to ask for one (re-INVITE only)
 *
 * @return 0, ENOMEM, EINVAL neither up nor early, EBUSY another is under way,
 *         ENOTCONN no flow
 */
int invite_reoffer(struct invite *inv, bool update, struct mbuf *body,
		   uint64_t now);

/**
 * Answer OFFER.
 *
 * @param code  200 to 699
 * @param body  Answer (or offer, if there was none) with 2xx, else NULL
 *
 * @return 0, ENOMEM, EINVAL nothing to answer, or errno of the send handler: it
 *         is answered, but the peer does not know
 */
int invite_reanswer(struct invite *inv, unsigned code, const char *reason,
		    struct mbuf *body, uint64_t now);

/**
 * Send another request within the dialog (INFO ...). RESPONSE follows.
 *
 * @param method   INFO, REFER, NOTIFY, MESSAGE
 * @param headerv  Further "Name: value", up to NULL; or NULL
 * @param ctype    Content-Type, NULL without body
 *
 * @return 0, ENOMEM, EINVAL not up, EBUSY too many pending, ENOTCONN
 */
int invite_request(struct invite *inv, const char *method,
		   const char *const *headerv, const char *ctype,
		   struct mbuf *body, uint64_t now);

/** Whether one of them has no final response yet; false inside RESPONSE when
    it was the last */
bool invite_requesting(const struct invite *inv);

enum invite_state invite_state(const struct invite *inv);

/** Whether the peer called us */
bool invite_incoming(const struct invite *inv);

/** Not answered yet, but an offer and its answer are through, and the peer
    takes UPDATE: invite_reoffer() may send one (RFC 3311 section 5.1) */
bool invite_early(const struct invite *inv);

/** Incoming: whether 1xx are sent reliably, so that a body in them counts */
bool invite_reliable(const struct invite *inv);

/** Incoming: the peer wants reliable 1xx, and the first one to have our offer,
    since the INVITE had none (RFC 3262 section 5) */
bool invite_owes_offer(const struct invite *inv);

/** Incoming: the INVITE, as long as it is not answered; else NULL */
const struct sip_msg *invite_msg(const struct invite *inv);

/** Whether the peer's Allow header names a method; true if none was seen */
bool invite_peer_allows(const struct invite *inv, const char *method);

/** Call-ID; lives as long as the invite */
const char *invite_callid(const struct invite *inv);

/** The other end's URI and display name ("" if none), likewise */
const char *invite_peer_uri(const struct invite *inv);
const char *invite_peer_name(const struct invite *inv);

/** Print the state on one line, for %H */
int invite_print(struct re_printf *pf, const struct invite *inv);

#endif
