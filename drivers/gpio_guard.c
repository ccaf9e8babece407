/**
 * @file drivers/gpio_guard.c  GPIO guard
 *
 * One message each way, by a socket that keeps them apart. What the other
 * process says of a line by itself (it is off, it does not work) comes in
 * between. A line that was just given back by another guard is waited for.
 */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/gpio_guard.h"
#include "drivers/gpio_wire.h"
#include "drivers/watchman.h"

enum {
	PATIENCE = 2 * CLOCK_S, /* For an answer, at the start [us]     */
	LAST = CLOCK_S,		/* For the last, of PHONE_STOP_MAX [us] */
	BUSY = CLOCK_S,		/* For a line [us]                      */
	PAUSE = 20 * CLOCK_MS,	/* Between two tries [us]               */
};

/* Message in both directions */
struct word {
	enum {
		OPEN,
		SET,
		BEAT,
		CLOSE,
		STATE, /* Of the line: err says why it is gone */
	} what;
	unsigned line;
	bool on, low;
	int err;
	uint64_t longest;
	char chip[GPIO_WIRE_PLACE], name[GPIO_WIRE_PLACE];
};

/* ---- The other process ---- */

struct keeper;

struct slot {
	struct keeper *keeper;
	struct gpio_wire wire;
	bool taken;
};

struct keeper {
	int fd;
	struct slot slotv[WATCHMAN_LINES];
	struct watchman watchman;
	uint64_t look; /* When to look at the lines [us] */
};

/* What is gone is off, as far as anybody can do that */
static int switch_handler(unsigned line, bool on, void *arg)
{
	struct keeper *k = arg;
	struct gpio_wire *w = &k->slotv[line].wire;

	return on || w->line ? gpio_wire_set(w, on) : 0;
}

static void answer(const struct keeper *k, const struct word *w)
{
	(void)send(k->fd, w, sizeof(*w), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void state_handler(const char *chip, const char *line, int err,
			  void *arg)
{
	const struct slot *s = arg;
	const struct word w = { .what = STATE,
				.line = (unsigned)(s - s->keeper->slotv),
				.err = err };
	(void)chip;
	(void)line;

	answer(s->keeper, &w);
}

/* All lines; what is gone while it should be on is off, and told */
static void look(struct keeper *k, uint64_t now)
{
	k->look = CLOCK_NEVER;
	for (unsigned i = 0; i < WATCHMAN_LINES; i++) {
		struct word w = { .what = SET, .line = i };
		bool on;

		if (!k->slotv[i].taken)
			continue;
		k->look = now + GPIO_WIRE_LOOK;
		w.err = gpio_wire_look(&k->slotv[i].wire, &on);
		if (!w.err || !k->watchman.linev[i].on)
			continue;
		(void)watchman_set(&k->watchman, i, false, now);
		answer(k, &w);
	}
}

static int take(struct keeper *k, struct word *w)
{
	const uint64_t end = clock_now() + BUSY;
	struct gpio_params prm = {
		.chip = w->chip,
		.line = w->name,
		.low = w->low,
		.stateh = state_handler,
	};
	struct slot *s = k->slotv;
	int err;

	while (s < k->slotv + WATCHMAN_LINES && s->taken)
		++s;
	w->line = (unsigned)(s - k->slotv);
	if (w->line == WATCHMAN_LINES)
		return ENOSPC;

	prm.arg = s;
	s->keeper = k;
	do {
		err = gpio_wire_open(&s->wire, &prm, true);
		if (err == EBUSY)
			(void)usleep(PAUSE);
	} while (err == EBUSY && clock_now() < end);

	s->taken = !err;
	k->look = clock_min(k->look, clock_now() + GPIO_WIRE_LOOK);
	k->watchman.linev[w->line].longest = w->longest;
	return err;
}

static void obey(struct keeper *k, struct word *w, uint64_t now)
{
	if (w->what != OPEN && w->line >= WATCHMAN_LINES)
		return;

	switch (w->what) {
	case OPEN:
		w->err = take(k, w);
		answer(k, w);
		break;
	case SET:
		w->err = watchman_set(&k->watchman, w->line, w->on, now);
		if (w->err)
			answer(k, w);
		break;
	case BEAT:
		watchman_beat(&k->watchman, now);
		break;
	case CLOSE:
		(void)watchman_set(&k->watchman, w->line, false, now);
		gpio_wire_close(&k->slotv[w->line].wire);
		k->slotv[w->line].taken = false;
		answer(k, w);
		break;
	case STATE:
		break;
	}
}

/* What was switched off is told */
static void expire(struct keeper *k, uint64_t now)
{
	const struct watchman before = k->watchman;

	watchman_expire(&k->watchman, now);
	for (unsigned i = 0; i < WATCHMAN_LINES; i++) {
		struct word w = { .what = SET, .line = i, .err = ETIMEDOUT };

		if (before.linev[i].on && !k->watchman.linev[i].on)
			answer(k, &w);
	}
}

static int wait_of(const struct keeper *k, uint64_t now)
{
	const uint64_t due = clock_min(watchman_due(&k->watchman), k->look);

	if (due == CLOCK_NEVER)
		return -1;

	return due <= now ? 0 : (int)((due - now) / CLOCK_MS) + 1;
}

/* @return whether the phone is still there */
static bool hear(struct keeper *k)
{
	struct word w;
	ssize_t n = recv(k->fd, &w, sizeof(w), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == sizeof(w))
		obey(k, &w, clock_now());
	return n == sizeof(w);
}

static void keep(int fd)
{
	struct keeper k = { .fd = fd, .look = CLOCK_NEVER };
	bool there = true;

	(void)signal(SIGINT, SIG_IGN); /* It ends after the phone */
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)prctl(PR_SET_NAME, "boardphone-door");
	k.watchman.h = switch_handler;
	k.watchman.arg = &k;

	while (there) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int n = poll(&p, 1, wait_of(&k, clock_now()));

		if (n > 0)
			there = hear(&k);
		if (watchman_due(&k.watchman) <= clock_now())
			expire(&k, clock_now());
		if (k.look <= clock_now())
			look(&k, clock_now());
	}

	for (unsigned i = 0; i < WATCHMAN_LINES; i++) {
		if (k.slotv[i].wire.line)
			(void)gpio_line_set(k.slotv[i].wire.line, false);
	}
	_exit(EXIT_SUCCESS);
}

