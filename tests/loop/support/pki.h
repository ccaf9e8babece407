/**
 * @file tests/loop/support/pki.h  Certificates for tests, made on the spot
 *
 * Good ones and every kind of bad ones, without files from elsewhere.
 */
#ifndef TESTS_LOOP_SUPPORT_PKI_H
#define TESTS_LOOP_SUPPORT_PKI_H

#include "core/net/mbed.h"

enum {
	PKI_PEM_MAX = 2048,
	PKI_NAME_MAX = 64,
};

/** A certificate with its key */
struct pki {
	mbedtls_x509_crt crt;
	mbedtls_pk_context key;
	char name[PKI_NAME_MAX]; /**< Distinguished name */
	char pem[PKI_PEM_MAX];
};

/** What it is to be; 0 and NULL are sensible */
struct pki_params {
	const char *cn;	    /**< Common name, "test"                         */
	const char *san;    /**< "D:name I:address ...", NULL for none       */
	const char *from;   /**< YYYYMMDDhhmmss, a day ago                   */
	const char *to;	    /**< The same, in a year                         */
	struct pki *issuer; /**< NULL signs itself                          */
	bool ca;	    /**< May issue others                            */
	bool sha1;	    /**< Weak signature                              */
	bool client;	    /**< Extended key usage: only a client           */
};

/** Make one; free it with pki_free() */
void pki_make(struct pki *p, const struct pki_params *prm);

/** Free */
void pki_free(struct pki *p);

/** Write some into a new temporary file, whose path is set */
void pki_write(char *path, size_t size, const struct pki *a,
	       const struct pki *b);

#endif
