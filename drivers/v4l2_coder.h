/**
 * @file drivers/v4l2_coder.h  V4L2 coder: a codec's device and its settings
 *
 *     v4l2_encoder -> [v4l2_coder] -> /dev/videoM
 *
 * Finds the device, sets formats and controls, whichever of the kernel's two
 * ways of describing buffers the device knows. What a device does not have
 * is left: whoever has the wrong level encodes, nevertheless.
 *
 * "Raw" is what it takes, "coded" what it makes; V4L2 calls them OUTPUT and
 * CAPTURE.
 */
#ifndef DRIVERS_V4L2_CODER_H
#define DRIVERS_V4L2_CODER_H

#include "core/device/encoder.h"
#include "drivers/videodev.h"

enum {
	V4L2_CODER_STEP = 25000,  /**< Of the bit rate [bit/s], Raspberry Pi */
	V4L2_CODER_GOP = 1000000, /**< Frames between key frames that nobody
					asked for: about never, ours          */
	V4L2_CODER_PATH = 64,
};

/** An open device */
struct v4l2_coder {
	int fd; /**< -1 when closed */
	char path[V4L2_CODER_PATH];
	uint32_t raw_type, coded_type; /**< V4L2_BUF_TYPE_...             */
	uint32_t fourcc;	       /**< Of the coded side              */
	unsigned raws;		       /**< Set of FRAME_BIT() that it takes */
	bool button;		       /**< Makes key frames when told to    */
	bool slices; /**< Makes NAL units that are not longer than told      */
};

/** Raw pictures in memory: wished for, then as the device has it */
struct v4l2_coder_raw {
	enum frame_format format;
	unsigned width, height; /**< Of the picture [pixels]               */
	size_t stride;		/**< Of a line of the first plane [bytes]  */
	unsigned lines;		/**< In memory, at least height            */
	size_t size;		/**< Of all of it [bytes]                  */
};

/**
 * Open a device that makes `fourcc`.
 *
 * @param device  Its path, or "" for the first
 *
 * @return 0, ENODEV no such, errno of open()
 */
int v4l2_coder_open(struct v4l2_coder *c, const char *device, uint32_t fourcc);

/** Close it; harmless when closed */
void v4l2_coder_close(struct v4l2_coder *c);

/**
 * Set the format of both sides, buffers must be gone.
 *
 * @param raw  Format, width, height and stride (0: any) wished for; set to
 *             what the device made of them
 *
 * @return 0, EINVAL it cannot, errno
 */
int v4l2_coder_set_formats(struct v4l2_coder *c, struct v4l2_coder_raw *raw);

/** Set profile, level, slices and what else holds while it runs */
void v4l2_coder_set_profile(struct v4l2_coder *c,
			    const struct encoder_prefs *prefs);

/** Set bit rate and frame rate, also while it runs */
void v4l2_coder_set_rates(struct v4l2_coder *c,
			  const struct encoder_prefs *prefs);

/** The next frame is to be a key frame; for devices with a button */
void v4l2_coder_press(struct v4l2_coder *c);

/** The bit rate that a device with V4L2_CODER_STEP is told */
uint32_t v4l2_coder_bitrate(uint32_t bitrate);

/** The lowest level for a size and rate: V4L2_MPEG_VIDEO_H264_LEVEL_3_1, or
    4_0 when that is not enough (ITU-T H.264 table A-1) */
int32_t v4l2_coder_level(unsigned width, unsigned height, unsigned fps);

#endif
