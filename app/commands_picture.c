/**
 * @file app/commands_picture.c  Commands of the picture
 */
#include "app/commands_picture.h"
#include "app/snapshot.h"

int cmd_keyframe(const struct request *rq)
{
	unsigned id;
	int err = request_id(rq, 0, &id);

	return err ? err
		   : request_call(rq,
				  phone_keyframe(rq->ctx->phone, id, rq->now));
}

int cmd_video(const struct request *rq)
{
	const bool on = !strcmp(rq->argv[0], "on");
	unsigned id;
	int err;

	if (!on && strcmp(rq->argv[0], "off"))
		return request_say(rq, EINVAL, "video on|off [ID]");

	err = request_id(rq, 1, &id);
	return err ? err
		   : request_call(rq,
				  phone_video(rq->ctx->phone, id, on, rq->now));
}

int commands_screen_say(const struct request *rq, bool screen, int err)
{
	if (err != ENOTSUP || !screen)
		return request_call(rq, err);

	return request_say(rq, err,
			   "there is no [screen] source that could be used");
}

int cmd_screen(const struct request *rq)
{
	const bool on = !strcmp(rq->argv[0], "on");
	unsigned id;
	int err;

	if (!on && strcmp(rq->argv[0], "off"))
		return request_say(rq, EINVAL, "screen on|off [ID]");

	err = request_id(rq, 1, &id);
	if (err)
		return err;

	err = phone_screen(rq->ctx->phone, id, on, rq->now);
	if (err == EALREADY)
		return request_say(rq, err,
				   on ? "the screen is shown already"
				      : "the screen is not shown");
	return commands_screen_say(rq, true, err);
}

int cmd_snapshot(const struct request *rq)
{
	struct studio *st = phone_studio(rq->ctx->phone);
	int err;

	if (!st)
		return request_say(rq, ENODEV, "there is no [video] camera");

	err = snapshot_take(st, rq->argv[0], rq->ctx->events, rq->now);
	return err ? request_say(rq, err, strerror(err)) : 0;
}
