/**
 * @file app/request.h  Request: a command that is being run
 *
 *     commands -> [request] -> functions of the table
 *
 * What the functions of all commands have in common.
 */
#ifndef APP_REQUEST_H
#define APP_REQUEST_H

#include "app/commands.h"

struct request {
	const struct commands_context *ctx;
	int argc; /**< Arguments without the command's name */
	char **argv;
	bool json;
	struct mbuf *out;
	uint64_t now;
};

typedef int(command_h)(const struct request *rq);

/** Answer with JSON, whose reference is taken. @return 0, ENOMEM */
int request_json(const struct request *rq, json_t *js);

/** Answer with a sentence. @return err */
int request_say(const struct request *rq, int err, const char *text);

#endif
