/**
 * @file core/net/identity.h  Identity: our key, our certificate, its hash
 *
 *     getrandom -> [identity] -> keying (DTLS), offer (a=fingerprint)
 *
 * A P-256 key and a certificate signed by itself, made once per process:
 * nobody trusts the certificate for its signature, the fingerprint in SDP
 * vouches for it (RFC 8827 section 6.5). It bears no name and no true date,
 * because a phone without a clock chip has none, and names would be traced.
 */
#ifndef CORE_NET_IDENTITY_H
#define CORE_NET_IDENTITY_H

#include "core/net/fingerprint.h"

struct identity;
struct mbedtls_x509_crt;
struct mbedtls_pk_context;

/**
 * Make a new key and its certificate. Takes some 10 ms on a small board:
 * call it at start. Waits for the kernel's randomness on a first boot.
 *
 * @return 0, ENOMEM, EPROTO from the library, errno of getrandom
 */
int identity_alloc(struct identity **idp);

/**
 * Read key and certificate from a PEM file, see identity_save().
 *
 * @return 0, ENOENT, EACCES, EBADMSG not a P-256 key with its certificate
 */
int identity_load(struct identity **idp, const char *path);

/**
 * Write key and certificate to a PEM file, mode 0600, all or nothing.
 *
 * @return 0 or errno of the file system
 */
int identity_save(const struct identity *id, const char *path);

/** The SHA-256 fingerprint, for a=fingerprint; lives as long as id */
const struct fingerprint *identity_fingerprint(const struct identity *id);

/** The certificate, for the library; lives as long as id */
struct mbedtls_x509_crt *identity_cert(const struct identity *id);

/** The private key, for the library; lives as long as id */
struct mbedtls_pk_context *identity_key(const struct identity *id);

#endif
