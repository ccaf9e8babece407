/**
 * @file core/sip/leg.h  Leg: the inside of an invite, for its own parts only
 *
 *     invite -> calling, called, prack, reliable, reoffer, referral,
 *               renewal -> [leg]
 *     [leg] -> exchange, transactions
 *
 * invite.h is what others use. The parts share this one object: calling.c
 * is the side that sends the INVITE, called.c the side that gets it, prack.c
 * and reliable.c are theirs for reliable 1xx; reoffer.c changes a session that
 * is agreed, renewal.c keeps it alive, invite.c is the rest.
 */
#ifndef CORE_SIP_LEG_H
#define CORE_SIP_LEG_H

#include "core/sip/dialog.h"
#include "core/sip/exchange.h"
#include "core/sip/invite.h"
#include "core/sip/redirect.h"
#include "core/sip/referral.h"
#include "core/sip/refresh.h"
#include "core/sip/transactions.h"

/** Codes that are written here (RFC 3261 section 21, RFC 3311, RFC 6665) */
enum leg_code {
	LEG_OK = 200,
	LEG_ACCEPTED = 202,
	LEG_BAD_REQUEST = 400,
	LEG_FORBIDDEN = 403,
	LEG_METHOD = 405,
	LEG_TIMEOUT = 408,
	LEG_MEDIA_TYPE = 415,
	LEG_UNAVAILABLE = 480,
	LEG_NO_DIALOG = 481,
	LEG_BUSY = 486,
	LEG_TERMINATED = 487,
	LEG_NOT_ACCEPTABLE = 488,
	LEG_BAD_EVENT = 489,
	LEG_PENDING = 491,
	LEG_INTERNAL = 500,
	LEG_UNKNOWN = 501,
	LEG_NO_SERVICE = 503,
	LEG_TIME_OUT = 504,
	LEG_DECLINE = 603,
};

/** A 2xx of ours until its ACK (RFC 3261 section 13.3.1.4) */
struct leg_repeat {
	struct server *server; /**< NULL: none is waited for             */
	uint32_t cseq;	       /**< Of the INVITE                        */
	uint64_t due;	       /**< Next repetition [us]                 */
	uint64_t step;	       /**< Interval [us]                        */
	uint64_t end;	       /**< When it is given up [us]             */
	bool offer;	       /**< It has the offer, the ACK the answer */
};

/** The ACK to a 2xx (RFC 3261 section 13.2.2.4) */
struct leg_ack {
	uint32_t cseq;	   /**< Of the INVITE                            */
	bool waits;	   /**< For the answer, invite_ack()             */
	struct mbuf *sent; /**< To repeat                                */
};

/** An early dialog of our INVITE */
struct leg_early {
	struct dialog *dialog;
	uint32_t rseq;	   /**< Of its last reliable 1xx, 0: none yet      */
	struct mbuf *body; /**< Of a reliable 1xx: its answer to our offer,
				or the offer that we answered; or NULL     */
};

/** A reliable 1xx that is to be acknowledged, its answer being made */
struct leg_prack {
	struct leg_early *early; /**< NULL: none waits                     */
	uint32_t cseq;		 /**< Of the INVITE                        */
};

/** Our reliable 1xx (RFC 3262 section 3) */
struct leg_reliable {
	bool required; /**< The peer wants it so                      */
	bool wanted;   /**< We do, and the peer can                   */
	bool waits;    /**< For the PRACK of the last one             */
	bool session;  /**< ... which had an offer or an answer       */
	uint32_t cseq; /**< Of the INVITE                             */
	uint32_t rseq; /**< Of the last one, 0: none yet              */
	uint64_t due;  /**< Next repetition [us]                      */
	uint64_t step; /**< Interval [us]                             */
	uint64_t end;  /**< When it is given up [us]                  */

	unsigned code;	   /**< What is to follow it: 1xx or 200, or 0 */
	char *reason;	   /**< Likewise                               */
	struct mbuf *body; /**< Likewise                               */
};

struct invite {
	struct le le;	  /**< In the ua's list, with a reference        */
	struct origin *o; /**< Valid while not closed                    */
	invite_h *h;
	invite_request_h *requesth; /**< Or NULL */
	void *arg;
	enum invite_state state;
	enum invite_why why; /**< Of CANCELLING and ENDING               */
	bool incoming;
	char *callid;
	char *peer_uri;
	char *peer_name;
	char *caps;	       /**< Of our Contact, NULL: the account's */
	char *allow;	       /**< The peer's, NULL: not known     */
	struct dialog *dialog; /**< NULL: calling, no answer yet    */
	struct exchange *byex; /**< BYE                             */
	char *bye_cause;       /**< For a BYE that may have to come */
	bool bye_waits;
	struct list requestl; /**< Of invite_request(), pending        */
	struct refresh refresh;
	bool agreed; /**< An offer and its answer are through, before the 2xx */
	struct referral referral;

	/* renewal.c */
	struct exchange *refx; /**< UPDATE without an offer            */

