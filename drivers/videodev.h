/**
 * @file drivers/videodev.h  Video devices: opening them, asking them
 *
 *     v4l2_camera, v4l2_encoder -> [videodev] -> /dev/videoN
 *
 * What every user of the kernel's video interface needs. The library of that
 * interface, libv4l2, is not used: it would convert, and hide the buffers.
 */
#ifndef DRIVERS_VIDEODEV_H
#define DRIVERS_VIDEODEV_H

#include <linux/videodev2.h>
#include "core/base/re.h"

enum {
	VIDEODEV_MAX = 64, /**< Devices that are looked at, ours */
};

/** Ask a device; an interrupted call is repeated. @return 0 or errno */
int videodev_ioctl(int fd, unsigned long request, void *arg);

/**
 * Open a device, not to block.
 *
 * @param fdp   Set to the descriptor, which the caller closes
 * @param path  Of the device
 * @param caps  Set to V4L2_CAP_... of this node
 * @param card  Set to the device's own name, foreign text; may be NULL
 *
 * @return 0, ENODEV not a video device, or errno of open()
 */
int videodev_open(int *fdp, const char *path, uint32_t *caps,
		  struct v4l2_capability *card);

/** A device; true ends the search */
typedef bool(videodev_each_h)(const char *path, void *arg);

/** All /dev/videoN by their numbers. @return Whether a handler said true */
bool videodev_each(videodev_each_h *h, void *arg);

#endif
