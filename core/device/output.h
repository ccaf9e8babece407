/**
 * @file core/device/output.h  Output: a line that is on or off
 *
 *     door, lamp -> [output] -> GPIO line -> relay, light
 *
 * A table of functions; drivers implement it, a board chooses the driver. An
 * output is off when it is made, and off again when it is freed.
 */
#ifndef CORE_DEVICE_OUTPUT_H
#define CORE_DEVICE_OUTPUT_H

#include "core/device/gpio.h"

struct output;

/** What a driver does; all functions are present */
struct output_table {
	/** Switch it; at once. @return 0, ENODEV, EIO */
	int (*set)(struct output *o, bool on);

	/** Whether it is on */
	bool (*on)(const struct output *o);
};

/**
 * It is off, though it should be on: the line is gone, or what keeps it safe
 * has switched it off. Must not free the output.
 */
typedef void(output_off_h)(int err, void *arg);

/** Begins each driver's object, which is freed with mem_deref() */
struct output {
	const struct output_table *table;
	output_off_h *offh; /**< See output_watch() */
	void *arg;
};

/**
 * Constructor of a driver; the line is off.
 *
 * @param op  Set to the new output
 *
 * @return 0, EINVAL no such line, EBUSY in use, ENODEV, ENOMEM
 */
typedef int(output_alloc_h)(struct output **op, const struct gpio_params *prm);

/** Switch it. @return 0, ENODEV, EIO */
static inline int output_set(struct output *o, bool on)
{
	return o->table->set(o, on);
}

/** Who hears that it is off by itself; NULL for nobody */
static inline void output_watch(struct output *o, output_off_h *h, void *arg)
{
	o->offh = h;
	o->arg = arg;
}

/** Whether it is on */
static inline bool output_on(const struct output *o)
{
	return o->table->on(o);
}

#endif
