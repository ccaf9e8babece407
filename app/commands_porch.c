/**
 * @file app/commands_porch.c  Commands of the porch
 */
#include "app/buttons.h"
#include "app/inputs.h"
#include "app/lamps.h"
#include "app/commands_porch.h"
#include "app/refusal.h"
#include "core/call/porch.h"

enum {
	WHY_SIZE = 256,
};

/* ---- Bell ---- */

static const struct {
	const char *word;
	enum buttons_act act;
} actv[] = {
	{ "press", BUTTONS_PRESS },
	{ "release", BUTTONS_RELEASE },
};

static bool act_of(const char *word, enum buttons_act *act)
{
	for (size_t i = 0; i < ARRAY_SIZE(actv); i++) {
		if (!strcmp(word, actv[i].word)) {
			*act = actv[i].act;
			return true;
		}
	}

	return false;
}

/* Simulated contacts are opened and closed by the same command */
static int contact(const struct request *rq, const char *name,
		   enum buttons_act act)
{
	struct inputs *is = rq->ctx->inputs;
	int err = is && name ? 0 : ENOENT;

	if (!err && act != BUTTONS_RELEASE)
		err = inputs_set(is, name, true, rq->now);
	if (!err && act != BUTTONS_PRESS)
		err = inputs_set(is, name, false, rq->now);
	return err;
}

int cmd_button(const struct request *rq)
{
	struct buttons *b = rq->ctx->buttons;
	enum buttons_act act = BUTTONS_CLICK;
	const char *name = rq->argc ? rq->argv[0] : NULL;

	if (rq->argc > 1 && !act_of(rq->argv[1], &act))
		return request_say(rq, EINVAL, "button [NAME] [press|release]");
	if (rq->argc == 1 && act_of(rq->argv[0], &act))
		name = NULL;

	return (b && !buttons_act(b, name, act, rq->now)) ||
			       !contact(rq, name, act)
		       ? 0
		       : request_say(rq, ENOENT,
				     "no such button; `status` lists those of "
				     "[buttons]");
}

static int ring(const struct request *rq, struct ringplan *plan)
{
	switch (porch_ring(rq->ctx->porch, plan, rq->now)) {
	case 0:
		return 0;
	case EALREADY:
		return request_say(rq, 0, "it rings already");
	case ENOENT:
		return request_say(rq, ENOENT,
				   "nobody is there to ring; see `status`");
	default:
		return request_say(rq, ENOMEM, strerror(ENOMEM));
	}
}

int cmd_ring(const struct request *rq)
{
	struct ringplan *plan = NULL;
	char why[WHY_SIZE] = "";
	int err;

	if (!rq->ctx->porch)
		return request_say(rq, ENODEV, "nothing rings here");
	if (rq->argc && !strcmp(rq->argv[0], "stop")) {
		porch_stop(rq->ctx->porch, rq->now);
		return 0;
	}

	err = ringplan_alloc(&plan, rq->argc ? rq->argv[0] : ringplan_browsers,
			     why, sizeof(why));
	if (err)
		return request_say(rq, err, *why ? why : strerror(err));

	err = ring(rq, plan);
	mem_deref(plan);
	return err;
}

/* ---- Door ---- */

int cmd_door(const struct request *rq)
{
	int err = rq->ctx->door ? door_open(rq->ctx->door,
					    rq->argc ? rq->argv[0] : NULL,
					    DOOR_BY_COMMAND, rq->now)
				: ENOENT;

	if (err == ENOENT)
		return request_say(rq, err,
				   "no such relay; `status` lists those of "
				   "[relays]");

	return err ? request_say(rq, err, "the relay does not work") : 0;
}

/* ---- Page ---- */

static int msg_result(const struct request *rq, int err)
{
	switch (err) {
	case 0:
		return 0;
	case ENOENT:
		return request_say(rq, err, "no browser is there");
	case ENODEV:
		return request_say(rq, err,
				   "there is no [account]; `msg page TEXT` is "
				   "for all browsers");
	case ENXIO:
	case ENOTCONN:
		return request_call(rq, err);
	case EINVAL:
		return request_say(rq, err, "not an address");
	default:
		return request_say(rq, err, strerror(err));
	}
}

int cmd_msg(const struct request *asked)
{
	struct request rq = *asked;
	const char *account = request_option(&rq, 0, "via=");
	char *text = NULL;
	unsigned id = 0;
	int err;

	if (rq.argc < 2)
		return request_say(&rq, EINVAL, "msg [via=NAME] page|TO TEXT");

	err = request_join(&rq, 1, &text);
	if (!err)
		err = phone_message(rq.ctx->phone, account, rq.argv[0], text,
				    &id, rq.now);

	mem_deref(text);
	if (err || !id)
		return msg_result(&rq, err);

	return rq.json ? request_json(&rq, json_pack("{s:i}", "id", (int)id))
		       : mbuf_printf(rq.out, "message %u\n", id);
}

int cmd_password(const struct request *rq)
{
	const char *password = NULL;
	int err = phone_new_password(rq->ctx->phone, &password, rq->now);

	switch (err) {
	case 0:
		break;
	case ENODEV:
		return request_say(rq, err, "there is no [page]");
	case EPERM:
		return request_say(rq, err,
				   "it stands in the configuration, [page] "
				   "password; change it there");
	default:
		return request_say(rq, err, strerror(err));
	}

	return rq->json ? request_json(rq,
				       json_pack("{s:s}", "password", password))
			: mbuf_printf(rq->out, "%s\n", password);
}

/* ---- What status adds ---- */

int commands_porch_status(const struct request *rq)
{
	const struct commands_context *ctx = rq->ctx;
	int err = 0;

	if (ctx->refusal)
		err |= mbuf_printf(rq->out, "%H", refusal_print, ctx->refusal);
	if (ctx->buttons)
		err |= mbuf_printf(rq->out, "%H", buttons_print, ctx->buttons);
	if (ctx->inputs)
		err |= mbuf_printf(rq->out, "%H", inputs_print, ctx->inputs);
	if (ctx->lamps)
		err |= mbuf_printf(rq->out, "%H", lamps_print, ctx->lamps);
	if (ctx->door)
		err |= mbuf_printf(rq->out, "%H", door_print, ctx->door);
	if (ctx->porch)
		err |= mbuf_printf(rq->out, "%H", porch_print, ctx->porch);
	return err;
}

int commands_porch_status_json(const struct request *rq, json_t *js)
{
	const struct commands_context *ctx = rq->ctx;
	int err = 0;

	if (ctx->refusal)
		err |= json_object_set_new(js, "refused",
					   refusal_json(ctx->refusal));
	if (ctx->buttons)
		err |= json_object_set_new(js, "buttons",
					   buttons_json(ctx->buttons));
	if (ctx->inputs)
		err |= json_object_set_new(js, "inputs",
					   inputs_json(ctx->inputs));
	if (ctx->lamps)
		err |= json_object_set_new(js, "lamps", lamps_json(ctx->lamps));
	if (ctx->door)
		err |= json_object_set_new(js, "relays", door_json(ctx->door));
	if (ctx->porch)
		err |= json_object_set_new(js, "ring", porch_json(ctx->porch));
	return err ? ENOMEM : 0;
}
