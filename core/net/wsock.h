/**
 * @file core/net/wsock.h  WebSocket: messages in frames (RFC 6455)
 *
 *     flow, page <-> messages <-> [wsock] <-> bytes <-> stream
 *
 * Both roles; no socket and no clock. What is in a frame is read by
 * frames.h; here are the close handshake, the time that a message may take,
 * and pings: of several that come together only the last is answered, own
 * ones are sent when asked to, and find a dead peer.
 */
#ifndef CORE_NET_WSOCK_H
#define CORE_NET_WSOCK_H

#include "core/base/clock.h"
#include "core/net/frames.h"

enum {
	WSOCK_PARTIAL_MAX = 30 * CLOCK_S, /**< For a message to be whole,
					       SECURITY row 15 [us]         */
	WSOCK_PONG_MAX = 10 * CLOCK_S,	  /**< RFC 5626 section 4.4.1 [us]  */
	WSOCK_CLOSE_MAX = 1 * CLOCK_S,	  /**< For the peer's close [us],
					       ours                         */
	WSOCK_REASON_MAX = 256,		  /**< Text of an end [bytes], ours */
};

struct wsock;

/**
 * Bytes for the peer. Must not free the WebSocket.
 *
 * @return 0, or errno: the WebSocket ends with it
 */
typedef int(wsock_send_h)(struct mbuf *mb, void *arg);

/**
 * A whole message. May free the WebSocket; mb may be kept by reference.
 *
 * @param text  It was sent as text, and is valid UTF-8
 */
typedef void(wsock_recv_h)(struct mbuf *mb, bool text, uint64_t now, void *arg);

/**
 * It is over: after a close of either side, a fault of the peer, silence, or
 * an error of the send handler. No handler is called after this; what is
 * below is to be closed. May free the WebSocket.
 *
 * @param err     0 after a close handshake, EPROTO, EMSGSIZE, ETIMEDOUT,
 *                ECONNRESET the peer closed with a code other than 1000
 *                and 1001, or errno of the send handler
 * @param reason  A sentence, safe to log
 */
typedef void(wsock_close_h)(int err, const char *reason, uint64_t now,
			    void *arg);

/**
 * Allocate a WebSocket whose handshake is done. Free with mem_deref(),
 * which sends nothing.
 *
 * @return 0, ENOMEM
 */
int wsock_alloc(struct wsock **wp, enum frames_role role, wsock_send_h *sendh,
		wsock_recv_h *recvh, wsock_close_h *closeh, void *arg);

/**
 * Ping the peer again and again, and end when no pong comes within
 * WSOCK_PONG_MAX.
 *
 * @param min, max  Each wait is random between these [us]; 0 for no pings
 */
void wsock_set_keepalive(struct wsock *w, uint64_t min, uint64_t max,
			 uint64_t now);

/** Bytes from the peer. Calls handlers, which may free the WebSocket */
void wsock_recv(struct wsock *w, const uint8_t *p, size_t size, uint64_t now);

/**
 * Send a message: as text if it is valid UTF-8, else as binary.
 *
 * @param mb  From mb->pos on; unchanged
 *
 * @return 0, ENOTCONN closing, EMSGSIZE over the limit, ENOMEM, or errno of
 *         the send handler
 */
int wsock_send(struct wsock *w, struct mbuf *mb);

/** Send a ping now. @return as wsock_send() */
int wsock_ping(struct wsock *w, uint64_t now);

/**
 * Is the peer there? Ping it now, unless a pong is awaited already, and end
 * when none comes within that patience [us], instead of WSOCK_PONG_MAX.
 *
 * @return as wsock_send()
 */
int wsock_probe(struct wsock *w, uint64_t patience, uint64_t now);

/**
 * Begin to close; the close handler is called when the peer answers, or
 * after WSOCK_CLOSE_MAX. Messages that still come are dropped.
 *
 * @param reason  At most 123 bytes of UTF-8, or NULL
 *
 * @return as wsock_send()
 */
int wsock_close(struct wsock *w, enum frames_code code, const char *reason,
		uint64_t now);

/** When to call wsock_tick() [us]; CLOCK_NEVER for never */
uint64_t wsock_due(const struct wsock *w);

/** Time has come. May call the close handler */
void wsock_tick(struct wsock *w, uint64_t now);

/** Print counters on one line, for %H */
int wsock_print(struct re_printf *pf, const struct wsock *w);

#endif
