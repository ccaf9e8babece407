/**
 * @file core/media/avc_unpack.h  AVC depacketizer: RTP payloads into H.264
 *
 *     reordered packets -> [avc_unpack] -> access unit -> decoder
 *
 * RFC 6184, modes 0 and 1, strict (SECURITY row 29): nothing is put together
 * over a gap in the sequence numbers, nothing is nested, NAL units have types
 * 1..12 and would be found as they are in the byte stream, an SPS is read
 * before anybody else sees it. One wrong packet spoils its unit.
 *
 * For each unit begin(), put() its packets in order, end().
 */
#ifndef CORE_MEDIA_AVC_UNPACK_H
#define CORE_MEDIA_AVC_UNPACK_H

#include "core/media/payload.h"

struct avc_unpack;

/** Allocate. Free with mem_deref(). @return 0, ENOMEM */
int avc_unpack_alloc(struct avc_unpack **up);

/** Begin a unit; what was there before is gone, but for the knowledge of
 *  parameter sets */
void avc_unpack_begin(struct avc_unpack *u);

/**
 * Put the next packet of the unit. After an error, each put() and end() until
 * begin() fails with it.
 *
 * @param seq     Its sequence number
 * @param size    0 is padding alone: counts in the sequence, adds nothing
 * @param marker  Its marker bit: nothing comes behind it in this unit
 *
 * @return 0, EILSEQ not the one after the last one, EBADMSG not allowed or
 *         does not add up, EMSGSIZE unit or picture too large, ENOMEM
 */
int avc_unpack_put(struct avc_unpack *u, uint16_t seq, const uint8_t *payload,
		   size_t size, bool marker);

/**
 * The unit is over.
 *
 * @param next  The packet with the next sequence number is there, and is of
 *              another unit (timestamp). Not needed if the last one had the
 *              marker bit
 * @param unit  Set to the unit, with start codes of AVC_START bytes
 *
 * @return 0; EBADMSG not whole, or nothing in it; ENODATA whole, but only
 *         parameter sets, which are kept and put before an IDR that comes
 *         without; or what put() returned
 */
int avc_unpack_end(struct avc_unpack *u, bool next, struct payload_unit *unit);

/** Forget parameter sets and size, too: another stream begins */
void avc_unpack_reset(struct avc_unpack *u);

/** Whether a unit may begin with this payload: not a later fragment, not a
 *  slice from the middle of a picture. No slice is missing before it then, but
 *  parameter sets may be, if the packet before it is */
bool avc_unpack_starts(const uint8_t *payload, size_t size);

/** Whether it has the start of an IDR slice, or an SPS */
bool avc_unpack_key(const uint8_t *payload, size_t size);

/** Print counters on one line, for %H */
int avc_unpack_print(struct re_printf *pf, const struct avc_unpack *u);

#endif
