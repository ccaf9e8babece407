/**
 * @file app/pin.h  Pin: one line of [buttons] or [relays]
 *
 *     "gpiochip0:17 low press=ring:browsers" -> [pin] -> chip, line, options
 *
 * Form only; what the options mean is app/wiring.h.
 */
#ifndef APP_PIN_H
#define APP_PIN_H

#include "core/base/re.h"

enum {
	PIN_OPTIONS = 8, /**< Options of a line, ours */
};

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

/** The value of an option, NULL if it is not given */
const char *pin_option(const struct pin *w, const char *key);

#endif
