/**
 * @file core/device/gpio.h  GPIO: which line of which chip, and how it is wired
 *
 *     [buttons], [inputs], [lamps], [relays] -> struct gpio_params -> driver
 */
#ifndef CORE_DEVICE_GPIO_H
#define CORE_DEVICE_GPIO_H

#include "core/base/clock.h"

/** What draws an input to a level while nothing else does */
enum gpio_pull {
	GPIO_PULL_BOARD, /**< As the board has it */
	GPIO_PULL_UP,
	GPIO_PULL_DOWN,
	GPIO_PULL_NONE,
};

/**
 * A line is gone, or back. Must not free what uses it.
 *
 * @param err  0 it is back, else why it is gone
 */
typedef void(gpio_state_h)(const char *chip, const char *line, int err,
			   void *arg);

/** A line; texts are borrowed */
struct gpio_params {
	const char *chip; /**< Such as "sim" or "gpiochip0"        */
	const char *line; /**< What follows "CHIP:"                */
	bool low;	  /**< Pressed, or on, is low              */

	/* Inputs */
	enum gpio_pull pull;
	uint64_t debounce; /**< It is so when it was so for so long [us] */

	/* Outputs */
	uint64_t longest; /**< A relay: off after so long [us], even if the
			       phone should end or hang; 0: a lamp      */

	gpio_state_h *stateh; /**< May be NULL */
	void *arg;
};

#endif
