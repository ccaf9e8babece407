/**
 * @file app/supervisor.c  Supervisor
 */
#include <fcntl.h>
#include <linux/watchdog.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "app/crash.h"
#include "app/notify.h"
#include "app/soundloan.h"
#include "app/supervisor.h"
#include "core/base/log.h"

struct supervisor {
	const struct commands_context *ctx;
	struct event_listener *listener;
	struct loop_timer timer;
	uint64_t heard, longest; /* Of the registration [us]     */
	uint64_t every;		 /* [us]                         */
	int fd;			 /* Of the hardware              */
	const char *fault;	 /* Told of                      */
	char status[LOG_TEXT_MAX];
	bool quiet; /* Un-registered, or no account at all       */
};

static void supervisor_destructor(void *arg)
{
	struct supervisor *s = arg;

	loop_timer_cancel(&s->timer);
	mem_deref(s->listener);
	if (s->fd < 0)
		return;
	/* An orderly end is no failure: the magic close of the kernel */
	(void)!write(s->fd, "V", 1);
	(void)close(s->fd);
}

static void event_handler(const struct event *ev, void *arg)
{
	struct supervisor *s = arg;
	const uint64_t now = clock_now();
	const bool ours = ev->session && !strcmp(ev->session, "register");

	if (!ours && ev->type != EVENT_RECONNECTING &&
	    ev->type != EVENT_TRANSPORT_ERROR)
		return;

	if (ours)
		s->quiet = ev->type == EVENT_TERMINATED;
	if (s->heard && now - s->heard > s->longest)
		s->longest = now - s->heard;
	s->heard = now;
}

const char *supervisor_fault(const struct supervisor *s, uint64_t now)
{
	struct soundloan_figures f = { .open = false };
	uint64_t most = SUPERVISOR_UNKNOWN;

	if (s->ctx->sound)
		soundloan_figures_peek(s->ctx->sound, &f);
	if (f.open && now - f.last > SUPERVISOR_SILENCE)
		return "the sound device does not beat";

	if (s->longest * SUPERVISOR_TIMES > SUPERVISOR_QUIET)
		most = s->longest * SUPERVISOR_TIMES;
	else if (s->longest > CLOCK_S * 60ULL)
		most = SUPERVISOR_QUIET;
	if (!s->quiet && s->heard && now - s->heard > most)
		return "nothing is heard of the registration";

	return NULL;
}

static void feed(const struct supervisor *s)
{
	notify_send("WATCHDOG=1");
	if (s->fd >= 0)
		(void)ioctl(s->fd, WDIOC_KEEPALIVE, 0);
}

static void tell(struct supervisor *s)
{
	char status[LOG_TEXT_MAX];
	json_t *calls = phone_calls_json(s->ctx->phone);

	(void)re_snprintf(status, sizeof(status), "%s, %zu calls%s%s",
			  phone_registered(s->ctx->phone) ? "registered"
							  : "not registered",
			  json_array_size(calls), s->fault ? ", not fed: " : "",
			  s->fault ? s->fault : "");
	json_decref(calls);
	crash_state(status);
	if (!strcmp(status, s->status))
		return;

	str_ncpy(s->status, status, sizeof(s->status));
	notify_send("STATUS=%s", status);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct supervisor *s = arg;
	const char *fault = supervisor_fault(s, now);

	if (fault && !s->fault)
		log_warning("supervisor: %s; the watchdog is not fed\n", fault);
	s->fault = fault;
	if (!fault)
		feed(s);
	tell(s);
	loop_timer_arm(&s->timer, now + s->every);
}

static void open_hardware(struct supervisor *s, const char *device)
{
	int seconds = SUPERVISOR_HARDWARE;

	if (!*device)
		return;

	s->fd = open(device, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
	if (s->fd < 0) {
		log_warning("supervisor: [supervision] watchdog = %s cannot be "
			    "used: %m\n",
			    device, errno);
		return;
	}
	if (ioctl(s->fd, WDIOC_SETTIMEOUT, &seconds))
		log_warning("supervisor: %s keeps its own time: %m\n", device,
			    errno);
}

int supervisor_alloc(struct supervisor **sp, const struct commands_context *ctx,
		     struct event_bus *events, const char *device)
{
	struct supervisor *s = mem_zalloc(sizeof(*s), supervisor_destructor);
	const uint64_t watchdog = notify_watchdog();
	int err;

	if (!s)
		return ENOMEM;

	s->fd = -1;
	s->ctx = ctx;
	s->quiet = true;
	s->every = SUPERVISOR_TICK;
	if (watchdog && watchdog / 2 < s->every)
		s->every = watchdog / 2;
	loop_timer_init(&s->timer, "supervisor", timer_handler, s);
	err = event_listen(&s->listener, events, event_handler, s);
	if (err) {
		mem_deref(s);
		return err;
	}

	open_hardware(s, device);
	*sp = s;
	return 0;
}

void supervisor_ready(struct supervisor *s)
{
	notify_send("READY=1");
	loop_timer_arm(&s->timer, clock_now());
}

void supervisor_stopping(struct supervisor *s)
{
	(void)s;

	notify_send("STOPPING=1\nSTATUS=ending calls, un-registering");
}
