/**
 * @file drivers/v4l2_camera.h  V4L2 camera: the kernel's video devices
 *
 *     /dev/videoN -> [v4l2_camera] -> frame(now)
 *
 * USB cameras, those of a board's CSI connector, and all else that captures
 * into buffers of one plane. Frames lie in the driver's own memory and carry
 * its dmabuf where there is one, so that a hardware encoder reads what the
 * camera wrote. Broken buffers are dropped and counted. A camera that is not
 * there, goes away, is silent, in use by others or not for us is looked for
 * until it is back, under whatever number (v4l2_place).
 */
#ifndef DRIVERS_V4L2_CAMERA_H
#define DRIVERS_V4L2_CAMERA_H

#include "core/device/camera.h"

enum {
	V4L2_CAMERA_BUFFERS = 4,	   /**< Asked for, ours              */
	V4L2_CAMERA_SILENCE = 2 * CLOCK_S, /**< Then it is lost [us], ours   */
	V4L2_CAMERA_RETRY = CLOCK_S,	   /**< Between tries to open it [us] */
	V4L2_CAMERA_LOOK = 5 * CLOCK_S,	   /**< While nobody needs it, and the
					       kernel says nothing [us]      */
};

/**
 * Constructor, for `v4l2:`.
 *
 * @param device  As v4l2_place_init() has it; behind it ",NAME=VALUE" for each
 *                control to be set
 *
 * start() takes the format nearest to the wish, sides cut to be even, and
 * says it in the log. H264 is taken only when it was wished for, and such a
 * start fails when the camera is away.
 */
camera_alloc_h v4l2_camera_alloc;

/** The video devices that can capture, with their formats */
camera_list_h v4l2_camera_list;

#endif
