/**
 * @file app/request.c  Request
 */
#include <stdlib.h>
#include "app/request.h"

int request_json(const struct request *rq, json_t *js)
{
	char *text;
	int err;

	if (!js)
		return ENOMEM;

	text = json_dumps(js, JSON_COMPACT | JSON_PRESERVE_ORDER);
	err = text ? mbuf_printf(rq->out, "%s\n", text) : ENOMEM;
	free(text);
	json_decref(js);
	return err;
}

int request_say(const struct request *rq, int err, const char *text)
{
	if (rq->json)
		(void)request_json(rq, json_pack("{s:i, s:s}", "code", err,
						 "error", text));
	else
		(void)mbuf_printf(rq->out, "%s\n", text);

	return err;
}
