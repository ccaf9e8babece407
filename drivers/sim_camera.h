/**
 * @file drivers/sim_camera.h  Simulated camera: a pattern, or a file
 *
 *     pattern | X.y4m | X.jpg -> [sim_camera] -> frame(now)
 *
 * Captures by a timer of the loop, so that it runs in virtual time too. Has
 * four buffers, as a real one: when all are held, a frame is dropped.
 */
#ifndef DRIVERS_SIM_CAMERA_H
#define DRIVERS_SIM_CAMERA_H

#include "core/device/camera.h"

enum {
	SIM_CAMERA_FRAMES = 4, /**< Buffers, as V4L2 drivers have */
};

/**
 * Constructor, for `sim:`.
 *
 * @param device  "pattern" drivers/pattern.h, of the size and rate wished
 *                for; the number counts captures, those that were dropped,
 *                too; or "pattern=still" the same with nothing moving: number
 *                and time stay as at start; or
 *                "file=X" a Y4M file (drivers/y4m.h) at its own size, played
 *                again and again at its rate, or at the rate wished for if
 *                that is lower, then with frames left out; or a JPEG, which
 *                comes as I420 unless only MJPEG can be taken
 */
camera_alloc_h sim_camera_alloc;

/** What can follow `sim:` */
camera_list_h sim_camera_list;

#endif
