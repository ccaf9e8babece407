/**
 * @file core/base/loop.c  Loop
 *
 * Timers are a list sorted by time, served by one timerfd; a phone has a few
 * dozen of them. Every call of a handler goes through account(), which keeps
 * a table of names.
 */
#include <assert.h>
#include <signal.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "core/base/log.h"
#include "core/base/loop.h"

enum {
	STATS_MAX = 64, /* Different names of handlers, ours */
	FDS_MAX = 256,	/* Descriptors; libre has 36 bytes for each, ours */
	NS_PER_US = 1000,
	VIRTUAL_START = CLOCK_S, /* Virtual time begins here [us]     */
};

struct stat_entry {
	const char *name;
	uint64_t calls;
	uint64_t sum;  /* [us] */
	uint64_t max;  /* [us] */
	uint64_t slow; /* Calls over LOOP_SLOW */
};

struct loop_watch {
	const char *name;
	int fd;
	loop_fd_h *h;
	void *arg;
};

static struct {
	struct list timers; /* struct loop_timer, soonest first */
	int tfd;
	uint64_t programmed; /* What the timerfd is set to [us] */
	bool virt;
	uint64_t vnow;
	struct stat_entry statv[STATS_MAX];
	unsigned statc;
	const char *longest; /* Since loop_longest() was asked */
	uint64_t longest_us;
	loop_signal_h *sigh;
	void *sigarg;
} loop = { .tfd = -1, .programmed = CLOCK_NEVER };

static struct stat_entry *entry_of(const char *name)
{
	for (unsigned i = 0; i < loop.statc; i++) {
		if (loop.statv[i].name == name)
			return &loop.statv[i];
	}

	if (loop.statc == STATS_MAX)
		return &loop.statv[STATS_MAX - 1];

	loop.statv[loop.statc].name = name;
	return &loop.statv[loop.statc++];
}

static void account(const char *name, uint64_t start)
{
	struct stat_entry *e = entry_of(name);
	uint64_t took = clock_now() - start;

	if (took > loop.longest_us || !loop.longest) {
		loop.longest = name;
		loop.longest_us = took;
	}
	++e->calls;
	e->sum += took;
	if (took > e->max)
		e->max = took;
	if (took > LOOP_SLOW)
		++e->slow;
}

static uint64_t next_due(void)
{
	struct loop_timer *t = list_ledata(list_head(&loop.timers));

	return t ? t->due : CLOCK_NEVER;
}

static void program(void)
{
	struct itimerspec its = { .it_value = { 0, 0 } };
	uint64_t due = next_due();

	if (loop.virt || loop.tfd < 0 || due == loop.programmed)
		return;

	if (due != CLOCK_NEVER) {
		its.it_value.tv_sec = (time_t)(due / CLOCK_S);
		its.it_value.tv_nsec = (long)(due % CLOCK_S) * NS_PER_US;
		if (!its.it_value.tv_sec && !its.it_value.tv_nsec)
			its.it_value.tv_nsec = 1; /* 0 would disarm */
	}

	(void)timerfd_settime(loop.tfd, TFD_TIMER_ABSTIME, &its, NULL);
	loop.programmed = due;
}

static void fire(struct loop_timer *t, uint64_t now)
{
	const char *name = t->name;

	list_unlink(&t->le);
	t->h(now, t->arg); /* May free t */
	account(name, now);
}

/* Those due now, not those that their handlers arm for now: no starvation */
static void run_timers(void)
{
	uint64_t limit = clock_now();

	while (next_due() <= limit) {
		struct loop_timer *t = list_ledata(list_head(&loop.timers));

		fire(t, clock_now());
	}
}

static void timerfd_handler(int flags, void *arg)
{
	uint64_t expirations;
	(void)flags;
	(void)arg;

	if (read(loop.tfd, &expirations, sizeof(expirations)) < 0)
		return;

	loop.programmed = CLOCK_NEVER;
	run_timers();
	program();
}

int loop_init(void)
{
	int err;

	err = libre_init();
	if (err)
		return err;

	(void)fd_setsize(FDS_MAX);
	(void)poll_method_set(METHOD_EPOLL);

	loop.tfd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (loop.tfd < 0)
		return errno;

	loop.programmed = CLOCK_NEVER;
	err = fd_listen(loop.tfd, FD_READ, timerfd_handler, NULL);
	program();
	return err;
}

void loop_close(void)
{
	if (loop.tfd >= 0) {
		fd_close(loop.tfd);
		(void)close(loop.tfd);
		loop.tfd = -1;
	}
	loop.programmed = CLOCK_NEVER;
	libre_close();
}

static void signal_handler(int sig)
{
	if (loop.sigh)
		loop.sigh(sig, loop.sigarg);
	else
		re_cancel();
}

