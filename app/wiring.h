/**
 * @file app/wiring.h  Wiring: what [buttons], [relays], ... mean
 *
 *     config -> [wiring] -> app/buttons, door          at start
 *                    '----> mistakes, FILE:LINE        check and start
 */
#ifndef APP_WIRING_H
#define APP_WIRING_H

#include "app/pin.h"
#include "app/press.h"
#include "app/words.h"
#include "board/board.h"
#include "core/base/config.h"
#include "core/call/door.h"

enum {
	WIRING_WHY = 256, /**< A sentence about a mistake [bytes], ours */
};

/** What a button does, as words of a command */
struct wiring_command {
	char *text; /**< What the words point into */
	char *wordv[WORDS_MAX];
	int n; /**< 0: nothing */
};

/** A line of [buttons]; free it with mem_deref() */
struct wiring_button {
	struct pin *pin;
	struct gpio_params line;		 /**< Points into pin */
	struct wiring_command cmdv[PRESS_KINDS]; /**< By enum press_kind */
};

/**
 * Read a line of [buttons].
 *
 * @return 0, EINVAL: why says what, ENOMEM
 */
int wiring_button(struct wiring_button **bp, const char *text, char *why,
		  size_t size);

/**
 * Read a line of [relays].
 *
 * @param wp     Set to the line, for chip and line; `relay` points into it
 * @param relay  Set, but for name and output
 *
 * @return 0, EINVAL: why says what, ENOMEM
 */
int wiring_relay(struct pin **wp, struct door_relay *relay, const char *text,
		 char *why, size_t size);

/**
 * Check the sections of lines against each other, the board and the rest of the
 * configuration.
 *
 * @param name  Of the file, before the line number
 * @param h     Told of each mistake, as config_load() does
 *
 * @return 0, EINVAL, ENOMEM
 */
int wiring_check(const struct config *cfg, const struct board *board,
		 const char *name, config_fault_h *h, void *arg);

/**
 * Start what keeps the relays of the configuration safe, before the loop and
 * any thread.
 *
 * @return 0, or errno (logged)
 */
int wiring_guard(const struct config *cfg, const struct board *board);

/** Tell of a line that is gone or back, as gpio_state_h; arg: event_bus */
void wiring_state(const char *chip, const char *line, int err, void *arg);

/**
 * Put the relays of the configuration on a door.
 *
 * @param events  For device_lost and device_back
 *
 * @return 0, or errno (logged: which and why)
 */
int wiring_door(struct door *d, const struct config *cfg,
		const struct board *board, struct event_bus *events);

#endif
