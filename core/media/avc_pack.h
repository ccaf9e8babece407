/**
 * @file core/media/avc_pack.h  AVC packetizer: H.264 into RTP payloads
 *
 *     encoder -> [avc_pack] -> payload -> packet -> SRTP
 *
 * RFC 6184. Mode 1: NAL units that fit together go into one STAP-A, what fits
 * alone goes as it is, what does not is cut into FU-As of about equal length.
 * Mode 0: each NAL unit as it is. Access unit delimiters, ends of sequence
 * and filler are left out.
 */
#ifndef CORE_MEDIA_AVC_PACK_H
#define CORE_MEDIA_AVC_PACK_H

#include "core/media/payload.h"

/** Belongs to the caller; all zero but the mode at first */
struct avc_pack {
	unsigned mode; /**< packetization-mode, 0 or 1 */
	struct payload_stats stats;
};

/**
 * Packetize an access unit.
 *
 * @param data  With start codes
 * @param max   Longest payload [bytes], PAYLOAD_MIN..PAYLOAD_MAX; the caller
 *              has taken off header extensions and the like
 *
 * @return 0; nothing was handed on if EMSGSIZE, a NAL unit too long for mode
 *         0, or EBADMSG, no NAL unit of a picture in it; else what the handler
 *         returned
 */
int avc_pack_unit(struct avc_pack *a, const uint8_t *data, size_t size,
		  size_t max, payload_h *h, void *arg);

#endif
