/**
 * @file app/commands.c  Commands
 */
#include <stdlib.h>
#include "app/commands.h"
#include "app/commands_porch.h"
#include "app/inventory.h"

#include "app/words.h"
#include "core/base/log.h"
#include "core/call/ringplan.h"

struct command {
	struct commands_info info;
	int least, most; /* Number of arguments */
	command_h *h;
};

enum {
	NUMBER_BASE = 10,
	CODE_MIN = 400, /* RFC 3261 section 21: final; we do not redirect */
	CODE_MAX = 699,
	ID_MAX = 1000000000,
};

static const struct command *find(const char *name);

static bool number(const char *s, unsigned long max, unsigned *np)
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

/* What went wrong with a call, in words */
static int call_result(const struct request *rq, int err)
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
static int id_arg(const struct request *rq, int i, unsigned *idp)
{
	*idp = 0;
	if (i >= rq->argc)
		return 0;
	if (number(rq->argv[i], ID_MAX, idp) && *idp)
		return 0;

	return request_say(rq, EINVAL,
			   "the call's number is needed; `calls` lists "
			   "them");
}

static int cmd_register(const struct request *rq)
{
	return call_result(rq, phone_register(rq->ctx->phone, rq->now));
}

static int cmd_unregister(const struct request *rq)
{
	return call_result(rq, phone_unregister(rq->ctx->phone, rq->now));
}

static int cmd_call(const struct request *rq)
{
	struct calls_way way = { .send = true, .recv = true };
	unsigned id = 0;
	bool said, usage = false;
	int err;

	for (int i = 1; i < rq->argc; i++) {
		if (!strcmp(rq->argv[i], "recvonly"))
			way.send = false;
		else if (!strcmp(rq->argv[i], "sendonly"))
			way.recv = false;
		else
			usage |= strcmp(rq->argv[i], "audio") != 0;
	}

	said = !way.send || !way.recv;
	if (usage || (!way.send && !way.recv))
		return request_say(rq, EINVAL,
				   "call TO [audio] [recvonly|sendonly]");

	err = phone_call(rq->ctx->phone, rq->argv[0], said ? &way : NULL, &id,
			 rq->now);
	if (err)
		return call_result(rq, err);

	return rq->json ? request_json(rq, json_pack("{s:i}", "id", (int)id))
			: mbuf_printf(rq->out, "call %u\n", id);
}

static int cmd_answer(const struct request *rq)
{
	unsigned id;
	int err = id_arg(rq, 0, &id);

	return err ? err
		   : call_result(rq, phone_answer(rq->ctx->phone, id, rq->now));
}

static int cmd_reject(const struct request *rq)
{
	unsigned id, code = 0;
	int err = id_arg(rq, 0, &id);

	if (err)
		return err;
	if (rq->argc > 1 &&
	    (!number(rq->argv[1], CODE_MAX, &code) || code < CODE_MIN))
		return request_say(rq, EINVAL,
				   "the code is a number from 400 to 699");

	return call_result(rq, phone_reject(rq->ctx->phone, id, code, rq->now));
}

static int cmd_hangup(const struct request *rq)
{
	unsigned id;
	int err = id_arg(rq, 0, &id);

	return err ? err
		   : call_result(rq, phone_hangup(rq->ctx->phone, id, rq->now));
}

static int cmd_mute(const struct request *rq)
{
	unsigned id;
	int err;

	if (strcmp(rq->argv[0], "audio") ||
	    (strcmp(rq->argv[1], "on") && strcmp(rq->argv[1], "off")))
		return request_say(rq, EINVAL, "mute audio on|off [ID]");

	err = id_arg(rq, 2, &id);
	return err ? err
		   : call_result(rq, phone_mute(rq->ctx->phone, id,
						!strcmp(rq->argv[1], "on"),
						rq->now));
}

static int cmd_dtmf(const struct request *rq)
{
	unsigned id;
	int err = id_arg(rq, 1, &id);

	return err ? err
		   : call_result(rq, phone_dtmf(rq->ctx->phone, id, rq->argv[0],
						rq->now));
}

static int cmd_status(const struct request *rq)
{
	json_t *js;
	int err;

	if (!rq->json)
		return mbuf_printf(rq->out, "%H", phone_print, rq->ctx->phone) |
		       commands_porch_status(rq);

	js = phone_status_json(rq->ctx->phone);
	err = js ? commands_porch_status_json(rq, js) : ENOMEM;
	return request_json(rq, js) | err;
}

static int cmd_calls(const struct request *rq)
{
	return rq->json ? request_json(rq, phone_calls_json(rq->ctx->phone))
			: mbuf_printf(rq->out, "%H", phone_calls_print,
				      rq->ctx->phone);
}

static int cmd_stats(const struct request *rq)
{
	return rq->json ? request_json(rq, phone_stats_json(rq->ctx->phone))
			: mbuf_printf(rq->out, "%H", phone_stats_print,
				      rq->ctx->phone);
}

static int cmd_devices(const struct request *rq)
{
	return mbuf_printf(rq->out, "%H", inventory_print, NULL);
}

static int cmd_log(const struct request *rq)
{
	static const char *const levelv[] = { "debug", "info", "warning" };

	for (unsigned i = 0; i < ARRAY_SIZE(levelv); i++) {
		if (!strcmp(rq->argv[0], levelv[i])) {
			log_set_level((enum log_level)i);
			return 0;
		}
	}

	return request_say(rq, EINVAL, "log debug|info|warning");
}

