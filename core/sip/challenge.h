/**
 * @file core/sip/challenge.h  Challenge: the value of WWW-Authenticate
 *
 *     401, 407 -> [challenge] -> credentials, authorization
 */
#ifndef CORE_SIP_CHALLENGE_H
#define CORE_SIP_CHALLENGE_H

#include "core/base/re.h"

/** What a server asks for. Points into the value */
struct challenge {
	struct pl realm; /**< Without quotes, escapes not undone; as nonce
			      and opaque                              */
	struct pl nonce;
	struct pl opaque;    /**< Not set: none                         */
	struct pl algorithm; /**< Not set: none, which is MD5           */
	struct pl qop;	     /**< A comma list; not set: RFC 2069       */
	bool stale;
};

/**
 * Decode the value of one WWW-Authenticate or Proxy-Authenticate.
 *
 * @return 0, ENOTSUP not Digest, EBADMSG
 */
int challenge_decode(struct challenge *ch, const struct pl *val);

/**
 * Take one element of such a value, or of Authorization's, apart.
 *
 * @param name  Set to what is in front of `=`
 * @param val   Set to what follows, without quotes, escapes not undone
 * @param el    The element, "name = value", trimmed
 *
 * @return 0, EBADMSG
 */
int challenge_pair(struct pl *name, struct pl *val, const struct pl *el);

#endif
