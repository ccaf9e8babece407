/**
 * @file core/net/protect.h  Protect: SRTP and SRTCP, in place
 *
 *     OUT  packet -> [protect] -> pair of ICE
 *     IN   pair of ICE -> [protect] -> packet, report
 *
 * AES128_CM_HMAC_SHA1_80 over libsrtp2 with a replay window of 128 (SECURITY
 * row 20). One object for all streams of a transport. What fails to
 * authenticate is counted and touches nothing.
 */
#ifndef CORE_NET_PROTECT_H
#define CORE_NET_PROTECT_H

#include "core/net/keying.h"

enum {
	PROTECT_WINDOW = 128,  /**< Replay window [packets]
				    (SECURITY row 20)                   */
	PROTECT_STREAMS = 64,  /**< Streams (SSRCs) received, ours      */
	PROTECT_TAILROOM = 32, /**< Free bytes that mb needs behind its
				    end; 14 are used (RFC 3711 s. 3.4)  */
};

struct protect_stats {
	uint64_t tx, rx;    /**< Packets, RTP and RTCP                   */
	uint64_t malformed; /**< Too short to be one, or not version 2   */
	uint64_t forged;    /**< Did not authenticate                    */
	uint64_t replayed;  /**< Seen before, or older than the window   */
	uint64_t streams;   /**< Refused, beyond PROTECT_STREAMS         */
};

struct protect;

/**
 * Allocate. Free with mem_deref(), which wipes the keys.
 *
 * @return 0, ENOMEM, EPROTO from the library
 */
int protect_alloc(struct protect **pp, const struct keying_keys *keys);

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
 *         replay, ENOBUFS too many streams; mb is then unusable
 */
int protect_open_packet(struct protect *p, struct mbuf *mb);

/** The same for a compound RTCP packet */
int protect_open_report(struct protect *p, struct mbuf *mb);

/** The counters; live as long as p */
const struct protect_stats *protect_stats(const struct protect *p);

/** Print the counters, for %H */
int protect_print(struct re_printf *pf, const struct protect *p);

#endif
