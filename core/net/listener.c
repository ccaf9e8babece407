/**
 * @file core/net/listener.c  Listener
 *
 *     port -> accept -> waitroom -> handler
 */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/listener.h"
#include "core/net/waitroom.h"

enum {
	TURN = 8,		     /* Accepted in one go, ours */
	PAUSE_BROKEN = 1 * CLOCK_S,  /* No descriptor left, ours [us]      */
	PAUSE_CROWD = 10 * CLOCK_MS, /* Nobody more can wait, ours [us]    */
};

struct port {
	struct listener *l;
	int fd;
	struct sa local;
	struct loop_watch *watch; /* NULL in a pause */
};

struct listener {
	struct port portv[LISTENER_MAX];
	size_t portc;
	struct waitroom room;
	struct loop_timer timer;
	uint64_t resume; /* When to accept again [us]  */
	bool full;
	listener_h *h;
	void *arg;
	uint32_t failed; /* Counter */
};

static void destructor(void *arg)
{
	struct listener *l = arg;

	int fd;

	loop_timer_cancel(&l->timer);
	while ((fd = waitroom_clear(&l->room)) >= 0)
		(void)close(fd);
	for (size_t i = 0; i < l->portc; i++) {
		mem_deref(l->portv[i].watch);
		if (l->portv[i].fd >= 0)
			(void)close(l->portv[i].fd);
	}
}

static void on_socket(int flags, uint64_t now, void *arg);

static void watch_all(struct listener *l, bool on)
{
	for (size_t i = 0; i < l->portc; i++) {
		struct port *p = &l->portv[i];

		if (!on) {
			p->watch = mem_deref(p->watch);
		} else if (!p->watch &&
			   loop_watch_alloc(&p->watch, "listener", p->fd,
					    LOOP_READ, on_socket, p)) {
			log_warning("listener: %J: cannot watch it\n",
				    &p->local);
		}
	}
}

/* Nothing is accepted for a while: a descriptor that is ready for ever, or
   somebody who comes faster than he is turned away */
static void pause_for(struct listener *l, uint64_t time, uint64_t now)
{
	l->resume = now + time;
	watch_all(l, false);
}

/* Let in whose turn it is. Call it last: the handler may free l */
static void serve(struct listener *l, uint64_t now)
{
	struct sa peer;
	int fd;

	mem_ref(l);
	while ((fd = waitroom_late(&l->room, now)) >= 0)
		(void)close(fd);

	while (mem_nrefs(l) > 1 && !l->full) {
		fd = waitroom_next(&l->room, &peer, now);
		if (fd < 0)
			break;
		l->h(fd, &peer, now, l->arg);
	}

	if (mem_nrefs(l) > 1) {
		loop_timer_arm(
			&l->timer,
			clock_min(l->resume, waitroom_due(&l->room, l->full)));
	}
	mem_deref(l);
}

static void on_timer(uint64_t now, void *arg)
{
	struct listener *l = arg;

	if (now >= l->resume) {
		l->resume = CLOCK_NEVER;
		watch_all(l, true);
	}
	serve(l, now);
}

/* @return a descriptor, or -1 when there is no one or no way to take him */
static int accept_one(struct port *p, struct sa *peer, uint64_t now)
{
	struct listener *l = p->l;
	int fd;

	sa_init(peer, AF_UNSPEC);
	peer->len = sizeof(peer->u);
	fd = accept4(p->fd, &peer->u.sa, &peer->len,
		     SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0 || errno == EAGAIN || errno == EINTR ||
	    errno == ECONNABORTED)
		return fd;

	/* No descriptor, no memory: it would be ready for ever */
	if (!l->failed++)
		log_warning("listener: cannot accept: %m\n", errno);
	pause_for(l, PAUSE_BROKEN, now);
	return -1;
}

static void on_socket(int flags, uint64_t now, void *arg)
{
	struct port *p = arg;
	struct sa peer;
	(void)flags;

	for (unsigned i = 0; i < TURN; i++) {
		int fd = accept_one(p, &peer, now);

		if (fd < 0)
			break;

		fd = waitroom_enter(&p->l->room, fd, &peer, now);
		if (fd >= 0) {
			(void)close(fd);
			pause_for(p->l, PAUSE_CROWD, now);
		}
	}

	serve(p->l, now);
}

