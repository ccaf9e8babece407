/**
 * @file app/inputs.h  Inputs: contacts, such as a door's, as events
 *
 *     line of a chip -> button -> [inputs] -> events: opened, closed, too long
 *
 * What closes is no press, and runs no command: who listens decides.
 */
#ifndef APP_INPUTS_H
#define APP_INPUTS_H

#include "app/pin.h"
#include "board/board.h"
#include "core/base/config.h"
#include "core/base/event.h"

struct inputs;

/** A line of [inputs] */
struct inputs_words {
	struct gpio_params line; /**< Points into the pin              */
	uint64_t too_long;	 /**< Open so long [us]; 0: may be so */
};

/**
 * Read a line of [inputs]: CHIP:LINE [low] [pull=] [debounce=] [too_long=]
 *
 * @param pp  Set to the line, which words->line points into
 *
 * @return 0, EINVAL: why says what, ENOMEM
 */
int inputs_read(struct pin **pp, struct inputs_words *words, const char *text,
		char *why, size_t size);

/** Make those of the configuration. @return 0, or errno (logged) */
int inputs_alloc(struct inputs **ip, const struct config *cfg,
		 const struct board *board, struct event_bus *events);

/** Open or close a simulated one. @return 0, ENOENT, ENOTSUP a real one */
int inputs_set(struct inputs *is, const char *name, bool open, uint64_t now);

/** For `status`: a line each; and as a list */
int inputs_print(struct re_printf *pf, const struct inputs *is);
json_t *inputs_json(const struct inputs *is);

#endif
