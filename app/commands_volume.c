/**
 * @file app/commands_volume.c  Command of the card's mixer
 */
#include "app/commands_volume.h"
#include "core/base/log.h"

enum {
	PERCENT_MAX = 100,
};

static int refuse(const struct request *rq, int err, enum sound_side side)
{
	char text[LOG_LINE_MAX];

	if (err == ENODEV)
		return request_say(rq, err,
				   "the sound card is away; what was set "
				   "counts when it is there");
	if (err != ENOTSUP)
		return request_say(rq, err, strerror(err));

	(void)re_snprintf(text, sizeof(text),
			  "the sound device has no control of the %s's "
			  "volume; `devices` lists what can be [audio] "
			  "%s_control",
			  sound_side_name(side), sound_side_name(side));
	return request_say(rq, err, text);
}

/* What is not there is not told */
static int add_json(json_t *js, const char *name, int err,
		    const struct sound_volume *v)
{
	json_t *side;
	int ret = 0;

	if (err)
		return 0;

	side = json_pack("{s:s}", "control", v->control);
	if (v->percent != SOUND_KEEP)
		ret |= json_object_set_new(side, "volume",
					   json_integer(v->percent));
	if (v->muted != SOUND_KEEP)
		ret |= json_object_set_new(side, "muted",
					   json_boolean(v->muted));
	return ret | json_object_set_new(js, name, side) ? ENOMEM : 0;
}

static int side_print(const struct request *rq, enum sound_side side, int err,
		      const struct sound_volume *v)
{
	const char *name = sound_side_name(side);

	if (err)
		return mbuf_printf(rq->out, "%-10s %s\n", name,
				   err == ENODEV ? "the card is away"
						 : "no such control");

	err = mbuf_printf(rq->out, "%-10s ", name);
	if (v->percent != SOUND_KEEP)
		err |= mbuf_printf(rq->out, "%3d %% ", v->percent);
	return err | mbuf_printf(rq->out, "%s%s\n", v->control,
				 v->muted == 1 ? ", muted" : "");
}

static int show(const struct request *rq, int from, int to)
{
	json_t *js = rq->json ? json_object() : NULL;
	int ret = 0;

	for (int i = to; i >= from; i--) {
		const enum sound_side side = (enum sound_side)i;
		struct sound_volume v;
		const int err = sound_get_volume(rq->ctx->sound, side, &v);

		if (from == to && err) {
			json_decref(js);
			return refuse(rq, err, side);
		}
		ret |= rq->json ? add_json(js, sound_side_name(side), err, &v)
				: side_print(rq, side, err, &v);
	}

	return rq->json ? request_json(rq, js) | ret : ret;
}

/* @return whether it is one */
static bool read_volume(struct sound_volume *v, const char *word)
{
	unsigned percent;

	*v = (struct sound_volume){ .percent = SOUND_KEEP,
				    .muted = SOUND_KEEP };
	if (!strcmp(word, "mute") || !strcmp(word, "unmute")) {
		v->muted = !strcmp(word, "mute");
		return true;
	}
	if (!request_number(word, PERCENT_MAX, &percent))
		return false;

	v->percent = (int)percent;
	return true;
}

int cmd_volume(const struct request *rq)
{
	enum sound_side side = SOUND_SPEAKER;
	struct sound_volume v;
	int err;

	if (!rq->ctx->sound)
		return request_say(rq, ENOTSUP, "there is no sound device");
	if (!rq->argc)
		return show(rq, 0, SOUND_SIDES - 1);

	if (!strcmp(rq->argv[0], "microphone"))
		side = SOUND_MICROPHONE;
	if (strcmp(rq->argv[0], sound_side_name(side)) ||
	    (rq->argc > 1 && !read_volume(&v, rq->argv[1])))
		return request_say(rq, EINVAL,
				   "volume [speaker|microphone] "
				   "[0..100|mute|unmute]");

	err = rq->argc > 1 ? sound_set_volume(rq->ctx->sound, side, &v) : 0;
	return err ? refuse(rq, err, side) : show(rq, (int)side, (int)side);
}
