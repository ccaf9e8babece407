/**
 * @file drivers/file_display.h  Display in files, and one that is none
 *
 *     frame -> [file_display] -> DIRECTORY/picture-000001.jpg, latest.jpg
 *
 * At most one picture in a second; encoded and written by a private thread
 * (drivers/worker.h). An eye reads the simulated camera's pattern, if that is
 * what is shown (drivers/eye.h).
 */
#ifndef DRIVERS_FILE_DISPLAY_H
#define DRIVERS_FILE_DISPLAY_H

#include "core/device/display.h"

enum {
	FILE_DISPLAY_KEPT = 10, /**< Pictures that are kept; older ones are
				     removed, those of earlier runs are not */
	FILE_DISPLAY_PERIOD = 1000000, /**< Between two of them [us]       */
};

/**
 * Constructor, for `file=`.
 *
 * @param device  A directory that is there and may be written to. Gets
 *                picture-NNNNNN.jpg, and latest.jpg, which is the same as the
 *                last one and always whole. clear() removes latest.jpg;
 *                what lies over the picture is in it, the eye does not see it
 */
display_alloc_h file_display_alloc;

/** Constructor, for `none`: shown to nobody but the eye */
display_alloc_h file_display_none;

#endif
