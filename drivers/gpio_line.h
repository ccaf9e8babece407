/**
 * @file drivers/gpio_line.h  GPIO line: one line of the kernel, by libgpiod
 *
 *     gpio_chip, gpio_guard -> [gpio_line] -> libgpiod -> /dev/gpiochipN
 *
 * What differs between libgpiod 1 and 2 is in gpio_line_v1.c and _v2.c, of
 * which the build takes one. On and off are meant, not high and low.
 */
#ifndef DRIVERS_GPIO_LINE_H
#define DRIVERS_GPIO_LINE_H

#include "core/device/gpio.h"

enum {
	GPIO_LINE_CHIP = 64,   /**< Path of a chip [bytes], ours              */
	GPIO_LINE_NAME = 32,   /**< Label of a chip [bytes] (linux/gpio.h)    */
	GPIO_LINE_EVENTS = 16, /**< Edges that are read at once, ours       */
};

/** The name under which the kernel has our lines */
#define GPIO_LINE_CONSUMER "boardphone"

/** What a chip says of itself */
struct gpio_line_chip {
	char label[GPIO_LINE_NAME];
	unsigned lines;
};

struct gpio_line;

/* ---- In gpio_line.c ---- */

/**
 * Take a line: an input that tells of its edges, or an output that is off.
 * Free it with mem_deref(), which gives it back as it is.
 *
 * The place is gpio:CHIP/LINE or gpiochipN:LINE; CHIP is gpiochipN, a path, or
 * the label of a chip, LINE a number or a name.
 *
 * @param label  Of the chip: "" at first, and set; then only a chip with that
 *               label will do, though its number may be another one by now
 *
 * @return 0, EINVAL no such line, ENODEV no such chip, EBUSY in use, ENOMEM,
 *         EACCES, or errno of the chip
 */
int gpio_line_alloc(struct gpio_line **lp, const struct gpio_params *prm,
		    bool output, char label[GPIO_LINE_NAME]);

/** Print the chips, a line each, for %H */
int gpio_line_list(struct re_printf *pf, void *unused);

/* ---- In the file for the version of libgpiod ---- */

/** The same, by path, and number or name on that chip */
int gpio_line_open(struct gpio_line **lp, const char *path, const char *line,
		   const struct gpio_params *prm, bool output);

/** What a chip says of itself. @return 0, or errno */
int gpio_line_look(const char *path, struct gpio_line_chip *chip);

/** Of an input: readable when there was an edge */
int gpio_line_fd(const struct gpio_line *l);

/** Forget the edges that fd is readable for. @return 0, or errno: it is gone */
int gpio_line_drain(struct gpio_line *l);

/** Whether it is on. @return 0, or errno: it is gone */
int gpio_line_get(const struct gpio_line *l, bool *on);

/** Switch an output. @return 0, or errno: it is gone */
int gpio_line_set(struct gpio_line *l, bool on);

#endif
