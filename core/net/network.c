/**
 * @file core/net/network.c  Network: the kernel's
 *
 * Sockets that do not block, watched by the loop. A datagram is received
 * into one static buffer and copied into an mbuf of its own size: an mbuf
 * lives on in queues, and two kilobytes each would be a waste.
 */
#include <assert.h>
#include <ifaddrs.h>
#include <linux/if.h>
#include <netinet/tcp.h>
#include <unistd.h>
#include "core/base/loop.h"
#include "core/net/backlog.h"
#include "core/net/candidate.h"
#include "core/net/netlink.h"
#include "core/net/network.h"

enum {
	BURST = 16,	      /* Datagrams a handler takes at once, ours */
	ADDRESSES_MAX = 64,   /* Local addresses looked at, ours         */
	DISCARD_PORT = 9,     /* RFC 863: nothing is sent to it          */
	USER_TIMEOUT = 20000, /* TCP gives up on unanswered data [ms],
				ours: shorter than a TURN refresh       */
	/* IFF_RUNNING comes up to a second after packets flow: who is
	   registered by then may call, too */
	CONNECTED = IFF_UP | IFF_LOWER_UP,
	CONNECTED_MASK = CONNECTED | IFF_DORMANT,
};

struct kernel_dgram {
	struct dgram base; /* First */
	int fd;
	struct loop_watch *watch;
	dgram_recv_h *h;
	void *arg;
};

struct kernel_conduit {
	struct conduit base; /* First */
	int fd;
	struct loop_watch *watch;
	struct backlog *queue; /* Bytes not yet taken by the kernel */
	bool connected;
	bool ended;
	conduit_recv_h *rh;
	conduit_state_h *sh;
	void *arg;
};

/* One at a time is received, in the loop's thread */
static uint8_t scratch[NETWORK_DATAGRAM + 1];

static struct mbuf *copy_scratch(size_t n)
{
	struct mbuf *mb = mbuf_alloc(NETWORK_HEADROOM + n);

	if (!mb)
		return NULL;

	mb->pos = mb->end = NETWORK_HEADROOM;
	(void)mbuf_write_mem(mb, scratch, n);
	mb->pos = NETWORK_HEADROOM;
	return mb;
}

static int sa_from(struct sa *sa, const struct sockaddr_storage *ss)
{
	return sa_set_sa(sa, (const struct sockaddr *)ss);
}

static int local_of(int fd, struct sa *sa)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	memset(&ss, 0, sizeof(ss));
	if (getsockname(fd, (struct sockaddr *)&ss, &len))
		return errno;

	return sa_from(sa, &ss);
}

static void dgram_destructor(void *arg)
{
	struct kernel_dgram *kd = arg;

	mem_deref(kd->watch);
	if (kd->fd >= 0)
		close(kd->fd);
}

/* @return false when there is no more to read, or nobody to read it */
static bool dgram_read(struct kernel_dgram *kd, uint64_t now)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct mbuf *mb;
	struct sa src;
	ssize_t n;

	memset(&ss, 0, sizeof(ss));
	n = recvfrom(kd->fd, scratch, sizeof(scratch), 0,
		     (struct sockaddr *)&ss, &len);
	if (n < 0)
		return false;
	if (n > NETWORK_DATAGRAM || sa_from(&src, &ss))
		return true;

	mb = copy_scratch((size_t)n);
	if (!mb)
		return false;

	kd->h(&src, mb, now, kd->arg);
	mem_deref(mb);
	return mem_nrefs(kd) > 1;
}

static void dgram_ready(int flags, uint64_t now, void *arg)
{
	struct kernel_dgram *kd = mem_ref(arg);
	(void)flags;

	for (unsigned i = 0; i < BURST && dgram_read(kd, now); i++)
		;

	mem_deref(kd);
}

static int kernel_send(struct dgram *d, const struct sa *dst, struct mbuf *mb)
{
	struct kernel_dgram *kd = (struct kernel_dgram *)d;

	if (sendto(kd->fd, mbuf_buf(mb), mbuf_get_left(mb), MSG_NOSIGNAL,
		   &dst->u.sa, dst->len) < 0)
		return errno;

	return 0;
}

static int dgram_bind(struct kernel_dgram *kd, const struct sa *local)
{
	int on = 1;

	kd->fd = socket(sa_af(local), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			0);
	if (kd->fd < 0)
		return errno;

	if (sa_af(local) == AF_INET6 &&
	    setsockopt(kd->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)))
		return errno;

	if (bind(kd->fd, &local->u.sa, local->len))
		return errno;

	return local_of(kd->fd, &kd->base.local);
}

