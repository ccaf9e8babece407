/**
 * @file core/media/capture.h  Capture: the microphone's beat to packet times
 *
 *     mic -> mono -> (echo) -> [capture] -> resampler -> frames for the codec
 */
#ifndef CORE_MEDIA_CAPTURE_H
#define CORE_MEDIA_CAPTURE_H

#include "core/device/sound.h"

/** A packet time is full; pcm is borrowed */
typedef void(capture_frame_h)(const int16_t *pcm, unsigned samples,
			      uint64_t now, void *arg);

struct capture;

/**
 * Allocate. Free with mem_deref().
 *
 * @param rate   Wanted [Hz]
 * @param ptime  Packet time [ms]
 *
 * @return 0, ENOMEM, EINVAL a rate out of range
 */
int capture_alloc(struct capture **cp, const struct sound_format *sound,
		  uint32_t rate, unsigned ptime, capture_frame_h *h, void *arg);

/**
 * Put a period. The handler is called for each frame that it fills, and must
 * not free the capture.
 *
 * @param pcm  Mono, at the device's rate
 */
void capture_put(struct capture *c, const int16_t *pcm, unsigned n,
		 uint64_t now);

/**
 * Put a period before anything may be sent: only so much of the latest sound
 * is kept that the next capture_put() fills a frame, instead of the one that
 * comes a packet time later.
 */
void capture_hold(struct capture *c, const int16_t *pcm, unsigned n);

/** What has been gathered for the next frame becomes silence */
void capture_silence(struct capture *c);

/** Forget what has been gathered for the next frame */
void capture_reset(struct capture *c);

#endif