int loop_run(loop_signal_h *h, void *arg)
{
	loop.sigh = h;
	loop.sigarg = arg;
	return re_main(signal_handler);
}

void loop_stop(void)
{
	re_cancel();
}

void loop_timer_init(struct loop_timer *t, const char *name, loop_timer_h *h,
		     void *arg)
{
	memset(t, 0, sizeof(*t));
	t->name = name;
	t->h = h;
	t->arg = arg;
}

/* From the back: most timers are armed for later than the others */
static void insert_sorted(struct loop_timer *t)
{
	struct le *le = list_tail(&loop.timers);

	while (le && ((struct loop_timer *)le->data)->due > t->due)
		le = le->prev;

	if (le)
		list_insert_after(&loop.timers, le, &t->le, t);
	else
		list_prepend(&loop.timers, &t->le, t);
}

void loop_timer_arm(struct loop_timer *t, uint64_t due)
{
	assert(t->h);

	list_unlink(&t->le);
	t->due = due;
	if (due != CLOCK_NEVER)
		insert_sorted(t);
	program();
}

void loop_timer_cancel(struct loop_timer *t)
{
	if (!t->le.list)
		return;

	list_unlink(&t->le);
	program();
}

bool loop_timer_armed(const struct loop_timer *t)
{
	return t->le.list != NULL;
}

unsigned loop_timers(void)
{
	return list_count(&loop.timers);
}

static void watch_destructor(void *arg)
{
	struct loop_watch *w = arg;

	if (w->fd >= 0)
		fd_close(w->fd);
}

static void watch_handler(int flags, void *arg)
{
	struct loop_watch *w = arg;
	const char *name = w->name;
	uint64_t now = clock_now();
	int f = 0;

	if (flags & FD_READ)
		f |= LOOP_READ;
	if (flags & FD_WRITE)
		f |= LOOP_WRITE;
	if (flags & FD_EXCEPT)
		f |= LOOP_EXCEPT;

	w->h(f, now, w->arg); /* May free w */
	account(name, now);
	program();
}

static int native_flags(int flags)
{
	return (flags & LOOP_READ ? FD_READ : 0) |
	       (flags & LOOP_WRITE ? FD_WRITE : 0) |
	       (flags & LOOP_EXCEPT ? FD_EXCEPT : 0);
}

int loop_watch_alloc(struct loop_watch **wp, const char *name, int fd,
		     int flags, loop_fd_h *h, void *arg)
{
	struct loop_watch *w;
	int err;

	w = mem_zalloc(sizeof(*w), watch_destructor);
	if (!w)
		return ENOMEM;

	w->name = name;
	w->h = h;
	w->arg = arg;
	w->fd = -1;

	err = fd_listen(fd, native_flags(flags), watch_handler, w);
	if (err) {
		mem_deref(w);
		return err;
	}

	w->fd = fd;
	*wp = w;
	return 0;
}

int loop_watch_set(struct loop_watch *w, int flags)
{
	return fd_listen(w->fd, native_flags(flags), watch_handler, w);
}

static uint64_t virtual_now(void)
{
	return loop.vnow;
}

void loop_virtual_run(uint64_t until, bool (*stop)(void *arg), void *arg)
{
	if (!loop.virt) {
		loop.virt = true;
		if (!loop.vnow)
			loop.vnow = VIRTUAL_START;
		clock_set_source(virtual_now);
	}

	while (next_due() <= until && !(stop && stop(arg))) {
		struct loop_timer *t = list_ledata(list_head(&loop.timers));

		if (t->due > loop.vnow)
			loop.vnow = t->due;
		fire(t, loop.vnow);
	}

	if (loop.vnow < until && !(stop && stop(arg)))
		loop.vnow = until;
}

void loop_virtual_end(void)
{
	loop.virt = false;
	loop.vnow = 0;
	clock_set_source(NULL);
	program();
}

uint64_t loop_longest(const char **namep)
{
	const uint64_t longest = loop.longest_us;

	if (namep)
		*namep = loop.longest ? loop.longest : "";
	loop.longest = NULL;
	loop.longest_us = 0;
	return longest;
}

int loop_print(struct re_printf *pf, void *unused)
{
	int err = re_hprintf(pf, "%-24s %10s %9s %9s %6s\n", "handler", "calls",
			     "mean us", "max us", "slow");
	(void)unused;

	for (unsigned i = 0; i < loop.statc; i++) {
		const struct stat_entry *e = &loop.statv[i];

		err |= re_hprintf(pf, "%-24s %10llu %9llu %9llu %6llu\n",
				  e->name, (unsigned long long)e->calls,
				  (unsigned long long)(e->sum / e->calls),
				  (unsigned long long)e->max,
				  (unsigned long long)e->slow);
	}

	return err;
}
