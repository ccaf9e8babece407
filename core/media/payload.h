/**
 * @file core/media/payload.h  Payload: what video packets carry
 *
 *     encoder -> avc_pack, vp8pack -> [payload] -> packet -> SRTP
 *     reordered packets -> avc_unpack, vp8unpack -> [payload_unit] -> decoder
 *
 * A payload is a row of pieces, most of them borrowed from the encoder's
 * unit, so that they are copied once: into the packet.
 */
#ifndef CORE_MEDIA_PAYLOAD_H
#define CORE_MEDIA_PAYLOAD_H

#include "core/base/re.h"

enum {
	PAYLOAD_NALS = 8,     /**< NAL units in one payload, ours      */
	PAYLOAD_PIECES = 17,  /**< A head, and two for each of those   */
	PAYLOAD_MIN = 64,     /**< Least limit of a payload [bytes], ours */
	PAYLOAD_MAX = 0xffff, /**< Of UDP, RFC 768                     */
	PAYLOAD_UNIT_MAX = 1500000, /**< Access unit [bytes] (SECURITY row 29);
					 ENCODER_UNIT_MAX                 */
};

struct payload_piece {
	const uint8_t *data;
	size_t size; /**< [bytes], not 0 */
};

/** One packet's payload */
struct payload {
	struct payload_piece piecev[PAYLOAD_PIECES];
	unsigned piecec;
	size_t size; /**< Of all pieces together [bytes]               */
	bool last;   /**< Of its unit: the marker bit                  */
};

/**
 * The next payload of a unit; all of it is borrowed for the call.
 *
 * @return 0, or an errno: the rest of the unit is dropped
 */
typedef int(payload_h)(const struct payload *p, void *arg);

/** What a packetizer did so far */
struct payload_stats {
	uint32_t units;	   /**< Handed on in whole                      */
	uint32_t payloads; /**< Handed on                               */
	uint64_t bytes;	   /**< In these                                */
	uint64_t overhead; /**< Of those, bytes that are not the codec's */
	uint32_t dropped;  /**< NAL units that nobody needs             */
	uint32_t oversize; /**< Units refused: mode 0 cannot carry them */
	uint32_t refused;  /**< Units refused: not what they should be  */
};

/** An access unit as it is decoded */
struct payload_unit {
	const uint8_t *data; /**< Until the next begin()                     */
	size_t size;	     /**< [bytes], at most PAYLOAD_UNIT_MAX          */
	bool key;	     /**< Decoding can begin here: VP8 key frame; H.264
				  IDR whose parameter sets are here or came  */
	bool spare;	     /**< No other unit refers to it                 */
	unsigned width, height; /**< As last said [pixels], at most
				     FRAME_SIDE_MAX, may be odd; 0: not yet  */
	int picture; /**< VP8 PictureID; -1: not said, H.264                */
	unsigned picture_bits; /**< It has 7 or 15, else 0                   */
};

/** Append to a payload. @return false: it has no room for more pieces */
bool payload_add(struct payload *p, const uint8_t *data, size_t size);

/**
 * Copy a payload to mb->pos, which is then behind it.
 *
 * @return 0, ENOMEM
 */
int payload_write(struct mbuf *mb, const struct payload *p);

/** How many units are missing between two; 0 when they do not say, or
 *  follow each other (RFC 7741 section 4.2) */
unsigned payload_unit_gap(const struct payload_unit *before,
			  const struct payload_unit *after);

/** Print counters on one line, for %H */
int payload_stats_print(struct re_printf *pf, const struct payload_stats *s);

#endif
