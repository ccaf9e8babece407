/**
 * @file core/media/compound.h  Compound: the bytes of RTCP, decoded
 *
 *     SRTCP -> [compound] -> report, video feedback
 *
 * RFC 3550 section 6, RFC 4585; also of reduced size (RFC 5506). Every length
 * is checked against the packet, every count against its length (SECURITY
 * row 30). What it means is for others.
 */
#ifndef CORE_MEDIA_COMPOUND_H
#define CORE_MEDIA_COMPOUND_H

#include "core/base/re.h"

enum {
	COMPOUND_BLOCKS = 31,  /**< In a packet, RFC 3550 section 6.4   */
	COMPOUND_PACKETS = 64, /**< In a compound, ours                 */
};

/** RTCP packet types (IANA, RFC 3550 12.1, RFC 4585 6.1, RFC 3611) */
enum compound_type {
	COMPOUND_SR = 200,
	COMPOUND_RR = 201,
	COMPOUND_SDES = 202,
	COMPOUND_BYE = 203,
	COMPOUND_APP = 204,
	COMPOUND_TRANSPORT = 205, /**< RTPFB: NACK, transport-cc, TMMBR */
	COMPOUND_PAYLOAD = 206,	  /**< PSFB: PLI, FIR, REMB             */
	COMPOUND_XR = 207,
};

/** A reception report block, RFC 3550 section 6.4.1 */
struct compound_block {
	uint32_t ssrc;	   /**< Whose packets it speaks of              */
	uint8_t fraction;  /**< Lost since the last report [1/256]      */
	int32_t lost;	   /**< In all [packets], may be negative       */
	uint32_t sequence; /**< Highest received, with cycles           */
	uint32_t jitter;   /**< [ticks of the RTP clock]                */
	uint32_t lsr;	   /**< Middle of the NTP time of the last SR   */
	uint32_t dlsr;	   /**< Since it came [1/65536 s]               */
};

/** One RTCP packet out of a compound, decoded */
struct compound_packet {
	enum compound_type type; /**< Or another number 192..223            */
	unsigned count;		 /**< Of blocks, or the feedback's format   */
	uint32_t ssrc;		 /**< Sender; 0 in an SDES or BYE with none */
	uint64_t ntp;		 /**< SR: seconds since 1900 and fraction   */
	uint32_t ts;		 /**< SR: the same time in the RTP clock    */
	uint32_t packets;	 /**< SR: sent so far                       */
	uint32_t bytes;		 /**< SR: payload sent so far               */
	uint32_t media;		 /**< Feedback: SSRC it is about            */
	unsigned blockc;	 /**< SR, RR                                */
	struct compound_block blockv[COMPOUND_BLOCKS];
	struct pl text;	     /**< SDES: first CNAME; BYE: the reason;
				    not terminated, foreign               */
	const uint8_t *data; /**< Behind what is decoded above, borrowed */
	size_t size;	     /**< Its length [bytes]                    */
};

/** Decoded packets, in order. `p` is borrowed for the call */
typedef void(compound_packet_h)(const struct compound_packet *p, void *arg);

/**
 * Decode a compound or reduced-size packet.
 *
 * @return 0, EBADMSG: what came before the fault went to the handler
 */
int compound_decode(const uint8_t *data, size_t size, compound_packet_h *h,
		    void *arg);

#endif
