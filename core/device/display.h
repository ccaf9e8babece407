/**
 * @file core/device/display.h  Display: pictures on a screen, or in files
 *
 *     frame -> [display] -> screen
 *
 * A table of functions; drivers implement it, a board chooses the driver. A
 * picture is scaled to the screen, its shape kept, the rest is black.
 */
#ifndef CORE_DEVICE_DISPLAY_H
#define CORE_DEVICE_DISPLAY_H

#include "core/base/clock.h"
#include "core/base/frame.h"

struct display;

/** What a driver does; all functions are present */
struct display_table {
	/**
	 * Show a picture, I420, as soon as the screen can, in place of one
	 * that waits. A reference is kept until it was drawn.
	 *
	 * @return 0, ENODEV the screen is gone, EIO
	 */
	int (*show)(struct display *d, struct frame *f, uint64_t now);

	/** Make it black, or dark: nothing is shown any more */
	void (*clear)(struct display *d);

	/** Print what it is and its counters on one line */
	int (*print)(struct re_printf *pf, const struct display *d);
};

/** Begins each driver's object, which is freed with mem_deref() */
struct display {
	const struct display_table *table;
};

/**
 * Constructor of a driver.
 *
 * @param dp      Set to the new display
 * @param device  What follows "drm" or "file=" in [video] display, or ""
 *
 * @return 0, EINVAL device not understood, ENODEV, ENOENT, EACCES, ENOMEM
 */
typedef int(display_alloc_h)(struct display **dp, const char *device);

/** Print the names that can be given, a line each */
typedef int(display_list_h)(struct re_printf *pf, void *unused);

/** Show a picture; see struct display_table */
static inline int display_show(struct display *d, struct frame *f, uint64_t now)
{
	return d->table->show(d, f, now);
}

/** Nothing is shown any more */
static inline void display_clear(struct display *d)
{
	d->table->clear(d);
}

/** Print what it is and its counters, for %H */
static inline int display_print(struct re_printf *pf, const struct display *d)
{
	return d->table->print(pf, d);
}

#endif
