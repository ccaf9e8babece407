/**
 * @file core/sip/calling.h  Calling: the side that sends the INVITE
 *
 *     ua_call() -> [calling] -> exchange -> INVITE
 *     1xx, 2xx, 3xx-6xx -> [calling] -> events of invite.h, ACK, BYE
 *
 * Early dialogs and forks (RFC 3261 section 13.2.2.4: the first 2xx wins,
 * others get ACK and BYE), CANCEL, nobody answers. A part of invite.
 */
#ifndef CORE_SIP_CALLING_H
#define CORE_SIP_CALLING_H

#include "core/sip/leg.h"

/**
 * Call. No event comes before it returns.
 *
 * @param ip    Set to the invite, a reference for the caller
 * @param legs  The ua's list
 *
 * @return 0, ENOMEM, EINVAL, or errno of exchange_start()
 */
int calling_start(struct invite **ip, struct list *legs, struct origin *o,
		  const struct invite_params *prm, invite_h *h, void *arg,
		  uint64_t now);

/** As invite_redirect() */
int calling_redirect(struct invite *inv, bool yes, uint64_t now);

/** Cancel; CLOSED comes with `why`. May free it */
void calling_cancel(struct invite *inv, enum invite_why why, const char *cause,
		    uint64_t now);

#endif
