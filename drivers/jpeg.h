/**
 * @file drivers/jpeg.h  JPEG: of a picture, and back
 *
 *     I420 frame <-> [jpeg] <-> bytes
 *
 * A JPEG has full range (JFIF 1.02), a frame limited range; it is converted.
 * For any thread: neither libre's memory nor references are touched.
 */
#ifndef DRIVERS_JPEG_H
#define DRIVERS_JPEG_H

#include "core/base/frame.h"

enum {
	JPEG_QUALITY = 85,	 /**< Of a snapshot, 1..100, ours             */
	JPEG_SIZE_MAX = 8000000, /**< Taken from a camera [bytes], ours      */
};

/**
 * Make a JPEG of a frame.
 *
 * @param f        I420
 * @param quality  1..100
 * @param datap    Set to the JPEG; free it with free()
 * @param sizep    Set to its size [bytes]
 *
 * @return 0, EINVAL not I420, ENOMEM, EPROTO turbojpeg does not want to
 */
int jpeg_from_frame(const struct frame *f, int quality, uint8_t **datap,
		    size_t *sizep);

/**
 * Read a JPEG's size.
 *
 * @return 0, EBADMSG not a JPEG, or one that jpeg_to_frame() does not take:
 *         a side odd or out of range, other than 4:2:0, 4:2:2, 4:4:4 or grey
 */
int jpeg_size(const uint8_t *data, size_t size, unsigned *width,
	      unsigned *height);

/**
 * Decode a JPEG.
 *
 * @param contextp  Kept between calls; NULL at first, jpeg_close() after
 * @param dst       I420 frame of exactly the JPEG's size
 *
 * @return 0, ENOMEM, EBADMSG as jpeg_size(), or of another size than dst, or
 *         damaged
 */
int jpeg_to_frame(void **contextp, struct frame *dst, const uint8_t *data,
		  size_t size);

/** End what jpeg_to_frame() keeps; harmless when NULL */
void jpeg_close(void *context);

#endif
