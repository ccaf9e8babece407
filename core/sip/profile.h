/**
 * @file core/sip/profile.h  Profile: what a configuration says, for its ua
 *
 *     ua_alloc() -> [profile] -> credentials, header lines of every message
 *
 * A part of ua, for ua.c only.
 */
#ifndef CORE_SIP_PROFILE_H
#define CORE_SIP_PROFILE_H

#include "core/sip/ua.h"

struct credentials;
struct transactions;

/**
 * Give every request and response its User-Agent, Server and configured lines.
 *
 * @return 0, ENOMEM, EINVAL a line that cannot be a header
 */
int profile_headers(struct transactions *t, const struct origin_params *prm);

/**
 * Make the credentials, if the account has any.
 *
 * @param cp  Set to them; left alone when there is no secret
 *
 * @return 0, or errno of credentials_alloc()
 */
int profile_credentials(struct credentials **cp, const struct ua_params *prm);

#endif
