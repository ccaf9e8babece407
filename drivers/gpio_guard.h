/**
 * @file drivers/gpio_guard.h  GPIO guard: relays are in another process
 *
 *     output_set() -> [gpio_guard] -> socket -> its process -> gpio_line
 *
 * That process is forked at the start, before there are threads. It alone has
 * the relays' lines. It switches them off before the phone has ended, soon
 * after it was killed (the socket closes), when it was not heard of for
 * WATCHMAN_SILENCE (stopped, hanging, dumping core), and after the time of each
 * relay whatever the phone says; what a line does that nobody has is up to its
 * driver, and the end of a process gives its lines back. While all are off,
 * nothing is said.
 */
#ifndef DRIVERS_GPIO_GUARD_H
#define DRIVERS_GPIO_GUARD_H

#include "core/device/output.h"

/** Start it, once per process, before loop and threads. @return 0 or errno */
int gpio_guard_start(void);

/**
 * Constructor of outputs that end after prm->longest.
 *
 * @return also ENOTSUP it was not started
 */
output_alloc_h gpio_guard_output;

#endif
