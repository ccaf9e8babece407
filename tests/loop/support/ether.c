/**
 * @file tests/loop/support/ether.c  Ether
 */
#include "core/base/loop.h"
#include "tests/loop/support/ether.h"

enum {
	PORT_FIRST = 20000,
	NET = 0x0a000001, /* 10.0.0.1, the first host */
	MILLE = 1000,
};

struct host {
	struct network net; /* First: what others see */
	uint32_t addr;
	struct watch *watch; /* Of its phone, or NULL */
	bool full;	     /* No descriptor left    */
};

struct watch {
	struct host *host;
	struct loop_timer timer;
	network_changed_h *h;
	void *arg;
};

struct socket {
	struct dgram dgram; /* First: what others see */
	struct le le;
	dgram_recv_h *h;
	void *arg;
};

struct flight {
	struct le le;
	struct loop_timer timer;
	struct sa src, dst;
	struct mbuf *mb;
};

static struct {
	struct host hostv[ETHER_HOSTS];
	struct list sockets, flights;
	struct ether_weather weather;
	struct ether_stats stats;
	ether_tap_h *tap;
	uint32_t random;
	uint16_t port;
} ether;

/* xorshift32 */
static uint32_t next_random(void)
{
	uint32_t x = ether.random;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	ether.random = x;
	return x;
}

static bool happens(unsigned mille)
{
	return next_random() % MILLE < mille;
}

static void flight_destructor(void *arg)
{
	struct flight *f = arg;

	loop_timer_cancel(&f->timer);
	list_unlink(&f->le);
	mem_deref(f->mb);
}

static bool is_home(const struct sa *addr)
{
	for (unsigned i = 0; i < ETHER_HOSTS; i++) {
		if (ether.hostv[i].addr == sa_in(addr))
			return true;
	}

	return false;
}

static void arrive(uint64_t now, void *arg)
{
	struct flight *f = arg;
	struct le *le;

	LIST_FOREACH(&ether.sockets, le)
	{
		struct socket *s = le->data;

		if (!sa_cmp(&s->dgram.local, &f->dst, SA_ALL) ||
		    !is_home(&f->dst))
			continue;
		++ether.stats.delivered;
		list_unlink(&f->le);
		s->h(&f->src, f->mb, now, s->arg); /* May free the socket */
		break;
	}

	mem_deref(f);
}

static void launch(const struct sa *src, const struct sa *dst,
		   const struct mbuf *mb)
{
	struct flight *f = mem_zalloc(sizeof(*f), flight_destructor);
	uint64_t delay = ether.weather.delay;

	if (!f)
		return;
	if (ether.weather.jitter)
		delay += next_random() % ether.weather.jitter;

	f->src = *src;
	f->dst = *dst;
	f->mb = mbuf_alloc(NETWORK_HEADROOM + mbuf_get_left(mb) +
			   NETWORK_HEADROOM);
	if (!f->mb) {
		mem_deref(f);
		return;
	}

	f->mb->pos = f->mb->end = NETWORK_HEADROOM;
	(void)mbuf_write_mem(f->mb, mbuf_buf(mb), mbuf_get_left(mb));
	f->mb->pos = NETWORK_HEADROOM;
	list_append(&ether.flights, &f->le, f);
	loop_timer_init(&f->timer, "ether", arrive, f);
	loop_timer_arm(&f->timer, clock_now() + delay);
}

static int send_dgram(struct dgram *d, const struct sa *dst, struct mbuf *mb)
{
	if (!is_home(&d->local))
		return ENETUNREACH;

	++ether.stats.sent;
	if (ether.tap)
		ether.tap((sa_in(&d->local) - NET) % ETHER_HOSTS, mb);
	if (happens(ether.weather.loss)) {
		++ether.stats.lost;
		return 0;
	}

	launch(&d->local, dst, mb);
	if (happens(ether.weather.duplicate))
		launch(&d->local, dst, mb);
	return 0;
}

