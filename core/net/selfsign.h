/**
 * @file core/net/selfsign.h  Selfsign: a server's certificate of our own
 *
 *     names, addresses, getrandom -> [selfsign] -> pagecert
 *
 * For a board that nobody has bought a certificate for: P-256, signed by
 * itself, good for a TLS server only, with what people may type to reach it
 * in subjectAltName.
 */
#ifndef CORE_NET_SELFSIGN_H
#define CORE_NET_SELFSIGN_H

#include "core/net/trust.h"

enum {
	SELFSIGN_NAMES = 32, /**< Names in a certificate, ours           */
	SELFSIGN_ADDRS = 12, /**< Addresses in a certificate, ours       */
	SELFSIGN_DAYS = 820, /**< Valid for; systems of Apple's refuse
				  servers' with more than 825 [days]     */
};

/** Names and addresses; zero it, then add */
struct selfsign_names {
	char namev[SELFSIGN_NAMES][TRUST_HOST_MAX + 1]; /**< Lower case */
	unsigned namec;
	struct sa addrv[SELFSIGN_ADDRS];
	unsigned addrc;
};

/**
 * Add a host name, unless it is there. One that is not made of letters,
 * digits and hyphens, or for which there is no room, is left out.
 *
 * @param name    Any text
 * @param suffix  "" or what is appended, ".local"
 */
void selfsign_add_name(struct selfsign_names *n, const char *name,
		       const char *suffix);

/** Add an address, unless it is there or there is no room */
void selfsign_add_addr(struct selfsign_names *n, const struct sa *addr);

/**
 * Make a key. Takes some 10 ms on a small board.
 *
 * @param key  Initialised; mbedtls_pk_free() it, also after an error
 *
 * @return 0, EPROTO
 */
int selfsign_make_key(mbedtls_pk_context *key);

/**
 * Make a certificate for a key.
 *
 * @param crt   Initialised; mbedtls_x509_crt_free() it, also after an error
 * @param n     The first name is the subject's, too
 * @param wall  Now [s since 1970]; valid from a day before
 *
 * @return 0, EINVAL no name, EPROTO
 */
int selfsign_make(mbedtls_x509_crt *crt, mbedtls_pk_context *key,
		  const struct selfsign_names *n, uint64_t wall);

/** Whether a certificate names all names; addresses may change */
bool selfsign_covers(const mbedtls_x509_crt *crt,
		     const struct selfsign_names *n);

#endif
