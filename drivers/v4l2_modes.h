/**
 * @file drivers/v4l2_modes.h  V4L2 modes: what a camera offers, and is set to
 *
 *     device -> [v4l2_modes] -> v4l2_format -> [v4l2_modes] -> device
 *
 * Asks the device for formats, sizes and rates, and sets the nearest to the
 * wish. The device has the last word: what it answers is what it runs at.
 */
#ifndef DRIVERS_V4L2_MODES_H
#define DRIVERS_V4L2_MODES_H

#include "core/device/camera.h"

enum {
	V4L2_MODES_MAX = 512,  /**< Formats times sizes, ours           */
	V4L2_MODES_EACH = 128, /**< Sizes of a format, rates of a size  */
};

/** What a device is set to */
struct v4l2_modes_set {
	struct camera_format fmt; /**< For the frames                      */
	size_t stride;		  /**< Of a line in memory [bytes]         */
	unsigned height;	  /**< In memory [pixels]                  */
};

/**
 * Choose and set format, size and rate.
 *
 * @param set  What the device made of it
 *
 * @return 0, EINVAL it has nothing that is accepted, EBUSY in use, ENOMEM,
 *         errno of the device
 */
int v4l2_modes_apply(int fd, const struct camera_prefs *prefs,
		     struct v4l2_modes_set *set);

/** Print formats that we know, with their largest sizes, for people */
int v4l2_modes_print(struct re_printf *pf, const int *fd);

#endif
