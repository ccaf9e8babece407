/**
 * @file app/keeper.c  Keeper
 */
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "app/keeper.h"
#include "core/base/keepfile.h"

struct keeper {
	struct loop_watch *watch;
	pid_t child;
	int fd;
	keeper_h *h;
	void *arg;
};

static void keeper_destructor(void *arg)
{
	struct keeper *k = arg;

	mem_deref(k->watch);
	if (k->fd >= 0)
		(void)close(k->fd);
	if (k->child > 0)
		(void)waitpid(k->child, NULL, 0);
}

static void read_handler(int flags, uint64_t now, void *arg)
{
	struct keeper *k = arg;
	int err = EIO;
	(void)flags;

	/* It ended without a word, if nothing is there */
	if (read(k->fd, &err, sizeof(err)) != sizeof(err))
		err = EIO;
	k->watch = mem_deref(k->watch);
	k->h(err, now, k->arg);
}

int keeper_write(struct keeper **kp, const char *path, const uint8_t *p,
		 size_t len, keeper_h *h, void *arg)
{
	struct keeper *k = mem_zalloc(sizeof(*k), keeper_destructor);
	int fdv[2], err;

	if (!k)
		return ENOMEM;

	k->fd = -1;
	k->h = h;
	k->arg = arg;
	if (pipe2(fdv, O_CLOEXEC)) {
		err = errno;
		goto out;
	}

	k->child = fork();
	if (!k->child) {
		err = keepfile_write(path, p, len);
		(void)!write(fdv[1], &err, sizeof(err));
		_exit(0);
	}

	err = k->child < 0 ? errno : 0;
	(void)close(fdv[1]);
	k->fd = fdv[0];
	if (!err)
		err = loop_watch_alloc(&k->watch, "keeper", k->fd, LOOP_READ,
				       read_handler, k);
out:
	if (err)
		mem_deref(k);
	else
		*kp = k;
	return err;
}
