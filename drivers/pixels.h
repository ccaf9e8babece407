/**
 * @file drivers/pixels.h  Pixels: other formats, other sizes
 *
 *     frame of any format and size -> [pixels] -> I420 of that size
 *     I420 -> [pixels] -> XRGB8888 of a screen
 *
 * For any thread: neither libre's memory nor references are touched.
 */
#ifndef DRIVERS_PIXELS_H
#define DRIVERS_PIXELS_H

#include "core/base/frame.h"

/** Memory for steps in between; zeroed before, pixels_close() after use */
struct pixels {
	uint8_t *mem;
	size_t size; /**< [bytes] */
	void *jpeg;  /**< Of jpeg.c */
};

/** A part of a screen [pixels] */
struct pixels_rect {
	unsigned x, y, width, height;
};

/** A screen's memory: XRGB8888, that is bytes B, G, R, X */
struct pixels_screen {
	uint8_t *mem;
	size_t stride;		/**< Of a line [bytes] */
	unsigned width, height; /**< [pixels]          */
};

/**
 * Convert and scale.
 *
 * @param dst  I420, with memory and size set
 * @param src  Any format but H264
 *
 * @return 0, EINVAL a format that it cannot do, ENOMEM,
 *         EBADMSG not a JPEG, or not of the frame's size
 */
int pixels_to_i420(struct pixels *px, struct frame *dst,
		   const struct frame *src);

/** Where a picture stands on a screen: as large as can be, its shape kept,
    in the middle. All even, but for what a screen of odd size leaves */
struct pixels_rect pixels_fit(unsigned width, unsigned height,
			      unsigned screen_width, unsigned screen_height);

/**
 * Draw an I420 frame, scaled to where pixels_fit() says, the rest black.
 *
 * @return 0, EINVAL not I420, ENOMEM
 */
int pixels_to_screen(struct pixels *px, const struct pixels_screen *screen,
		     const struct frame *src);

/** Free the memory; harmless when zeroed */
void pixels_close(struct pixels *px);

#endif
