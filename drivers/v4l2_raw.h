/**
 * @file drivers/v4l2_raw.h  V4L2 raw: a picture on its way into a codec
 *
 *     frame -> [v4l2_raw] -> memory of the device's, or the frame's own
 *
 * Says how a frame is given to a device that takes some formats and one
 * size: its own memory when that lies as the device wants it, else copied,
 * else converted and scaled.
 */
#ifndef DRIVERS_V4L2_RAW_H
#define DRIVERS_V4L2_RAW_H

#include "core/device/encoder.h"
#include "drivers/pixels.h"

/** What a device is set to; a frame that needs another has it set anew */
struct v4l2_raw {
	enum frame_format format;
	unsigned width, height; /**< [pixels]                           */
	bool import;		/**< The frame's dmabuf, and its layout: */
	size_t stride;		/**< Of a line [bytes]; 0 any           */
	unsigned lines;		/**< In memory [pixels]; 0 any          */
};

/** Converts; zeroed before, v4l2_raw_close() after use */
struct v4l2_raw_writer {
	struct pixels pixels;
	struct frame *between; /**< For devices without I420 */
};

/**
 * What a frame needs a device to be set to.
 *
 * @param raws    Set of FRAME_BIT(): what the device takes, at least one of
 *                I420 and NV12 unless all frames are as they must be
 * @param import  Whether the device can use the frames' own memory
 */
void v4l2_raw_choose(struct v4l2_raw *r, const struct encoder_prefs *prefs,
		     unsigned raws, bool import, const struct frame *f);

/** Whether two are the same */
bool v4l2_raw_same(const struct v4l2_raw *a, const struct v4l2_raw *b);

/**
 * Write a frame into memory.
 *
 * @param dst  Format, size and planes are set; I420, NV12, or as src
 *
 * @return 0, EINVAL a format that it cannot do, EBADMSG, ENOMEM
 */
int v4l2_raw_write(struct v4l2_raw_writer *w, struct frame *dst,
		   const struct frame *src);

/** Free the memory; harmless when zeroed */
void v4l2_raw_close(struct v4l2_raw_writer *w);

#endif
