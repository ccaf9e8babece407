/**
 * @file core/sip/client.h  Client: a request of ours and its responses
 *
 *     registration, invite -> [client] -> transactions -> flow
 *     transactions -> [client] -> response handler
 *
 * INVITE:   calling -1xx-> proceeding -2xx-> accepted (timer M, 32 s: every
 *           2xx comes out, repeated and forked ones too) -> gone
 *           -300..699-> ACK is sent, gone; timer B: 32 s without any response
 * others:   trying -1xx-> proceeding -final-> gone; timer F: 32 s
 */
#ifndef CORE_SIP_CLIENT_H
#define CORE_SIP_CLIENT_H

#include "core/sip/transactions.h"

enum {
	CLIENT_BRANCH_SIZE = 7 + TOKEN_SIZE, /**< With the z9hG4bK of RFC 3261
						  section 8.1.1.7 [bytes]   */
};

struct client;

/**
 * A response, or the end without one. After a final response that is not a
 * 2xx of INVITE, and after an error, the handler is not called again. The
 * caller of client_start() may be freed in it.
 *
 * @param err  0, ETIMEDOUT nobody answered (treat as 408), ECONNRESET the
 *             flow was lost (treat as 503)
 * @param msg  The response, NULL if err
 */
typedef void(client_response_h)(int err, const struct sip_msg *msg,
				uint64_t now, void *arg);

/**
 * Send a request and wait for its responses. Not for ACK and CANCEL.
 *
 * @param cp   Set to the transaction, a reference that the caller ends with
 *             client_release(); may be NULL: then h is called in any case
 * @param r    The request; nothing of it is kept
 * @param h    Response handler
 *
 * @return 0, EINVAL by request_encode(), ENOBUFS too many transactions,
 *         ENOMEM, or errno of the send handler: then h is not called
 */
int client_start(struct client **cp, struct transactions *t,
		 const struct request *r, client_response_h *h, void *arg,
		 uint64_t now);

/**
 * Cancel an INVITE: CANCEL is sent at once if a 1xx has come, otherwise when
 * it comes. The INVITE still ends by its handler: with 487, a 2xx that was
 * faster (ACK and BYE are due then), or ETIMEDOUT 32 s after the CANCEL. Once
 * a final response has come, nothing happens.
 *
 * @param c        May be NULL
 * @param headers  Lines by header_add(), such as Reason; may be NULL. A
 *                 reference is kept
 */
void client_cancel(struct client *c, struct mbuf *headers, uint64_t now);

/**
 * No longer call the handler, and give the reference back. The transaction
 * ends by itself. An INVITE should be cancelled before.
 *
 * @param c  May be NULL
 *
 * @return NULL, always: x->c = client_release(x->c)
 */
struct client *client_release(struct client *c);

/** Whether responses may still come */
bool client_pending(const struct client *c);

/* For transactions.c only */

int client_branch(char branch[CLIENT_BRANCH_SIZE]);

bool client_recv(struct transactions *t, const struct sip_msg *msg,
		 uint64_t now);
uint64_t client_due(const struct client *c);
void client_tick(struct client *c, uint64_t now);
void client_lost(struct client *c, uint64_t now);
void client_detach(struct client *c);

#endif
