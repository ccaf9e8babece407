/**
 * @file core/net/protect.h  Protect: SRTP and SRTCP, in place
 *
 *     OUT  packet -> [protect] -> pair of ICE
 *     IN   pair of ICE -> [protect] -> packet, report
 *
 * Over libsrtp2 with a replay window of 128 (SECURITY row 20):
 * AES128_CM_HMAC_SHA1_80 with the keys of DTLS, the suites of sdes.h with
 * those of SDP. One object for all streams of a transport. What fails to
 * authenticate is counted and touches nothing.
 */
#ifndef CORE_NET_PROTECT_H
#define CORE_NET_PROTECT_H

#include "core/net/keying.h"
#include "core/net/sdes.h"

enum {
	PROTECT_WINDOW = 128,  /**< Replay window [packets]
				    (SECURITY row 20)                   */
	PROTECT_STREAMS = 64,  /**< Streams (SSRCs) received, ours      */
	PROTECT_TAILROOM = 32, /**< Free bytes that mb needs behind its
				    end; up to 20 are used (RFC 7714
				    section 9: tag of 16, index of 4)   */
};

struct protect_stats {
	uint64_t tx, rx;    /**< Packets, RTP and RTCP                   */
	uint64_t malformed; /**< Too short to be one, or not version 2   */
	uint64_t forged;    /**< Did not authenticate                    */
	uint64_t replayed;  /**< Seen before, or older than the window   */
	uint64_t streams;   /**< Refused, beyond PROTECT_STREAMS         */
	uint64_t expired;   /**< Behind the lifetime of the peer's key   */
};

struct protect;

/**
 * Allocate. Free with mem_deref(), which wipes the keys.
 *
 * @return 0, ENOMEM, EPROTO from the library
 */
int protect_alloc(struct protect **pp, const struct keying_keys *keys);

/**
 * The same with keys of SDP, both of one suite.
 *
 * @return 0, ENOMEM, EINVAL two suites, EPROTO from the library
 */
int protect_alloc_sdes(struct protect **pp, const struct sdes *tx,
		       const struct sdes *rx);

/** The peer has another key from now on, of the same suite. @return the same */
int protect_set_rx(struct protect *p, const struct sdes *rx);

/**
 * Encrypt an RTP packet in place, from mb->pos to mb->end.
 *
 * @param mb  PROTECT_TAILROOM bytes are made available behind the end, by
 *            mbuf_resize() when they are not there; mb->end grows
 *
 * @return 0, ENOMEM, EINVAL not RTP, EALREADY a number sent before, EPROTO
 */
int protect_seal_packet(struct protect *p, struct mbuf *mb);

/** The same for a compound RTCP packet */
int protect_seal_report(struct protect *p, struct mbuf *mb);

/**
 * Authenticate and decrypt an RTP packet in place; mb->end shrinks.
 *
 * @return 0, EBADMSG malformed, EACCES did not authenticate, EALREADY a
 *         replay, ENOBUFS too many streams, EKEYEXPIRED; mb is then unusable
 */
int protect_open_packet(struct protect *p, struct mbuf *mb);

/** The same for a compound RTCP packet */
int protect_open_report(struct protect *p, struct mbuf *mb);

/** The counters; live as long as p */
const struct protect_stats *protect_stats(const struct protect *p);

/** Print the counters, for %H */
int protect_print(struct re_printf *pf, const struct protect *p);

#endif
