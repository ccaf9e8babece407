/**
 * @file app/snapshot.c  Snapshot
 *
 * Written beside the file and put in its place: who looks at it never sees
 * half of one. It is not brought to the disk: the loop does not wait for that.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "app/snapshot.h"
#include "core/base/log.h"

enum {
	PATH_SIZE = 4096, /* PATH_MAX */
	MODE = 0640,	  /* Of the file: a picture of who stood there */
};

static const char ending[] = ".part";

struct shot {
	struct event_bus *events;
	char *path;
};

static void shot_destructor(void *arg)
{
	struct shot *s = arg;

	mem_deref(s->path);
}

static int write_all(int fd, const struct mbuf *mb)
{
	const uint8_t *p = mbuf_buf(mb);
	size_t left = mbuf_get_left(mb);

	while (left) {
		const ssize_t n = write(fd, p, left);

		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0) {
			p += n;
			left -= (size_t)n;
		}
	}

	return 0;
}

static int keep(const char *path, const struct mbuf *mb)
{
	char part[PATH_SIZE];
	int err, fd;

	if (re_snprintf(part, sizeof(part), "%s%s", path, ending) < 0)
		return ENAMETOOLONG;

	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, MODE);
	if (fd < 0)
		return errno;

	err = write_all(fd, mb);
	if (close(fd) && !err)
		err = errno;
	if (!err && rename(part, path))
		err = errno;
	if (err)
		(void)unlink(part);
	return err;
}

static void snapshot_handler(int err, struct mbuf *mb, uint64_t now, void *arg)
{
	struct shot *s = arg;
	(void)now;

	if (!err)
		err = keep(s->path, mb);
	if (err)
		log_warning("snapshot: %s: %m\n", s->path, err);
	event_emit(s->events, EVENT_SNAPSHOT, NULL, 0, "file:s reason:s",
		   s->path, err ? strerror(err) : NULL);
	mem_deref(s);
}

int snapshot_take(struct studio *st, const char *path, struct event_bus *events,
		  uint64_t now)
{
	struct shot *s;
	int err;

	if (strlen(path) + sizeof(ending) > PATH_SIZE)
		return ENAMETOOLONG;

	s = mem_zalloc(sizeof(*s), shot_destructor);
	if (!s)
		return ENOMEM;

	s->events = events;
	err = str_dup(&s->path, path);
	if (!err)
		err = studio_snapshot(st, snapshot_handler, s, now);
	if (err)
		mem_deref(s);
	return err;
}
