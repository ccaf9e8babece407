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

/**
 * The screen went away (err = errno), or is back (0). Called once for each
 * change, from the loop; freeing is not allowed inside.
 */
typedef void(display_state_h)(int err, void *arg);

/** What lies over the picture, I420; NULL: nothing does. Shapes are kept */
struct display_overlay {
	struct frame *band;  /**< Above, as wide as the screen     */
	struct frame *inset; /**< Below on the right, a quarter of it */
};

/** What a driver does; all functions but overlay() are present */
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

	/**
	 * From now on this lies over each picture, and on black while none
	 * is shown. References are kept. May be called as often as one
	 * likes, with the same. NULL: it cannot.
	 */
	void (*overlay)(struct display *d, const struct display_overlay *o,
			uint64_t now);
};

/** Begins each driver's object, which is freed with mem_deref() */
struct display {
	const struct display_table *table;
	display_state_h *sh; /**< These three by functions below only */
	void *arg;
	int err;
};

/**
 * Constructor of a driver.
 *
 * @param dp      Set to the new display
 * @param device  What follows "drm" or "file=" in [video] display, or ""
 *
 * A display whose screen may come later is made without; see display_watch().
 *
 * @return 0, EINVAL device not understood, ENOENT, EACCES, ENOMEM
 */
typedef int(display_alloc_h)(struct display **dp, const char *device);

/** Print the names that can be given, a line each */
typedef int(display_list_h)(struct re_printf *pf, void *unused);

/** Let something lie over the picture, where that can be */
static inline void display_overlay(struct display *d,
				   const struct display_overlay *o,
				   uint64_t now)
{
	if (d->table->overlay)
		d->table->overlay(d, o, now);
}

/** Hear of its state, beginning with now if it is away; NULL: no more */
static inline void display_watch(struct display *d, display_state_h *sh,
				 void *arg)
{
	d->sh = sh;
	d->arg = arg;
	if (sh && d->err)
		sh(d->err, arg);
}

/** For drivers: how it is now */
static inline void display_tell(struct display *d, int err)
{
	const bool changed = !err != !d->err;

	d->err = err;
	if (changed && d->sh)
		d->sh(err, d->arg);
}

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
