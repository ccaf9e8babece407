/**
 * @file app/keeper.c  Keeper
 */
#include "app/keeper.h"
#include "core/base/keepfile.h"

struct file {
	const char *path;
	const uint8_t *p;
	size_t len;
};

static int work(const void *what)
{
	const struct file *f = what;

	return keepfile_write(f->path, f->p, f->len);
}

int keeper_write(struct child **cp, const char *path, const uint8_t *p,
		 size_t len, child_h *h, void *arg)
{
	const struct file f = { path, p, len };

	return child_start(cp, "keeper", CHILD_FINISH, work, &f, h, arg);
}
