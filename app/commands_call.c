/**
 * @file app/commands_call.c  Command that makes a call
 */
#include "app/commands_call.h"
#include "app/commands_picture.h"

static const char usage[] = "call TO [audio|av|video|screen] "
			    "[recvonly|sendonly] [via=NAME] "
			    "[header=NAME:VALUE]... [caps=TAGS]";

bool commands_media(const char *word, enum calls_media *mediap)
{
	static const char *const namev[] = {
		[CALLS_AUDIO] = "audio",
		[CALLS_VIDEO] = "video",
		[CALLS_AV] = "av",
		[CALLS_SCREEN] = "screen",
	};

	for (unsigned i = CALLS_AUDIO; i < ARRAY_SIZE(namev); i++) {
		if (strcmp(word, namev[i]))
			continue;
		*mediap = (enum calls_media)i;
		return true;
	}

	return false;
}

static bool take_word(struct calls_way *way, const char *word)
{
	if (!strcmp(word, "recvonly"))
		way->send = false;
	else if (!strcmp(word, "sendonly"))
		way->recv = false;
	else
		return commands_media(word, &way->media);

	return true;
}

/* @return whether it is one; *rightp is set when it cannot be */
static bool take_option(struct request *rq, int i, struct calls_way *way,
			const char **rightp)
{
	const char *text;

	text = request_option(rq, i, "via=");
	if (text) {
		*rightp = way->account ? usage : NULL;
		way->account = text;
		return true;
	}
	text = request_option(rq, i, "header=");
	if (text) {
		(void)extras_header(way->extras, text, rightp);
		return true;
	}
	text = request_option(rq, i, "caps=");
	if (text)
		(void)extras_caps(way->extras, text, rightp);
	return text != NULL;
}

/* Read all arguments. @return NULL, or what would be right */
static const char *read_args(struct request *rq, struct calls_way *way)
{
	const char *right = NULL;

	for (int i = 1; i < rq->argc && !right;) {
		if (take_option(rq, i, way, &right))
			continue;
		if (!take_word(way, rq->argv[i++]))
			right = usage;
	}
	if (!way->send && (!way->recv || way->media == CALLS_SCREEN))
		right = usage;

	way->undirected = way->send && way->recv && !way->media;
	return right;
}

int cmd_call(const struct request *asked)
{
	struct calls_way way = { .send = true, .recv = true };
	struct request rq = *asked;
	const char *right;
	unsigned id = 0;
	int err = extras_alloc(&way.extras);

	if (err)
		return err;

	right = read_args(&rq, &way);
	if (right)
		err = request_say(&rq, EINVAL, right);
	else
		err = phone_call(rq.ctx->phone, rq.argv[0], &way, &id, rq.now);
	mem_deref(way.extras);
	if (right)
		return err;
	if (err == EEXIST)
		return request_say(&rq, err,
				   "that header is in [headers] of the account "
				   "already");
	if (err)
		return commands_screen_say(&rq, way.media == CALLS_SCREEN, err);

	return rq.json ? request_json(&rq, json_pack("{s:i}", "id", (int)id))
		       : mbuf_printf(rq.out, "call %u\n", id);
}

int cmd_info(const struct request *rq)
{
	char *body = NULL;
	unsigned id;
	int err = request_id(rq, 0, &id);

	if (err)
		return err;

	err = request_join(rq, 2, &body);
	if (!err)
		err = phone_info(rq->ctx->phone, id, rq->argv[1], body,
				 rq->now);
	mem_deref(body);
	switch (err) {
	case EBADMSG:
		return request_say(rq, err,
				   "not a Content-Type; such as text/plain");
	case EMSGSIZE:
		return request_say(rq, err, "that is too long");
	default:
		return request_call(rq, err);
	}
}
