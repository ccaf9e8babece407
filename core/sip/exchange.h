/**
 * @file core/sip/exchange.h  Exchange: one request until its final answer
 *
 *     registration, invite -> [exchange] -> client -> transactions
 *     credentials          <- [exchange]    401, 407: once more
 *
 * Keeps a copy of the request, and sends it again with the next CSeq number
 * and an Authorization when it is challenged. Registrations and calls need
 * not know.
 */
#ifndef CORE_SIP_EXCHANGE_H
#define CORE_SIP_EXCHANGE_H

#include "core/base/clock.h"
#include "core/sip/credentials.h"
#include "core/sip/origin.h"

struct dialog;
struct exchange;

/**
 * A response that is not a challenge to be answered, or the end without one.
 * After a final response other than 2xx to INVITE, and after an error, it is
 * not called again. The exchange may be released inside.
 *
 * @param err  0, ETIMEDOUT (treat as 408), ECONNRESET, ENOTCONN no flow
 *             (treat as 503), or what client_start() returned the second time
 * @param msg  The response, NULL if err
 */
typedef void(exchange_h)(int err, const struct sip_msg *msg, uint64_t now,
			 void *arg);

/** What to send */
struct exchange_params {
	struct request request;	    /**< All is copied; of a request within
					 a dialog only method, headers, ctype,
					 body are looked at                   */
	struct dialog *dialog;	    /**< Within it: a reference is kept, and
					 its next CSeq used; or NULL          */
	enum credentials_kind kind; /**< What it is for the credentials; 0:
					 no challenge is answered             */
};

/**
 * Start an exchange.
 *
 * @param xp  Set to the exchange, a reference for exchange_release(); NULL:
 *            nobody is interested in the outcome, h must be NULL too
 *
 * @return 0, ENOTCONN no flow, or errno of client_start(): then h is not
 *         called
 */
int exchange_start(struct exchange **xp, struct origin *o,
		   const struct exchange_params *prm, exchange_h *h, void *arg,
		   uint64_t now);

/**
 * Send the same request once more, with other header lines, out of the
 * handler that was told of a final response (RFC 3261 section 8.1.3.5).
 *
 * @return 0, or as exchange_start(): then h is not called
 */
int exchange_again(struct exchange *x, const struct mbuf *headers,
		   exchange_h *h, uint64_t now);

/**
 * Send the same request to somebody else, likewise (RFC 3261 8.1.3.4); what
 * was asked for a password there is asked anew.
 *
 * @param uri    Request-URI
 * @param route  A proxy behind those on the way, a Route value; or NULL
 *
 * @return as exchange_again()
 */
int exchange_redirect(struct exchange *x, const char *uri, const char *route,
		      exchange_h *h, uint64_t now);

/** Cancel an INVITE, see client_cancel(); no challenge is answered any more */
void exchange_cancel(struct exchange *x, struct mbuf *headers, uint64_t now);

/** CSeq number of the last request sent */
uint32_t exchange_cseq(const struct exchange *x);

/**
 * No longer call the handler. A challenge is still answered, the exchange
 * ends by itself.
 *
 * @param x  May be NULL
 *
 * @return NULL, always
 */
struct exchange *exchange_release(struct exchange *x);

/**
 * As exchange_release(), and nothing more is sent either: something newer
 * takes its place.
 *
 * @return NULL, always
 */
struct exchange *exchange_abort(struct exchange *x);

/** The origin goes: end at once, silently. For origin.c only */
void exchange_drop(struct exchange *x);

#endif
