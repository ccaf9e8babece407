/**
 * @file drivers/gpio_wire.h  GPIO wire: a line that may go, and come back
 *
 *     gpio_chip, gpio_guard -> [gpio_wire] -> gpio_line
 *
 * Who takes a chip away (a plug, a driver) takes its lines along, and the
 * kernel does not wake anybody for it: somebody must look now and then. What
 * is gone is let go. The chip may come back under another number: it is known
 * by its label. Holds no clock.
 */
#ifndef DRIVERS_GPIO_WIRE_H
#define DRIVERS_GPIO_WIRE_H

#include "drivers/gpio_line.h"

enum {
	GPIO_WIRE_PLACE = 64,	  /**< Chip, or line [bytes], ours */
	GPIO_WIRE_LOOK = CLOCK_S, /**< So often [us], ours         */
};

/** Begin with zeros */
struct gpio_wire {
	struct gpio_line *line; /**< NULL: it is gone */
	char chip[GPIO_WIRE_PLACE], name[GPIO_WIRE_PLACE];
	char label[GPIO_LINE_NAME]; /**< Of its chip */
	struct gpio_params prm;	    /**< Points to these  */
	bool output;
};

/** Take the line. @return as gpio_line_alloc() */
int gpio_wire_open(struct gpio_wire *w, const struct gpio_params *prm,
		   bool output);

/** Give it back, as it is */
void gpio_wire_close(struct gpio_wire *w);

/** The line has failed: let it go, and tell */
void gpio_wire_lose(struct gpio_wire *w, int err);

/**
 * Whether it is there, or there again, which is told.
 *
 * @param on  Set to whether it is on
 *
 * @return 0, or errno: it is gone
 */
int gpio_wire_look(struct gpio_wire *w, bool *on);

/** Switch an output. @return 0, ENODEV it is gone, or errno: it is gone now */
int gpio_wire_set(struct gpio_wire *w, bool on);

#endif
