/**
 * @file core/sip/within.h  Within: what the ua hands to an invite
 *
 *     ua -> [within] -> called, calling, reoffer, events of invite.h
 *
 * Requests within the dialog, ACK, the lost flow and the time. Every one of
 * them may free the invite. A part of invite, for ua.c only.
 */
#ifndef CORE_SIP_WITHIN_H
#define CORE_SIP_WITHIN_H

#include "core/sip/leg.h"

/** Whether a message belongs to its dialog, or to one of the early ones */
bool within_matches(const struct invite *inv, const struct sip_msg *msg);

/** A request within the dialog, screened: BYE, INFO, INVITE, PRACK,
    UPDATE */
void within_recv(struct invite *inv, struct server *s,
		 const struct sip_msg *msg, uint64_t now);

/** Whether a request fits in, by its CSeq; else it is answered already */
bool within_takes(struct invite *inv, struct server *s,
		  const struct sip_msg *msg, uint64_t now);

/** The ACK of a 2xx */
void within_recv_ack(struct invite *inv, const struct sip_msg *msg,
		     uint64_t now);

/** The flow went, the transactions know already */
void within_flow_lost(struct invite *inv, uint64_t now);

/** Wait for no ACK before the BYE: the phone stops */
void within_hasten(struct invite *inv, uint64_t now);

/** When to call within_tick() [us] */
uint64_t within_due(const struct invite *inv);
void within_tick(struct invite *inv, uint64_t now);

#endif
