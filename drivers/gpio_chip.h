/**
 * @file drivers/gpio_chip.h  GPIO chip: buttons and outputs of the kernel
 *
 *     edge -> gpio_line -> [gpio_chip] -> debounce -> button's handler
 *     output_set() -> [gpio_chip] -> gpio_line
 */
#ifndef DRIVERS_GPIO_CHIP_H
#define DRIVERS_GPIO_CHIP_H

#include "core/device/button.h"
#include "core/device/output.h"

/** Constructors, for `gpio:CHIP/LINE` and `gpiochipN:LINE` */
button_alloc_h gpio_chip_button;
output_alloc_h gpio_chip_output;

#endif
