/**
 * @file app/commands_config.c  Commands of the configuration
 */
#include "app/commands_config.h"
#include "app/reload.h"
#include "app/scribe.h"
#include "core/base/config_print.h"

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

/* ---- A value is set, which takes its time ---- */

/** Who waits for it */
struct waiter {
	struct reload *reload;
	struct answer *answer;
	bool json;
};

static void waiter_destructor(void *arg)
{
	struct waiter *w = arg;

	reload_forget(w->reload, w);
	mem_deref(w->answer);
}

static void done_handler(int err, const struct mbuf *mb, void *arg)
{
	struct waiter *w = arg;
	const struct request rq = {
		.json = w->json,
		.out = mbuf_alloc(LOG_LINE_MAX),
	};

	if (rq.out && mb)
		(void)answer(&rq, mem_ref((void *)(uintptr_t)mb), err);
	if (rq.out)
		answer_say(w->answer, "%b", rq.out->buf, rq.out->end);
	mem_deref(rq.out);
	answer_end(w->answer, err);
	mem_deref(w);
}

static void stop_handler(void *arg)
{
	mem_deref(arg);
}

static int begin_set(const struct request *rq, const struct config_place *p,
		     const char *value)
{
	struct waiter *w = mem_zalloc(sizeof(*w), waiter_destructor);
	struct mbuf *mb = mbuf_alloc(LOG_LINE_MAX);
	int err = w && mb ? 0 : ENOMEM;

	if (!err) {
		w->reload = rq->ctx->reload;
		w->json = rq->json;
		err = reload_set(w->reload, p, value, mb, done_handler, w);
	}
	if (err) {
		mem_deref(w);
		return mb ? answer(rq, mb, err) : err;
	}

	w->answer = mem_ref(rq->later);
	answer_begin(rq->later, false, stop_handler, w);
	mem_deref(mb);
	return EINPROGRESS;
}

static int set(const struct request *rq)
{
	struct config_place p;
	char *value = NULL;
	int err;

	if (!rq->later)
		return request_say(rq, ENOTSUP, "somebody has to wait for it");
	if (rq->argc < 2 || config_place_read(&p, rq->argv[1]))
		return request_say(rq, EINVAL,
				   "config set SECTION.KEY [VALUE], of an "
				   "account SECTION.NAME.KEY");

	err = rq->argc > 2 ? request_join(rq, 2, &value) : 0;
	if (!err)
		err = begin_set(rq, &p, value);
	mem_deref(value);
	return err;
}

/* ---- The command ---- */

int cmd_config(const struct request *rq)
{
	static const char *const wordv[] = { "check", "reload", "show" };
	struct reload *reload = rq->ctx->reload;
	struct mbuf *mb;
	unsigned i;
	int err;

	if (!rq->ctx->cfg || !reload)
		return request_say(rq, ENOENT, "there is no file");
	if (!strcmp(rq->argv[0], "set"))
		return set(rq);
	for (i = 0; i < ARRAY_SIZE(wordv); i++) {
		if (rq->argc == 1 && !strcmp(rq->argv[0], wordv[i]))
			break;
	}
	if (i == ARRAY_SIZE(wordv))
		return request_say(rq, EINVAL, "config check|reload|set|show");

	mb = mbuf_alloc(LOG_LINE_MAX);
	if (!mb)
		return ENOMEM;

	err = i == 0   ? reload_check(reload, mb)
	      : i == 1 ? reload_now(reload, mb)
		       : mbuf_printf(mb, "%H", config_print, rq->ctx->cfg);
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
