/**
 * @file core/call/negotiation.h  Negotiation: which body is offer, which answer
 *
 *     invite's events -> [negotiation] -> session: offers, answers
 *
 * RFC 3261 section 13.2.1 and RFC 3264: the answer to our offer is in the
 * first reliable response, and may come early in an 18x of one of several
 * forks (RFC 3960); without an offer in the INVITE the 2xx brings one and the
 * ACK the answer; later each side may offer again. An offer that failed is
 * rolled back: what was agreed before goes on.
 */
#ifndef CORE_CALL_NEGOTIATION_H
#define CORE_CALL_NEGOTIATION_H

#include "core/call/session.h"
#include "core/sip/invite.h"

/** State of one call's exchange; zero it, then set what is borrowed */
struct negotiation {
	struct session *session; /**< Borrowed                              */
	bool offerless;		 /**< Incoming INVITE without an offer      */
	bool early;		 /**< Ours is in a reliable 1xx already     */
	bool answered;		 /**< An answer to our first offer was taken */
	unsigned fork;		 /**< It came on this early dialog          */
	bool wanted;		 /**< We want to offer again                */
	bool pausing;		 /**< But not before INVITE_EV_RETRY        */
	bool repeated;		 /**< It was refused with 491 already       */
	bool failed;		 /**< Our last offer again, by the answer   */
	bool lost;		 /**< ... or with its flow                  */
	bool taking;		 /**< The peer's is being taken: what we
				      want comes after it                   */
	bool moved;		 /**< The network changed; media may have
				      to move                               */
};

/**
 * A provisional response came.
 *
 * @return 0 early media may come, ENOENT nothing new in it, or errno: of no use
 */
int negotiation_progress(struct negotiation *n, const struct invite_event *ev,
			 uint64_t now);

/** The 2xx to our INVITE came. @return 0, EPROTO no answer in it, or errno */
int negotiation_answered(struct negotiation *n, const struct invite_event *ev,
			 uint64_t now);

/** The PRACK to our 1xx came. @return 0, EPROTO no answer in it, or errno */
int negotiation_pracked(struct negotiation *n, const struct invite_event *ev,
			uint64_t now);

/** The ACK to our 2xx came. @return 0, EPROTO no answer in it, or errno */
int negotiation_confirmed(struct negotiation *n, const struct invite_event *ev,
			  uint64_t now);

/**
 * What our 2xx, or a reliable 1xx, carries: the answer, or our offer.
 *
 * @param mbp  Set to the body
 *
 * @return 0 or errno of the session
 */
int negotiation_accept(struct negotiation *n, struct mbuf **mbp, uint64_t now);

/** A re-INVITE or UPDATE came: answer it */
void negotiation_reoffer(struct negotiation *n, struct invite *inv,
			 const struct invite_event *ev, uint64_t now);

/**
 * Offer again, as soon as nothing else is under way: after an ICE restart,
 * or because the peer is to learn our new Contact. A flow that is missing is
 * not waited for: call it again then.
 */
void negotiation_renew(struct negotiation *n, struct invite *inv, uint64_t now);

/** There is a flow again: offer anew what was lost with the one before */
void negotiation_resume(struct negotiation *n, struct invite *inv,
			uint64_t now);

/** The network changed: restart ICE if our address is gone, and offer */
void negotiation_move(struct negotiation *n, struct invite *inv, uint64_t now);

/** After any event, and when the session is ready: offer, if it is wanted */
void negotiation_go_on(struct negotiation *n, struct invite *inv, uint64_t now);

/** The 2xx to our re-INVITE came. @return 0 or errno: all stays as it was */
int negotiation_reanswered(struct negotiation *n, const struct invite_event *ev,
			   uint64_t now);

/** It was refused: all stays as it was; after a 491 it is asked once more */
void negotiation_refused(struct negotiation *n, const struct invite_event *ev);

/** The ACK to our 2xx of a re-INVITE came */
void negotiation_reack(struct negotiation *n, const struct invite_event *ev,
		       uint64_t now);

#endif
