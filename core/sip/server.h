/**
 * @file core/sip/server.h  Server: a request of the far end and our reply
 *
 *     transactions -> [server] -> request handler, event handler
 *     invite, ua   -> [server] -> reply -> transactions -> flow
 *
 * INVITE:   proceeding -2xx-> accepted (timer L, 32 s) -> gone
 *           -300..699-> completed -ACK-> gone; timer H: 32 s without ACK
 * others:   trying -1xx-> proceeding -final-> gone
 *
 * 100 is sent in front of the first 1xx of an INVITE, or as soon as the
 * request handler returned without a reply. A request that comes again gets
 * the last reply again.
 */
#ifndef CORE_SIP_SERVER_H
#define CORE_SIP_SERVER_H

#include "core/sip/transactions.h"

struct server;

/** What happens to a transaction after its request */
enum server_event {
	SERVER_CANCEL,	/**< CANCEL came, 200 was sent to it; a 487 is due */
	SERVER_ACK,	/**< The ACK of our 300..699                       */
	SERVER_TIMEOUT, /**< No such ACK in 32 s; or, 32 s after our 2xx,
			     the end of this transaction                   */
	SERVER_LOST,	/**< The flow is gone; nothing can be sent         */
};

/**
 * @param msg  CANCEL or ACK; NULL with the other events
 */
typedef void(server_event_h)(struct server *s, enum server_event event,
			     const struct sip_msg *msg, uint64_t now,
			     void *arg);

/** Who gets the events; none by default. NULL: nobody, any longer */
void server_set_handler(struct server *s, server_event_h *h, void *arg);

/**
 * Reply. A dialog-making 1xx and 2xx gets Record-Route by itself; Contact,
 * Allow, Supported are for the caller.
 *
 * @return 0, EALREADY a final reply was given, ECONNRESET the flow was lost,
 *         EINVAL, ENOMEM, or errno of the send handler
 */
int server_reply(struct server *s, const struct reply *r, uint64_t now);

/** Reply with a code only; reason may be NULL. @return as server_reply() */
int server_reply_code(struct server *s, uint16_t scode, const char *reason,
		      uint64_t now);

/**
 * Send the last reply again: a 2xx, while its ACK is waited for, or a
 * reliable 1xx.
 *
 * @return 0, ENOENT none, ECONNRESET, or errno of the send handler
 */
int server_repeat(struct server *s);

/** The request; lives as long as s */
const struct sip_msg *server_msg(const struct server *s);

/** The tag that To gets in replies, for the dialog */
const char *server_tag(const struct server *s);

/** Whether a final reply may still be given */
bool server_pending(const struct server *s);

/**
 * Give a reference taken by mem_ref() back; the handler is not called any
 * more. If no final reply was given, 500 is sent.
 *
 * @param s  May be NULL
 *
 * @return NULL, always: x->s = server_release(x->s)
 */
struct server *server_release(struct server *s);

/* For transactions.c only */

void server_recv(struct transactions *t, struct sip_msg *msg,
		 transactions_request_h *h, void *arg, uint64_t now);
uint64_t server_due(const struct server *s);
void server_tick(struct server *s, uint64_t now);
void server_lost(struct server *s, uint64_t now);
void server_detach(struct server *s);

#endif
