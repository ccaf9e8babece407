/**
 * @file core/net/keying.h  Keying: DTLS 1.2, which yields the keys of SRTP
 *
 *     pair of ICE -> hello -> [keying] -> keys -> protect
 *                                      -> datagrams -> pair of ICE
 *
 * Both roles, on mbedTLS. Bytes in, bytes out, no socket, no clock. Offers
 * and accepts SRTP_AES128_CM_HMAC_SHA1_80 only (RFC 8827 section 6.5), no
 * MKI, no renegotiation, nothing older than DTLS 1.2.
 *
 * The handshake may begin before the peer's fingerprint is known, since the
 * answerer's first flight overtakes the 200 OK; but no key comes out before
 * keying_set_peer() was called and the certificate matched. A handshake that
 * fails for a reason other than the fingerprint starts again until
 * KEYING_LIMIT: whoever can spoof one datagram shall not end a call.
 */
#ifndef CORE_NET_KEYING_H
#define CORE_NET_KEYING_H

#include "core/base/clock.h"
#include "core/net/fingerprint.h"
#include "core/net/handshake.h"
#include "core/net/identity.h"

enum {
	KEYING_HEADROOM = HANDSHAKE_HEADROOM, /**< Of what is sent [bytes] */
	KEYING_KEY = HANDSHAKE_KEY,   /**< Key and salt [bytes]          */
	KEYING_LIMIT = 30 * CLOCK_S,  /**< A handshake ends by [us], as
					     consent does (RFC 7675)       */
	KEYING_PAUSE = 50 * CLOCK_MS, /**< From a failed handshake to the
					     next [us], then doubled, ours */
	KEYING_SLOWEST = 1 * CLOCK_S, /**< ... up to here [us], ours     */
};

enum keying_role {
	KEYING_CLIENT, /**< a=setup:active, sends the ClientHello */
	KEYING_SERVER, /**< a=setup:passive                       */
};

/** Master keys and salts of SRTP, wiped by whoever gets them */
struct keying_keys {
	uint8_t tx[KEYING_KEY]; /**< For what we send    */
	uint8_t rx[KEYING_KEY]; /**< For what we receive */
};

struct keying;

/** A datagram to send, from mb->pos, KEYING_HEADROOM bytes free before it.
    Must not free the keying */
typedef void(keying_send_h)(struct mbuf *mb, void *arg);

/** The peer is who it should be: here are the keys, valid for this call.
    Called once. May free the keying */
typedef void(keying_up_h)(const struct keying_keys *keys, uint64_t now,
			  void *arg);

/**
 * It is over: no further handler is called. May free the keying.
 *
 * @param err  0 the peer closed, EACCES wrong fingerprint, ETIMEDOUT no
 *             handshake within KEYING_LIMIT, EPROTO anything else
 * @param reason  Text for log and event, for the call
 */
typedef void(keying_down_h)(int err, const char *reason, uint64_t now,
			    void *arg);

/**
 * Allocate. Free with mem_deref(), which sends nothing.
 *
 * @param id  Our certificate; a reference is kept
 *
 * @return 0, ENOMEM, EPROTO
 */
int keying_alloc(struct keying **kp, enum keying_role role, struct identity *id,
		 keying_send_h *sendh, keying_up_h *uph, keying_down_h *downh,
		 void *arg);

/** Begin: the client sends its hello, the server waits. Once */
void keying_start(struct keying *k, uint64_t now);

/**
 * Say whose certificate it must be. If the handshake is done already, the
 * up or down handler is called from here. The list is copied; the first
 * FINGERPRINT_MAX count. Once.
 */
void keying_set_peer(struct keying *k, const struct fingerprint *fpv,
		     size_t fpc, uint64_t now);

/** Give a datagram, from mb->pos; from an address that ICE has validated */
void keying_recv(struct keying *k, struct mbuf *mb, uint64_t now);

/** When keying_tick() is to be called [us] */
uint64_t keying_due(const struct keying *k);

/** Retransmit, start again or give up, if it is time to */
void keying_tick(struct keying *k, uint64_t now);

/** Send close_notify, if up. No handler is called any more */
void keying_close(struct keying *k, uint64_t now);

/** Whether the keys came out */
bool keying_is_up(const struct keying *k);

/** Print role, state, cipher and counters, for %H; no secret */
int keying_print(struct re_printf *pf, const struct keying *k);

#endif
