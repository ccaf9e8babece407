/**
 * @file core/call/medium.h  Medium: between what SDP says and what audio does
 *
 *     configuration -> [medium] -> offer:  codecs that we can do
 *     offer -> [medium] -> audio:          codecs that both can do
 */
#ifndef CORE_CALL_MEDIUM_H
#define CORE_CALL_MEDIUM_H

#include "core/base/config.h"
#include "core/media/audio.h"
#include "core/sip/offer.h"

/** Codecs as the offer wants them; lives as long as the offer */
struct medium {
	struct offer_codec codecv[OFFER_CODECS];
	size_t codecc;
};

/**
 * List the codecs of `[audio] codecs` that this phone has, in that order,
 * and telephone-event.
 *
 * @return 0, ENOENT the phone has none of them
 */
int medium_audio(struct medium *m, const struct config *cfg);

/**
 * What was agreed, as the audio path takes it.
 *
 * @param am   Set, but for the direction
 * @param om   An active m-line of audio
 * @param cfg  For limits of ours
 *
 * @return 0, ENOENT nothing that the audio path can do
 */
int medium_agreed(struct audio_media *am, const struct offer_media *om,
		  const struct config *cfg);

#endif
