/**
 * @file core/sip/renewal.h  Renewal: keeps a session alive, or ends it
 *
 *     refresh, the time -> [renewal] -> UPDATE | INVITE_EV_REFRESH | BYE
 *
 * RFC 4028 section 10. An UPDATE without an offer where the peer takes one,
 * which disturbs nobody; else the owner is asked for a re-INVITE. A part of
 * invite.
 */
#ifndef CORE_SIP_RENEWAL_H
#define CORE_SIP_RENEWAL_H

#include "core/sip/leg.h"

/** When to call renewal_tick() [us] */
uint64_t renewal_due(const struct invite *inv);

/** Do what is due. May free the invite */
void renewal_tick(struct invite *inv, uint64_t now);

#endif
