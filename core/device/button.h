/**
 * @file core/device/button.h  Button: a line that somebody presses
 *
 *     GPIO line -> [button] -> pressed(yes/no, now)
 *
 * A table of functions; drivers implement it, a board chooses the driver. A
 * driver debounces: its handler hears each press and each release once. A
 * contact that opens and closes is one, too.
 */
#ifndef CORE_DEVICE_BUTTON_H
#define CORE_DEVICE_BUTTON_H

#include "core/device/gpio.h"

/** The button was pressed, or released. Must not free the button */
typedef void(button_h)(bool pressed, uint64_t now, void *arg);

struct button;

/** What a driver does; all functions are present but `set` */
struct button_table {
	/**
	 * Press or release a simulated one; the handler is called before
	 * this returns, if that changes anything. NULL for real ones.
	 */
	void (*set)(struct button *b, bool pressed, uint64_t now);

	/** Whether it is pressed now */
	bool (*pressed)(const struct button *b);
};

/** Begins each driver's object, which is freed with mem_deref() */
struct button {
	const struct button_table *table;
};

/**
 * Constructor of a driver; it watches from here on.
 *
 * @param bp  Set to the new button
 * @param h   Told of each change
 *
 * @return 0, EINVAL no such line, EBUSY in use, ENODEV, ENOMEM
 */
typedef int(button_alloc_h)(struct button **bp, const struct gpio_params *prm,
			    button_h *h, void *arg);

/** Press or release a simulated one. @return 0, ENOTSUP a real one */
static inline int button_set(struct button *b, bool pressed, uint64_t now)
{
	if (!b->table->set)
		return ENOTSUP;

	b->table->set(b, pressed, now);
	return 0;
}

/** Whether it is pressed now */
static inline bool button_pressed(const struct button *b)
{
	return b->table->pressed(b);
}

#endif
