/**
 * @file core/net/trust.h  Trust: is this the server that was asked for?
 *
 *     certificate chain (mbedTLS) -> [trust] -> yes, or no and why in words
 *
 * mbedTLS checks signatures, authorities and key usage. Names and time are
 * checked here: names by RFC 9525 (subjectAltName only, whole-label
 * wildcards, addresses as iPAddress), time against a floor, because a board
 * without a clock chip starts in 1970.
 */
#ifndef CORE_NET_TRUST_H
#define CORE_NET_TRUST_H

#include "core/net/mbed.h"

enum {
	TRUST_REASON_MAX = 384,	 /**< Text of a refusal [bytes], ours */
	TRUST_HOST_MAX = 253,	 /**< RFC 1035 section 2.3.4 [bytes]  */
	TRUST_CA_WARN_DAYS = 90, /**< SECURITY row 3 [days]           */
};

/** The check of one chain; zero it, then trust_check_init() */
struct trust_check {
	char host[TRUST_HOST_MAX + 1]; /**< Without trailing dot       */
	struct sa addr;		       /**< Set when host is an address */
	uint64_t wall;		       /**< Time to check against [s]   */
	bool time_known;	       /**< Else notBefore is tolerated */
	uint32_t flags;		       /**< All of mbedTLS's flags, and ours */
	uint64_t ca_expires; /**< Earliest end of an authority [s], or 0 */
	char reason[TRUST_REASON_MAX]; /**< Why not; "" when trusted */
};

/**
 * Read trust anchors. Do it for each connection and free them when it is up:
 * a system's bundle takes half a megabyte, and an update is seen.
 *
 * @param ca      Initialised by this function; mbedtls_x509_crt_free() it,
 *                also after an error
 * @param file    PEM file, or NULL for the system's bundle
 * @param reason  Set to a sentence on error, size TRUST_REASON_MAX
 *
 * @return 0, ENOENT no such file, EBADMSG not a single certificate, errno
 */
int trust_load(mbedtls_x509_crt *ca, const char *file, char *reason);

/**
 * The time that was last saved, or another that is surely past. The floor
 * is the later of this and the time of the build; it never goes back.
 *
 * @param wall  [s since 1970]
 */
void trust_set_floor(uint64_t wall);

/** Where the floor is [s since 1970] */
uint64_t trust_floor(void);

/**
 * Whether the clock can be right: not before the floor, nor more than ten
 * years after it (SECURITY row 2).
 *
 * @param wall  [s since 1970]
 */
bool trust_time_known(uint64_t wall);

/** A date of a certificate [s since 1970], 0 before that */
uint64_t trust_seconds(const mbedtls_x509_time *t);

/** Print a date of a certificate, for %H */
int trust_print_time(struct re_printf *pf, const mbedtls_x509_time *t);

/**
 * Begin a check.
 *
 * @param host  Name or address that was asked for
 * @param wall  Time of the clock [s since 1970]
 *
 * @return 0, EINVAL host is neither a name nor an address
 */
int trust_check_init(struct trust_check *c, const char *host, uint64_t wall);

/**
 * Callback for mbedtls_ssl_conf_verify(); the argument is a trust_check.
 * Takes away mbedTLS's own verdict on name and time and adds ours.
 *
 * @return 0; the verdict is in flags
 */
int trust_verify(void *arg, mbedtls_x509_crt *crt, int depth, uint32_t *flags);

/**
 * Add flags that mbedTLS has found outside of trust_verify(): key usage.
 *
 * @param flags  Of mbedtls_ssl_get_verify_result()
 */
void trust_add_flags(struct trust_check *c, uint32_t flags);

/**
 * Whether a DNS name of a certificate covers a host (RFC 9525 section 6.3).
 * A wildcard is the whole left-most label and covers one label; there must
 * be at least two more.
 *
 * @param pattern  dNSName from the certificate; any bytes
 * @param host     Name that was asked for, without trailing dot
 */
bool trust_match_dns(const struct pl *pattern, const char *host);

/**
 * Whether the extensions of a certificate name a host: dNSName for a name,
 * iPAddress for an address, in subjectAltName.
 *
 * @param ext   DER of the extensions, SEQUENCE included; any bytes
 * @param size  [bytes], may be 0
 * @param c     Host or addr of it are compared
 * @param sawp  Set to whether there is any name of the kind, may be NULL
 *
 * @return 0, ENOENT another name, EBADMSG malformed
 */
int trust_match_extensions(const uint8_t *ext, size_t size,
			   const struct trust_check *c, bool *sawp);

#endif