/* ---- The phone ---- */

struct guarded {
	struct output output; /* First, for struct output * */
	struct le le;
	unsigned line;
	bool on, open;
	int gone; /* 0, or why */
	char chip[GPIO_WIRE_PLACE], name[GPIO_WIRE_PLACE];
	gpio_state_h *stateh;
	void *arg;
};

static struct {
	int fd; /* 0: not started */
	struct loop_watch *watch;
	struct loop_timer timer;
	struct list outputs;
	bool slow; /* Has not answered in time: not waited for again */
} guard;

int gpio_guard_start(void)
{
	int fdv[2];
	pid_t pid;

	if (guard.fd)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fdv))
		return errno;

	pid = fork();
	if (pid < 0) {
		const int err = errno;

		(void)close(fdv[0]);
		(void)close(fdv[1]);
		return err;
	}
	if (!pid) {
		(void)close(fdv[0]);
		keep(fdv[1]);
	}

	(void)close(fdv[1]);
	guard.fd = fdv[0];
	return 0;
}

/* @return 0, ENODEV the other process is gone, EIO */
static int say(const struct word *w)
{
	if (send(guard.fd, w, sizeof(*w), MSG_NOSIGNAL | MSG_DONTWAIT) ==
	    sizeof(*w))
		return 0;

	return errno == EPIPE || errno == ECONNRESET ? ENODEV : EIO;
}

static void beat_handler(uint64_t now, void *arg)
{
	const struct word beat = { .what = BEAT };
	bool any = false;
	(void)arg;

	for (struct le *le = guard.outputs.head; le; le = le->next)
		any |= ((const struct guarded *)le->data)->on;
	if (any && !say(&beat))
		loop_timer_arm(&guard.timer, now + WATCHMAN_BEAT);
}

static void off(struct guarded *g, int err)
{
	const bool was = g->on;

	g->on = false;
	if (was && g->output.offh)
		g->output.offh(err, g->output.arg);
}

