/**
 * @file core/net/race.c  Race
 *
 * One timer: the next start, or the end of all. A lane is one attempt.
 */
#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include "core/base/loop.h"
#include "core/net/race.h"

struct lane {
	struct race *race;
	struct sa addr;
	int fd;
	struct loop_watch *watch;
};

struct race {
	struct lane lanev[ADDRESSES_MAX];
	unsigned n;
	unsigned started; /* Of lanev      */
	unsigned running; /* Of started    */
	unsigned last;	  /* Winner, or the last that failed */
	struct loop_timer timer;
	race_h *h;
	void *arg;
	int err;
};

static void close_lane(struct lane *l)
{
	l->watch = mem_deref(l->watch);
	if (l->fd >= 0)
		(void)close(l->fd);
	l->fd = -1;
}

static void destructor(void *arg)
{
	struct race *r = arg;

	loop_timer_cancel(&r->timer);
	for (unsigned i = 0; i < r->n; i++)
		close_lane(&r->lanev[i]);
}

/* Call this last: the handler may free r */
static void finish(struct race *r, int err, int fd, uint64_t now)
{
	loop_timer_cancel(&r->timer);
	for (unsigned i = 0; i < r->n; i++)
		close_lane(&r->lanev[i]);

	r->h(err, fd, &r->lanev[r->last].addr, now, r->arg);
}

static void lose(struct race *r, struct lane *l, int err, uint64_t now)
{
	close_lane(l);
	--r->running;
	r->err = err;
	r->last = (unsigned)(l - r->lanev);

	/* The next one at once; or the end, when this was the last */
	if (r->started < r->n || !r->running)
		loop_timer_arm(&r->timer, now);
}

static void on_socket(int flags, uint64_t now, void *arg)
{
	struct lane *l = arg;
	struct race *r = l->race;
	socklen_t size = sizeof(int);
	int err = 0, fd = l->fd;
	(void)flags;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size))
		err = errno;
	if (err) {
		lose(r, l, err, now);
		return;
	}

	l->watch = mem_deref(l->watch);
	l->fd = -1;
	r->last = (unsigned)(l - r->lanev);
	finish(r, 0, fd, now);
}

static int open_lane(struct lane *l)
{
	const int on = 1;
	int err;

	l->fd = socket(sa_af(&l->addr),
		       SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return errno;

	(void)setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(l->fd, &l->addr.u.sa, l->addr.len) && errno != EINPROGRESS)
		return errno;

	/* Also when it is connected already: the loop will say so */
	err = loop_watch_alloc(&l->watch, "race", l->fd, LOOP_WRITE, on_socket,
			       l);
	return err;
}

static void on_timer(uint64_t now, void *arg)
{
	struct race *r = arg;
	struct lane *l;
	int err;

	if (r->started == r->n) {
		finish(r, r->running ? ETIMEDOUT : r->err, -1, now);
		return;
	}

	l = &r->lanev[r->started++];
	++r->running;
	loop_timer_arm(&r->timer,
		       now + (r->started < r->n ? RACE_DELAY : RACE_TIMEOUT));
	err = open_lane(l);
	if (err)
		lose(r, l, err, now);
}

int race_start(struct race **rp, const struct sa *addrv, unsigned n, race_h *h,
	       void *arg, uint64_t now)
{
	struct race *r;

	assert(n && n <= ADDRESSES_MAX);

	r = mem_zalloc(sizeof(*r), destructor);
	if (!r)
		return ENOMEM;

	for (unsigned i = 0; i < n; i++) {
		r->lanev[i].race = r;
		r->lanev[i].addr = addrv[i];
		r->lanev[i].fd = -1;
	}
	r->n = n;
	r->h = h;
	r->arg = arg;
	loop_timer_init(&r->timer, "race", on_timer, r);
	loop_timer_arm(&r->timer, now);
	*rp = r;
	return 0;
}

unsigned race_rest(const struct race *r, struct sa *addrv)
{
	unsigned k = 0;

	for (unsigned i = 0; i < r->n; i++) {
		if (i != r->last)
			addrv[k++] = r->lanev[i].addr;
	}

	return k;
}
