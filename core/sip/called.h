/**
 * @file core/sip/called.h  Called: the side that gets the INVITE
 *
 *     ua -> [called] -> call handler, events of invite.h
 *     invite_progress(), _accept(), _reject() -> [called] -> server
 *
 * 1xx, 2xx until its ACK, refusals, CANCEL. A part of invite.
 */
#ifndef CORE_SIP_CALLED_H
#define CORE_SIP_CALLED_H

#include "core/sip/leg.h"

/**
 * A call comes in.
 *
 * @param ip    Set to the invite, whose only reference is the list's
 * @param legs  The ua's list
 * @param s     INVITE without To tag; a reference is kept
 *
 * @return 0, ENOMEM, or errno of dialog_alloc_called()
 */
int called_alloc(struct invite **ip, struct list *legs, struct origin *o,
		 struct server *s, uint64_t now);

/** As invite_progress(), _accept(), _reject() */
int called_progress(struct invite *inv, unsigned code, const char *reason,
		    struct mbuf *body, uint64_t now);
int called_accept(struct invite *inv, struct mbuf *body, uint64_t now);
int called_reject(struct invite *inv, unsigned code, const char *reason,
		  uint64_t now);

/** The ACK came, or can no longer come. May free it */
void called_acked(struct invite *inv, const struct sip_msg *ack, uint64_t now);

/** The Expires of the INVITE is over without an answer. May free it */
void called_expired(struct invite *inv, uint64_t now);

/** Repeat the 2xx; without ACK for 64*T1 send BYE. May free it */
void called_tick(struct invite *inv, uint64_t now);

#endif