static int cmd_loop(const struct request *rq)
{
	return mbuf_printf(rq->out, "%H", loop_print, NULL);
}

static int cmd_events(const struct request *rq)
{
	return request_say(rq, ENOTSUP,
			   "events are shown here as they happen; "
			   "`boardphone ctl events` streams them");
}

static int cmd_quit(const struct request *rq)
{
	rq->ctx->quith(rq->ctx->arg);
	return 0;
}

static int cmd_help(const struct request *rq)
{
	const struct commands_info *info;
	int err = 0;

	if (rq->argc && !find(rq->argv[0]))
		return request_say(rq, ENOENT, "no such command");

	for (unsigned i = 0; (info = commands_get(i)) != NULL; i++) {
		if (rq->argc && strcmp(rq->argv[0], info->name))
			continue;
		err |= mbuf_printf(rq->out, "%-11s %-34s %s\n", info->name,
				   info->args, info->help);
	}

	return err;
}

static const struct command tablev[] = {
	{ { "answer", "[ID]", "answer a ringing call" }, 0, 1, cmd_answer },
	{ { "b", "[NAME] [press|release]", "the same as button" },
	  0,
	  2,
	  cmd_button },
	{ { "button", "[NAME] [press|release]", "press a button" },
	  0,
	  2,
	  cmd_button },
	{ { "call", "TO [audio] [recvonly|sendonly]", "call somebody" },
	  1,
	  3,
	  cmd_call },
	{ { "calls", "", "list the calls" }, 0, 0, cmd_calls },
	{ { "devices", "", "what can be named in the configuration" },
	  0,
	  0,
	  cmd_devices },
	{ { "door", "[NAME]", "open a relay for its time" }, 0, 1, cmd_door },
	{ { "dtmf", "DIGITS [ID]", "send digits 0-9 * # A-D" },
	  1,
	  2,
	  cmd_dtmf },
	{ { "events", "", "stream events, one JSON object a line" },
	  0,
	  0,
	  cmd_events },
	{ { "hangup", "[ID]", "end a call" }, 0, 1, cmd_hangup },
	{ { "help", "[COMMAND]", "this list" }, 0, 1, cmd_help },
	{ { "log", "debug|info|warning", "what is logged" }, 1, 1, cmd_log },
	{ { "loop", "", "time spent in each handler" }, 0, 0, cmd_loop },
	{ { "msg", "page|TO TEXT", "a message, to all browsers or somebody" },
	  2,
	  WORDS_MAX,
	  cmd_msg },
	{ { "mute", "audio on|off [ID]", "send silence" }, 2, 3, cmd_mute },
	{ { "password", "", "a new password of the page, shown once" },
	  0,
	  0,
	  cmd_password },
	{ { "quit", "", "end all calls, un-register and end" },
	  0,
	  0,
	  cmd_quit },
	{ { "register", "", "register now" }, 0, 0, cmd_register },
	{ { "reject", "[ID] [CODE]", "reject a ringing call, 603 if no code" },
	  0,
	  2,
	  cmd_reject },
	{ { "ring", "[PLAN|stop]", "ring browsers, or by a plan" },
	  0,
	  1,
	  cmd_ring },
	{ { "stats", "", "media statistics of each call" }, 0, 0, cmd_stats },
	{ { "status", "", "registration, connection, devices" },
	  0,
	  0,
	  cmd_status },
	{ { "unregister", "", "un-register and stay so" },
	  0,
	  0,
	  cmd_unregister },
};

const struct commands_info *commands_get(unsigned i)
{
	return i < ARRAY_SIZE(tablev) ? &tablev[i].info : NULL;
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++) {
		if (!strcmp(tablev[i].info.name, name))
			return &tablev[i];
	}

	return NULL;
}

int commands_check(int argc, char *argv[], char *why, size_t size)
{
	const struct command *cmd = find(argv[0]);
	struct ringplan *plan = NULL;
	int err = 0;

	if (!cmd) {
		(void)re_snprintf(why, size,
				  "no such command; give one of "
				  "those that `help` lists");
		return EINVAL;
	}
	if (argc - 1 < cmd->least || argc - 1 > cmd->most) {
		(void)re_snprintf(why, size,
				  "the command has other arguments; give %s %s",
				  cmd->info.name, cmd->info.args);
		return EINVAL;
	}
	if (cmd->h == cmd_ring && argc > 1 && strcmp(argv[1], "stop"))
		err = ringplan_alloc(&plan, argv[1], why, size);

	mem_deref(plan);
	return err;
}

int commands_run(const struct commands_context *ctx, int argc, char *argv[],
		 bool json, struct mbuf *out, uint64_t now)
{
	const struct request rq = {
		.ctx = ctx,
		.argc = argc - 1,
		.argv = argv + 1,
		.json = json,
		.out = out,
		.now = now,
	};
	const struct command *cmd;
	char usage[LOG_TEXT_MAX];

	if (argc < 1)
		return 0;

	cmd = find(argv[0]);
	if (!cmd)
		return request_say(&rq, ENOSYS,
				   "no such command; `help` lists them");

	if (rq.argc < cmd->least || rq.argc > cmd->most) {
		(void)re_snprintf(usage, sizeof(usage), "usage: %s %s",
				  cmd->info.name, cmd->info.args);
		return request_say(&rq, EINVAL, usage);
	}

	return cmd->h(&rq);
}
