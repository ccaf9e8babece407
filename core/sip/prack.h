/**
 * @file core/sip/prack.h  PRACK: a reliable 1xx to our INVITE is confirmed
 *
 *     1xx with RSeq -> calling -> [prack] -> PRACK with RAck
 *     invite_ack() -> [prack]                ... and the answer
 *
 * RFC 3262 section 4, for each early dialog: in order, each once. A part of
 * invite.
 */
#ifndef CORE_SIP_PRACK_H
#define CORE_SIP_PRACK_H

#include "core/sip/leg.h"

/** Whether a 1xx is sent reliably */
bool prack_wanted(const struct sip_msg *msg);

/**
 * Take a reliable 1xx: it is confirmed, unless it has an offer. Then the
 * owner is to answer inside the event, and prack_end() follows.
 *
 * @return false: out of order, or again; it is not to be looked at
 */
bool prack_take(struct invite *inv, struct leg_early *early,
		const struct sip_msg *msg, uint64_t now);

/** The answer to the offer in it. @return 0, EINVAL none waits, or errno */
int prack_answer(struct invite *inv, struct mbuf *body, uint64_t now);

/** The owner has seen it; without an answer of his there is none */
void prack_end(struct invite *inv, uint64_t now);

/** Whether a PRACK names this 1xx: its RSeq, and the CSeq of its INVITE */
bool prack_names(const struct sip_msg *msg, uint32_t rseq, uint32_t cseq);

#endif
