/**
 * @file core/sip/credentials.h  Credentials: digest, and when to refuse it
 *
 *     401, 407 -> [credentials] -> Authorization, Proxy-Authorization
 *
 * RFC 7616 and RFC 8760: MD5, SHA-256 and their -sess forms, qop=auth. One
 * object is one account: its secret, and the last nonce of registrar and
 * proxy, used again with a nonce count that only grows. The rules of
 * SECURITY rows 4 and 5 are here: never Basic, nothing below `least`, no
 * return to RFC 2069 once the server knew qop, no realm but the configured
 * one, nothing over a flow that is not verified, and at most three
 * challenges a request. Nothing of the secret is printed, but by one function.
 */
#ifndef CORE_SIP_CREDENTIALS_H
#define CORE_SIP_CREDENTIALS_H

#include "core/base/re.h"

enum {
	CREDENTIALS_CHALLENGES = 3,   /**< A request, SECURITY row 4       */
	CREDENTIALS_NONCE_MAX = 1024, /**< Nonce and opaque [bytes], ours  */
};

/** By strength */
enum credentials_algorithm {
	CREDENTIALS_MD5,
	CREDENTIALS_SHA256,
};

/** Kinds of requests that may be challenged, a set of bits */
enum credentials_kind {
	CREDENTIALS_REGISTER = 1, /**< REGISTER                            */
	CREDENTIALS_INITIAL = 2,  /**< INVITE and others outside a dialog  */
	CREDENTIALS_DIALOG = 4,	  /**< In a dialog: BYE, re-INVITE, where
				       the far end can be the asker       */
};

/** The account */
struct credentials_params {
	const char *realm;    /**< The only one that gets an answer       */
	const char *user;     /**< auth_user                              */
	const char *password; /**< NULL with ha1                          */
	const char *ha1;      /**< Hex: 32 digits for MD5, 64 for SHA-256;
				   NULL with password                     */
	enum credentials_algorithm least; /**< auth_min                    */
	unsigned kinds; /**< enum credentials_kind: what is answered */
	bool named;	/**< REGISTER says who we are before it is asked, too
			 (3GPP TS 24.229 section 5.1.1.2)                  */
	bool told; /**< credentials_tell() tells                          */
};

/** The request that is, or may be, challenged */
struct credentials_target {
	enum credentials_kind kind;
	const char *method;
	const char *uri; /**< Request-URI                                 */
};

/** One request with its repetitions; zero it before the first */
struct credentials_try {
	unsigned challenges; /**< Answered                                */
	unsigned fresh;	     /**< Bits: 1 a 401, 2 a 407 that was not
				  stale was answered                      */
};

struct credentials;

/**
 * Allocate. Free it with mem_deref(), which wipes the secret.
 *
 * @return 0, EINVAL no realm, user or secret, or an ha1 that is none; ENOMEM
 */
int credentials_alloc(struct credentials **cp,
		      const struct credentials_params *prm);

/**
 * Whether the next hop is verified: TLS with its name checked, or a flow that
 * the configuration calls insecure by hand. False at first: nothing is
 * answered then.
 */
void credentials_set_trusted(struct credentials *c, bool trusted);

/**
 * Look at a 401 or 407. After 0, send the request again with the next CSeq
 * and what credentials_write() adds.
 *
 * @param c    Credentials; NULL is EACCES
 * @param try  This request's count
 * @param t    The request
 * @param msg  The response
 *
 * @return 0 try again; EACCES the server did not like our answer: stop;
 *         EPERM refused by policy (realm, kind, flow, strength, no qop);
 *         ENOTSUP nothing that we know; EBADMSG; ENOMEM
 */
int credentials_challenge(struct credentials *c, struct credentials_try *try,
			  const struct credentials_target *t,
			  const struct sip_msg *msg);

/**
 * Add Authorization and Proxy-Authorization to header lines, with the nonces
 * that this kind of request was given before: what the registrar asked of
 * REGISTER is not told in an INVITE, which the far end reads. Adds nothing
 * when there is none; but a REGISTER of who is `named` has an Authorization
 * without nonce and response then.
 *
 * @param c  Credentials; NULL adds nothing
 *
 * @return 0, ENOMEM, EPROTO the hash failed
 */
int credentials_write(struct credentials *c, struct mbuf *headers,
		      const struct credentials_target *t);

/**
 * Print ";impi=USER;ha1=HASH" for a Contact, where a gateway wants it so
 * ([compat] contact_ha1): the hash of MD5 is as good as the password.
 * Nothing without c, unless `told`, over a flow that is not verified, or when
 * that hash is not to be used.
 *
 * @return 0, or errno of printing or hashing
 */
int credentials_tell(struct re_printf *pf, const struct credentials *c);

/** Forget all nonces: after a change of server */
void credentials_forget(struct credentials *c);

/** Why the last credentials_challenge() refused, static text, or "" */
const char *credentials_reason(const struct credentials *c);

/** Print realm, user and algorithm, nothing secret; for %H */
int credentials_print(struct re_printf *pf, const struct credentials *c);

#endif
