/**
 * @file app/run.c  Run
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "app/buttons.h"
#include "app/cameraloan.h"
#include "app/console.h"
#include "app/control.h"
#include "app/crash.h"
#include "app/inputs.h"
#include "app/lamps.h"
#include "app/page.h"
#include "app/refusal.h"
#include "app/reload.h"
#include "app/run.h"
#include "app/soundloan.h"
#include "app/supervisor.h"
#include "app/tidy.h"
#include "app/volume.h"
#include "app/wake.h"
#include "app/wiring.h"
#include "board/board.h"
#include "core/base/log.h"
#include "core/call/porch.h"

enum {
	OCTAL = 8, /* Of a file mode */
	DECIMAL = 10,
	IDLE_LOOK = 500 * CLOCK_MS, /* Ours [us] */
};

struct run {
	struct commands_context ctx;
	struct event_bus *events;
	struct optics optics;
	struct phone *phone;
	struct door *door;
	struct porch *porch;
	struct buttons *buttons;
	struct inputs *inputs;
	struct lamps *lamps;
	struct control *control;
	struct scribe *scribe;
	struct console *console, *serial;
	struct tidy *tidy;
	struct supervisor *supervisor;
	struct refusal *refusal;
	struct reload *reload;
	struct wake *hangup; /* SIGHUP */
	enum commands_end end;
	struct loop_timer idle; /* Looks whether there is no call */
	bool stopping;
};

static void stopped_handler(void *arg)
{
	(void)arg;

	loop_stop();
}

static void quit_handler(void *arg)
{
	struct run *r = arg;

	if (r->stopping)
		return;

	r->stopping = true;
	if (r->supervisor)
		supervisor_stopping(r->supervisor);
	porch_stop(r->porch, clock_now());
	phone_stop(r->phone, stopped_handler, r, clock_now());
}

static void end_handler(enum commands_end end, void *arg)
{
	struct run *r = arg;

	r->end = end;
	if (end == COMMANDS_IDLE)
		loop_timer_arm(&r->idle, clock_now());
	else
		quit_handler(r);
}

static void idle_handler(uint64_t now, void *arg)
{
	struct run *r = arg;

	if (phone_calls(r->phone)) {
		loop_timer_arm(&r->idle, now + IDLE_LOOK);
		return;
	}
	end_handler(COMMANDS_RESTART, r);
}

static void hangup_handler(void *arg)
{
	const struct run *r = arg;

	reload_signalled(r->reload);
}

/* All that changes is let go of first: a line may have moved */
static void wires_handler(unsigned wires, void *arg)
{
	struct run *r = arg;
	const struct config *cfg = r->ctx.cfg;

	if (wires & RELOAD_BUTTONS)
		r->ctx.buttons = r->buttons = mem_deref(r->buttons);
	if (wires & RELOAD_INPUTS)
		r->ctx.inputs = r->inputs = mem_deref(r->inputs);
	if (wires & RELOAD_LAMPS)
		(void)lamps_change(r->lamps, cfg, &board_sim);
	if (wires & RELOAD_BUTTONS)
		(void)buttons_alloc(&r->buttons, cfg, &board_sim, &r->ctx,
				    r->events);
	if (wires & RELOAD_INPUTS)
		(void)inputs_alloc(&r->inputs, cfg, &board_sim, r->events);
	if (wires & RELOAD_SPEAKER)
		volume_configure(r->ctx.sound, SOUND_SPEAKER, cfg);
	if (wires & RELOAD_MICROPHONE)
		volume_configure(r->ctx.sound, SOUND_MICROPHONE, cfg);
	if (wires & RELOAD_ACCOUNTS && !r->stopping)
		phone_change(r->phone, clock_now());
	r->ctx.buttons = r->buttons;
	r->ctx.inputs = r->inputs;
}

static void signal_handler(int sig, void *arg)
{
	struct run *r = arg;

	if (sig != SIGINT && sig != SIGTERM)
		return;

	if (r->stopping)
		loop_stop(); /* Asked twice: at once */
	else
		quit_handler(r);
}

static int open_sound(struct sound **sp, const struct config *cfg)
{
	struct sound_prefs prefs = {
		.rate = (uint32_t)config_number(cfg, "audio", "rate"),
		.channels = (unsigned)config_number(cfg, "audio", "channels"),
		.period = (uint32_t)config_number(cfg, "audio", "period"),
	};
	const char *device = config_text(cfg, "audio", "device");
	int err;

	volume_controls(prefs.controlv, cfg);
	err = board_sound_alloc(&board_sim, sp, device, &prefs);
	if (err) {
		log_warning("run: [audio] device = %s cannot be used: %m\n",
			    device, err);
		return err;
	}

	for (unsigned i = 0; i < SOUND_SIDES; i++)
		volume_configure(*sp, (enum sound_side)i, cfg);
	return 0;
}

