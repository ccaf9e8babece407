/**
 * @file core/net/webconn.h  Web connection: a WebSocket that a browser made
 *
 *     gate, guest <-> messages <-> [webconn] <-> wsock <-> stream
 *
 * What webserver.h hands out once the upgrade is done. It pings, answers
 * the keep-alive of RFC 5626, ends a peer that does not read or answer, and
 * reads one that floods no faster than is good for the rest of the phone.
 * Whoever holds a reference owns the connection: the last mem_deref() drops
 * it without a word.
 */
#ifndef CORE_NET_WEBCONN_H
#define CORE_NET_WEBCONN_H

#include "core/base/clock.h"
#include "core/net/frames.h"

enum {
	WEBCONN_PING_MIN = 25 * CLOCK_S, /**< Wait between pings, ours [us] */
	WEBCONN_PING_MAX = 30 * CLOCK_S, /**< The same                      */
};

struct webconn;
struct stream;

/** A message came. May free the connection; mb may be kept by reference */
typedef void(webconn_recv_h)(struct mbuf *mb, uint64_t now, void *arg);

/**
 * It is over; no handler is called after this. May free the connection.
 *
 * @param err     0 closed in order, ETIMEDOUT silent, ENOBUFS does not read,
 *                EBUSY displaced by another one, else errno
 * @param reason  A sentence, safe to log
 */
typedef void(webconn_close_h)(int err, const char *reason, uint64_t now,
			      void *arg);

/**
 * Make a connection of a stream whose upgrade has been answered. What comes
 * before handlers are set is dropped.
 *
 * @param s  A reference is taken over, also on error; its handlers are ours
 *           from now on
 *
 * @return 0, ENOMEM
 */
int webconn_alloc(struct webconn **cp, struct stream *s, uint64_t now);

/** Say whom to call; both may be NULL, which is nobody */
void webconn_set_handlers(struct webconn *c, webconn_recv_h *recvh,
			  webconn_close_h *closeh, void *arg);

/** Bytes that came behind the upgrade, as from the stream; a reference may
    be kept */
void webconn_recv(struct webconn *c, struct mbuf *mb, uint64_t now);

/**
 * Send a message, from mb->pos on; it is copied.
 *
 * @return 0, ENOTCONN closing or over, EMSGSIZE, ENOMEM, ENOBUFS the peer
 *         does not read: the close handler will be called from the loop
 */
int webconn_send(struct webconn *c, struct mbuf *mb);

/**
 * Close in order. The close handler is called from the loop, when the peer
 * has answered, or after a second. Harmless when closing or over.
 *
 * @param reason  At most 123 bytes of UTF-8, or NULL
 */
void webconn_close(struct webconn *c, enum frames_code code, const char *reason,
		   uint64_t now);

/**
 * The peer has proved who it is: from now on no newcomer takes its place
 * when all places are taken.
 */
void webconn_trust(struct webconn *c);

/** For webserver.c: be in its list while not over */
void webconn_link(struct webconn *c, struct list *list);

/** For webserver.c: give the place to another one. The close handler is
    called from the loop, with EBUSY */
void webconn_displace(struct webconn *c, uint64_t now);

/** Whether webconn_trust() was called */
bool webconn_is_trusted(const struct webconn *c);

/** Address of the peer; valid as long as the connection */
const struct sa *webconn_peer(const struct webconn *c);

/** Print stream and WebSocket, for %H */
int webconn_print(struct re_printf *pf, const struct webconn *c);

#endif
