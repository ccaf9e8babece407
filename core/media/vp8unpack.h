/**
 * @file core/media/vp8unpack.h  VP8 depacketizer: RTP payloads into VP8
 *
 *     reordered packets -> [vp8unpack] -> frame -> decoder
 *
 * RFC 7741, strict (SECURITY row 29): nothing is put together over a gap in
 * the sequence numbers, all packets of a frame describe the same frame, and
 * the size in a key frame is read before a decoder sees it. One wrong packet
 * spoils its frame.
 *
 * For each frame begin(), put() its packets in order, end().
 */
#ifndef CORE_MEDIA_VP8UNPACK_H
#define CORE_MEDIA_VP8UNPACK_H

#include "core/media/payload.h"

struct vp8unpack;

/** Allocate. Free with mem_deref(). @return 0, ENOMEM */
int vp8unpack_alloc(struct vp8unpack **vp);

/** Begin a frame; what was there before is gone */
void vp8unpack_begin(struct vp8unpack *v);

/**
 * Put the next packet of the frame. After an error, each put() and end()
 * until begin() fails with it.
 *
 * @param seq     Its sequence number
 * @param size    0 is padding alone: counts in the sequence, adds nothing
 * @param marker  Its marker bit: nothing comes behind it in this frame
 *
 * @return 0, EILSEQ not the one after the last one, EBADMSG not allowed or
 *         does not add up, EMSGSIZE too large, ENOMEM
 */
int vp8unpack_put(struct vp8unpack *v, uint16_t seq, const uint8_t *payload,
		  size_t size, bool marker);

/**
 * The frame is over.
 *
 * @param next  The packet with the next sequence number is there, and is of
 *              another frame (timestamp). Not needed if the last one had the
 *              marker bit
 * @param unit  Set to the frame
 *
 * @return 0; EBADMSG not whole or no VP8; EMSGSIZE a side of more than
 *         FRAME_SIDE_MAX; or what put() returned
 */
int vp8unpack_end(struct vp8unpack *v, bool next, struct payload_unit *unit);

/** Forget the size, too: another stream begins */
void vp8unpack_reset(struct vp8unpack *v);

/** Whether a frame begins with this payload: S bit, partition 0 */
bool vp8unpack_starts(const uint8_t *payload, size_t size);

/** Whether a key frame begins with it */
bool vp8unpack_key(const uint8_t *payload, size_t size);

/** Print counters on one line, for %H */
int vp8unpack_print(struct re_printf *pf, const struct vp8unpack *v);

#endif