	/* calling.c */
	struct exchange *x;   /**< INVITE                                  */
	struct mbuf *headers; /**< Its own, but for those of refresh     */
	char *ruri;
	struct redirect redirect;
	bool offerless;
	struct leg_early earlyv[INVITE_EARLY_MAX];
	unsigned earlyc;
	unsigned chosen; /**< Whose media are early; INVITE_EARLY_MAX: none */
	struct leg_prack prack;
	uint64_t no_answer; /**< When to give up [us]                    */
	struct leg_ack ack;

	/* called.c */
	struct server *server; /**< INVITE without a final reply         */
	const char *mode;      /**< As the 2xx says, or NULL             */
	struct leg_repeat repeat;
	struct leg_reliable rel;

	/* reoffer.c */
	struct server *reserver; /**< re-INVITE, UPDATE to be answered   */
	bool reupdate;		 /**< It is UPDATE                       */
	struct leg_repeat rerepeat;
	struct exchange *rex; /**< Our re-INVITE or UPDATE               */
	bool repending;	      /**< ... has no final response             */
	bool reofferless;
	uint64_t patience; /**< When it is cancelled [us]           */
	bool reweary;	   /**< ... and it was                      */
	struct leg_ack reack;
	uint64_t retry; /**< After 491 [us]                              */
};

/** Make an invite, in the list with a reference. @return 0, ENOMEM */
int leg_alloc(struct invite **ip, struct list *legs, struct origin *o);

/** Call the handler, if there is one */
void leg_tell(struct invite *inv, const struct invite_event *ev, uint64_t now);

/** Tell of a request that passes, but of those that only refresh */
void leg_pass(struct invite *inv, const struct invite_request *rq,
	      uint64_t now);

/** What is known of those who rang is over */
void leg_forget_early(struct invite *inv);

/** Start an event of a message: code, reason, cause, method, body */
void leg_event(struct invite_event *ev, enum invite_what what,
	       const struct sip_msg *msg);

/**
 * It is over: leave the list, free what waits, tell the owner. May free it.
 *
 * @param code  0: that of the message
 * @param msg   What ended it, or NULL
 */
void leg_close(struct invite *inv, enum invite_why why, unsigned code,
	       const struct sip_msg *msg, uint64_t now);

/** The ua goes: as leg_close(), silently */
void leg_drop(struct invite *inv);

/** As leg_close(), by an error of exchange.h */
void leg_close_err(struct invite *inv, enum invite_why why, int err,
		   uint64_t now);

/** Send BYE, once; without a flow it is over at once. May free it */
void leg_bye(struct invite *inv, enum invite_why why, const char *cause,
	     uint64_t now);

/** What credentials may be used within the dialog: SECURITY row 5 */
enum credentials_kind leg_kind(const struct invite *inv);

/** The dialog, or the early one whose media are early, or NULL */
struct dialog *leg_dialog(const struct invite *inv);

/** The dialog, early or not, that a message belongs to, or NULL */
struct dialog *leg_find(const struct invite *inv, const struct sip_msg *msg);

/** Start a request within leg_dialog(); r has method, headers, ctype, body */
int leg_request(struct exchange **xp, struct invite *inv,
		const struct request *r, exchange_h *h, void *arg,
		uint64_t now);

/** Send, and keep, the ACK to a 2xx. @return 0 or errno */
int leg_send_ack(struct invite *inv, struct leg_ack *ack, struct mbuf *body,
		 uint64_t now);

/** Headers of a message that makes or refreshes the dialog; for mem_deref() */
int leg_headers(struct mbuf **mbp, const struct invite *inv);

/** The same for an offer within the call, to which no 1xx of ours is
    reliable: nobody here would confirm it */
int leg_headers_again(struct mbuf **mbp, const struct invite *inv);

/** Reply to INVITE or UPDATE; session messages carry Contact and Allow */
int leg_reply(struct invite *inv, struct server *s, unsigned code,
	      const char *reason, struct mbuf *body, uint64_t now);

/** Refuse for now: 500 with Retry-After of 0 to 10 s (RFC 3261 14.2) */
void leg_reply_later(struct server *s, uint64_t now);

/** Wait for the ACK to the 2xx just sent; takes the reference of s */
void leg_repeat_start(struct leg_repeat *rep, struct server *s, bool offer,
		      uint64_t now);
void leg_repeat_stop(struct leg_repeat *rep);

/**
 * Repeat what is due.
 *
 * @return false when there was no ACK for 64*T1; it is stopped then
 */
bool leg_repeat_tick(struct leg_repeat *rep, uint64_t now);

/** Remember the peer's Allow */
void leg_learn(struct invite *inv, const struct sip_msg *msg);

/** Add "Name: value" lines. @return 0, EINVAL, ENOMEM */
int leg_add_lines(struct mbuf *headers, const char *const *linev);

/** A copy of bytes, at pos 0; NULL without memory. For mem_deref() */
struct mbuf *leg_copy(const struct pl *pl);

/** Bytes of a body from its pos on; length 0 for NULL */
struct pl leg_body(const struct mbuf *body);

#endif
