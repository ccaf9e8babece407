/**
 * @file app/commands_config.c  Commands of the configuration
 */
#include "app/commands_config.h"
#include "app/scribe.h"
#include "app/wiring.h"
#include "core/base/config_print.h"

static void fault_handler(bool fatal, const char *text, void *arg)
{
	(void)mbuf_printf(arg, "%s%s\n", fatal ? "" : "warning: ", text);
}

/* The file as it is now, which the phone goes on without */
static int check(struct mbuf *mb, const char *path)
{
	struct config *cfg = NULL;
	int err = config_load(&cfg, path, fault_handler, mb);

	if (!err)
		err = wiring_check(cfg, &board_sim, path, fault_handler, mb);
	if (!err)
		(void)mbuf_printf(
			mb, "%s: right; in force from the next start\n", path);
	else if (!mb->end)
		(void)mbuf_printf(mb, "%s: %m\n", path, err);

	mem_deref(cfg);
	return err;
}

/* Text, or a member "text" of JSON */
static int answer(const struct request *rq, struct mbuf *mb, int err)
{
	struct pl text = { (const char *)mb->buf, mb->end };

	if (!rq->json)
		(void)mbuf_write_pl(rq->out, &text);
	else if (!err)
		(void)request_json(
			rq, json_pack("{s:o}", "text", event_string(&text)));
	else
		(void)request_json(rq, json_pack("{s:i, s:o}", "code", err,
						 "error", event_string(&text)));

	mem_deref(mb);
	return err;
}

int cmd_config(const struct request *rq)
{
	const bool show = !strcmp(rq->argv[0], "show");
	struct mbuf *mb;
	int err;

	if (!show && strcmp(rq->argv[0], "check"))
		return request_say(rq, EINVAL, "config check|show");
	if (!rq->ctx->cfg || !rq->ctx->config_path)
		return request_say(rq, ENOENT, "there is no file");

	mb = mbuf_alloc(LOG_LINE_MAX);
	if (!mb)
		return ENOMEM;

	err = show ? mbuf_printf(mb, "%H", config_print, rq->ctx->cfg)
		   : check(mb, rq->ctx->config_path);
	return answer(rq, mb, err);
}

int cmd_recorder(const struct request *rq)
{
	struct mbuf *mb;

	if (!rq->ctx->scribe)
		return request_say(rq, ENOENT, "nothing is recorded");

	mb = mbuf_alloc(LOG_LINE_MAX);
	return mb ? answer(rq, mb,
			   mbuf_printf(mb, "%H", scribe_print, rq->ctx->scribe))
		  : ENOMEM;
}
