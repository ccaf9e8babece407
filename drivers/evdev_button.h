/**
 * @file drivers/evdev_button.h  Evdev button: keys of keypads and touch panels
 *
 *     keypad -> /dev/input/eventN -> [evdev_button] -> button's handler
 *
 * The place is evdev:DEVICE/KEY; DEVICE is eventN, or the name of the device
 * with `_` for each blank; KEY is a name such as KEY_1 or BTN_TOUCH, or the
 * number of any key (linux/input-event-codes.h). Each button has the device
 * open by itself; other programs hear the keys, too. A device that is pulled
 * out is waited for, and known by its name.
 */
#ifndef DRIVERS_EVDEV_BUTTON_H
#define DRIVERS_EVDEV_BUTTON_H

#include <linux/input.h>
#include "core/base/re.h"
#include "core/device/button.h"

enum {
	EVDEV_BUTTON_NAME = 80,	     /**< Of a device [bytes], ours */
	EVDEV_BUTTON_LOOK = CLOCK_S, /**< For one that is gone [us] */
};

/** Constructor, for `evdev:` */
button_alloc_h evdev_button_alloc;

/** Print the devices that have keys, a line each, for %H */
int evdev_button_list(struct re_printf *pf, void *unused);

/** The number of a key. @return 0, EINVAL no such key */
int evdev_button_key(const char *name, unsigned *code);

/**
 * Follow a key through events, as they were read.
 *
 * @param down  Whether it is pressed, before and after them
 *
 * @return 0, EAGAIN some were lost: ask for its state
 */
int evdev_button_follow(const struct input_event *evv, size_t n, unsigned code,
			bool *down);

#endif
