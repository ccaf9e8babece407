/**
 * @file drivers/overlay.h  Overlay: what lies over the picture, and where
 *
 *     struct display_overlay -> [overlay] -> screen's memory, I420
 *
 * References are taken in the loop; drawing is for any thread.
 */
#ifndef DRIVERS_OVERLAY_H
#define DRIVERS_OVERLAY_H

#include "core/device/display.h"
#include "drivers/pixels.h"

enum {
	OVERLAY_BAND = 3,    /**< At most this part of the height, ours  */
	OVERLAY_INSET = 4,   /**< A side is at most this part, ours      */
	OVERLAY_MARGIN = 32, /**< Of the inset, part of the width, ours  */
};

/** Keep what is new. @return whether it is another one */
bool overlay_set(struct display_overlay *o, const struct display_overlay *to);

/** Drop what is kept */
void overlay_clear(struct display_overlay *o);

static inline bool overlay_any(const struct display_overlay *o)
{
	return o->band || o->inset;
}

/** Where they are on a screen; of height 0: they are not */
struct pixels_rect overlay_band(const struct display_overlay *o, unsigned width,
				unsigned height);
struct pixels_rect overlay_inset(const struct display_overlay *o,
				 unsigned width, unsigned height);

/** Draw it. @return 0, EINVAL, ENOMEM */
int overlay_to_screen(const struct display_overlay *o, struct pixels *px,
		      const struct pixels_screen *screen);
int overlay_to_frame(const struct display_overlay *o, struct pixels *px,
		     struct frame *f);

#endif
