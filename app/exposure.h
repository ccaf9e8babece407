/**
 * @file app/exposure.h  Exposure: how bright a camera's pictures are
 *
 *     frame -> [exposure] -> words for who mounts the camera
 *
 * Looks at the luma of every eighth pixel both ways. Limited range is taken
 * for granted (ITU-R BT.601): 16 is black, 235 is white, and what lies beyond
 * is clipped: what was there is not to be seen.
 */
#ifndef APP_EXPOSURE_H
#define APP_EXPOSURE_H

#include "core/base/frame.h"

enum {
	EXPOSURE_BLACK = 16, /**< ITU-R BT.601-7 section 2.5.3 */
	EXPOSURE_WHITE = 235,
	EXPOSURE_DARK = 40,    /**< Mean, below: faces are not seen; ours     */
	EXPOSURE_BRIGHT = 200, /**< Mean, above: likewise                  */
	EXPOSURE_CLIPPED = 25, /**< As much of one is too much [%], ours   */
};

/** Of all pictures that were put; zeroed: of none */
struct exposure {
	uint64_t luma, pixels; /**< Sum, and of how many */
	uint64_t black, white; /**< Pixels clipped       */
};

/** A picture was taken. One whose luma cannot be read is passed over */
void exposure_put(struct exposure *e, const struct frame *f);

/** Mean luma, 0 of none */
unsigned exposure_mean(const struct exposure *e);

/** Whether pictures were looked at, and there is nothing wrong with them */
bool exposure_fine(const struct exposure *e);

/** Print: "exposure is fine: brightness 97 of 16 to 235, 0 % white, 12 %
    black", or what is wrong in place of fine, and a likely cause */
int exposure_print(struct re_printf *pf, const struct exposure *e);

#endif
