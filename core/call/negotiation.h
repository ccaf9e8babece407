/**
 * @file core/call/negotiation.h  Negotiation: which body is offer, which answer
 *
 *     invite's events -> [negotiation] -> session: offers, answers
 *
 * RFC 3261 section 13.2.1 and RFC 3264: the answer to our offer is in the
 * first reliable response, and may come early in an 18x of one of several
 * forks (RFC 3960); without an offer in the INVITE the 2xx brings one and the
 * ACK the answer; later each side may offer again.
 */
#ifndef CORE_CALL_NEGOTIATION_H
#define CORE_CALL_NEGOTIATION_H

#include "core/call/session.h"
#include "core/sip/invite.h"

/** State of one call's exchange; zero it, then set what is borrowed */
struct negotiation {
	struct session *session; /**< Borrowed                              */
	bool offerless;		 /**< Incoming INVITE without an offer      */
	bool answered;		 /**< An answer to our first offer was taken */
	unsigned fork;		 /**< It came on this early dialog          */
};

/**
 * A provisional response came.
 *
 * @return 0 early media begin, ENOENT nothing new in it, or errno: of no use
 */
int negotiation_progress(struct negotiation *n, const struct invite_event *ev,
			 uint64_t now);

/** The 2xx to our INVITE came. @return 0, EPROTO no answer in it, or errno */
int negotiation_answered(struct negotiation *n, const struct invite_event *ev,
			 uint64_t now);

/** The ACK to our 2xx came. @return 0, EPROTO no answer in it, or errno */
int negotiation_confirmed(struct negotiation *n, const struct invite_event *ev,
			  uint64_t now);

/**
 * What our 2xx carries: the answer, or our offer.
 *
 * @param mbp  Set to the body
 *
 * @return 0 or errno of the session
 */
int negotiation_accept(struct negotiation *n, struct mbuf **mbp, uint64_t now);

/** A re-INVITE or UPDATE came: answer it */
void negotiation_reoffer(struct negotiation *n, struct invite *inv,
			 const struct invite_event *ev, uint64_t now);

/** The ACK to our 2xx of a re-INVITE came */
void negotiation_reack(struct negotiation *n, const struct invite_event *ev,
		       uint64_t now);

#endif
