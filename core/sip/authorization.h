/**
 * @file core/sip/authorization.h  Authorization: the answer to a challenge
 *
 *     REGISTER, INVITE -> [authorization] -> verifier
 *
 * RFC 7616 section 3.4, as strict as it can be: what is there twice, or has
 * not its form, is no Authorization.
 */
#ifndef CORE_SIP_AUTHORIZATION_H
#define CORE_SIP_AUTHORIZATION_H

#include "core/sip/digest.h"

enum {
	AUTHORIZATION_TEXT_MAX = 256, /**< A nonce, cnonce or user [bytes],
					   ours                          */
};

/** What it says. Points into the value; without quotes, escapes not undone */
struct authorization {
	struct pl username;
	struct pl realm;
	struct pl nonce;
	struct pl cnonce;
	struct pl uri;
	struct pl response; /**< Hex digits, as many as the algorithm has */
	const struct digest_algorithm *algorithm;
	uint32_t nc; /**< 1 and more                                  */
};

/**
 * Decode the value of one Authorization.
 *
 * @return 0, ENOTSUP not Digest, an algorithm that we do not know or -sess,
 *         not qop=auth, a hashed user name; EBADMSG
 */
int authorization_decode(struct authorization *a, const struct pl *val);

#endif