static void gone(struct guarded *g, int err)
{
	g->gone = err;
	if (g->stateh)
		g->stateh(g->chip, g->name, err, g->arg);
}

static void told(const struct word *w)
{
	struct le *le = guard.outputs.head;

	while (le && ((struct guarded *)le->data)->line != w->line)
		le = le->next;
	if (!le)
		return;

	if (w->what == SET)
		off(le->data, w->err);
	else if (w->what == STATE)
		gone(le->data, w->err);
}

static void lose(void)
{
	log_warning("gpio: the guard of the relays is gone; none opens until "
		    "the phone is started again\n");
	guard.watch = mem_deref(guard.watch);
	for (struct le *le = guard.outputs.head; le; le = le->next) {
		off(le->data, ENODEV);
		gone(le->data, ENODEV);
	}
}

static void word_handler(int flags, uint64_t now, void *arg)
{
	struct word w;
	ssize_t n = recv(guard.fd, &w, sizeof(w), MSG_DONTWAIT);
	(void)flags;
	(void)now;
	(void)arg;

	if (n == sizeof(w))
		told(&w);
	else if (n >= 0 || errno != EAGAIN)
		lose();
}

/* Ask for a line, or give it back, and wait: only at the start and the end */
static int ask(struct word *w, uint64_t patience)
{
	struct pollfd p = { .fd = guard.fd, .events = POLLIN };
	const unsigned what = w->what;
	int err = say(w);

	do {
		if (!err && poll(&p, 1, (int)(patience / CLOCK_MS)) <= 0)
			err = ETIMEDOUT;
		if (!err &&
		    recv(guard.fd, w, sizeof(*w), MSG_DONTWAIT) != sizeof(*w))
			err = ENODEV;
	} while (!err && w->what != what);

	return err ? err : w->err;
}

static int output_switch(struct output *o, bool on)
{
	struct guarded *g = (struct guarded *)o;
	const struct word w = { .what = SET, .line = g->line, .on = on };
	int err = g->gone ? ENODEV : say(&w);

	if (err)
		return err;

	g->on = on;
	if (on && !loop_timer_armed(&guard.timer))
		loop_timer_arm(&guard.timer, clock_now() + WATCHMAN_BEAT);
	return 0;
}

static bool output_is_on(const struct output *o)
{
	return ((const struct guarded *)o)->on;
}

static void destructor(void *arg)
{
	struct guarded *g = arg;
	struct word w = { .what = CLOSE, .line = g->line };

	/* It is off before the phone has ended */
	if (g->open && ask(&w, guard.slow ? 0 : LAST) == ETIMEDOUT)
		guard.slow = true;
	list_unlink(&g->le);
	if (guard.outputs.head)
		return;

	loop_timer_cancel(&guard.timer);
	guard.watch = mem_deref(guard.watch);
}

int gpio_guard_output(struct output **op, const struct gpio_params *prm)
{
	static const struct output_table table = {
		.set = output_switch,
		.on = output_is_on,
	};
	struct word w = { .what = OPEN,
			  .low = prm->low,
			  .longest = prm->longest };
	struct guarded *g;
	int err;

	if (!guard.fd)
		return ENOTSUP;

	g = mem_zalloc(sizeof(*g), destructor);
	if (!g)
		return ENOMEM;

	if (!guard.outputs.head)
		loop_timer_init(&guard.timer, "guard", beat_handler, NULL);
	list_append(&guard.outputs, &g->le, g);
	g->output.table = &table;
	g->stateh = prm->stateh;
	g->arg = prm->arg;
	str_ncpy(g->chip, prm->chip, sizeof(g->chip));
	str_ncpy(g->name, prm->line, sizeof(g->name));
	memcpy(w.chip, g->chip, sizeof(w.chip));
	memcpy(w.name, g->name, sizeof(w.name));
	err = ask(&w, PATIENCE);
	if (!err) {
		g->line = w.line;
		g->open = true;
	}
	if (!err && !guard.watch)
		err = loop_watch_alloc(&guard.watch, "guard", guard.fd,
				       LOOP_READ, word_handler, NULL);
	if (err)
		mem_deref(g);
	else
		*op = &g->output;
	return err;
}
