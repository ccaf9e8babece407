/**
 * @file core/media/avc_format.h  AVC format: H.264 in a session description
 *
 *     a=fmtp -> [avc_format] -> offer, encoder
 *
 * RFC 6184 section 8: which payload type of the peer's is the H.264 that we
 * do, and at what level each side may send.
 */
#ifndef CORE_MEDIA_AVC_FORMAT_H
#define CORE_MEDIA_AVC_FORMAT_H

#include "core/media/avc.h"

/** What an a=fmtp says */
struct avc_format {
	struct avc_profile profile; /**< Baseline level 1 if it does not say */
	unsigned mode;		    /**< packetization-mode, 0..2; else 0    */
	bool asymmetry;		    /**< level-asymmetry-allowed             */
};

/** Whether a peer's format is ours */
enum avc_fit {
	AVC_FIT_NONE = 0,
	AVC_FIT_WIDER, /**< What we send suits it; it may send what we cannot
			    decode, in theory: Baseline without constraint,
			    as telephones write that do Constrained Baseline
			    (42801f), or nothing at all. For who has no
			    better one; the answer repeats its profile     */
	AVC_FIT_SAME,  /**< The same sub-profile and mode               */
};

/**
 * Read an fmtp; what is not about this is skipped.
 *
 * @param fmtp  Foreign; NULL or "" for none
 *
 * @return 0, EBADMSG a value that it cannot have
 */
int avc_format_decode(struct avc_format *f, const char *fmtp);

/** Print as an fmtp, for %H */
int avc_format_print(struct re_printf *pf, const struct avc_format *f);

/** Whether `theirs` is `ours`. The level does not matter: see below */
enum avc_fit avc_format_fit(const struct avc_format *ours,
			    const struct avc_format *theirs);

/**
 * The level that we may send at: theirs, or the lower one if asymmetry is
 * not allowed by both (RFC 6184 section 8.2.2).
 */
struct avc_profile avc_format_send(const struct avc_format *ours,
				   const struct avc_format *theirs);

/**
 * Whether a level allows this (H.264 table A-1: MaxFS, MaxMBPS).
 *
 * @param p    An unknown level is taken as the known one below it
 * @param fps  Frames in a second
 */
bool avc_profile_allows(const struct avc_profile *p, unsigned width,
			unsigned height, unsigned fps);

#endif
