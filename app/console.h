/**
 * @file app/console.h  Console: commands typed at a terminal
 *
 *     terminal -> libedit -> [console] -> commands
 *     log, events -> [console] -> terminal
 *
 * Line editing, history and completion of commands come from libedit. A line
 * of log clears the prompt, is printed, and the prompt comes back.
 */
#ifndef APP_CONSOLE_H
#define APP_CONSOLE_H

#include "app/commands.h"

struct console;

/**
 * Start on standard input and output; a process has one at most.
 *
 * @return 0, ENOTTY standard input is no terminal, or nothing to edit lines
 *         with; or errno
 */
int console_alloc(struct console **cp, const struct commands_context *ctx,
		  struct event_bus *events);

#endif
