/**
 * @file drivers/v4l2_buffers.h  V4L2 buffers: one queue of a device
 *
 *     device <-> [v4l2_buffers] <-> camera, encoder
 *
 * The buffers of one direction from REQBUFS to the end, in memory of the
 * driver's that is mapped here, or imported. A counted object: who holds a
 * picture in a buffer holds the queue. After v4l2_buffers_end() the device
 * may be closed and opened anew; what lies in the buffers stays readable
 * until the last reference is gone.
 */
#ifndef DRIVERS_V4L2_BUFFERS_H
#define DRIVERS_V4L2_BUFFERS_H

#include "drivers/videodev.h"

enum {
	V4L2_BUFFERS_MAX = 8, /**< In one queue, ours */
};

/** Memory of a buffer */
struct v4l2_buffers_memory {
	uint8_t *data; /**< Mapped; NULL for imported ones  */
	size_t size;   /**< [bytes]                         */
	int dmabuf;    /**< Exported, -1 when it cannot be  */
};

/** A buffer on its way to the device, or from it */
struct v4l2_buffers_item {
	unsigned index;
	size_t used;	/**< Bytes in it                            */
	uint64_t time;	/**< Its time stamp [us]                    */
	uint32_t flags; /**< V4L2_BUF_FLAG_..., from the device     */
	uint32_t sequence;
	int dmabuf;  /**< Imported ones: to the device           */
	size_t size; /**< Imported ones: its whole length [bytes] */
};

struct v4l2_buffers;

/**
 * Allocate and map the buffers. Free it with mem_deref().
 *
 * @param fd      The device, borrowed until v4l2_buffers_end()
 * @param type    V4L2_BUF_TYPE_..., formats set before; one plane only
 * @param memory  V4L2_MEMORY_MMAP, or _DMABUF for imported ones
 * @param count   At least 1; the device may want more, or give fewer
 * @param share   Export them, where the device can; they are mapped to be
 *                read, and no longer keep the device open
 *
 * @return 0, EBUSY, EINVAL the device cannot, ENOMEM, errno
 */
int v4l2_buffers_alloc(struct v4l2_buffers **bp, int fd, uint32_t type,
		       uint32_t memory, unsigned count, bool share);

/** How many there are */
unsigned v4l2_buffers_count(const struct v4l2_buffers *b);

/** How many the device has now */
unsigned v4l2_buffers_queued(const struct v4l2_buffers *b);

/** The memory of a buffer */
const struct v4l2_buffers_memory *v4l2_buffers_memory(
	const struct v4l2_buffers *b, unsigned index);

/** Give a buffer to the device. @return 0, ENODEV after the end, errno */
int v4l2_buffers_put(struct v4l2_buffers *b,
		     const struct v4l2_buffers_item *item);

/** Give all of them. @return 0 or errno */
int v4l2_buffers_put_all(struct v4l2_buffers *b);

/** Take one that is done. @return 0, EAGAIN none, errno of the device */
int v4l2_buffers_get(struct v4l2_buffers *b, struct v4l2_buffers_item *item);

/** Let it run. @return 0 or errno */
int v4l2_buffers_start(struct v4l2_buffers *b);

/** Stop it: buffers are the caller's again. Harmless when stopped */
void v4l2_buffers_stop(struct v4l2_buffers *b);

/** Stop it and have no more to do with the device; harmless when NULL */
void v4l2_buffers_end(struct v4l2_buffers *b);

#endif
