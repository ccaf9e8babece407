/**
 * @file core/net/wire.h  Wire: bytes over a connected socket, TLS or not
 *
 *     stream <-> [wire] <-> secure, backlog, socket
 *
 * The part of a stream that is the same on both sides: reads the socket,
 * takes what is written to it when the socket is slow, and has both go
 * through TLS. A server's handshake is done in pieces, so that what else the
 * loop has to do, sound, comes in between.
 */
#ifndef CORE_NET_WIRE_H
#define CORE_NET_WIRE_H

#include "core/base/clock.h"

enum {
	WIRE_QUEUE_MAX = 256 * 1024,   /**< To write, SECURITY row 15 [bytes] */
	WIRE_SETUP_MAX = 10 * CLOCK_S, /**< TLS handshake, row 15 [us]       */
	WIRE_USER_TIMEOUT = 20000,     /**< Unacknowledged data, RFC 5482,
					    ours [ms]                        */
	WIRE_REASON_MAX = 384,	       /**< Text of a failure [bytes], ours  */
};

struct wire;
struct secure;
struct pagecert;

/** Up, TLS included. May free the wire */
typedef void(wire_up_h)(uint64_t now, void *arg);

/** Bytes came. May free the wire; mb may be kept by reference */
typedef void(wire_recv_h)(struct mbuf *mb, uint64_t now, void *arg);

/** All that was sent has left, after some of it had to wait. May free the
    wire */
typedef void(wire_drained_h)(uint64_t now, void *arg);

/**
 * It is over; no handler is called after this.
 *
 * @param err     As stream_close_h
 * @param reason  A sentence, safe to log
 */
typedef void(wire_close_h)(int err, const char *reason, uint64_t now,
			   void *arg);

/**
 * Take over a connected, non-blocking socket; it is closed also on error.
 * Then call one of the start functions. Handlers are called from the loop
 * only.
 *
 * @param server  Who the peer is: the client then
 *
 * @return 0, ENOMEM, errno of epoll
 */
int wire_alloc(struct wire **wp, int fd, bool server, wire_up_h *uph,
	       wire_recv_h *recvh, wire_close_h *closeh, void *arg);

/**
 * Start TLS as its client.
 *
 * @param host     For the certificate
 * @param ca_file  NULL: the system's
 * @param reason   Set to a sentence on error, or "", size WIRE_REASON_MAX
 *
 * @return 0, as secure_alloc(), errno of the socket
 */
int wire_start_client(struct wire *w, const char *host, const char *ca_file,
		      char *reason, uint64_t now);

/** Wait for a TLS client. cert: a reference is kept. @return as
    secure_accept() */
int wire_start_server(struct wire *w, struct pagecert *cert, uint64_t now);

/** No TLS: it is up as soon as the loop comes to it */
void wire_start_plain(struct wire *w, uint64_t now);

/** Send bytes. @return as stream_send() */
int wire_send(struct wire *w, const uint8_t *p, size_t size);

/** Bytes that wait for the socket */
size_t wire_queued(const struct wire *w);

/** Call this when they have left; NULL for nobody */
void wire_set_drained(struct wire *w, wire_drained_h *h);

/** Do not read for now, so that the peer has to wait; or read again */
void wire_hold(struct wire *w, bool hold);

/** Whether it is up */
bool wire_is_up(const struct wire *w);

/** The TLS session, NULL without */
const struct secure *wire_secure(const struct wire *w);

/** Own address of the connection. @return 0, errno */
int wire_local(const struct wire *w, struct sa *local);

/** Print counters and TLS, for %H */
int wire_print(struct re_printf *pf, const struct wire *w);

#endif
