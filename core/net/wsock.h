/**
 * @file core/net/wsock.h  WebSocket: messages in frames (RFC 6455)
 *
 *     flow, page <-> messages <-> [wsock] <-> bytes <-> stream
 *
 * Both roles, on wslay's frames; no socket and no clock. Limits are those of
 * SECURITY row 15: message, number of fragments, time for a message. Of
 * several pings that come together only the last is answered. Pings on its
 * own when asked to, and finds a dead peer.
 */
#ifndef CORE_NET_WSOCK_H
#define CORE_NET_WSOCK_H

#include "core/base/clock.h"

enum {
	WSOCK_MESSAGE_MAX = 128 * 1024,	  /**< SECURITY row 15 [bytes]    */
	WSOCK_FRAGMENTS_MAX = 1024,	  /**< Of a message, the same row */
	WSOCK_PARTIAL_MAX = 30 * CLOCK_S, /**< For a message to be whole,
						the same row [us]          */
	WSOCK_PONG_MAX = 10 * CLOCK_S,	  /**< RFC 5626 section 4.4.1 [us] */
	WSOCK_CLOSE_MAX = 1 * CLOCK_S,	  /**< For the peer's close [us],
						ours                       */
	WSOCK_CONTROL_MAX = 125,	  /**< RFC 6455 section 5.5 [bytes] */
	WSOCK_REASON_MAX = 256,		  /**< Text of an end, ours       */
};

enum wsock_role {
	WSOCK_CLIENT = 0, /**< Masks what it sends       */
	WSOCK_SERVER,	  /**< Wants to be sent masked   */
};

/** RFC 6455 section 7.4.1 */
enum wsock_code {
	WSOCK_NORMAL = 1000,
	WSOCK_GOING_AWAY = 1001,
	WSOCK_PROTOCOL = 1002,
	WSOCK_NO_STATUS = 1005,
	WSOCK_ABNORMAL = 1006,
	WSOCK_NOT_UTF8 = 1007,
	WSOCK_POLICY = 1008,
	WSOCK_TOO_BIG = 1009,
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
int wsock_alloc(struct wsock **wp, enum wsock_role role, wsock_send_h *sendh,
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
 * Begin to close; the close handler is called when the peer answers, or
 * after WSOCK_CLOSE_MAX. Messages that still come are dropped.
 *
 * @param reason  At most 123 bytes of UTF-8, or NULL
 *
 * @return as wsock_send()
 */
int wsock_close(struct wsock *w, enum wsock_code code, const char *reason,
		uint64_t now);

/** When to call wsock_tick() [us]; CLOCK_NEVER for never */
uint64_t wsock_due(const struct wsock *w);

/** Time has come. May call the close handler */
void wsock_tick(struct wsock *w, uint64_t now);

/** Whether bytes are valid UTF-8 (RFC 3629), NUL included */
bool wsock_is_utf8(const uint8_t *p, size_t size);

/** Print counters on one line, for %H */
int wsock_print(struct re_printf *pf, const struct wsock *w);

#endif
