/**
 * @file app/request.c  Request
 */
#include <stdlib.h>
#include "app/request.h"

enum {
	NUMBER_BASE = 10,
	ID_MAX = 1000000000,
	JOIN_SIZE = 256, /* Usual size of a text [bytes] */
};

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

int request_buffer(const struct request *rq, const struct mbuf *mb)
{
	const struct pl text = { .p = (const char *)mb->buf, .l = mb->end };

	return rq->json ? request_json(rq, json_pack("{s:o}", "text",
						     event_string(&text)))
			: mbuf_write_pl(rq->out, &text);
}

int request_text(const struct request *rq, re_printf_h *h)
{
	struct mbuf *mb = mbuf_alloc(JOIN_SIZE);
	int err = mb ? mbuf_printf(mb, "%H", h, NULL) : ENOMEM;

	if (!err)
		err = request_buffer(rq, mb);
	mem_deref(mb);
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

bool request_number(const char *s, unsigned long max, unsigned *np)
{
	char *end;
	unsigned long n;

	if (*s < '0' || *s > '9')
		return false;

	n = strtoul(s, &end, NUMBER_BASE);
	if (*end || n > max)
		return false;

	*np = (unsigned)n;
	return true;
}

int request_join(const struct request *rq, int i, char **textp)
{
	struct mbuf *mb = mbuf_alloc(JOIN_SIZE);
	int err = mb ? 0 : ENOMEM;

	for (int n = i; n < rq->argc && !err; n++)
		err = mbuf_printf(mb, "%s%s", n > i ? " " : "", rq->argv[n]);
	if (!err) {
		mb->pos = 0;
		err = mbuf_strdup(mb, textp, mb->end);
	}

	mem_deref(mb);
	return err;
}

const char *request_option(struct request *rq, int i, const char *prefix)
{
	const size_t len = strlen(prefix);
	char *option;

	if (i >= rq->argc || strncmp(rq->argv[i], prefix, len) != 0)
		return NULL;

	option = rq->argv[i];
	--rq->argc;
	memmove(&rq->argv[i], &rq->argv[i + 1],
		(size_t)(rq->argc - i) * sizeof(rq->argv[0]));
	return option + len;
}

/* What went wrong with a call, in words */
int request_call(const struct request *rq, int err)
{
	switch (err) {
	case 0:
		return 0;
	case ENOENT:
		return request_say(rq, err, "no such call; `calls` lists them");
	case ENOTCONN:
		return request_say(rq, err,
				   "no connection to the server; see "
				   "`status`");
	case ENODEV:
		return request_say(
			rq, err,
			"there is no [account]; this phone is for the "
			"browsers on its page");
	case ENXIO:
		return request_say(
			rq, err,
			"no account has that name; `status` lists them");
	case ENOTSUP:
		return request_say(
			rq, err,
			"there is neither [video] camera nor display that "
			"could be used");
	case EBUSY:
		return request_say(rq, err,
				   "as many calls as [call] max allows");
	case EINVAL:
		return request_say(rq, err,
				   "not possible in this state of the call, "
				   "or not an address");
	default:
		return request_say(rq, err, strerror(err));
	}
}

/* The call's number, as the argument i if there is one; else 0 */
int request_id(const struct request *rq, int i, unsigned *idp)
{
	*idp = 0;
	if (i >= rq->argc)
		return 0;
	if (request_number(rq->argv[i], ID_MAX, idp) && *idp)
		return 0;

	return request_say(rq, EINVAL,
			   "the call's number is needed; `calls` lists "
			   "them");
}
