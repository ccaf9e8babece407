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
#include "drivers/gpio_line.h"
#include "drivers/watchman.h"

enum {
	PLACE = 64,		/* Chip, or line [bytes]                */
	PATIENCE = 2 * CLOCK_S, /* For an answer, at the start [us]     */
	BUSY = CLOCK_S,		/* For a line [us]                      */
	PAUSE = 20 * CLOCK_MS,	/* Between two tries [us]               */
};

/* Message in both directions */
struct word {
	enum {
		OPEN,
		SET,
		BEAT,
		CLOSE
	} what;
	unsigned line;
	bool on, low;
	int err;
	uint64_t longest;
	char chip[PLACE], name[PLACE];
};

/* ---- The other process ---- */

struct keeper {
	int fd;
	struct gpio_line *linev[WATCHMAN_LINES];
	struct watchman watchman;
};

static int switch_handler(unsigned line, bool on, void *arg)
{
	struct keeper *k = arg;

	return k->linev[line] ? gpio_line_set(k->linev[line], on) : ENODEV;
}

static void answer(const struct keeper *k, const struct word *w)
{
	(void)send(k->fd, w, sizeof(*w), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int take(struct keeper *k, struct word *w)
{
	const uint64_t end = clock_now() + BUSY;
	const struct gpio_params prm = {
		.chip = w->chip,
		.line = w->name,
		.low = w->low,
	};
	int err;

	for (w->line = 0; w->line < WATCHMAN_LINES && k->linev[w->line];)
		++w->line;
	if (w->line == WATCHMAN_LINES)
		return ENOSPC;

	do {
		err = gpio_line_alloc(&k->linev[w->line], &prm, true);
		if (err == EBUSY)
			(void)usleep(PAUSE);
	} while (err == EBUSY && clock_now() < end);

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
		k->linev[w->line] = mem_deref(k->linev[w->line]);
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
	const uint64_t due = watchman_due(&k->watchman);

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
	struct keeper k = { .fd = fd };
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
	}

	for (unsigned i = 0; i < WATCHMAN_LINES; i++) {
		if (k.linev[i])
			(void)gpio_line_set(k.linev[i], false);
	}
	_exit(EXIT_SUCCESS);
}

/* ---- The phone ---- */

struct guarded {
	struct output output; /* First, for struct output * */
	struct le le;
	unsigned line;
	bool on, open;
};

static struct {
	int fd; /* 0: not started */
	struct loop_watch *watch;
	struct loop_timer timer;
	struct list outputs;
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

static void told(const struct word *w)
{
	for (struct le *le = guard.outputs.head; le; le = le->next) {
		struct guarded *g = le->data;

		if (g->line != w->line)
			continue;
		if (g->on)
			log_warning("gpio: a relay is off: %m\n", w->err);
		g->on = false;
	}
}

static void lose(void)
{
	log_warning("gpio: the guard of the relays is gone; none opens until "
		    "the phone is started again\n");
	guard.watch = mem_deref(guard.watch);
	for (struct le *le = guard.outputs.head; le; le = le->next)
		((struct guarded *)le->data)->on = false;
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

/* Ask for a line, and wait: only at the start */
static int ask(struct word *w)
{
	struct pollfd p = { .fd = guard.fd, .events = POLLIN };
	int err = say(w);

	do {
		if (!err && poll(&p, 1, PATIENCE / CLOCK_MS) <= 0)
			err = ETIMEDOUT;
		if (!err &&
		    recv(guard.fd, w, sizeof(*w), MSG_DONTWAIT) != sizeof(*w))
			err = ENODEV;
	} while (!err && w->what != OPEN);

	return err ? err : w->err;
}

static int output_switch(struct output *o, bool on)
{
	struct guarded *g = (struct guarded *)o;
	const struct word w = { .what = SET, .line = g->line, .on = on };
	int err = say(&w);

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
	const struct word w = { .what = CLOSE, .line = g->line };

	if (g->open)
		(void)say(&w);
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
	str_ncpy(w.chip, prm->chip, sizeof(w.chip));
	str_ncpy(w.name, prm->line, sizeof(w.name));
	err = ask(&w);
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
