/**
 * @file core/net/stream.h  Stream: a TCP connection, with or without TLS
 *
 *     flow, webserver <-> [stream] <-> resolver, race, wire
 *
 * From a host name, or from a socket that a listener accepted, to bytes both
 * ways, without ever blocking. When TLS fails with one address of the host
 * the next is tried. Writes are queued up to a limit; a peer that does not
 * read loses the connection.
 */
#ifndef CORE_NET_STREAM_H
#define CORE_NET_STREAM_H

#include "core/base/clock.h"
#include "core/net/resolver.h"
#include "core/net/wire.h"

enum {
	STREAM_QUEUE_MAX = WIRE_QUEUE_MAX, /**< To write [bytes]   */
	STREAM_SETUP_MAX = WIRE_SETUP_MAX, /**< TLS handshake [us] */
	STREAM_REASON_MAX = 448, /**< Text of a failure [bytes], ours */
};

struct stream;
struct pagecert;

/** Where to and how; borrowed for the call */
struct stream_params {
	struct resolver *resolver; /**< A reference is kept             */
	const char *host;	   /**< Name or address, no brackets    */
	uint16_t port;
	bool secure;	     /**< TLS                             */
	const char *ca_file; /**< Trust anchors, NULL: the system's */
};

/** Connected, TLS included. May free the stream */
typedef void(stream_up_h)(uint64_t now, void *arg);

/** Bytes came. May free the stream; mb may be kept by reference */
typedef void(stream_recv_h)(struct mbuf *mb, uint64_t now, void *arg);

/**
 * It is over, or never came up; no handler is called after this.
 *
 * @param err     errno: EACCES certificate refused, ECONNRESET closed by
 *                the peer, ENOBUFS queue full, ETIMEDOUT, ...
 * @param reason  A sentence, safe to log
 */
typedef void(stream_close_h)(int err, const char *reason, uint64_t now,
			     void *arg);

/** All that was sent has left, after some of it had to wait. May free the
    stream */
typedef void(stream_drained_h)(uint64_t now, void *arg);

/**
 * Connect. Handlers are called from the loop, never from here. mem_deref()
 * closes the connection without waiting.
 *
 * @return 0, ENOMEM, EINVAL host
 */
int stream_connect(struct stream **sp, const struct stream_params *prm,
		   stream_up_h *uph, stream_recv_h *recvh,
		   stream_close_h *closeh, void *arg);

/**
 * Be the server on a connection that was accepted. Handlers are called from
 * the loop, never from here; STREAM_SETUP_MAX is for the handshake as a
 * whole, and the CPU time it takes is given in small pieces.
 *
 * @param fd    Non-blocking socket; the stream's from now on, and closed,
 *              also on error
 * @param peer  Who it is
 * @param cert  What to show, a reference is kept; NULL for no TLS
 *
 * @return 0, ENOMEM, EPROTO, errno of epoll
 */
int stream_accept(struct stream **sp, int fd, const struct sa *peer,
		  struct pagecert *cert, stream_up_h *uph, stream_recv_h *recvh,
		  stream_close_h *closeh, void *arg);

/**
 * Send bytes; they are copied.
 *
 * @return 0, ENOTCONN not up, ENOBUFS queue full: close it, errno of the
 *         socket; the close handler is not called from here
 */
int stream_send(struct stream *s, const uint8_t *p, size_t size);

/** Hand a stream that is up to somebody else's handlers; forgets that of
    stream_set_drained() */
void stream_set_handlers(struct stream *s, stream_recv_h *recvh,
			 stream_close_h *closeh, void *arg);

/** Bytes that wait for the socket */
size_t stream_queued(const struct stream *s);

/** Call this when they have left; NULL for nobody */
void stream_set_drained(struct stream *s, stream_drained_h *h);

/** Do not read for now, so that the peer has to wait; or read again */
void stream_hold(struct stream *s, bool hold);

/** Whether it is up */
bool stream_is_up(const struct stream *s);

/** Address of the peer, or of the last attempt; unset before */
const struct sa *stream_peer(const struct stream *s);

/** Own address of the connection. @return 0, ENOTCONN */
int stream_local(const struct stream *s, struct sa *local);

/** Print state, peer, TLS and counters on one line, for %H */
int stream_print(struct re_printf *pf, const struct stream *s);

#endif
