/**
 * @file drivers/sim_gpio.h  Simulated GPIO chip: lines that commands press
 *
 *     command `button bell press` -> [sim_gpio] -> button's handler
 *     door -> output_set() -> [sim_gpio] -> log
 *
 * Lines 0 to SIM_GPIO_LINES - 1; each is a button or an output, not both.
 */
#ifndef DRIVERS_SIM_GPIO_H
#define DRIVERS_SIM_GPIO_H

#include "core/device/button.h"
#include "core/device/output.h"

enum {
	SIM_GPIO_LINES = 32, /**< Ours */
};

/** Constructors, for `sim:` */
button_alloc_h sim_gpio_button;
output_alloc_h sim_gpio_output;

/** Print the chip and how many lines it has, for %H and `devices` */
int sim_gpio_list(struct re_printf *pf, void *unused);

/** Whether an output is on, or a button pressed */
bool sim_gpio_on(unsigned line);

#endif
