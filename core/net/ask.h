/**
 * @file core/net/ask.h  Ask: requests to a TURN server, with credentials
 *
 *     relay -> [ask] -> server        long-term credentials, RFC 8489 9.2
 *     server's answers -> [ask] -> relay
 *
 * Repeats each request until it is answered, answers the server's challenge
 * and its fresh nonces, and believes a success only from a server that
 * knows the password. What the requests mean is left to the relay.
 */
#ifndef CORE_NET_ASK_H
#define CORE_NET_ASK_H

#include "core/base/clock.h"

enum {
	ASK_MAX = 64,		 /**< Requests under way at once, ours       */
	ASK_TRY_ALTERNATE = 300, /**< RFC 8489 section 10                 */
};

struct asks;

/** A request */
struct ask_about {
	uint16_t method;
	int af;		  /**< Allocate: of the relayed address           */
	struct sa peer;	  /**< CreatePermission, ChannelBind; else unset  */
	uint16_t channel; /**< ChannelBind; else 0                        */
	bool release;	  /**< Refresh: with lifetime 0                   */
};

/** Send a request, from mb->pos on. @return 0 or errno */
typedef int(ask_send_h)(struct mbuf *mb, void *arg);

/**
 * A request has ended. Called last: the asks may be freed.
 *
 * @param err   0 success; ETIMEDOUT; EACCES the credentials are wrong;
 *              EPERM forbidden; EAFNOSUPPORT; ENOSPC quota; EPROTO the
 *              server knows no allocation; ECONNREFUSED otherwise refused
 * @param code  The server's error code, 0 when there is none
 * @param msg   The answer, NULL when there is none
 */
typedef void(ask_answer_h)(const struct ask_about *about, int err,
			   uint16_t code, const struct stun_msg *msg,
			   uint64_t now, void *arg);

/**
 * Allocate. Free with mem_deref().
 *
 * @param user, password  Copied, may be empty; NULL is empty
 * @param stream          Over a byte stream: nothing is sent twice
 *
 * @return 0, ENOMEM
 */
int asks_alloc(struct asks **ap, const char *user, const char *password,
	       bool stream, ask_send_h *sh, ask_answer_h *ah, void *arg);

/** Send a request. @return 0, ENOMEM, ENOBUFS over ASK_MAX, or of sh */
int asks_send(struct asks *a, const struct ask_about *about, uint64_t now);

/** Send a request once, and do not await the answer */
void asks_tell(struct asks *a, const struct ask_about *about);

/** An answer. @return 0, ENOENT not ours, EBADMSG not authentic */
int asks_recv(struct asks *a, const struct stun_msg *msg, uint64_t now);

/** Forget all requests, without answers */
void asks_flush(struct asks *a);

/** Forget the server's realm and nonce: another server follows */
void asks_forget(struct asks *a);

/** When to call asks_tick() next [us]; CLOCK_NEVER when not */
uint64_t asks_due(const struct asks *a);

/** Repeat what is due; one time-out at most is told */
void asks_tick(struct asks *a, uint64_t now);

#endif
