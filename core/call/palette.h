/**
 * @file core/call/palette.h  Palette: between what SDP says and what video does
 *
 *     configuration, coders -> [palette] -> offer:  codecs that we can do
 *     offer -> [palette] -> video:                  codecs that both can do
 */
#ifndef CORE_CALL_PALETTE_H
#define CORE_CALL_PALETTE_H

#include "core/base/config.h"
#include "core/call/studio.h"
#include "core/media/video.h"
#include "core/sip/offer.h"

enum {
	PALETTE_FMTP = 96, /**< Room for H.264's fmtp [bytes] */
};

/** Codecs as the offer wants them; lives as long as the offer */
struct palette {
	struct offer_codec codecv[OFFER_CODECS];
	size_t codecc;
	char fmtpv[2][PALETTE_FMTP]; /**< Of H.264 by packetization-mode */
};

/**
 * List the codecs of `[video] codecs` that can be encoded or decoded here, in
 * that order, each with its RTX.
 *
 * @param studio  NULL when there is no camera
 * @param coderv  NULL when nothing can be shown
 *
 * @return 0, ENOENT there are none
 */
int palette_list(struct palette *p, const struct config *cfg,
		 const struct studio *studio, const struct coder *coderv);

/**
 * What was agreed, as the video path takes it.
 *
 * @param vm   Set, but for the direction
 * @param om   An active m-line of video
 * @param cfg  For limits of ours
 *
 * @return 0, ENOENT nothing that the video path can do
 */
int palette_agreed(struct video_media *vm, const struct offer_media *om,
		   const struct config *cfg);

#endif
