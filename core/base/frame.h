/**
 * @file core/base/frame.h  Frame: one picture, counted by references
 *
 *     camera -> [frame] -> encoder, snapshot   decoder -> [frame] -> display
 *
 * Whoever makes the last reference go gives the buffer back: a camera's frame
 * to its driver, others to the heap. References are taken and dropped in the
 * loop only; a private thread is given a frame while the loop holds one.
 */
#ifndef CORE_BASE_FRAME_H
#define CORE_BASE_FRAME_H

#include <stddef.h>
#include "core/base/re.h"

enum {
	FRAME_PLANES = 3,
	FRAME_SIDE_MIN = 16,   /**< Width and height [pixels], ours           */
	FRAME_SIDE_MAX = 1920, /**< As [video] size                           */
};

enum frame_format {
	FRAME_I420 = 0, /**< YUV 4:2:0 in three planes, BT.601, limited range */
	FRAME_NV12,	/**< The same in two planes, U and V interleaved      */
	FRAME_YUYV,	/**< YUV 4:2:2, packed in one plane                   */
	FRAME_MJPEG,	/**< A JPEG in planev[0], `size` long                 */
	FRAME_H264,	/**< An access unit with start codes, likewise        */
	FRAME_XRGB,	/**< A screen's: bytes B, G, R, any; one plane        */
	FRAME_RGB565,	/**< Likewise, 16 bits of a pixel, little endian      */
};

/** Formats as a set */
#define FRAME_BIT(format) (1U << (format))

struct frame;

/** The last reference is gone: give the planes back */
typedef void(frame_release_h)(struct frame *f, void *arg);

/** A picture. What the planes hold is not changed once it is handed on */
struct frame {
	enum frame_format format;
	unsigned width, height; /**< [pixels], even                           */
	uint8_t *planev[FRAME_PLANES];
	size_t stridev[FRAME_PLANES]; /**< Of a line [bytes]                  */
	size_t size;	/**< MJPEG, H264: bytes in planev[0]                 */
	int dmabuf;	/**< Descriptor of the same memory, -1 for none      */
	unsigned index; /**< For who made it                                 */
	bool key;	/**< H264: begins with an IDR                        */
	uint64_t time;	/**< Of capture, monotonic [us]; 0 unknown           */
	frame_release_h *releaseh; /**< NULL: planes are part of the frame    */
	void *arg;
};

/**
 * A frame with memory of its own, planes set, contents undefined. Free it
 * with mem_deref().
 *
 * @param format  I420, NV12 or YUYV
 *
 * @return 0, EINVAL a side out of range or odd, ENOMEM
 */
int frame_alloc(struct frame **fp, enum frame_format format, unsigned width,
		unsigned height);

/**
 * A frame about memory of somebody else's; planes are to be set.
 *
 * @param h  Called when the last reference goes
 *
 * @return 0, ENOMEM
 */
int frame_wrap(struct frame **fp, enum frame_format format, unsigned width,
	       unsigned height, frame_release_h *h, void *arg);

/** "I420", "NV12", ... for people */
const char *frame_format_name(enum frame_format format);

/** Fill an I420 frame with black */
void frame_black(struct frame *f);

#endif
