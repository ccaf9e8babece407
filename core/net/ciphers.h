/**
 * @file core/net/ciphers.h  Ciphers: what libsrtp computes with
 *
 *     protect -> libsrtp2 -> [ciphers] -> mbedTLS
 *
 * Debian builds libsrtp2 on NSS, which costs 2 MB of memory and, for each
 * packet, a context. Its archive has every cipher in an object of its own,
 * and the linker takes such an object only when nobody has defined what is
 * in it before. So those of this file, on mbedTLS, take their place and NSS
 * is never loaded. libsrtp tests each with its own vectors at start.
 *
 * That is why this file defines names that belong to libsrtp, on purpose and
 * against the rule: srtp_aes_icm_*, srtp_aes_gcm_*, srtp_hmac, srtp_mod_*.
 * With the shared library instead the same happens, but for NSS being loaded
 * in vain.
 */
#ifndef CORE_NET_CIPHERS_H
#define CORE_NET_CIPHERS_H

/**
 * Start libsrtp with these ciphers; any number of times.
 *
 * @return 0, EPROTO it refuses: a self-test failed
 */
int ciphers_start(void);

#endif
