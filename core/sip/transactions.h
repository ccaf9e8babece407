/**
 * @file core/sip/transactions.h  Transactions: who gets which message
 *
 *     flow -> message -> [transactions] -> client | server -> invite, ua
 *     client, server  -> [transactions] -> flow
 *
 * The transaction layer (RFC 3261 section 17, RFC 6026) for a reliable
 * transport: timers A, E, G are absent, D, I, J, K are 0, and B, F, H, L, M
 * are 64*T1. Faulty requests are answered here, what is stray is counted.
 * Holds no clock and no socket: now in, due() out, bytes out by a handler.
 *
 * The object may be freed inside each of its handlers. Its send handler must
 * not call back into it: a flow that breaks while sending says so later.
 */
#ifndef CORE_SIP_TRANSACTIONS_H
#define CORE_SIP_TRANSACTIONS_H

#include "core/base/clock.h"
#include "core/sip/header.h"
#include "core/sip/message.h"
#include "core/sip/reply.h"
#include "core/sip/request.h"
#include "core/sip/token.h"

enum {
	TRANSACTIONS_T1 = 500 * CLOCK_MS, /**< [us] RFC 3261 17.1.1.1      */
	TRANSACTIONS_T2 = 4 * CLOCK_S,	  /**< [us] RFC 3261 17.1.2.2, the
					       longest step of a repeated
					       2xx                         */
	TRANSACTIONS_TIMEOUT = 64 * TRANSACTIONS_T1, /**< B, F, H, L, M [us] */
	TRANSACTIONS_MAX = 32, /**< Each of clients and servers,
				    SECURITY row 14: beyond is 503, but
				    what is answered yields first       */
};

struct transactions;
struct server;

/**
 * Send one message over the flow, from mb->pos to its end. A reference may
 * be kept and mb->pos be moved, but the bytes stay as they are.
 *
 * @return 0 or errno, which the caller of client_start() etc. then gets
 */
typedef int(transactions_send_h)(struct mbuf *mb, void *arg);

/**
 * A new request, checked by message_decode(): anything but CANCEL. The To
 * tag says whether it is in a dialog. CANCEL comes as SERVER_CANCEL.
 *
 * @param s    To reply with, now or, with a reference, later: when the
 *             handler neither replied nor took a reference, 500 is sent.
 *             NULL for an ACK: that of a 2xx, found by its dialog
 * @param msg  The request
 */
typedef void(transactions_request_h)(struct server *s,
				     const struct sip_msg *msg, uint64_t now,
				     void *arg);

/**
 * Allocate. Free with mem_deref(): then every transaction ends silently.
 *
 * @param sendh     Sends
 * @param requesth  Gets requests
 *
 * @return 0, ENOMEM
 */
int transactions_alloc(struct transactions **tp, transactions_send_h *sendh,
		       transactions_request_h *requesth, void *arg);

/** Via's transport: "WSS", which is the default, or "WS". Static string */
void transactions_set_transport(struct transactions *t, const char *transport);

/**
 * Header lines for every request and every response that we send, made by
 * header_add() (User-Agent, Organization, Server). References are kept; both
 * may be NULL.
 */
void transactions_set_headers(struct transactions *t, struct mbuf *requests,
			      struct mbuf *replies);

/** One message came, from mb->pos. Keeps references to mb */
void transactions_recv(struct transactions *t, struct mbuf *mb, uint64_t now);

/** The flow is gone: every transaction ends, the unfinished with an error */
void transactions_flow_lost(struct transactions *t, uint64_t now);

/** When to call transactions_tick() [us], CLOCK_NEVER: not at all */
uint64_t transactions_due(const struct transactions *t);

/** Do what is due */
void transactions_tick(struct transactions *t, uint64_t now);

/**
 * Send an ACK for a 2xx, which has no transaction.
 *
 * @param mbp  If not NULL, set to its bytes, for transactions_send() when the
 *             2xx is repeated; the caller owns the reference
 *
 * @return 0, EINVAL, ENOMEM, or errno of the send handler
 */
int transactions_ack(struct transactions *t, const struct request *r,
		     struct mbuf **mbp);

/**
 * Send bytes, from their start.
 *
 * @return 0, ECONNRESET t is being freed, or errno of the send handler
 */
int transactions_send(struct transactions *t, struct mbuf *mb);

/** Our name in Via, "....invalid", which also serves in a Contact */
const char *transactions_host(const struct transactions *t);

/** Print the counters on one line, for %H */
int transactions_print(struct re_printf *pf, const struct transactions *t);

/* What client.c and server.c need, and nobody else */

/** What is counted */
enum transactions_count {
	TRANSACTIONS_RECEIVED,	/**< Messages                             */
	TRANSACTIONS_MALFORMED, /**< Refused by message_decode()          */
	TRANSACTIONS_STRAY,	/**< Responses that no client waits for   */
	TRANSACTIONS_REPEATED,	/**< Requests received again              */
	TRANSACTIONS_REFUSED,	/**< Requests beyond the limit: 503       */
	TRANSACTIONS_MERGED,	/**< Requests that came two ways: 482     */
	TRANSACTIONS_TIMEOUTS,	/**< Transactions that nobody answered    */
	TRANSACTIONS_UNSENT,	/**< Messages that the flow did not take  */
	TRANSACTIONS_COUNTS,
};

void transactions_count(struct transactions *t, enum transactions_count c);
struct list *transactions_clients(struct transactions *t);
struct list *transactions_servers(struct transactions *t);
bool transactions_alive(const struct transactions *t);
int transactions_encode(const struct transactions *t, struct mbuf **mbp,
			const struct request *r, const char *branch);
int transactions_send_reply(struct transactions *t, struct mbuf **mbp,
			    const struct sip_msg *msg, const struct reply *r,
			    const char *tag);

#endif