/* Address by address: one for IPv6 must not take IPv4's port */
static int bind_to(struct port *p, const struct sa *addr)
{
	const int on = 1;
	int err;

	p->fd = socket(sa_af(addr), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       0);
	if (p->fd < 0)
		return errno;

	(void)setsockopt(p->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (sa_af(addr) == AF_INET6 &&
	    setsockopt(p->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)))
		return errno;

	err = bind(p->fd, &addr->u.sa, addr->len) ? errno : 0;
	if (err != EADDRNOTAVAIL)
		return err;

	log_warning("listener: %j is not an address of this machine, yet\n",
		    addr);
	(void)setsockopt(p->fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
	return bind(p->fd, &addr->u.sa, addr->len) ? errno : 0;
}

static int open_port(struct port *p, const struct sa *addr)
{
	int err = bind_to(p, addr);

	if (err)
		return err;
	if (listen(p->fd, LISTENER_BACKLOG))
		return errno;

	sa_init(&p->local, AF_UNSPEC);
	p->local.len = sizeof(p->local.u);
	return getsockname(p->fd, &p->local.u.sa, &p->local.len) ? errno : 0;
}

static int complain(char *reason, const struct sa *addr, int err)
{
	(void)re_snprintf(
		reason, LISTENER_REASON_MAX, "cannot listen on %J: %m%s", addr,
		err,
		err == EACCES ? " (ports below 1024 need CAP_NET_BIND_SERVICE)"
		: err == EADDRINUSE ? " (another program has that port)"
				    : "");
	return err;
}

static int open_all(struct listener *l, const struct sa *addrv, size_t addrc,
		    char *reason)
{
	int missing = 0;

	for (size_t i = 0; i < addrc; i++) {
		struct port *p = &l->portv[l->portc];
		int err;

		p->l = l;
		p->fd = -1;
		++l->portc;
		err = open_port(p, &addrv[i]);
		if (err == EAFNOSUPPORT || err == EADDRNOTAVAIL) {
			missing = complain(reason, &addrv[i], err);
			log_info("listener: %s\n", reason);
			if (p->fd >= 0)
				(void)close(p->fd);
			--l->portc;
		} else if (err) {
			return complain(reason, &addrv[i], err);
		}
	}

	return l->portc ? 0 : missing;
}

int listener_alloc(struct listener **lp, const struct sa *addrv, size_t addrc,
		   listener_h *h, void *arg, char *reason)
{
	struct listener *l;
	int err;

	(void)re_snprintf(reason, LISTENER_REASON_MAX, "%m", ENOMEM);
	if (!addrc || addrc > LISTENER_MAX) {
		(void)re_snprintf(reason, LISTENER_REASON_MAX,
				  "1 to %u addresses to listen on, not %zu",
				  (unsigned)LISTENER_MAX, addrc);
		return EINVAL;
	}

	l = mem_zalloc(sizeof(*l), destructor);
	if (!l)
		return ENOMEM;

	l->resume = CLOCK_NEVER;
	l->h = h;
	l->arg = arg;
	loop_timer_init(&l->timer, "listener", on_timer, l);
	err = open_all(l, addrv, addrc, reason);
	if (err) {
		mem_deref(l);
		return err;
	}

	watch_all(l, true);
	*lp = l;
	return 0;
}

void listener_set_full(struct listener *l, bool full, uint64_t now)
{
	if (l->full == full)
		return;

	l->full = full;
	loop_timer_arm(&l->timer, now); /* Not from here: who calls may be
					   in the handler                */
}

const struct sa *listener_local(const struct listener *l, size_t i)
{
	return i < l->portc ? &l->portv[i].local : NULL;
}

int listener_print(struct re_printf *pf, const struct listener *l)
{
	int err = 0;

	for (size_t i = 0; i < l->portc; i++)
		err |= re_hprintf(pf, "%J ", &l->portv[i].local);

	return err | re_hprintf(pf, "accepted=%u refused=%u failed=%u%s",
				l->room.passed, l->room.refused, l->failed,
				l->full ? " full" : "");
}
