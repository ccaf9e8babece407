/**
 * @file core/media/playout.h  Playout: from packets to the speaker's beat
 *
 *     packet -> jitter -> codec -> stretch -> resampler -> [playout] -> spk
 *
 * Pulls, a piece at a time, whenever the speaker's next period is not filled,
 * and keeps the delay at the jitter buffer's target: by the resampler's speed,
 * or in a hurry by cutting.
 */
#ifndef CORE_MEDIA_PLAYOUT_H
#define CORE_MEDIA_PLAYOUT_H

#include "core/device/sound.h"
#include "core/media/codec.h"
#include "core/media/jitter.h"

struct playout_stats {
	uint32_t delay;	      /**< Arrival to loudspeaker, mean [us]     */
	int32_t clocks;	      /**< Far end's against the device's [ppm]  */
	int32_t speed;	      /**< Correction now applied [ppm]          */
	uint32_t held;	      /**< PCM waiting [samples]                 */
	uint32_t undecodable; /**< Payloads that the codec refused       */
	uint32_t cuts;	      /**< Pieces shortened                      */
	struct jitter_stats jitter;
};

struct playout;

/**
 * Allocate, for one codec. Free with mem_deref().
 *
 * @param codec  A reference is kept
 * @param sound  What the device runs at
 *
 * @return 0, ENOMEM, EINVAL a rate out of range
 */
int playout_alloc(struct playout **pp, struct codec *codec,
		  const struct sound_format *sound);

/** Forget what waits and start anew with the next packet */
void playout_reset(struct playout *p);

/**
 * Put a packet; the payload is copied.
 *
 * @return 0, EBADMSG not a payload of the codec, or as jitter_put()
 */
int playout_put(struct playout *p, const struct packet *hdr,
		const uint8_t *data, size_t size, uint64_t now);

/** Fill a period of the speaker, mono */
void playout_get(struct playout *p, int16_t *pcm, unsigned frames,
		 uint64_t now);

/** Numbers so far */
void playout_stats(const struct playout *p, struct playout_stats *stats);

/** Print them on one line, for %H */
int playout_print(struct re_printf *pf, const struct playout *p);

#endif
