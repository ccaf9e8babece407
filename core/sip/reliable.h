/**
 * @file core/sip/reliable.h  Reliable: our 1xx, repeated until their PRACK
 *
 *     invite_progress(), _accept() -> called -> [reliable] -> server
 *     PRACK -> [reliable] -> INVITE_EV_PRACKED, INVITE_EV_OFFER
 *
 * RFC 3262 section 3, of the called side. One at a time: what is to be sent
 * meanwhile, a 2xx after an unconfirmed offer or answer included, follows. A
 * part of invite.
 */
#ifndef CORE_SIP_RELIABLE_H
#define CORE_SIP_RELIABLE_H

#include "core/sip/leg.h"

/** What the INVITE says of it */
void reliable_begin(struct invite *inv, const struct sip_msg *req);

/** Whether a 1xx with such a body has to go this way */
bool reliable_applies(const struct invite *inv, const struct mbuf *body);

/**
 * Send a 1xx, now or after the one under way.
 *
 * @return 0, EINVAL the first one needs an offer, as the INVITE had none;
 *         ENOMEM, or errno of server_reply()
 */
int reliable_send(struct invite *inv, unsigned code, const char *reason,
		  struct mbuf *body, uint64_t now);

/** Whether a 2xx has to wait; then called_accept() is called with the body */
bool reliable_delays(struct invite *inv, struct mbuf *body);

/** A final response was sent: repeat nothing, but a PRACK may still come */
void reliable_end(struct invite *inv);

/** Forget all */
void reliable_stop(struct invite *inv);

/** A PRACK came, its CSeq is taken. May free the invite */
void reliable_recv(struct invite *inv, struct server *s,
		   const struct sip_msg *msg, uint64_t now);

/** When to call reliable_tick() [us] */
uint64_t reliable_due(const struct invite *inv);

/** Repeat it, or refuse the INVITE after 64*T1. May free the invite */
void reliable_tick(struct invite *inv, uint64_t now);

#endif
