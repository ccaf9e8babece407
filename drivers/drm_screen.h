/**
 * @file drivers/drm_screen.h  DRM screen: what the board's display shows
 *
 *     /dev/dri/cardN -> drm_shot -> [drm_screen] -> frame -> studio
 *
 * Stands for the camera when the screen is shown. Looks as often as was
 * wished, and only while somebody does; a private thread (drivers/worker.h)
 * makes I420 of it, of the size wished for at most. While nothing is shown
 * anywhere, or the kernel does not lend it, the device is away.
 *
 * If our own display (drivers/drm_display.h) has the card, it is asked by its
 * right; else the process needs CAP_SYS_ADMIN, unless nobody draws there but
 * the kernel.
 */
#ifndef DRIVERS_DRM_SCREEN_H
#define DRIVERS_DRM_SCREEN_H

#include "core/device/camera.h"

enum {
	DRM_SCREEN_FRAMES = 4,	  /**< Buffers; as sim_camera.h       */
	DRM_SCREEN_LOOK = CLOCK_S /**< Between looks while away [us] */
};

/**
 * Constructor, for `drm`.
 *
 * @param device  "" for the first card that shows something, or
 *                "/dev/dri/cardN"
 *
 * A card that is not there may come later.
 *
 * @return 0, EINVAL, ENOMEM, EACCES not for us, ENOENT libdrm is not installed
 */
camera_alloc_h drm_screen_alloc;

/** Cards that show something, a line each */
camera_list_h drm_screen_list;

#endif
