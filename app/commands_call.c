/**
 * @file app/commands_call.c  Command that makes a call
 */
#include "app/commands_call.h"
#include "app/commands_picture.h"

static const char usage[] = "call TO [audio|av|video|screen] "
			    "[recvonly|sendonly] [via=NAME]";

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

static bool take_option(struct request *rq, int i, struct calls_way *way)
{
	const char *account = request_option(rq, i, "via=");

	if (!account || way->account)
		return false;

	way->account = account;
	return true;
}

int cmd_call(const struct request *asked)
{
	struct calls_way way = { .send = true, .recv = true };
	struct request rq = *asked;
	unsigned id = 0;
	int err;

	for (int i = 1; i < rq.argc;) {
		if (take_option(&rq, i, &way))
			continue;
		if (!take_word(&way, rq.argv[i++]))
			return request_say(&rq, EINVAL, usage);
	}
	if (!way.send && (!way.recv || way.media == CALLS_SCREEN))
		return request_say(&rq, EINVAL, usage);

	way.undirected = way.send && way.recv && !way.media;
	err = phone_call(rq.ctx->phone, rq.argv[0], &way, &id, rq.now);
	if (err)
		return commands_screen_say(&rq, way.media == CALLS_SCREEN, err);

	return rq.json ? request_json(&rq, json_pack("{s:i}", "id", (int)id))
		       : mbuf_printf(rq.out, "call %u\n", id);
}