/* A phone without its camera is still one; not so with a wrong name of it */
static int without(const char *section, const char *key, const char *device,
		   int err)
{
	if (err == EINVAL || err == ENOMEM)
		return err;

	log_warning("run: [%s] %s = %s cannot be used: %m; calls go without "
		    "until the next start\n",
		    section, key, device, err);
	return 0;
}

static int open_optics(struct optics *o, const struct config *cfg)
{
	const struct board *board = &board_sim;
	const char *camera = config_text(cfg, "video", "camera");
	const char *screen = config_text(cfg, "screen", "source");
	const char *display = config_text(cfg, "video", "display");
	int err;

	o->coderv = board->coderv;
	o->jpegh = board->jpegh;
	err = board_camera_alloc(board, &o->camera, camera);
	if (err)
		err = without("video", "camera", camera, err);
	if (err)
		return err;

	err = board_screen_alloc(board, &o->screen, screen);
	if (err)
		err = without("screen", "source", screen, err);
	if (err)
		return err;

	/* What nobody sees is neither asked for nor decoded */
	if (!strcmp(display, "none"))
		return 0;

	err = board_display_alloc(board, &o->display, display);
	return err ? without("video", "display", display, err) : 0;
}

/* Checks may have sound device and camera while the phone needs none */
static int open_loans(struct run *r, const struct config *cfg)
{
	struct camera *camera = r->optics.camera;
	struct sound *sound = NULL;
	int err = open_sound(&sound, cfg);

	if (!err)
		err = soundloan_alloc(&r->ctx.sound, sound);
	if (!err && camera) {
		r->optics.camera = NULL;
		err = cameraloan_alloc(&r->optics.camera, camera);
		mem_deref(camera);
	}
	r->ctx.optics = &r->optics;

	mem_deref(sound);
	return err;
}

static int start_phone(struct run *r, const struct config *cfg)
{
	struct phone_params prm = {
		.cfg = cfg,
		.net = network_kernel(),
		.trunk = trunk_flow(),
		.gate = gate_web(),
		.filev = page_filev,
		.events = r->events,
		.optics = &r->optics,
	};
	int err;

	err = open_optics(&r->optics, cfg);
	if (!err)
		err = open_loans(r, cfg);
	prm.sound = r->ctx.sound;
	return err ? err : phone_alloc(&r->phone, &prm);
}

/* Bell and door */
static int start_porch(struct run *r, const struct config *cfg)
{
	int err;

	err = door_alloc(&r->door, r->events);
	if (!err)
		err = wiring_door(r->door, cfg, &board_sim, r->events);
	if (!err)
		err = porch_alloc(&r->porch, r->phone, r->door, r->events);

	r->ctx.door = r->door;
	r->ctx.porch = r->porch;
	return err;
}

static int start_control(struct run *r, const struct config *cfg)
{
	const char *path = config_text(cfg, "control", "socket");
	const char *mode = config_text(cfg, "control", "mode");
	int err;

	if (!*path)
		return 0;

	err = control_alloc(&r->control, path,
			    (unsigned)strtoul(mode, NULL, OCTAL), &r->ctx,
			    r->events);
	if (err == EADDRINUSE)
		log_warning("control: another phone listens at %s; stop it or "
			    "set [control] socket\n",
			    path);
	else if (err)
		log_warning("control: cannot listen at %s: %m\n", path, err);

	return err;
}

/* A password that was just made is of no use if nobody knows it; the log is
   not told, only who sits here */
static void greet(const struct run *r)
{
	const struct reception *page = phone_reception(r->phone);

	if (page && *reception_password(page) && isatty(STDOUT_FILENO))
		printf("The password of the page is %s (nobody has used it "
		       "yet)\n",
		       reception_password(page));
}

