/**
 * @file app/wake.c  Wake
 */
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "app/wake.h"

struct wake {
	struct loop_watch *watch;
	sigset_t set;
	int fd;
	wake_h *h;
	void *arg;
};

static void wake_destructor(void *arg)
{
	struct wake *w = arg;

	mem_deref(w->watch);
	if (w->fd >= 0)
		(void)close(w->fd);
}

static void read_handler(int flags, uint64_t now, void *arg)
{
	const struct wake *w = arg;
	struct signalfd_siginfo si;
	(void)flags;
	(void)now;

	if (read(w->fd, &si, sizeof(si)) == sizeof(si))
		w->h(w->arg);
}

int wake_alloc(struct wake **wp, int sig, wake_h *h, void *arg)
{
	struct wake *w = mem_zalloc(sizeof(*w), wake_destructor);
	int err = 0;

	if (!w)
		return ENOMEM;

	w->h = h;
	w->arg = arg;
	(void)sigemptyset(&w->set);
	(void)sigaddset(&w->set, sig);
	(void)sigprocmask(SIG_BLOCK, &w->set, NULL);
	w->fd = signalfd(-1, &w->set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (w->fd < 0)
		err = errno;
	if (!err)
		err = loop_watch_alloc(&w->watch, "signal", w->fd, LOOP_READ,
				       read_handler, w);
	if (err)
		mem_deref(w);
	else
		*wp = w;
	return err;
}
