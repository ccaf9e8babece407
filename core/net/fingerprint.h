/**
 * @file core/net/fingerprint.h  Fingerprint: a certificate's hash, as in SDP
 *
 *     a=fingerprint: -> [fingerprint] -> keying compares
 *     identity       -> [fingerprint] -> a=fingerprint:
 *
 * RFC 8122 section 5. Hashes weaker than SHA-256 are read as "not known", so
 * that they never decide anything (RFC 8827 section 6.5).
 */
#ifndef CORE_NET_FINGERPRINT_H
#define CORE_NET_FINGERPRINT_H

#include "core/base/re.h"

enum {
	FINGERPRINT_LEN = 64, /**< Longest hash, SHA-512 [bytes]       */
	FINGERPRINT_MAX = 8,  /**< Fingerprints kept of a peer, ours   */
};

/** Hashes that may decide; a larger one is stronger */
enum fingerprint_hash {
	FINGERPRINT_NONE = 0,
	FINGERPRINT_SHA256,
	FINGERPRINT_SHA384,
	FINGERPRINT_SHA512,
};

struct fingerprint {
	enum fingerprint_hash hash;
	size_t len; /**< [bytes] */
	uint8_t v[FINGERPRINT_LEN];
};

/**
 * Decode the value of an attribute: "sha-256 4A:AD:B9:..."
 *
 * @return 0, EBADMSG malformed, ENOTSUP a hash that is unknown or too weak
 */
int fingerprint_decode(struct fingerprint *fp, const struct pl *pl);

/**
 * Hash a certificate.
 *
 * @param der  The certificate as in the handshake
 *
 * @return 0, ENOTSUP
 */
int fingerprint_make(struct fingerprint *fp, enum fingerprint_hash hash,
		     const uint8_t *der, size_t len);

/**
 * Whether a certificate is the one that was announced: of the strongest hash
 * in the list, one value must match (RFC 8122 section 5). An empty list
 * matches nothing.
 */
bool fingerprint_match(const struct fingerprint *fpv, size_t fpc,
		       const uint8_t *der, size_t len);

/** Print as the attribute's value, for %H */
int fingerprint_print(struct re_printf *pf, const struct fingerprint *fp);

#endif
