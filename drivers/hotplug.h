/**
 * @file drivers/hotplug.h  Hotplug: the kernel says that something was plugged
 *
 *     kernel -> netlink -> [hotplug] -> drm_display, v4l2_camera
 *
 * Needs no udev. Where the kernel lets nobody listen, nothing is heard: who
 * uses it looks now and then, too.
 */
#ifndef DRIVERS_HOTPLUG_H
#define DRIVERS_HOTPLUG_H

#include "core/base/clock.h"

struct hotplug;

/** Something has changed; look what. From the loop */
typedef void(hotplug_h)(uint64_t now, void *arg);

/**
 * Listen. Free with mem_deref(), not from inside the handler.
 *
 * @param subsystem  "drm"; static
 *
 * @return 0, ENOMEM, or errno of the socket
 */
int hotplug_alloc(struct hotplug **hp, const char *subsystem, hotplug_h *h,
		  void *arg);

/** Whether a message of the kernel is about that subsystem: strings, each
    with a final 0 */
bool hotplug_is(const char *message, size_t size, const char *subsystem);

#endif
