/**
 * @file core/sip/screening.h  Screening: what is answered without an owner
 *
 *     transactions -> ua -> [screening] -> call, owner, presence
 *
 * What a user agent refuses of any request, by screen and by the session
 * timer, and what it says of itself to OPTIONS.
 */
#ifndef CORE_SIP_SCREENING_H
#define CORE_SIP_SCREENING_H

#include "core/sip/origin.h"

struct server;

/** RFC 3261 section 8.2, RFC 4028 section 6. @return whether the request was
    refused, or there is no memory to look at it */
bool screening_refuses(const struct origin *o, struct server *s,
		       const struct sip_msg *msg, uint64_t now);

/** Answer OPTIONS (RFC 3261 section 11.2) */
void screening_options(const struct origin *o, struct server *s, uint64_t now);

#endif
