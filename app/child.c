/**
 * @file app/child.c  Child
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "app/child.h"

struct child {
	struct loop_watch *watch;
	pid_t pid;
	int fd; /* Its answer comes here */
	enum child_end end;
	child_h *h;
	void *arg;
};

static void child_destructor(void *arg)
{
	struct child *c = arg;

	mem_deref(c->watch);
	if (c->fd >= 0)
		(void)close(c->fd);
	if (c->pid <= 0)
		return;
	if (c->end == CHILD_KILL)
		(void)kill(c->pid, SIGKILL);
	(void)waitpid(c->pid, NULL, 0);
}

static void read_handler(int flags, uint64_t now, void *arg)
{
	struct child *c = arg;
	int err;
	(void)flags;

	/* It ended without a word, if nothing is there */
	if (read(c->fd, &err, sizeof(err)) != sizeof(err))
		err = EIO;
	c->watch = mem_deref(c->watch);
	c->h(err, now, c->arg);
}

int child_start(struct child **cp, const char *name, enum child_end end,
		child_work_h *work, const void *what, child_h *h, void *arg)
{
	struct child *c = mem_zalloc(sizeof(*c), child_destructor);
	int fdv[2], err;

	if (!c)
		return ENOMEM;

	c->fd = -1;
	c->end = end;
	c->h = h;
	c->arg = arg;
	if (pipe2(fdv, O_CLOEXEC)) {
		err = errno;
		goto out;
	}

	c->pid = fork();
	if (!c->pid) {
		err = work(what);
		(void)!write(fdv[1], &err, sizeof(err));
		_exit(0);
	}

	err = c->pid < 0 ? errno : 0;
	(void)close(fdv[1]);
	c->fd = fdv[0];
	if (!err)
		err = loop_watch_alloc(&c->watch, name, c->fd, LOOP_READ,
				       read_handler, c);
out:
	if (err)
		mem_deref(c);
	else
		*cp = c;
	return err;
}
