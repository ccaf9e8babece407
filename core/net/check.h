/**
 * @file core/net/check.h  Check: the Binding messages of ICE
 *
 *     checks, path -> [check] -> datagram
 *     datagram -> [check] -> agent
 *
 * Writes and reads connectivity checks and their answers: RFC 8445 section
 * 7. An answer is never longer than 1.6 times its request (SECURITY row 25).
 */
#ifndef CORE_NET_CHECK_H
#define CORE_NET_CHECK_H

#include "core/net/query.h"

enum {
	CHECK_TEXT = 257, /**< ufrag or pwd with its 0, RFC 8839 section 5.4 */
	CHECK_ROLE_CONFLICT = 487, /**< RFC 8445 section 7.3.1.1           */
	CHECK_UNKNOWN = 420,	   /**< RFC 8489 section 14.8               */
};

/** What both sides of one generation know */
struct check_keys {
	char lufrag[CHECK_TEXT], lpwd[CHECK_TEXT]; /**< Ours               */
	char rufrag[CHECK_TEXT], rpwd[CHECK_TEXT]; /**< The peer's, or ""  */
	bool controlling;
	uint64_t tiebreaker;
};

/** What a request says */
struct check_in {
	char lufrag[CHECK_TEXT]; /**< Before the colon: ours               */
	char rufrag[CHECK_TEXT]; /**< After it: the sender's               */
	uint32_t priority;	 /**< Of the sender's candidate            */
	bool use;		 /**< USE-CANDIDATE                        */
	bool controlling, controlled; /**< The sender's role               */
	uint64_t tiebreaker;
};

/** Whether a ufrag or pwd of the peer can be used: 4..256 visible characters
    without colon (RFC 8839 section 5.4, where a pwd has 22: some have 21) */
bool check_is_text(const char *s);

/**
 * Write a request.
 *
 * @param mbp       Set to a new mbuf; the caller owns it
 * @param q         Its transaction id is used
 * @param priority  Of our candidate, were it peer-reflexive
 * @param use       Nominate
 *
 * @return 0, ENOMEM
 */
int check_request(struct mbuf **mbp, const struct query *q,
		  const struct check_keys *k, uint32_t priority, bool use);

/** Write the answer to a request. @return 0, ENOMEM */
int check_response(struct mbuf **mbp, const struct stun_msg *req,
		   const char *lpwd, const struct sa *src);

/**
 * Write an error answer.
 *
 * @param code  CHECK_ROLE_CONFLICT, or CHECK_UNKNOWN with ua
 * @param ua    Attributes that were not understood, or NULL
 *
 * @return 0, ENOMEM
 */
int check_error(struct mbuf **mbp, const struct stun_msg *req, const char *lpwd,
		uint16_t code, const struct stun_unknown_attr *ua);

/**
 * Read a request. Its integrity is not judged.
 *
 * @return 0, EBADMSG no USERNAME of ICE or no PRIORITY
 */
int check_read(struct check_in *in, const struct stun_msg *req);

/** Whether the integrity is right */
bool check_authentic(const struct stun_msg *msg, const char *pwd);

#endif
