/**
 * @file drivers/sim_slides.h  Simulated slides: a screen to be shown
 *
 *     clock -> pattern -> [sim_slides] -> frame -> studio
 *
 * What somebody who gives a talk has on the screen, for tests and to try:
 * drivers/pattern.h with PATTERN_SLIDE and the number of the slide, another
 * one each SIM_SLIDES_TIME. Pictures come as often as was wished, the same
 * slide again and again, as they would of a screen.
 */
#ifndef DRIVERS_SIM_SLIDES_H
#define DRIVERS_SIM_SLIDES_H

#include "core/device/camera.h"

enum {
	SIM_SLIDES_TIME = 2 * CLOCK_S, /**< Of a slide [us], ours       */
	SIM_SLIDES_FRAMES = 4,	       /**< Buffers; as sim_camera.h    */
};

/** Constructor, for `sim:slides`. @return 0, EINVAL, ENOMEM */
camera_alloc_h sim_slides_alloc;

/** The name, a line */
camera_list_h sim_slides_list;

#endif
