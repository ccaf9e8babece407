/**
 * @file drivers/v4l2_format.h  V4L2 format: what a camera is asked for
 *
 *     what the device offers, what is wished -> [v4l2_format] -> a mode
 *
 * Calculation only. A device has formats, each with sizes, each with rates;
 * sizes and rates are single values or ranges. v4l2_format_fit() and
 * v4l2_format_rate() make one of a range, v4l2_format_choose() takes the
 * mode that is nearest to the wish.
 */
#ifndef DRIVERS_V4L2_FORMAT_H
#define DRIVERS_V4L2_FORMAT_H

#include "core/device/camera.h"

/** A single value has min = max */
struct v4l2_range {
	uint32_t min, max;
	uint32_t step; /**< 0 is taken as 1 */
};

/** A fraction of a second between frames, as V4L2 has it */
struct v4l2_interval {
	uint32_t num, den;
};

/** One thing that a device can do */
struct v4l2_mode {
	uint32_t fourcc;	       /**< V4L2_PIX_FMT_... */
	uint32_t width, height;	       /**< [pixels]         */
	struct v4l2_interval interval; /**< 0/0 unknown      */
};

/** The value of a range that is nearest to a wish */
uint32_t v4l2_format_fit(const struct v4l2_range *r, uint32_t wish);

/** Frames in a second, rounded; 0 for an interval that is none */
unsigned v4l2_format_fps(const struct v4l2_interval *i);

/**
 * Whether an interval is nearer to a rate than another is; one that is too
 * fast by some per cent is as near as one too slow by a quarter of that.
 *
 * @param b  May be 0/0: then any `a` that is not is nearer
 */
bool v4l2_format_nearer(const struct v4l2_interval *a,
			const struct v4l2_interval *b, unsigned fps);

/** The interval of a range that is nearest to a rate */
struct v4l2_interval v4l2_format_rate(const struct v4l2_interval *min,
				      const struct v4l2_interval *max,
				      unsigned fps);

/**
 * Our format for V4L2's.
 *
 * @return 0, ENOTSUP there is none
 */
int v4l2_format_of(enum frame_format *format, uint32_t fourcc);

/**
 * The nearest mode. Size and rate count by how many per cent they are off, a
 * rate that is too high only a little; then the format that costs least.
 * Sizes outside FRAME_SIDE_MIN..FRAME_SIDE_MAX and formats that are not
 * accepted are left out.
 *
 * @return The mode, or NULL when there is none
 */
const struct v4l2_mode *v4l2_format_choose(const struct v4l2_mode *modev,
					   size_t n,
					   const struct camera_prefs *prefs);

/**
 * Set the planes of a frame in one piece of memory.
 *
 * @param f       Format, width and height are set
 * @param data    The memory
 * @param stride  Of a line of the first plane [bytes]; 0 as the width says
 * @param height  Of what lies in memory [pixels], at least f->height
 *
 * @return Bytes that the picture needs, up to its last one; 0 for formats
 *         that have no planes
 */
size_t v4l2_format_planes(struct frame *f, uint8_t *data, size_t stride,
			  unsigned height);

/**
 * Whether an H.264 access unit with start codes is an IDR: for devices that
 * do not say it.
 */
bool v4l2_format_idr(const uint8_t *data, size_t size);

/** The length of the longest NAL unit of an access unit [bytes] */
size_t v4l2_format_longest(const uint8_t *data, size_t size);

#endif
