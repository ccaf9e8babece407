/**
 * @file core/call/ladder.h  Ladder: how large a picture a bit rate can carry
 *
 *     bit rate -> [ladder] -> size and rate of the encoder
 *
 *     640x480 at 30, 20, 15, 10 -> 320x240 at 30, 20, 15, 10 -> ...
 *
 * Few bits on many pixels are mush. Frames go first, then half the size, so
 * that there are LADDER_LOW bits for each pixel. Downwards at once; upwards
 * only when there are LADDER_HIGH, and not within LADDER_HOLD, since a new
 * size is an IDR, and the bit rate is what the network makes it.
 */
#ifndef CORE_CALL_LADDER_H
#define CORE_CALL_LADDER_H

#include "core/base/clock.h"
#include "core/device/encoder.h"

enum {
	LADDER_LOW = 20,  /**< [bits in 1000 pixels], ours: the edge of use  */
	LADDER_HIGH = 30, /**< The same, to go up                            */
	LADDER_FPS = 10,  /**< Slower only when there is no more to halve    */
	LADDER_SIDE = 80, /**< Not halved below [pixels], ours               */
	LADDER_HOLD = 4 * CLOCK_S, /**< From a step to one upwards [us]      */
};

/** Where on it an encoder is. Zero it: on top */
struct ladder {
	unsigned rung;	/**< 0 is full size and rate        */
	bool moved;	/**< Ever                           */
	uint64_t since; /**< When it last did [us]          */
	uint32_t steps; /**< Counter                        */
};

/**
 * Choose.
 *
 * @param full     Size and frames in a second on top, with `bitrate` for it
 * @param bitrate  What there is [bit/s]
 * @param to       Set to what to encode; its bitrate is `bitrate`
 *
 * @return whether that is another rung than before
 */
bool ladder_step(struct ladder *l, const struct encoder_prefs *full,
		 uint32_t bitrate, uint64_t now, struct encoder_prefs *to);

#endif
