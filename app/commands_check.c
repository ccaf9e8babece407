/**
 * @file app/commands_check.c  Commands that try the devices
 *
 * They take seconds, so somebody has to wait for them.
 */
#include "app/commands_check.h"
#include "app/earcheck.h"
#include "app/eyecheck.h"
#include "app/loopback.h"

/* What it says when it cannot begin */
static int begun(const struct request *rq, int err)
{
	switch (err) {
	case 0:
		return EINPROGRESS;
	case EBUSY:
		return request_say(rq, err, "there is a call; try after it");
	case EALREADY:
		return request_say(rq, err, "another check is running");
	case ENODEV:
		return request_say(rq, err, "there is no such device");
	case ENOTSUP:
		return request_say(rq, err,
				   "there is no [video] display, or nothing "
				   "decodes for it");
	default:
		return request_say(rq, err, strerror(err));
	}
}

static int start(const struct request *rq, bool video, bool loop,
		 unsigned seconds)
{
	const struct commands_context *ctx = rq->ctx;

	if (!rq->later || rq->json)
		return request_say(rq, ENOTSUP,
				   "it says what it finds bit by bit, and as "
				   "text: on a console, or `boardphone ctl`");
	if (video)
		return begun(rq, eyecheck_start(ctx->optics, ctx->cfg, loop,
						seconds, rq->later));
	if (!ctx->sound)
		return begun(rq, ENODEV);

	return begun(rq, loop ? loopback_start(ctx->sound, seconds, rq->later)
			      : earcheck_start(ctx->sound, rq->later));
}

int cmd_check(const struct request *rq)
{
	const bool video = !strcmp(rq->argv[0], "video");

	if (!video && strcmp(rq->argv[0], "audio"))
		return request_say(rq, EINVAL, "check audio|video");

	return start(rq, video, false, EYECHECK_TIME);
}

int cmd_loopback(const struct request *rq)
{
	const bool video = !strcmp(rq->argv[0], "video");
	unsigned seconds = LOOPBACK_TIME;

	if ((!video && strcmp(rq->argv[0], "audio")) ||
	    (rq->argc > 1 &&
	     (!request_number(rq->argv[1], LOOPBACK_MAX, &seconds) ||
	      !seconds)))
		return request_say(rq, EINVAL,
				   "loopback audio|video [SECONDS], to 60");

	return start(rq, video, true, seconds);
}
