/**
 * @file core/media/vp8pack.h  VP8 packetizer: VP8 into RTP payloads
 *
 *     encoder -> [vp8pack] -> payload -> packet -> SRTP
 *
 * RFC 7741. The descriptor always has a PictureID of 15 bits, partitions are
 * not told apart (index 0), payloads are of about equal length.
 */
#ifndef CORE_MEDIA_VP8PACK_H
#define CORE_MEDIA_VP8PACK_H

#include "core/media/payload.h"

enum {
	VP8PACK_HEAD = 4,	  /**< Descriptor [bytes], RFC 7741 4.2 */
	VP8PACK_PICTURE = 0x7fff, /**< Highest PictureID                */
};

/** Belongs to the caller; all zero but the picture at first */
struct vp8pack {
	uint16_t picture; /**< PictureID of the next frame; begins anywhere */
	struct payload_stats stats;
};

/**
 * Packetize a frame. The PictureID goes up when it was handed on in part.
 *
 * @param spare  No other frame refers to this one; false if unknown
 * @param max    Longest payload [bytes], PAYLOAD_MIN..PAYLOAD_MAX; the
 *               caller has taken off header extensions and the like
 *
 * @return 0; EBADMSG too short to be a frame, nothing was handed on; else
 *         what the handler returned
 */
int vp8pack_unit(struct vp8pack *v, const uint8_t *data, size_t size,
		 bool spare, size_t max, payload_h *h, void *arg);

#endif