static void socket_destructor(void *arg)
{
	struct socket *s = arg;

	list_unlink(&s->le);
}

static int open_dgram(struct dgram **dp, const struct network *n,
		      const struct sa *local, dgram_recv_h *h, void *arg)
{
	const struct host *host = (const struct host *)(const void *)n;
	struct socket *s;

	if (host->full)
		return EMFILE;

	s = mem_zalloc(sizeof(*s), socket_destructor);
	if (!s)
		return ENOMEM;

	s->dgram.sendh = send_dgram;
	s->dgram.local = *local;
	sa_set_port(&s->dgram.local, ++ether.port);
	s->h = h;
	s->arg = arg;
	list_append(&ether.sockets, &s->le, s);
	*dp = &s->dgram;
	return 0;
}

static int no_conduit(struct conduit **wp, const struct network *n,
		      const struct sa *peer, conduit_recv_h *rh,
		      conduit_state_h *sh, void *arg)
{
	(void)wp;
	(void)n;
	(void)peer;
	(void)rh;
	(void)sh;
	(void)arg;

	return ENETUNREACH;
}

static int addresses(const struct network *n, network_address_h *h, void *arg)
{
	const struct host *host = (const struct host *)(const void *)n;
	struct sa sa;

	sa_set_in(&sa, host->addr, 0);
	(void)h(&sa, arg);
	return 0;
}

static void watch_destructor(void *arg)
{
	struct watch *w = arg;

	loop_timer_cancel(&w->timer);
	w->host->watch = NULL;
}

static void tell(uint64_t now, void *arg)
{
	struct watch *w = arg;

	w->h(false, now, w->arg);
}

static int watch(void **wp, const struct network *n, network_changed_h *h,
		 void *arg)
{
	struct watch *w = mem_zalloc(sizeof(*w), watch_destructor);

	if (!w)
		return ENOMEM;

	w->host = (struct host *)(uintptr_t)n;
	w->host->watch = w;
	w->h = h;
	w->arg = arg;
	loop_timer_init(&w->timer, "ether", tell, w);
	*wp = w;
	return 0;
}

void ether_move(unsigned i)
{
	struct host *host = &ether.hostv[i];

	host->addr += ETHER_HOSTS;
	if (host->watch)
		loop_timer_arm(&host->watch->timer, clock_now());
}

void ether_exhaust(unsigned i, bool full)
{
	ether.hostv[i].full = full;
}

void ether_reset(uint32_t seed)
{
	const struct network net = {
		.openh = open_dgram,
		.connecth = no_conduit,
		.addressesh = addresses,
		.watchh = watch,
	};

	list_flush(&ether.flights);
	memset(&ether, 0, sizeof(ether));
	ether.random = seed ? seed : 1;
	ether.port = PORT_FIRST;
	ether.weather.delay = ETHER_DELAY;
	for (unsigned i = 0; i < ETHER_HOSTS; i++) {
		ether.hostv[i].net = net;
		ether.hostv[i].addr = NET + i;
	}
}

void ether_set(const struct ether_weather *w)
{
	ether.weather = *w;
}

const struct network *ether_host(unsigned i)
{
	return &ether.hostv[i].net;
}

bool ether_address(unsigned i, struct sa *addr)
{
	struct le *le;

	LIST_FOREACH(&ether.sockets, le)
	{
		const struct socket *s = le->data;

		if (sa_in(&s->dgram.local) != NET + i)
			continue;
		*addr = s->dgram.local;
		return true;
	}

	return false;
}

void ether_forge(const struct sa *src, const struct sa *dst,
		 const struct mbuf *mb)
{
	launch(src, dst, mb);
}

void ether_set_tap(ether_tap_h *h)
{
	ether.tap = h;
}

const struct ether_stats *ether_stats(void)
{
	return &ether.stats;
}

unsigned ether_sockets(void)
{
	return list_count(&ether.sockets);
}
