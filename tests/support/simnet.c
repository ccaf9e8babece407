/**
 * @file tests/support/simnet.c  Simnet
 *
 * A port is a socket, or the outside of a NAT's mapping to one. Private
 * addresses (10/8) are reached only by hosts that share the first 24 bits.
 */
#include <assert.h>
#include "core/base/entropy.h"
#include "tests/support/simnet.h"

enum {
	FIRST_PORT = 20000,
	PRIVATE = 10,
	SITE_BITS = 8,
	PEERS_MAX = 64,
};

struct socket_in_sim {
	struct dgram base; /* First */
	struct le le;
	struct simnet_host *host;
	dgram_recv_h *h;
	void *arg;
};

struct mapping {
	struct le le;
	struct sa outside;
	struct sa inside;
	bool symmetric;
	struct sa peerv[PEERS_MAX]; /* Who may answer */
	size_t peerc;
};

struct flight {
	struct le le;
	struct loop_timer timer;
	struct simnet *net;
	struct sa src, dst;
	struct mbuf *mb;
};

static struct list mappingl;

uint32_t simnet_random(struct simnet *net, uint32_t n)
{
	/* xorshift32 */
	net->random ^= net->random << 13;
	net->random ^= net->random >> 17;
	net->random ^= net->random << 5;
	return n ? net->random % n : net->random;
}

static void flight_destructor(void *arg)
{
	struct flight *f = arg;

	loop_timer_cancel(&f->timer);
	list_unlink(&f->le);
	mem_deref(f->mb);
}

static void mapping_destructor(void *arg)
{
	struct mapping *m = arg;

	list_unlink(&m->le);
}

static void socket_destructor(void *arg)
{
	struct socket_in_sim *s = arg;

	list_unlink(&s->le);
}

static bool is_private(const struct sa *sa)
{
	return sa_af(sa) == AF_INET && sa_in(sa) >> 24 == PRIVATE;
}

static bool same_site(const struct sa *a, const struct sa *b)
{
	return sa_af(a) == AF_INET && sa_af(b) == AF_INET &&
	       sa_in(a) >> SITE_BITS == sa_in(b) >> SITE_BITS;
}

static struct socket_in_sim *find_socket(struct simnet *net,
					 const struct sa *addr)
{
	for (struct le *le = list_head(&net->portl); le; le = le->next) {
		struct socket_in_sim *s = le->data;

		if (sa_cmp(&s->base.local, addr, SA_ALL))
			return s;
	}

	return NULL;
}

static struct mapping *find_outside(const struct sa *addr)
{
	for (struct le *le = list_head(&mappingl); le; le = le->next) {
		struct mapping *m = le->data;

		if (sa_cmp(&m->outside, addr, SA_ALL))
			return m;
	}

	return NULL;
}

static bool knows_peer(const struct mapping *m, const struct sa *peer)
{
	for (size_t i = 0; i < m->peerc; i++) {
		if (sa_cmp(&m->peerv[i], peer, SA_ALL))
			return true;
	}

	return false;
}

/* The source address as the outside sees it */
static struct mapping *map_out(struct socket_in_sim *s, const struct sa *dst)
{
	bool symmetric = s->host->nat == SIMNET_SYMMETRIC;
	struct mapping *m;

	for (struct le *le = list_head(&mappingl); le; le = le->next) {
		m = le->data;
		if (!sa_cmp(&m->inside, &s->base.local, SA_ALL))
			continue;
		if (!symmetric || knows_peer(m, dst))
			return m;
	}

	m = mem_zalloc(sizeof(*m), mapping_destructor);
	assert(m);
	m->inside = s->base.local;
	m->outside = s->host->outside;
	m->symmetric = symmetric;
	sa_set_port(&m->outside, s->host->net->next_port++);
	list_append(&mappingl, &m->le, m);
	return m;
}

static void deliver(uint64_t now, void *arg)
{
	struct flight *f = arg;
	struct mapping *m = find_outside(&f->dst);
	struct sa dst = f->dst;
	struct socket_in_sim *s;

	if (m && !knows_peer(m, &f->src))
		goto out;
	if (m)
		dst = m->inside;

	s = find_socket(f->net, &dst);
	if (s) {
		mem_ref(s);
		list_unlink(&f->le);
		s->h(&f->src, f->mb, now, s->arg);
		mem_deref(s);
	}
out:
	mem_deref(f);
}

static void take_off(struct simnet *net, const struct sa *src,
		     const struct sa *dst, const struct mbuf *mb)
{
	struct flight *f = mem_zalloc(sizeof(*f), flight_destructor);

	assert(f);
	f->net = net;
	f->src = *src;
	f->dst = *dst;
	f->mb = mbuf_alloc(NETWORK_HEADROOM + mbuf_get_left(mb));
	assert(f->mb);
	f->mb->pos = f->mb->end = NETWORK_HEADROOM;
	(void)mbuf_write_mem(f->mb, mbuf_buf(mb), mbuf_get_left(mb));
	f->mb->pos = NETWORK_HEADROOM;
	list_append(&net->flightl, &f->le, f);
	loop_timer_init(&f->timer, "simnet", deliver, f);
	loop_timer_arm(&f->timer,
		       clock_now() + net->delay +
			       simnet_random(net, (uint32_t)net->jitter + 1));
}

