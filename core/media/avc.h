/**
 * @file core/media/avc.h  AVC: H.264 byte streams and parameter sets
 *
 *     access unit -> [avc] -> avc_pack       avc_unpack -> [avc] -> decoder
 *
 * ITU-T H.264 Annex B (start codes) and section 7.3 (NAL units, SPS). Only
 * what has to be known before a decoder is given foreign bytes.
 */
#ifndef CORE_MEDIA_AVC_H
#define CORE_MEDIA_AVC_H

#include "core/base/re.h"

enum {
	AVC_START = 4, /**< Start code that we write [bytes], Annex B */
};

/** NAL unit types, H.264 table 7-1; from AVC_STAP_A on RFC 6184 table 1 */
enum avc_type {
	AVC_SLICE = 1,
	AVC_PART_A = 2,
	AVC_PART_C = 4,
	AVC_IDR = 5,
	AVC_SEI = 6,
	AVC_SPS = 7,
	AVC_PPS = 8,
	AVC_AUD = 9,
	AVC_FILLER = 12, /**< The last one that we take           */
	AVC_SINGLE = 23, /**< The last one that is a NAL unit     */
	AVC_STAP_A = 24,
	AVC_FU_A = 28,
};

/** The first octet of a NAL unit, H.264 section 7.3.1 */
enum {
	AVC_FORBIDDEN = 0x80,
	AVC_NRI = 0x60, /**< nal_ref_idc: 0 when nothing refers to it */
	AVC_TYPE = 0x1f,
};

/** A NAL unit, without its start code */
struct avc_nal {
	const uint8_t *data; /**< From its first octet on, borrowed */
	size_t size;	     /**< [bytes], not 0                    */
};

/** Where in an access unit we are */
struct avc_walk {
	const uint8_t *pos, *end;
};

/** What a stream needs of a decoder, as in profile-level-id */
struct avc_profile {
	uint8_t idc;   /**< profile_idc: 66 Baseline, 77 Main, 100 High    */
	uint8_t iop;   /**< constraint_set0_flag is the highest bit        */
	uint8_t level; /**< level_idc: 31 for level 3.1                    */
};

/** A sequence parameter set, as far as we care */
struct avc_sps {
	struct avc_profile profile;
	unsigned width, height; /**< Of the picture, cropped [pixels]      */
	unsigned coded_width, coded_height; /**< In whole macroblocks; what
						 a decoder allocates      */
	unsigned refs;			    /**< Pictures it refers to     */
};

/** Go to the start of an access unit; start codes of 3 and 4 bytes */
void avc_walk(struct avc_walk *w, const uint8_t *data, size_t size);

/** Get the next NAL unit, without zeros behind it. @return false: no more */
bool avc_next(struct avc_walk *w, struct avc_nal *nal);

/** Its nal_unit_type, 0..31 */
static inline unsigned avc_type(const struct avc_nal *nal)
{
	return nal->data[0] & AVC_TYPE;
}

/** Whether it is part of a picture: slice or partition */
static inline bool avc_is_slice(unsigned type)
{
	return type >= AVC_SLICE && type <= AVC_IDR;
}

/**
 * Whether a byte stream would carry it as one NAL unit: no forbidden bit, no
 * start code nor zeros inside where emulation prevention should have put a
 * 3 (H.264 section 7.4.1), not ending in zero.
 */
bool avc_is_clean(const struct avc_nal *nal);

/**
 * Read an SPS.
 *
 * @return 0, EBADMSG not an SPS or nonsense, EMSGSIZE a side coded as more
 *         than FRAME_SIDE_MAX: no decoder may see it (SECURITY row 29)
 */
int avc_sps_decode(struct avc_sps *sps, const struct avc_nal *nal);

/** Print as profile-level-id: six hex digits, for %H */
int avc_profile_print(struct re_printf *pf, const struct avc_profile *p);

#endif
