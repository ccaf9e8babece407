/**
 * @file core/net/handshake.h  Handshake: a DTLS 1.2 session of mbedTLS
 *
 *     keying -> [handshake] -> mbedTLS
 *
 * The library with its callbacks, timer and texts on one side, datagrams and
 * errno on the other. Decides nothing: keying does.
 */
#ifndef CORE_NET_HANDSHAKE_H
#define CORE_NET_HANDSHAKE_H

#include "core/base/clock.h"
#include "core/net/fingerprint.h"
#include "core/net/identity.h"

enum {
	HANDSHAKE_HEADROOM = 64, /**< As NETWORK_HEADROOM [bytes]         */
	HANDSHAKE_MTU = 1200,	 /**< Largest datagram sent [bytes], as
				      browsers do                        */
	HANDSHAKE_KEY = 16 + 14, /**< Key and salt [bytes]
				      (RFC 5764 section 4.1.2)           */
	HANDSHAKE_FIRST = 80,	 /**< First retransmission [ms]; browsers
				      take 50, ours                      */
	HANDSHAKE_SLOWEST = 1 * CLOCK_S, /**< Slowest retransmission
					      [us], ours                 */
};

struct handshake;

/** A datagram to send, from mb->pos, HANDSHAKE_HEADROOM bytes free before
    it. Must not free the handshake */
typedef void(handshake_send_h)(struct mbuf *mb, void *arg);

/**
 * Allocate. Free with mem_deref(), which sends nothing.
 *
 * @param client  Whether we send the ClientHello
 * @param id      Our certificate; a reference is kept
 *
 * @return 0, ENOMEM, EPROTO
 */
int handshake_alloc(struct handshake **hp, bool client, struct identity *id,
		    handshake_send_h *sendh, void *arg);

/**
 * Go on with the handshake.
 *
 * @param mb  A datagram that arrived, or NULL: begin, or time is up
 *
 * @return 0 done, EAGAIN going on, EPROTO failed, see handshake_print_error()
 */
int handshake_step(struct handshake *h, struct mbuf *mb, uint64_t now);

/**
 * A datagram after the handshake. Application data are thrown away.
 *
 * @return 0, ECONNRESET the peer closed, ECONNABORTED it sent a fatal alert,
 *         EPROTO somebody broke the protocol: the library stumbled
 */
int handshake_read(struct handshake *h, struct mbuf *mb, uint64_t now);

/** Forget all and be as new. @return 0, EPROTO */
int handshake_reset(struct handshake *h);

/** When handshake_step() wants to be called [us] */
uint64_t handshake_due(const struct handshake *h);

/**
 * The master keys and salts of a finished handshake, HANDSHAKE_KEY bytes
 * each, of the client and of the server. Erases them here.
 *
 * @return 0, ENOENT no SRTP profile was agreed on
 */
int handshake_keys(struct handshake *h, uint8_t *client, uint8_t *server);

/** Whether the peer's certificate is one of these */
bool handshake_match(const struct handshake *h, const struct fingerprint *fpv,
		     size_t fpc);

/** Tell the peer that its certificate is a bad one */
void handshake_refuse(struct handshake *h, uint64_t now);

/** Tell the peer that this is the end */
void handshake_close(struct handshake *h, uint64_t now);

/** Print the last error of the library, for %H; nothing when none */
int handshake_print_error(struct re_printf *pf, const struct handshake *h);

/** Print cipher and counters, for %H; no secret */
int handshake_print(struct re_printf *pf, const struct handshake *h);

#endif
