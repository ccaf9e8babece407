/**
 * @file core/media/packet.h  Packet: the RTP header
 *
 *     encoder -> [packet] -> SRTP         SRTP -> [packet] -> jitter
 *
 * RFC 3550 section 5.1. Strict on input: what does not add up is refused.
 * Header extensions are found and skipped (RFC 8285), padding is cut off.
 */
#ifndef CORE_MEDIA_PACKET_H
#define CORE_MEDIA_PACKET_H

#include "core/base/re.h"

enum {
	PACKET_HEADER = 12,   /**< Fixed header [bytes], RFC 3550 5.1    */
	PACKET_HEADROOM = 64, /**< Room before a packet, for TURN [bytes] */
	PACKET_TAILROOM = 32, /**< Room behind it, for SRTP [bytes]      */
	PACKET_PT_MAX = 127,  /**< Seven bits                            */
	PACKET_PAYLOAD_MAX = 1200, /**< Payload we send [bytes], below every
				       MTU on the path, ours             */
};

/** An RTP header; numbers in the machine's order */
struct packet {
	bool marker;
	uint8_t pt;	  /**< Payload type, 0..127                     */
	uint16_t seq;	  /**< Sequence number                          */
	uint32_t ts;	  /**< Timestamp, in the codec's clock          */
	uint32_t ssrc;	  /**< Source                                   */
	uint16_t profile; /**< Of the extension, when ext_len is not 0  */
	size_t ext_pos;	  /**< Where its data are, as mb->pos; in only  */
	size_t ext_len;	  /**< Their length [bytes]; in only            */
};

/**
 * Write a header of PACKET_HEADER bytes at mb->pos.
 *
 * @return 0, ENOMEM
 */
int packet_encode(struct mbuf *mb, const struct packet *p);

/**
 * Read the header at mb->pos. On success mb->pos is at the payload, and
 * mb->end before the padding; on failure both are unchanged.
 *
 * @return 0, EBADMSG not RTP or lengths that do not add up
 */
int packet_decode(struct packet *p, struct mbuf *mb);

/** Whether this is RTCP rather than RTP (RFC 5761 section 4) */
bool packet_is_report(const struct mbuf *mb);

/** A new packet buffer: pos and end at PACKET_HEADROOM, tailroom behind.
 *  @return it, or NULL for no memory */
struct mbuf *packet_alloc(size_t payload);

/** Signed distance of sequence numbers, a - b (RFC 1982) */
static inline int packet_distance(uint16_t a, uint16_t b)
{
	return (int16_t)(uint16_t)(a - b);
}

#endif
