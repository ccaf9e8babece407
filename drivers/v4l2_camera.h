/**
 * @file drivers/v4l2_camera.h  V4L2 camera: the kernel's video devices
 *
 *     /dev/videoN -> [v4l2_camera] -> frame(now)
 *
 * USB cameras, those of a board's CSI connector, and all else that captures
 * into buffers of one plane. Frames lie in the driver's own memory and carry
 * its dmabuf where there is one, so that a hardware encoder reads what the
 * camera wrote. Broken buffers are dropped and counted. A camera that goes
 * away, or is silent, is looked for until it is back.
 */
#ifndef DRIVERS_V4L2_CAMERA_H
#define DRIVERS_V4L2_CAMERA_H

#include "core/device/camera.h"

enum {
	V4L2_CAMERA_BUFFERS = 4,	   /**< Asked for, ours              */
	V4L2_CAMERA_SILENCE = 2 * CLOCK_S, /**< Then it is lost [us], ours   */
	V4L2_CAMERA_RETRY = CLOCK_S,	   /**< Between looks for it [us]    */
};

/**
 * Constructor, for `v4l2:`.
 *
 * @param device  "/dev/videoN"; or a name in /dev/v4l/by-id, which stays the
 *                same wherever it is plugged in; or "" for the first one.
 *                Behind it ",NAME=VALUE" for each control to be set
 *
 * start() takes the format nearest to the wish, sides cut to be even, and
 * says it in the log. H264 is taken only when it was wished for.
 */
camera_alloc_h v4l2_camera_alloc;

/** The video devices that can capture, with their formats */
camera_list_h v4l2_camera_list;

#endif
