/**
 * @file core/sip/reoffer.h  Reoffer: change a session that is agreed
 *
 *     re-INVITE, UPDATE in  -> [reoffer] -> INVITE_EV_OFFER, _REACK
 *     re-INVITE, UPDATE out <- [reoffer] <- invite_reoffer(), invite_ack()
 *
 * RFC 3261 section 14, RFC 3311: one offer at a time, 491 when both sides
 * begin, 500 when one comes too early. Before the 2xx UPDATE changes what is
 * agreed early. Who says nothing final to ours is given up by CANCEL, like one
 * who is silent: the attempt ends, the call does not. A part of invite.
 */
#ifndef CORE_SIP_REOFFER_H
#define CORE_SIP_REOFFER_H

#include "core/sip/leg.h"

enum {
	/** For a re-INVITE of ours that has a 1xx and nothing after it [us].
	    RFC 3261 gives that no limit; somebody there may have to agree
	    (RFC 6141 section 3.1), and has as long as to answer a call. While
	    it is open neither side can change anything. UPDATE needs none:
	    its transaction ends after 64*T1 in any case */
	REOFFER_PATIENCE = INVITE_NO_ANSWER,
};

/** A re-INVITE or UPDATE came, its CSeq is taken. May free the invite */
void reoffer_recv(struct invite *inv, struct server *s,
		  const struct sip_msg *msg, uint64_t now);

/** The ACK to our 2xx of a re-INVITE came. May free the invite */
void reoffer_acked(struct invite *inv, const struct sip_msg *ack, uint64_t now);

/** As invite_reanswer() and invite_reoffer() */
int reoffer_answer(struct invite *inv, unsigned code, const char *reason,
		   struct mbuf *body, uint64_t now);
int reoffer_start(struct invite *inv, bool update, struct mbuf *body,
		  uint64_t now);

/** Repeat the 2xx, give up our re-INVITE, or offer again after 491. May free
    the invite */
void reoffer_tick(struct invite *inv, uint64_t now);

#endif
