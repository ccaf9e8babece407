/**
 * @file app/console.h  Console: commands typed at a terminal
 *
 *     keys -> [console] -> prompt -> words -> commands
 *     log, events -> [console] -> pager -> terminal
 *
 * There may be one on standard input and one on a serial port; both are the
 * same. Nothing waits for a slow line: answers are shown as it takes them, log
 * and events too, and those for which there is no room are counted and told.
 * A line of log hides the prompt, or what is asked at the end of a page, and
 * both come back.
 */
#ifndef APP_CONSOLE_H
#define APP_CONSOLE_H

#include "app/commands.h"
#include "app/scribe.h"

struct console;

/** All of it outlives the console */
struct console_params {
	const struct commands_context *ctx;
	struct event_bus *events;
	struct scribe *scribe;
	const char *device; /**< Serial port; NULL: standard input and output */
	unsigned baud;	    /**< Of a serial port                             */
	bool paging;	    /**< Stop after each page                         */
	const char *password_hash; /**< Asked for; "": anybody may        */
};

/**
 * Start. A serial port that is not there, or goes away, is opened when it is
 * back; the end of standard input ends the phone.
 *
 * @return 0, ENOTTY no terminal, ENOENT nothing to edit lines with; or errno
 */
int console_alloc(struct console **cp, const struct console_params *prm);

#endif
