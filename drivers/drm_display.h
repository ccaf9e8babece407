/**
 * @file drivers/drm_display.h  DRM display: a screen, without a window system
 *
 *     frame -> [drm_display] -> /dev/dri/cardN -> screen
 *
 * Two buffers, one shown and one drawn into, changed while the screen is
 * between two pictures. Of what comes meanwhile only the newest is kept. The
 * screen's mode is the connector's preferred one; what it showed before, such
 * as the kernel's console, is put back at the end.
 */
#ifndef DRIVERS_DRM_DISPLAY_H
#define DRIVERS_DRM_DISPLAY_H

#include "core/device/display.h"

enum {
	DRM_DISPLAY_LOOK =
		CLOCK_S, /**< Between looks for the cable [us], ours */
};

/**
 * Constructor, for `drm`.
 *
 * @param device  "" or "=/dev/dri/cardN" ("drm" and "drm=..." as well): that
 *                card's first connected screen; without a name the first
 *                card that has one
 *
 * show() gives ENODEV while there is no card, no screen is connected, or
 * somebody else draws there (EBUSY, EACCES), who has to end first; it draws
 * again when there is a screen: to begin with, too. The kernel's word is
 * heard (drivers/hotplug.h), and it is looked every DRM_DISPLAY_LOOK.
 *
 * @return 0, EINVAL, ENOMEM, ENOENT libdrm is not installed
 */
display_alloc_h drm_display_alloc;

/** Cards and what is connected to them, a line each */
display_list_h drm_display_list;

#endif
