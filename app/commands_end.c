/**
 * @file app/commands_end.c  Commands that end the phone
 */
#include "app/commands_end.h"
#include "app/notify.h"
#include "app/reload.h"
#include "core/base/log.h"

int cmd_quit(const struct request *rq)
{
	rq->ctx->quith(rq->ctx->arg);
	return 0;
}

/* With a file that is wrong it would not come back */
static int check_file(const struct request *rq)
{
	struct mbuf *mb = mbuf_alloc(LOG_LINE_MAX);
	char text[LOG_TEXT_MAX];
	int err = mb ? reload_check(rq->ctx->reload, mb) : ENOMEM;

	if (err && mb) {
		(void)re_snprintf(text, sizeof(text),
				  "it would not start again: %b", mb->buf,
				  mb->end ? mb->end - 1 : 0);
		(void)request_say(rq, err, text);
	}
	mem_deref(mb);
	return err;
}

static int end(const struct request *rq, enum commands_end how)
{
	int err = check_file(rq);

	if (!err)
		rq->ctx->endh(how, rq->ctx->arg);
	return err;
}

int cmd_restart(const struct request *rq)
{
	const bool idle = rq->argc > 0;

	if (idle && strcmp(rq->argv[0], "idle"))
		return request_say(rq, EINVAL, "restart [idle]");
	if (!rq->ctx->endh || !rq->ctx->reload)
		return request_say(rq, ENOTSUP, "nobody would start it again");

	return end(rq, idle ? COMMANDS_IDLE : COMMANDS_RESTART);
}

int cmd_reboot(const struct request *rq)
{
	if (!rq->ctx->endh || !rq->ctx->reload || !notify_manager())
		return request_say(rq, ENOTSUP,
				   "only a phone that is a service of systemd "
				   "can have the board started anew");
	if (!rq->argc || strcmp(rq->argv[0], "now"))
		return request_say(rq, EINVAL,
				   "it ends all calls, and all else on this "
				   "board; give `reboot now`");

	return end(rq, COMMANDS_REBOOT);
}
