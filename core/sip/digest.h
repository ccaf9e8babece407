/**
 * @file core/sip/digest.h  Digest: the hashes of RFC 7616
 *
 *     secret, nonce, method, URI -> [digest] -> response
 */
#ifndef CORE_SIP_DIGEST_H
#define CORE_SIP_DIGEST_H

#include "core/base/re.h"

enum {
	DIGEST_SIZE = 65, /**< SHA-256 in hex and a NUL [bytes] */
};

/** By strength */
enum digest_hash {
	DIGEST_MD5,
	DIGEST_SHA256,
};

/** An algorithm of RFC 7616 section 3.3 */
struct digest_algorithm {
	const char *name;
	enum digest_hash hash;
	bool sess;
};

/** What goes into a response */
struct digest_input {
	const struct digest_algorithm *algorithm;
	const char *ha1; /**< Hex, of user:realm:password        */
	const char *nonce;
	const char *cnonce; /**< NULL without qop                   */
	uint32_t nc;
	const char *method;
	const char *uri;
};

/** Find an algorithm: not set is MD5; NULL when not known */
const struct digest_algorithm *digest_find(const struct pl *name);

/** Length of a hash in hex digits */
size_t digest_len(enum digest_hash hash);

/**
 * Hash strings with colons between them.
 *
 * @param out   Hex digits and NUL
 * @param strv  Strings
 *
 * @return 0, ENOMEM, EPROTO the library failed
 */
int digest_hash(char out[DIGEST_SIZE], enum digest_hash hash,
		const char *const *strv, size_t strc);

/** Make the response: qop=auth with a cnonce, RFC 2069 without.
    @return as digest_hash() */
int digest_response(char out[DIGEST_SIZE], const struct digest_input *in);

#endif
