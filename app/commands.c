/**
 * @file app/commands.c  Commands
 */
#include "app/commands.h"
#include "app/commands_call.h"
#include "app/commands_check.h"
#include "app/commands_config.h"
#include "app/commands_end.h"
#include "app/commands_hold.h"
#include "app/commands_picture.h"
#include "app/commands_porch.h"
#include "app/commands_presence.h"
#include "app/commands_transfer.h"
#include "app/commands_volume.h"
#include "app/inventory.h"
#include "app/live.h"
#include "app/netview.h"
#include "app/words.h"
#include "core/base/log.h"
#include "core/call/ringplan.h"

struct command {
	struct commands_info info;
	int least, most; /* Number of arguments */
	command_h *h;
};

enum {
	CODE_MIN = 400, /* RFC 3261 section 21: final; we do not redirect */
	CODE_MAX = 699,
};

static const struct command *find(const char *name);

static int cmd_register(const struct request *rq)
{
	int err = phone_register(rq->ctx->phone, rq->argc ? rq->argv[0] : NULL,
				 rq->now);

	if (err == ENOTCONN)
		return request_say(rq, err,
				   "no connection to the server yet: it will "
				   "register as soon as there is one");
	return request_call(rq, err);
}

static int cmd_unregister(const struct request *rq)
{
	return request_call(rq, phone_unregister(rq->ctx->phone,
						 rq->argc ? rq->argv[0] : NULL,
						 rq->now));
}

static int cmd_answer(const struct request *rq)
{
	const int last = rq->argc - 1;
	struct request idrq = *rq;
	enum calls_media media = CALLS_CONFIGURED;
	unsigned id;
	int err;

	/* The number may be left out, and so may the media */
	if (last >= 0 && commands_media(rq->argv[last], &media))
		idrq.argc = last;
	if (media == CALLS_VIDEO || idrq.argc > 1)
		return request_say(rq, EINVAL, "answer [ID] [audio|av|screen]");

	err = request_id(&idrq, 0, &id);
	if (err)
		return err;

	err = phone_answer(rq->ctx->phone, id, media, rq->now);
	return commands_screen_say(rq, media == CALLS_SCREEN, err);
}

static int cmd_reject(const struct request *rq)
{
	unsigned id, code = 0;
	int err = request_id(rq, 0, &id);

	if (err)
		return err;
	if (rq->argc > 1 &&
	    (!request_number(rq->argv[1], CODE_MAX, &code) || code < CODE_MIN))
		return request_say(rq, EINVAL,
				   "the code is a number from 400 to 699");

	return request_call(rq,
			    phone_reject(rq->ctx->phone, id, code, rq->now));
}

static int cmd_hangup(const struct request *rq)
{
	unsigned id;
	int err = request_id(rq, 0, &id);

	return err ? err
		   : request_call(rq,
				  phone_hangup(rq->ctx->phone, id, rq->now));
}

static int cmd_mute(const struct request *rq)
{
	const bool video = !strcmp(rq->argv[0], "video");
	const bool on = !strcmp(rq->argv[1], "on");
	unsigned id;
	int err;

	if ((!video && strcmp(rq->argv[0], "audio")) ||
	    (!on && strcmp(rq->argv[1], "off")))
		return request_say(rq, EINVAL, "mute audio|video on|off [ID]");

	err = request_id(rq, 2, &id);
	if (err)
		return err;

	return request_call(
		rq, video ? phone_video_mute(rq->ctx->phone, id, on, rq->now)
			  : phone_mute(rq->ctx->phone, id, on, rq->now));
}

static int cmd_dtmf(const struct request *rq)
{
	unsigned id;
	int err = request_id(rq, 1, &id);

	return err ? err
		   : request_call(rq, phone_dtmf(rq->ctx->phone, id,
						 rq->argv[0], rq->now));
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
	return request_text(rq, inventory_print);
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
	return request_text(rq, loop_print);
}

static int cmd_events(const struct request *rq)
{
	return request_say(rq, ENOTSUP,
			   "events are shown here as they happen; "
			   "`boardphone ctl events` streams them");
}

static int cmd_more(const struct request *rq)
{
	return request_say(rq, ENOTSUP, "more on|off, on a console");
}

static json_t *info_json(const struct commands_info *info)
{
	return json_pack("{s:s, s:s, s:s}", "name", info->name, "args",
			 info->args, "help", info->help);
}

static int cmd_help(const struct request *rq)
{
	const struct commands_info *info;
	json_t *list;
	int err = 0;

	if (rq->argc && !find(rq->argv[0]))
		return request_say(rq, ENOENT, "no such command");

	list = rq->json ? json_array() : NULL;

	for (unsigned i = 0; (info = commands_get(i)) != NULL; i++) {
		if (rq->argc && strcmp(rq->argv[0], info->name))
			continue;
		err |= rq->json ? json_array_append_new(list, info_json(info))
				: mbuf_printf(rq->out, "%-11s %-34s %s\n",
					      info->name, info->args,
					      info->help);
	}

	return rq->json ? request_json(rq, list) | err : err;
}