/* A port that is not there does not keep anybody from calling */
static int start_consoles(struct run *r, const struct config *cfg)
{
	struct console_params prm = {
		.ctx = &r->ctx,
		.events = r->events,
		.scribe = r->scribe,
		.paging = config_bool(cfg, "console", "paging"),
		.password_hash = config_text(cfg, "console", "password_hash"),
	};
	const char *device = config_text(cfg, "console", "device");
	int err = console_alloc(&r->console, &prm);

	if (err && err != ENOTTY && err != ENOENT)
		return err;
	if (!*device)
		return 0;

	prm.device = device;
	prm.baud = (unsigned)strtoul(config_text(cfg, "console", "baud"), NULL,
				     DECIMAL);
	return console_alloc(&r->serial, &prm);
}

/* Those who give commands */
static int start_commands(struct run *r, const struct config *cfg)
{
	int err;

	err = buttons_alloc(&r->buttons, cfg, &board_sim, &r->ctx, r->events);
	if (err)
		return err;

	r->ctx.buttons = r->buttons;
	err = inputs_alloc(&r->inputs, cfg, &board_sim, r->events);
	if (!err)
		err = lamps_alloc(&r->lamps, cfg, &board_sim, r->events);
	if (err)
		return err;

	r->ctx.inputs = r->inputs;
	r->ctx.lamps = r->lamps;
	err = start_control(r, cfg);
	if (err)
		return err;

	return start_consoles(r, cfg);
}

/* What becomes of a configuration that changes */
static int start_reload(struct run *r, struct config *cfg, const char *path)
{
	int err;

	err = refusal_alloc(&r->refusal, path, r->events);
	if (!err)
		err = reload_alloc(&r->reload, cfg, path, r->refusal,
				   wires_handler, r);
	if (!err)
		err = wake_alloc(&r->hangup, SIGHUP, hangup_handler, r);

	r->ctx.reload = r->reload;
	r->ctx.refusal = r->refusal;
	return err;
}

static int start(struct run *r, struct config *cfg, const char *path)
{
	int err;

	err = event_bus_alloc(&r->events);
	if (err)
		return err;

	r->ctx.cfg = cfg;
	r->ctx.scribe = r->scribe;
	r->ctx.events = r->events;
	r->ctx.quith = quit_handler;
	r->ctx.endh = end_handler;
	r->ctx.arg = r;
	loop_timer_init(&r->idle, "restart", idle_handler, r);
	err = start_reload(r, cfg, path);
	if (err)
		return err;

	err = start_phone(r, cfg);
	r->ctx.phone = r->phone;
	if (!err)
		err = start_porch(r, cfg);
	if (!err) {
		greet(r);
		err = start_commands(r, cfg);
	}
	if (!err)
		err = tidy_alloc(&r->tidy, r->events);

	if (!err)
		err = supervisor_alloc(
			&r->supervisor, &r->ctx, r->events,
			config_text(cfg, "supervision", "watchdog"));
	if (!err)
		err = phone_start(r->phone, clock_now());
	if (!err)
		supervisor_ready(r->supervisor);
	refusal_look(r->refusal);
	return err;
}

/* After the loop nobody hears a signal, and what is started again must not
   live on after one */
static void leave_signals(enum commands_end end)
{
	if (end != COMMANDS_RESTART)
		return;

	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
}

int run_phone(struct config *cfg, const char *path, enum commands_end *endp)
{
	struct run r = { .end = COMMANDS_QUIT };
	int err;

	err = wiring_guard(cfg, &board_sim);
	if (err)
		return err;

	err = loop_init();
	if (err) {
		log_warning("run: cannot start the event loop: %m\n", err);
		return err;
	}

	(void)signal(SIGPIPE, SIG_IGN);

	crash_watch(config_text(cfg, "supervision", "crash_report"));
	err = scribe_alloc(&r.scribe);
	if (!err)
		err = start(&r, cfg, path);
	if (!err)
		err = loop_run(signal_handler, &r);

	*endp = r.end;
	leave_signals(r.end);
	loop_timer_cancel(&r.idle);
	mem_deref(r.hangup);
	mem_deref(r.supervisor);
	mem_deref(r.tidy);
	mem_deref(r.serial);
	mem_deref(r.console);
	mem_deref(r.control);
	mem_deref(r.reload);
	mem_deref(r.refusal);
	mem_deref(r.lamps);
	mem_deref(r.inputs);
	mem_deref(r.buttons);
	mem_deref(r.porch);
	mem_deref(r.phone);
	mem_deref(r.door);
	mem_deref(r.ctx.sound);
	mem_deref(r.optics.display);
	mem_deref(r.optics.camera);
	mem_deref(r.optics.screen);
	mem_deref(r.events);
	mem_deref(r.scribe);
	loop_close();
	return err;
}