static int kernel_open(struct dgram **dp, const struct network *n,
		       const struct sa *local, dgram_recv_h *h, void *arg)
{
	struct kernel_dgram *kd;
	int err;
	(void)n;

	kd = mem_zalloc(sizeof(*kd), dgram_destructor);
	if (!kd)
		return ENOMEM;

	kd->fd = -1;
	kd->base.sendh = kernel_send;
	kd->h = h;
	kd->arg = arg;
	err = dgram_bind(kd, local);
	if (!err)
		err = loop_watch_alloc(&kd->watch, "network: datagram", kd->fd,
				       LOOP_READ, dgram_ready, kd);
	if (err)
		mem_deref(kd);
	else
		*dp = &kd->base;
	return err;
}

static void conduit_destructor(void *arg)
{
	struct kernel_conduit *kw = arg;

	mem_deref(kw->watch);
	mem_deref(kw->queue);
	if (kw->fd >= 0)
		close(kw->fd);
}

/* Tell the owner, once; the conduit may be gone afterwards */
static void conduit_end(struct kernel_conduit *kw, int err, uint64_t now)
{
	if (kw->ended)
		return;

	kw->ended = true;
	kw->watch = mem_deref(kw->watch);
	kw->sh(err, now, kw->arg);
}

static int conduit_flush(struct kernel_conduit *kw)
{
	int err = backlog_flush(kw->queue, kw->fd);

	if (err && err != EAGAIN)
		return err;

	return loop_watch_set(kw->watch,
			      err ? LOOP_READ | LOOP_WRITE : LOOP_READ);
}

static int conduit_connected(struct kernel_conduit *kw)
{
	socklen_t len = sizeof(int);
	int err = 0;

	if (getsockopt(kw->fd, SOL_SOCKET, SO_ERROR, &err, &len))
		err = errno;
	if (err)
		return err;

	kw->connected = true;
	return local_of(kw->fd, &kw->base.local);
}

static void conduit_read(struct kernel_conduit *kw, uint64_t now)
{
	ssize_t n = recv(kw->fd, scratch, sizeof(scratch), 0);
	struct mbuf *mb;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		conduit_end(kw, n < 0 ? errno : ECONNRESET, now);
		return;
	}

	mb = copy_scratch((size_t)n);
	if (!mb) {
		conduit_end(kw, ENOMEM, now);
		return;
	}

	kw->rh(mb, now, kw->arg);
	mem_deref(mb);
}

static void conduit_ready(int flags, uint64_t now, void *arg)
{
	struct kernel_conduit *kw = mem_ref(arg);
	int err = 0;

	if (!kw->connected) {
		err = conduit_connected(kw);
		if (!err)
			err = loop_watch_set(kw->watch, LOOP_READ);
		if (err)
			conduit_end(kw, err, now);
		else
			kw->sh(0, now, kw->arg);
		goto out;
	}

	if (flags & LOOP_WRITE)
		err = conduit_flush(kw);
	if (err)
		conduit_end(kw, err, now);
	else if (flags & (LOOP_READ | LOOP_EXCEPT))
		conduit_read(kw, now);
out:
	mem_deref(kw);
}

static int kernel_write(struct conduit *w, struct mbuf *mb)
{
	struct kernel_conduit *kw = (struct kernel_conduit *)w;
	int err;

	if (!kw->connected || kw->ended)
		return ENOTCONN;

	err = backlog_put(kw->queue, mbuf_buf(mb), mbuf_get_left(mb));
	if (err)
		return err;

	/* An error of the kernel is told by the watch, later */
	(void)conduit_flush(kw);
	return 0;
}

