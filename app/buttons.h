/**
 * @file app/buttons.h  Buttons: each runs a command when it is pressed
 *
 *     line of a chip -> button -> [buttons] -> event, commands
 *     command `button` ----------^
 */
#ifndef APP_BUTTONS_H
#define APP_BUTTONS_H

#include "board/board.h"
#include "app/commands.h"

/** What is done to a button by the command */
enum buttons_act {
	BUTTONS_CLICK, /**< Pressed, and released */
	BUTTONS_PRESS, /**< Anew, if it is pressed already */
	BUTTONS_RELEASE,
};

struct buttons;

/**
 * Make the buttons of the configuration; they work from here on.
 *
 * @param ctx  What commands work on; outlives them
 *
 * @return 0, ENOMEM, or errno of a chip (logged: which and why)
 */
int buttons_alloc(struct buttons **bp, const struct config *cfg,
		  const struct board *board, const struct commands_context *ctx,
		  struct event_bus *events);

/**
 * Press or release a button as if somebody did.
 *
 * @param name  NULL for the first
 *
 * @return 0, ENOENT no such button
 */
int buttons_act(struct buttons *b, const char *name, enum buttons_act act,
		uint64_t now);

/** For `status`: a line each; and as a list */
int buttons_print(struct re_printf *pf, const struct buttons *b);
json_t *buttons_json(const struct buttons *b);

#endif
