/**
 * @file core/media/extension.h  Extension: what stands behind the RTP header
 *
 *     packer -> [extension_encode] -> pacer -> [extension_stamp] -> SRTP
 *     SRTP -> packet_decode -> [extension_decode] -> arrivals, demux by mid
 *
 * RFC 8285: the one-byte form is written, both forms are read. Three elements:
 * abs-send-time, the transport-wide sequence number
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 2) and mid
 * (RFC 9143 section 14). Time and number are those of the moment at which a
 * packet leaves: they are written as zero, and set in place later.
 */
#ifndef CORE_MEDIA_EXTENSION_H
#define CORE_MEDIA_EXTENSION_H

#include "core/media/packet.h"

enum {
	EXTENSION_ID_MAX = 14,	/**< One-byte form, RFC 8285 section 4.2      */
	EXTENSION_MID_MAX = 16, /**< Longest mid, one-byte form [bytes]      */
	EXTENSION_SIZE = 28,	/**< Most that extension_encode() adds to
				    PACKET_HEADER [bytes]: 4 + 4 + 3 + 17  */
	EXTENSION_TIME_HZ = 1 << 18, /**< abs-send-time is 6.18 seconds      */
};

#define EXTENSION_URI_TIME                                                     \
	"http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
#define EXTENSION_URI_TRANSPORT                                                \
	"http://www.ietf.org/id/"                                              \
	"draft-holmer-rmcat-transport-wide-cc-extensions-01"
#define EXTENSION_URI_MID "urn:ietf:params:rtp-hdrext:sdes:mid"

/** Identifiers as negotiated (a=extmap); 0: this one was not */
struct extension_ids {
	uint8_t time;	   /**< abs-send-time             */
	uint8_t transport; /**< Transport-wide number     */
	uint8_t mid;
};

/** What a packet received has */
struct extension {
	bool timed;	    /**< Whether `time` is valid                  */
	bool numbered;	    /**< Whether `transport` is valid             */
	uint32_t time;	    /**< Sent [1/EXTENSION_TIME_HZ s], 24 bits    */
	uint16_t transport; /**< Transport-wide sequence number           */
	struct pl mid;	    /**< Not terminated, foreign; points into mb  */
};

/**
 * Write the header and the extension at mb->pos; the same ids and mid give
 * the same length always. Identifiers over EXTENSION_ID_MAX are left out, as
 * is a mid that is empty or too long. Without any element: the plain header.
 *
 * @param ids  May be NULL for none
 * @param mid  May be NULL for none
 *
 * @return 0, ENOMEM
 */
int extension_encode(struct mbuf *mb, const struct packet *p,
		     const struct extension_ids *ids, const char *mid);

/** How long header and extension become [bytes] */
size_t extension_size(const struct extension_ids *ids, const char *mid);

/**
 * Set time and number in a packet of extension_encode(), whose header is at
 * mb->pos; what it does not have is left alone. Can be done again for a
 * retransmission.
 *
 * @param transport  acks_next()
 * @param now        Monotonic time [us]
 *
 * @return whether the number was set: only then acks_sent() is called
 */
bool extension_stamp(struct mbuf *mb, const struct extension_ids *ids,
		     uint16_t transport, uint64_t now);

/**
 * Read what a packet received has. Elements that are unknown or of a wrong
 * length are skipped; what does not add up ends the reading, as RFC 8285
 * section 4.2 wants, and what was read before it is kept.
 *
 * @param mb  The packet after packet_decode(p, mb)
 */
void extension_decode(struct extension *e, const struct packet *p,
		      const struct mbuf *mb, const struct extension_ids *ids);

#endif
