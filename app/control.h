/**
 * @file app/control.h  Control socket: commands from other programs
 *
 *     boardphone ctl -> client -> unix socket -> [control] -> commands
 *
 * A stream socket, mode 0600 if not configured otherwise. A request is one
 * line of JSON,
 * {"command":["call","bob"],"json":false}; answers are lines too:
 * {"out":"text"} any number of times and, last, {"exit":0} with an errno.
 * `events` never ends: each event comes as an "out" line.
 */
#ifndef APP_CONTROL_H
#define APP_CONTROL_H

#include "app/commands.h"

enum {
	CONTROL_CLIENTS = 8,	  /**< At once (SECURITY row 43)      */
	CONTROL_REQUEST = 16384,  /**< A request [bytes], ours        */
	CONTROL_BACKLOG = 262144, /**< Unread answers, then the client
				      is dropped [bytes], ours          */
};

struct control;

/**
 * Listen.
 *
 * @param path  Of the socket; one that nobody listens on is replaced
 * @param mode  Of the socket, as chmod(2) takes it
 *
 * @return 0, EADDRINUSE another phone listens there, or errno
 */
int control_alloc(struct control **cp, const char *path, unsigned mode,
		  const struct commands_context *ctx, struct event_bus *events);

#endif
