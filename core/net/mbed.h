/**
 * @file core/net/mbed.h  Mbed: what differs between mbedTLS 2.28 and 3.6
 *
 *     stream, trust, identity, keying -> [mbed] -> mbedTLS
 *
 * The only file that asks for the library's version. Also randomness, which
 * is core/base/entropy's and no other, and the library's error texts.
 */
#ifndef CORE_NET_MBED_H
#define CORE_NET_MBED_H

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include "core/base/re.h"

enum {
	MBED_SHA1_LEN = 20,   /**< FIPS 180-4 [bytes] */
	MBED_SHA256_LEN = 32, /**< The same           */
	MBED_RANDOM_LEN = 32, /**< Of a hello [bytes], RFC 5246 s. 7.4.1.2 */
};

/** What a finished handshake yields; borrowed, for the call */
struct mbed_secret {
	const uint8_t *master; /**< Master secret      */
	size_t len;	       /**< Its length [bytes] */
	const uint8_t *client; /**< MBED_RANDOM_LEN    */
	const uint8_t *server; /**< MBED_RANDOM_LEN    */
	mbedtls_tls_prf_types prf;
};

/** A handshake's master secret; called while it is going on */
typedef void(mbed_secret_h)(const struct mbed_secret *secret, void *arg);

/** Where the library tells the secret; as long-lived as conf and ssl */
struct mbed_export {
	mbed_secret_h *h;
	void *arg;
};

/** entropy_bytes(), in the form that the library wants. @return 0 */
int mbed_random(void *unused, unsigned char *buf, size_t len);

/** Print an error code's text, for %H */
int mbed_print(struct re_printf *pf, const int *ret);

/** Have the master secret told, before a handshake. The session and its
    configuration belong together, one of each */
void mbed_export_secret(mbedtls_ssl_config *conf, mbedtls_ssl_context *ssl,
			struct mbed_export *ex);

/** Allow TLS 1.2 and DTLS 1.2, nothing older, nothing newer */
void mbed_only_12(mbedtls_ssl_config *conf);

/** Prefer the curve P-256, the cheapest here, and know a few others */
void mbed_prefer_p256(mbedtls_ssl_config *conf);

/** The profile agreed on by use_srtp, after a handshake */
mbedtls_ssl_srtp_profile mbed_srtp_profile(const mbedtls_ssl_context *ssl);

/** Set the serial number of a certificate to be. @return 0 or the library's */
int mbed_set_serial(mbedtls_x509write_cert *w, uint8_t *v, size_t len);

/** Parse a private key, PEM with its final 0. @return 0 or the library's */
int mbed_parse_key(mbedtls_pk_context *pk, const uint8_t *pem, size_t len);

/** Whether it is a key on the curve P-256 */
bool mbed_is_p256(const mbedtls_pk_context *pk);

/** Whether a certificate is for that private key */
bool mbed_is_pair(mbedtls_x509_crt *crt, mbedtls_pk_context *key);

/**
 * Prepare the library for TLS; harmless when called again.
 *
 * @return 0, EPROTO
 */
int mbed_init(void);

/**
 * The policy for TLS: version at least 1.2, ECDHE with AEAD only, fast
 * groups first, no renegotiation, our randomness. After
 * mbedtls_ssl_config_defaults().
 */
void mbed_conf_policy(mbedtls_ssl_config *conf);

/** Whether a handshake is over */
bool mbed_is_up(const mbedtls_ssl_context *ssl);

/** Whether the next step of a server's handshake computes much */
bool mbed_is_costly(const mbedtls_ssl_context *ssl);

/** Whether a code of mbedtls_ssl_read() only says that a ticket came */
bool mbed_is_ticket(int ret);

/** SHA-1, for RFC 6455 only. @return 0 or the library's */
int mbed_sha1(const uint8_t *p, size_t len, uint8_t md[MBED_SHA1_LEN]);

/** SHA-256. @return 0 or the library's */
int mbed_sha256(const uint8_t *p, size_t len, uint8_t md[MBED_SHA256_LEN]);

#endif