static bool routed(struct socket_in_sim *s, const struct sa *dst,
		   struct sa *src)
{
	struct mapping *m;

	*src = s->base.local;
	if (is_private(dst))
		return same_site(src, dst);
	if (s->host->nat == SIMNET_OPEN)
		return !is_private(src) || find_socket(s->host->net, dst) == s;

	m = map_out(s, dst);
	if (!knows_peer(m, dst) && m->peerc < PEERS_MAX)
		m->peerv[m->peerc++] = *dst;
	*src = m->outside;
	return true;
}

static int sim_send(struct dgram *d, const struct sa *dst, struct mbuf *mb)
{
	struct socket_in_sim *s = (struct socket_in_sim *)d;
	struct simnet *net = s->host->net;
	struct sa src;

	if (sa_af(dst) != sa_af(&s->base.local))
		return EAFNOSUPPORT;

	++net->sent;
	if ((net->filterh &&
	     !net->filterh(&s->base.local, dst, mb, net->arg)) ||
	    !routed(s, dst, &src) ||
	    simnet_random(net, SIMNET_PER_MILLE) < net->loss) {
		++net->lost;
		return 0;
	}

	take_off(net, &src, dst, mb);
	if (simnet_random(net, SIMNET_PER_MILLE) < net->doubled)
		take_off(net, &src, dst, mb);
	return 0;
}

static int sim_open(struct dgram **dp, const struct network *n,
		    const struct sa *local, dgram_recv_h *h, void *arg)
{
	struct simnet_host *host = (struct simnet_host *)n;
	struct socket_in_sim *s = mem_zalloc(sizeof(*s), socket_destructor);

	if (!s)
		return ENOMEM;

	s->base.sendh = sim_send;
	s->base.local = *local;
	if (!sa_port(local))
		sa_set_port(&s->base.local, host->net->next_port++);
	s->host = host;
	s->h = h;
	s->arg = arg;
	list_append(&host->net->portl, &s->le, s);
	*dp = &s->base;
	return 0;
}

static int sim_connect(struct conduit **cp, const struct network *n,
		       const struct sa *peer, conduit_recv_h *rh,
		       conduit_state_h *sh, void *arg)
{
	(void)cp;
	(void)n;
	(void)peer;
	(void)rh;
	(void)sh;
	(void)arg;
	return ENETUNREACH;
}

static int sim_addresses(const struct network *n, network_address_h *h,
			 void *arg)
{
	const struct simnet_host *host = (const struct simnet_host *)n;

	for (size_t i = 0; i < host->addrc; i++) {
		if (h(&host->addrv[i], arg))
			break;
	}

	return 0;
}

/* Agents' random numbers repeat with the seed too */
static void sim_entropy(uint8_t *p, size_t n, void *arg)
{
	while (n--)
		*p++ = (uint8_t)(simnet_random(arg, 0) >> SITE_BITS);
}

void simnet_init(struct simnet *net, uint32_t seed)
{
	memset(net, 0, sizeof(*net));
	net->random = seed * 2654435761u + 1;
	net->delay = CLOCK_MS;
	net->next_port = FIRST_PORT;
	entropy_set_source(sim_entropy, net);
	loop_virtual_run(0, NULL, NULL);
}

void simnet_close(struct simnet *net)
{
	list_flush(&net->flightl);
	list_flush(&mappingl);
	assert(list_isempty(&net->portl));
	loop_virtual_end();
	entropy_set_source(NULL, NULL);
}

void simnet_host_init(struct simnet_host *host, struct simnet *net)
{
	memset(host, 0, sizeof(*host));
	host->network.openh = sim_open;
	host->network.connecth = sim_connect;
	host->network.addressesh = sim_addresses;
	host->net = net;
}

void simnet_host_add(struct simnet_host *host, const char *addr)
{
	assert(host->addrc < SIMNET_ADDRESSES);
	if (sa_set_str(&host->addrv[host->addrc++], addr, 0))
		assert(false);
}

void simnet_host_nat(struct simnet_host *host, enum simnet_nat nat,
		     const char *outside)
{
	host->nat = nat;
	if (sa_set_str(&host->outside, outside, 0))
		assert(false);
}

void simnet_remap(struct simnet *net)
{
	(void)net;
	list_flush(&mappingl);
}

void simnet_run(uint64_t us, bool (*stop)(void *arg), void *arg)
{
	loop_virtual_run(clock_now() + us, stop, arg);
}