static int conduit_open(struct kernel_conduit *kw, const struct sa *peer)
{
	unsigned timeout = USER_TIMEOUT;
	int on = 1;

	kw->fd = socket(sa_af(peer), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			0);
	if (kw->fd < 0)
		return errno;

	(void)setsockopt(kw->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(kw->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout,
			 sizeof(timeout));
	if (connect(kw->fd, &peer->u.sa, peer->len) && errno != EINPROGRESS)
		return errno;

	return loop_watch_alloc(&kw->watch, "network: stream", kw->fd,
				LOOP_READ | LOOP_WRITE, conduit_ready, kw);
}

static int kernel_connect(struct conduit **wp, const struct network *n,
			  const struct sa *peer, conduit_recv_h *rh,
			  conduit_state_h *sh, void *arg)
{
	struct kernel_conduit *kw;
	int err;
	(void)n;

	kw = mem_zalloc(sizeof(*kw), conduit_destructor);
	if (!kw)
		return ENOMEM;

	kw->fd = -1;
	kw->base.sendh = kernel_write;
	kw->rh = rh;
	kw->sh = sh;
	kw->arg = arg;
	err = backlog_alloc(&kw->queue, NETWORK_BACKLOG);
	if (!err)
		err = conduit_open(kw, peer);
	if (err)
		mem_deref(kw);
	else
		*wp = &kw->base;
	return err;
}

/* The source address of the default route: connecting a datagram socket
   sends nothing */
static void default_source(int af, struct sa *sa)
{
	struct sa dst;
	int fd;

	/* Any address that is routed by default: RFC 5737, RFC 3849 */
	sa_init(sa, AF_UNSPEC);
	sa_init(&dst, af);
	if (sa_set_str(&dst, af == AF_INET ? "192.0.2.1" : "2001:db8::1",
		       DISCARD_PORT))
		return;

	fd = socket(af, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;

	if (!connect(fd, &dst.u.sa, dst.len) && !local_of(fd, sa))
		sa_set_port(sa, 0);

	close(fd);
}

/* The lower, the sooner listed */
static int rank_of(const struct sa *sa)
{
	struct sa source;

	if (candidate_is_loopback(sa))
		return 2;

	default_source(sa_af(sa), &source);
	return sa_cmp(sa, &source, SA_ADDR) ? 0 : 1;
}

static size_t list_up(struct sa *sav, int *rankv, size_t max,
		      const struct ifaddrs *ifa)
{
	size_t n = 0;

	for (; ifa && n < max; ifa = ifa->ifa_next) {
		if (!ifa->ifa_addr || !network_connected(ifa->ifa_flags))
			continue;
		if (sa_set_sa(&sav[n], ifa->ifa_addr))
			continue;
		if (sa_af(&sav[n]) == AF_INET6 && sa_is_linklocal(&sav[n]))
			continue;

		sa_set_port(&sav[n], 0);
		rankv[n] = rank_of(&sav[n]);
		++n;
	}

	return n;
}

static int kernel_addresses(const struct network *n, network_address_h *h,
			    void *arg)
{
	struct sa sav[ADDRESSES_MAX];
	int rankv[ADDRESSES_MAX];
	struct ifaddrs *ifa;
	size_t count;
	(void)n;

	if (getifaddrs(&ifa))
		return errno;

	count = list_up(sav, rankv, ARRAY_SIZE(sav), ifa);
	freeifaddrs(ifa);

	for (int rank = 0; rank <= 2; rank++) {
		for (size_t i = 0; i < count; i++) {
			if (rankv[i] == rank && h(&sav[i], arg))
				return 0;
		}
	}

	return 0;
}

const struct network *network_kernel(void)
{
	static const struct network kernel = {
		.openh = kernel_open,
		.connecth = kernel_connect,
		.addressesh = kernel_addresses,
		.watchh = netlink_watch,
	};

	return &kernel;
}

int network_open(struct dgram **dp, const struct network *n,
		 const struct sa *local, dgram_recv_h *h, void *arg)
{
	assert(dp && n && local && h);
	return n->openh(dp, n, local, h, arg);
}

int network_connect(struct conduit **wp, const struct network *n,
		    const struct sa *peer, conduit_recv_h *rh,
		    conduit_state_h *sh, void *arg)
{
	assert(wp && n && peer && rh && sh);
	return n->connecth(wp, n, peer, rh, sh, arg);
}

int network_addresses(const struct network *n, network_address_h *h, void *arg)
{
	assert(n && h);
	return n->addressesh(n, h, arg);
}

bool network_connected(unsigned flags)
{
	return (flags & CONNECTED_MASK) == CONNECTED;
}

int network_watch(void **wp, const struct network *n, network_changed_h *h,
		  void *arg)
{
	return n->watchh ? n->watchh(wp, n, h, arg) : ENOTSUP;
}

int dgram_send(struct dgram *d, const struct sa *dst, struct mbuf *mb)
{
	return d->sendh(d, dst, mb);
}

const struct sa *dgram_local(const struct dgram *d)
{
	return &d->local;
}

int conduit_send(struct conduit *w, struct mbuf *mb)
{
	return w->sendh(w, mb);
}
