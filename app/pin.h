/**
 * @file app/pin.h  Pin: one line of [buttons], [inputs], ...
 *
 *     "gpiochip0:17 low press=ring:browsers" -> [pin] -> chip, line, options
 *
 * Form, and the options that all inputs have; what the others mean is
 * app/wiring.h.
 */
#ifndef APP_PIN_H
#define APP_PIN_H

#include "core/device/gpio.h"

enum {
	PIN_OPTIONS = 8,	      /**< Options of a line, ours */
	PIN_DEBOUNCE = 20 * CLOCK_MS, /**< Contacts seldom bounce longer [us] */
};

/** The options of all inputs, for keyv */
#define PIN_INPUT "pull", "debounce"

/** An option, KEY=VALUE */
struct pin_option {
	const char *key, *value;
};

/** A line; free it with mem_deref(), which wipes it */
struct pin {
	char *text; /**< What all of this points into */
	size_t size;
	const char *chip, *line;
	bool low;
	struct pin_option optionv[PIN_OPTIONS];
	unsigned optionc;
};

/**
 * Read a line.
 *
 * @param keyv  Options that there are, up to NULL
 * @param why   Set to what is wrong and would be right, after EINVAL; never
 *              shows a value, which may be a secret
 *
 * @return 0, EINVAL, ENOMEM
 */
int pin_alloc(struct pin **wp, const char *text, const char *const *keyv,
	      char *why, size_t size);

/** Its place, for an output. Points into w */
struct gpio_params pin_output(const struct pin *w);

/**
 * Its place and wiring, for an input.
 *
 * @param prm  Set; points into w
 *
 * @return 0, EINVAL: why says what
 */
int pin_input(const struct pin *w, struct gpio_params *prm, char *why,
	      size_t size);

/**
 * A time that an option gives.
 *
 * @param time  Left as it is when the option is not given [us]
 *
 * @return 0, EINVAL: why says what
 */
int pin_time(const struct pin *w, const char *key, uint64_t min, uint64_t max,
	     uint64_t *time, char *why, size_t size);

/** The value of an option, NULL if it is not given */
const char *pin_option(const struct pin *w, const char *key);

#endif
