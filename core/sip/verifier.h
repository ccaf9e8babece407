/**
 * @file core/sip/verifier.h  Verifier: does the far end know our password?
 *
 *     REGISTER, INVITE -> [verifier] -> admitted | 401 | 400 | 403
 *     authorization, digest, lockout <-'
 *
 * The server's side of RFC 7616 and RFC 8760: SHA-256 first, then MD5,
 * qop=auth, nonces of 128 bit that are good on one connection only and for
 * five minutes, a nonce count that grows. One verifier holds the secret of
 * all; each connection has a verifier_peer. Who fails too often is refused
 * for a while, by address. Holds no clock, prints and logs no secret.
 */
#ifndef CORE_SIP_VERIFIER_H
#define CORE_SIP_VERIFIER_H

#include "core/base/clock.h"
#include "core/sip/digest.h"

enum {
	VERIFIER_NONCE_TIME = 300 * CLOCK_S, /**< A nonce is good [us], ours */
	VERIFIER_NONCES = 4, /**< Nonces remembered of a connection, ours:
				  REGISTER, INVITE, MESSAGE at once, one more */
};

struct server;
struct verifier;
struct verifier_peer;

/** H(user:realm:password) in hex, of each algorithm */
struct verifier_secret {
	char md5[DIGEST_SIZE];	  /**< "": MD5 is not offered        */
	char sha256[DIGEST_SIZE]; /**< "": SHA-256 is not offered    */
};

/** What is to be done with a request */
enum verifier_verdict {
	VERIFIER_ADMITTED, /**< It knows the password                      */
	VERIFIER_ASK,	   /**< 401: no, a wrong or a stale answer         */
	VERIFIER_BAD,	   /**< 400: an Authorization that is none         */
	VERIFIER_LOCKED,   /**< 403: too many wrong answers                */
};

/**
 * Make the secret from a password.
 *
 * @return 0, EPROTO the library failed
 */
int verifier_make_secret(struct verifier_secret *secret, const char *user,
			 const char *realm, const char *password);

/**
 * Allocate. Free it with mem_deref(), which wipes the secret.
 *
 * @param secret  Copied
 *
 * @return 0, ENOMEM, EINVAL a realm or user that is none, or a hash that is
 *         no hex of the right length, or no hash at all
 */
int verifier_alloc(struct verifier **vp, const char *realm, const char *user,
		   const struct verifier_secret *secret);

/**
 * Change the secret: nobody is admitted any more, all have to answer anew.
 *
 * @return 0, EINVAL as verifier_alloc(); the old one stays then
 */
int verifier_set_secret(struct verifier *v,
			const struct verifier_secret *secret);

/** How many requests were admitted with this secret: 0, it was never used */
uint32_t verifier_uses(const struct verifier *v);

/**
 * Make the part of one connection. Free it with mem_deref().
 *
 * @param v        A reference is kept
 * @param address  The far end's; NULL: not known, all of these are one
 *
 * @return 0, ENOMEM
 */
int verifier_peer_alloc(struct verifier_peer **pp, struct verifier *v,
			const struct sa *address);

/** Look at a request: its Authorization, if it has one */
enum verifier_verdict verifier_check(struct verifier_peer *p,
				     const struct sip_msg *msg, uint64_t now);

/**
 * Reply what the verdict, which is not VERIFIER_ADMITTED, deserves: 401 with
 * a new nonce, 400, or 403 with Retry-After.
 *
 * @return 0, ENOMEM, or errno of server_reply()
 */
int verifier_reply(struct verifier_peer *p, struct server *s,
		   enum verifier_verdict verdict, uint64_t now);

/** Whether a request of this connection was admitted, with today's secret */
bool verifier_admitted(const struct verifier_peer *p);

/** Print the counters on one line, for %H */
int verifier_print(struct re_printf *pf, const struct verifier *v);

#endif