static const struct command tablev[] = {
	{ { "answer", "[ID] [audio|av|screen]", "answer a ringing call" },
	  0,
	  2,
	  cmd_answer },
	{ { "b", "[NAME] [press|release]", "the same as button" },
	  0,
	  2,
	  cmd_button },
	{ { "button", "[NAME] [press|release]", "press a button" },
	  0,
	  2,
	  cmd_button },
	{ { "call",
	    "TO [audio|av|video|screen] [recvonly|sendonly] [via=NAME] "
	    "[header=NAME:VALUE]... [caps=TAGS]",
	    "call somebody, over the account of a name, with headers and "
	    "feature tags of its own" },
	  1,
	  WORDS_MAX,
	  cmd_call },
	{ { "calls", "", "list the calls" }, 0, 0, cmd_calls },
	{ { "check", "audio|video", "try microphone and speaker, or camera" },
	  1,
	  1,
	  cmd_check },
	{ { "config", "check|reload|set|show [SECTION.KEY] [VALUE]",
	    "the file now; let it count; change it; what is in force" },
	  1,
	  WORDS_MAX,
	  cmd_config },
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
	{ { "hold", "[ID]", "send nothing of us, and play nothing" },
	  0,
	  1,
	  cmd_hold },
	{ { "info", "ID TYPE BODY", "send an INFO with a body of a type" },
	  3,
	  WORDS_MAX,
	  cmd_info },
	{ { "keyframe", "[ID]", "send a whole picture now" },
	  0,
	  1,
	  cmd_keyframe },
	{ { "log", "debug|info|warning", "what is logged" }, 1, 1, cmd_log },
	{ { "loop", "", "time spent in each handler" }, 0, 0, cmd_loop },
	{ { "loopback", "audio|video [SECONDS]",
	    "play what we hear, show what we see" },
	  1,
	  2,
	  cmd_loopback },
	{ { "more", "on|off", "stop after each page, on a console" },
	  1,
	  1,
	  cmd_more },
	{ { "msg", "[via=NAME] page|TO TEXT",
	    "a message, to all browsers or somebody" },
	  2,
	  WORDS_MAX,
	  cmd_msg },
	{ { "mute", "audio|video on|off [ID]", "send silence, or black" },
	  2,
	  3,
	  cmd_mute },
	{ { "net", "", "interfaces, addresses, gateway, servers" },
	  0,
	  0,
	  cmd_net },
	{ { "password", "", "a new password of the page, shown once" },
	  0,
	  0,
	  cmd_password },
	{ { "presence", "[via=NAME] [open|closed [NOTE]|off]",
	    "tell the server that we are there, or who is" },
	  0,
	  WORDS_MAX,
	  cmd_presence },
	{ { "quit", "", "end all calls, un-register and end" },
	  0,
	  0,
	  cmd_quit },
	{ { "reboot", "now",
	    "end all calls, un-register, start the board anew" },
	  0,
	  1,
	  cmd_reboot },
	{ { "recorder", "", "the last lines of log" }, 0, 0, cmd_recorder },
	{ { "register", "[NAME]", "register now, that account or all" },
	  0,
	  1,
	  cmd_register },
	{ { "reject", "[ID] [CODE]", "reject a ringing call, 603 if no code" },
	  0,
	  2,
	  cmd_reject },
	{ { "restart", "[idle]",
	    "the same with the phone alone, or once there is no call" },
	  0,
	  1,
	  cmd_restart },
	{ { "resume", "[ID]", "talk again after hold" }, 0, 1, cmd_resume },
	{ { "ring", "[PLAN|stop]", "ring browsers, or by a plan" },
	  0,
	  1,
	  cmd_ring },
	{ { "screen", "on|off [ID]",
	    "show our screen in a call instead of the camera" },
	  1,
	  2,
	  cmd_screen },
	{ { "snapshot", "FILE.jpg", "keep the camera's picture in a file" },
	  1,
	  1,
	  cmd_snapshot },
	{ { "stats", "", "media statistics of each call" }, 0, 0, cmd_stats },
	{ { "status", "", "registration, connection, devices" },
	  0,
	  0,
	  cmd_status },
	{ { "switch", "[ID]", "go on with a held call, and hold the other" },
	  0,
	  1,
	  cmd_switch },
	{ { "top", "[SECONDS]", "what goes on in the calls, again and again" },
	  0,
	  1,
	  cmd_top },
	{ { "transfer", "[ID] TO|ID2", "send the other side on to somebody" },
	  1,
	  2,
	  cmd_transfer },
	{ { "unregister", "[NAME]", "un-register and stay so" },
	  0,
	  1,
	  cmd_unregister },
	{ { "unwatch", "TO [presence|message-summary] [via=NAME]",
	    "watch no more" },
	  1,
	  3,
	  cmd_unwatch },
	{ { "video", "on|off [ID]", "add a picture to a call, or drop it" },
	  1,
	  2,
	  cmd_video },
	{ { "volume", "[speaker|microphone] [PERCENT|mute|unmute]",
	    "how loud the sound card is, by its mixer" },
	  0,
	  2,
	  cmd_volume },
	{ { "watch", "TO [presence|message-summary] [via=NAME]",
	    "watch who is there, or messages" },
	  1,
	  3,
	  cmd_watch },
	{ { "xfer", "yes|no [ID]", "let a call be sent on, or not" },
	  1,
	  2,
	  cmd_xfer },
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

int commands_begin(const struct commands_context *ctx, int argc, char *argv[],
		   bool json, struct mbuf *out, struct answer *later,
		   uint64_t now)
{
	const struct request rq = {
		.ctx = ctx,
		.argc = argc - 1,
		.argv = argv + 1,
		.json = json,
		.out = out,
		.later = later,
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

int commands_run(const struct commands_context *ctx, int argc, char *argv[],
		 bool json, struct mbuf *out, uint64_t now)
{
	return commands_begin(ctx, argc, argv, json, out, NULL, now);
}
