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
	struct answer *later; /**< For what takes time; NULL: nobody waits */
	uint64_t now;
};

typedef int(command_h)(const struct request *rq);

/** Answer with JSON, whose reference is taken. @return 0, ENOMEM */
int request_json(const struct request *rq, json_t *js);

/** Answer with all of a buffer, which in JSON is a member "text". @return 0,
    ENOMEM */
int request_buffer(const struct request *rq, const struct mbuf *mb);

/** The same with what h prints */
int request_text(const struct request *rq, re_printf_h *h);

/** Answer with a sentence. @return err */
int request_say(const struct request *rq, int err, const char *text);

/** Read a number, digits only. @return false: it is none, or over max */
bool request_number(const char *s, unsigned long max, unsigned *np);

/** Make a text of the words from argument i on, with a blank between; ""
    without. @return 0, ENOMEM */
int request_join(const struct request *rq, int i, char **textp);

/**
 * Take argument i away if it begins with a prefix, such as "via=".
 *
 * @return what follows it; NULL: it does not, or is not there
 */
const char *request_option(struct request *rq, int i, const char *prefix);

/** Answer what went wrong with a call, in words. @return err */
int request_call(const struct request *rq, int err);

/** The call's number: argument i if there is one, else 0. @return 0, EINVAL
    it is none, answered in words */
int request_id(const struct request *rq, int i, unsigned *idp);

#endif
