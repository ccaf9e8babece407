/**
 * @file drivers/v4l2_controls.h  V4L2 controls: exposure, flip and such by name
 *
 *     "horizontal_flip=1,brightness=140" -> [v4l2_controls] -> device
 *
 * A control is called as the device calls it, in small letters and with one
 * '_' for all that is neither letter nor digit: `v4l2-ctl --list-ctrls` and
 * `boardphone devices` say them so.
 */
#ifndef DRIVERS_V4L2_CONTROLS_H
#define DRIVERS_V4L2_CONTROLS_H

#include "core/base/re.h"

enum {
	V4L2_CONTROLS_NAME = 32, /**< Of a control, with its end (struct
				      v4l2_queryctrl)                     */
	V4L2_CONTROLS_MAX = 256, /**< Of a device, ours                   */
};

/** The name that a device's is written as */
void v4l2_controls_name(char name[V4L2_CONTROLS_NAME], const char *theirs);

/**
 * Whether a list is one: NAME=INTEGER, comma, and so on.
 *
 * @return 0, EINVAL
 */
int v4l2_controls_check(const char *list);

/**
 * Set controls of a device in this order; one that it has not, or not with
 * this value, is named in a warning.
 *
 * @param list  As for v4l2_controls_check(); NULL for none
 *
 * @return 0, EINVAL at least one was not set
 */
int v4l2_controls_set(int fd, const char *list);

/** Print those that can be set, with their ranges and values, for people */
int v4l2_controls_print(struct re_printf *pf, const int *fd);

#endif
