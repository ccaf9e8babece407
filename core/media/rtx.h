/**
 * @file core/media/rtx.h  RTX: a retransmission in a stream of its own
 *
 *     resend -> [rtx] wrap -> pacer      SRTP -> packet -> [rtx] unwrap
 *
 * RFC 4588 section 4, SSRC-multiplexed: the original sequence number goes
 * before the payload, the rest of the header stays.
 */
#ifndef CORE_MEDIA_RTX_H
#define CORE_MEDIA_RTX_H

#include "core/media/packet.h"

enum {
	RTX_HEADER = 2, /**< Original sequence number [bytes]              */
};

/** A stream of retransmissions that we send; set by its owner */
struct rtx {
	uint8_t pt;    /**< Its payload type                               */
	uint32_t ssrc; /**< Its source                                     */
	uint16_t seq;  /**< Of the next packet; random at first            */
};

/**
 * Wrap the RTP packet at mb->pos, in place; it begins RTX_HEADER before.
 *
 * @return 0, EBADMSG not RTP, or no room before it: unchanged
 */
int rtx_wrap(struct rtx *x, struct mbuf *mb);

/**
 * Unwrap what packet_decode() decoded: the header becomes the original's, and
 * mb->pos moves to the original payload.
 *
 * @param pt    Payload type of the original (apt, RFC 4588 section 8.1)
 * @param ssrc  Source of the original
 *
 * @return 0, ENODATA nothing in it: padding that probes the path; EBADMSG
 */
int rtx_unwrap(struct packet *p, struct mbuf *mb, uint8_t pt, uint32_t ssrc);

#endif
