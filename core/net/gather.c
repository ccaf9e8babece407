/**
 * @file core/net/gather.c  Gather
 *
 * Probes and requests leave at once, not paced: they go to servers of the
 * configuration, a handful at most. Each input ends with review(), which sees
 * whether all is there.
 */
#include <assert.h>
#include "core/net/gather.h"
#include "core/net/lease.h"
#include "core/net/probe.h"

struct gather {
	struct gather_params prm;
	struct icehost serverv[ICEHOST_MAX];
	struct base *basev[GATHER_BASES];
	size_t basec;
	struct probe probev[GATHER_PROBES];
	size_t probec;
	struct lease *leasev[ICEHOST_MAX];
	size_t leasec;
	struct candidate candv[GATHER_CANDIDATES];
	size_t candc;
	bool done, settling;
	uint64_t deadline;
};

static void probes_flush(struct gather *g)
{
	for (size_t i = 0; i < g->probec; i++)
		probe_stop(&g->probev[i]);

	g->probec = 0;
}

/* It may be receiving, and stays until it has done so */
static void let_go(struct lease *l)
{
	lease_stop(l);
	mem_deref(l);
}

static void leases_flush(struct gather *g)
{
	while (g->leasec)
		let_go(g->leasev[--g->leasec]);
}

static void gather_destructor(void *arg)
{
	struct gather *g = arg;

	probes_flush(g);
	leases_flush(g);
	while (g->basec)
		mem_deref(g->basev[--g->basec]);
	explicit_bzero(g->serverv, sizeof(g->serverv));
}

int gather_alloc(struct gather **gp, const struct gather_params *params)
{
	struct gather *g;

	assert(params->network && params->recvh && params->changedh);
	if (params->serverc > ICEHOST_MAX)
		return EINVAL;

	g = mem_zalloc(sizeof(*g), gather_destructor);
	if (!g)
		return ENOMEM;

	g->prm = *params;
	for (size_t i = 0; i < params->serverc; i++)
		g->serverv[i] = params->serverv[i];
	g->prm.serverv = g->serverv;
	*gp = g;
	return 0;
}

/* Whether all is there, or as much as is worth waiting for */
static void assess(struct gather *g, uint64_t now)
{
	bool mapped = !g->probec, relayed = !g->leasec, pending = false;

	for (size_t i = 0; i < g->probec; i++) {
		mapped |= g->probev[i].answered;
		pending |= query_active(&g->probev[i].q);
	}
	for (size_t i = 0; i < g->leasec; i++) {
		relayed |= lease_base(g->leasev[i]) != NULL;
		pending |= lease_pending(g->leasev[i]);
	}

	if (mapped && relayed && !g->settling) {
		g->settling = true;
		g->deadline = clock_min(g->deadline, now + GATHER_SETTLE);
	}

	g->done = g->done || !pending || now >= g->deadline;
}

static void review(struct gather *g, uint64_t now)
{
	assess(g, now);
	g->prm.changedh(now, g->prm.arg);
}

static bool is_known(const struct gather *g, const struct sa *addr)
{
	for (size_t i = 0; i < g->candc; i++) {
		if (sa_cmp(&g->candv[i].addr, addr, SA_ALL))
			return true;
	}

	return false;
}

/* Sorted by priority; equal addresses once, RFC 8445 section 5.1.3 */
static void add(struct gather *g, enum candidate_type type,
		const struct sa *addr, const struct base *base,
		const struct sa *server, const struct sa *rel)
{
	struct candidate c = { .type = type, .addr = *addr };
	size_t i;

	if (g->candc == ARRAY_SIZE(g->candv) || is_known(g, addr))
		return;

	c.priority = candidate_priority(type, base->preference);
	candidate_set_foundation(&c, &base->addr, server);
	if (rel && !g->prm.relay_only)
		c.rel = *rel;
	else if (type != CANDIDATE_HOST)
		(void)sa_set_str(&c.rel,
				 sa_af(addr) == AF_INET ? "0.0.0.0" : "::", 0);

	for (i = g->candc++; i && g->candv[i - 1].priority < c.priority; i--)
		g->candv[i] = g->candv[i - 1];
	g->candv[i] = c;
}

static void add_mapped(struct gather *g, const struct base *base,
		       const struct sa *mapped, const struct sa *server)
{
	if (!g->prm.relay_only && sa_isset(mapped, SA_ALL) &&
	    sa_af(mapped) == sa_af(&base->addr))
		add(g, CANDIDATE_SRFLX, mapped, base, server, &base->addr);
}

/* @return true when the message was the answer of a STUN server */
static bool answer_in(struct gather *g, const struct base *base,
		      const struct sa *src, struct mbuf *mb, uint64_t now)
{
	struct stun_unknown_attr ua;
	struct stun_msg *msg;
	struct sa mapped;
	size_t i;

	if (!g->probec || !query_is_stun(mb) || query_decode(&msg, &ua, mb))
		return false;

	for (i = 0; i < g->probec; i++) {
		if (probe_recv(&g->probev[i], base, src, msg, &mapped, now))
			break;
	}

	mem_deref(msg);
	if (i == g->probec)
		return false;

	if (!g->done)
		add_mapped(g, base, &mapped, src);
	return true;
}

static void on_recv(struct base *b, const struct sa *src, struct mbuf *mb,
		    uint64_t now, void *arg)
{
	struct gather *g = mem_ref(arg);
	bool leased = false;

	/* What it means comes by on_lease() or here again */
	for (size_t i = 0; i < g->leasec && !leased; i++)
		leased = lease_recv(g->leasev[i], b, src, mb, now);

	if (mem_nrefs(g) == 1)
		goto out; /* It was the last for the owner */

	if (leased)
		g->prm.changedh(now, g->prm.arg);
	else if (answer_in(g, b, src, mb, now))
		review(g, now);
	else
		g->prm.recvh(b, src, mb, now, g->prm.arg);
out:
	mem_deref(g);
}

static void add_lease(struct gather *g, const struct lease *l)
{
	struct base *base = lease_base(l), *via = lease_via(l);

	add(g, CANDIDATE_RELAY, &base->addr, base, lease_server(l),
	    lease_mapped(l));
	if (via)
		add_mapped(g, via, lease_mapped(l), lease_server(l));
}

static void on_lease(struct lease *l, uint64_t now, void *arg)
{
	struct gather *g = arg;

	if (lease_base(l) && !g->done)
		add_lease(g, l);

	review(g, now);
}

static void lease_start(struct gather *g, struct base *via,
			const struct icehost *server, uint64_t now)
{
	const struct lease_params prm = {
		.network = g->prm.network,
		.server = server,
		.via = via,
		.af = sa_af(&server->addr),
		.preference = (uint16_t)(UINT16_MAX - g->leasec),
		.loopback = g->prm.loopback,
		.recvh = on_recv,
		.changedh = on_lease,
		.arg = g,
	};

	if (g->leasec < ARRAY_SIZE(g->leasev) &&
	    !lease_alloc(&g->leasev[g->leasec], &prm, now))
		++g->leasec;
}

/* A STUN server is asked by each base, a TURN server by the best one */
static void ask_server(struct gather *g, const struct icehost *server,
		       uint64_t now)
{
	if (!sa_isset(&server->addr, SA_ALL))
		return;
	if (server->kind == ICEHOST_TURN_TCP) {
		lease_start(g, NULL, server, now);
		return;
	}

	for (size_t i = 0; i < g->basec; i++) {
		struct base *b = g->basev[i];

		if (!base_reaches(b, &server->addr))
			continue;
		if (server->kind == ICEHOST_TURN_UDP) {
			lease_start(g, b, server, now);
			return;
		}
		if (!g->prm.relay_only && g->probec < ARRAY_SIZE(g->probev) &&
		    !probe_start(&g->probev[g->probec], b, &server->addr, now))
			++g->probec;
	}
}

static void probes_tick(struct gather *g, uint64_t now)
{
	for (size_t i = 0; i < g->probec; i++)
		probe_tick(&g->probev[i], now);
}

struct addresses {
	struct sa v[GATHER_BASES];
	size_t count;
	bool loopback;
};

static bool on_address(const struct sa *addr, void *arg)
{
	struct addresses *list = arg;

	if (list->loopback || !candidate_is_loopback(addr))
		list->v[list->count++] = *addr;

	return list->count == ARRAY_SIZE(list->v);
}

static bool in_list(const struct addresses *list, const struct sa *addr)
{
	for (size_t i = 0; i < list->count; i++) {
		if (sa_cmp(&list->v[i], addr, SA_ADDR))
			return true;
	}

	return false;
}

static bool has_base(const struct gather *g, const struct sa *addr)
{
	for (size_t i = 0; i < g->basec; i++) {
		if (sa_cmp(&g->basev[i]->addr, addr, SA_ADDR))
			return true;
	}

	return false;
}

/* Drop bases without address, open those without base. @return last error */
static int renew_bases(struct gather *g, const struct addresses *list)
{
	size_t kept = 0;
	int err = EADDRNOTAVAIL;

	for (size_t i = 0; i < g->basec; i++) {
		if (in_list(list, &g->basev[i]->addr))
			g->basev[kept++] = g->basev[i];
		else
			mem_deref(g->basev[i]);
	}

	g->basec = kept;
	for (size_t i = 0; i < list->count; i++) {
		if (g->basec == ARRAY_SIZE(g->basev) ||
		    has_base(g, &list->v[i]))
			continue;

		err = base_open(&g->basev[g->basec], g->prm.network,
				&list->v[i], (uint16_t)(UINT16_MAX - i),
				on_recv, g);
		if (!err)
			++g->basec;
	}

	return g->basec ? 0 : err;
}

/* Allocations that are of use stay: one may be in use. @return count */
static size_t keep_leases(struct gather *g)
{
	size_t kept = 0;

	for (size_t i = 0; i < g->leasec; i++) {
		const struct lease *l = g->leasev[i];

		if (lease_base(l) && has_base(g, lease_local(l)))
			g->leasev[kept++] = g->leasev[i];
		else
			let_go(g->leasev[i]);
	}

	return kept;
}

static bool has_lease(const struct gather *g, const struct icehost *server)
{
	for (size_t i = 0; i < g->leasec; i++) {
		if (server->kind != ICEHOST_STUN &&
		    sa_cmp(lease_server(g->leasev[i]), &server->addr, SA_ALL))
			return true;
	}

	return false;
}

static void ask_servers(struct gather *g, uint64_t now)
{
	probes_flush(g);
	g->leasec = keep_leases(g);
	for (size_t i = 0; i < g->leasec; i++)
		add_lease(g, g->leasev[i]);

	for (size_t i = 0; i < g->prm.serverc; i++) {
		if (!has_lease(g, &g->serverv[i]))
			ask_server(g, &g->serverv[i], now);
	}
}

int gather_start(struct gather *g, uint64_t now)
{
	struct addresses list = { .loopback = g->prm.loopback };
	int err;

	err = network_addresses(g->prm.network, on_address, &list);
	if (!err)
		err = renew_bases(g, &list);
	if (err)
		return err;

	g->candc = 0;
	g->done = g->settling = false;
	g->deadline = now + (g->prm.relay_only ? GATHER_RELAY : GATHER_MAX);
	for (size_t i = 0; i < g->basec && !g->prm.relay_only; i++)
		add(g, CANDIDATE_HOST, &g->basev[i]->addr, g->basev[i], NULL,
		    NULL);

	ask_servers(g, now);
	probes_tick(g, now);
	assess(g, now);
	return 0;
}

bool gather_done(const struct gather *g)
{
	return g->done;
}

const struct candidate *gather_candidates(const struct gather *g,
					  size_t *countp)
{
	*countp = g->candc;
	return g->candv;
}

struct base *gather_base(const struct gather *g, size_t i)
{
	size_t hosts = g->prm.relay_only ? 0 : g->basec;

	if (i < hosts)
		return g->basev[i];

	i -= hosts;
	for (size_t k = 0; k < g->leasec; k++) {
		struct base *b = lease_base(g->leasev[k]);

		if (b && !i--)
			return b;
	}

	return NULL;
}

const struct sa *gather_local(const struct gather *g, const struct base *b)
{
	for (size_t i = 0; i < g->leasec; i++) {
		if (lease_base(g->leasev[i]) == b)
			return lease_local(g->leasev[i]);
	}

	return b->type == CANDIDATE_HOST ? &b->addr : NULL;
}

void gather_rest(struct gather *g, const struct base *used)
{
	size_t kept = 0;

	probes_flush(g);
	for (size_t i = 0; i < g->leasec; i++) {
		if (lease_base(g->leasev[i]) == used)
			g->leasev[kept++] = g->leasev[i];
		else
			let_go(g->leasev[i]);
	}

	g->leasec = kept;
}

uint64_t gather_due(const struct gather *g)
{
	uint64_t due = CLOCK_NEVER;

	for (size_t i = 0; i < g->probec; i++)
		due = clock_min(due, probe_due(&g->probev[i]));
	for (size_t i = 0; i < g->leasec; i++)
		due = clock_min(due, lease_due(g->leasev[i]));

	return g->done || !g->deadline ? due : clock_min(due, g->deadline);
}

void gather_tick(struct gather *g, uint64_t now)
{
	mem_ref(g);
	probes_tick(g, now);
	for (size_t i = 0; i < g->leasec && mem_nrefs(g) > 1; i++) {
		struct lease *l = mem_ref(g->leasev[i]);

		if (lease_due(l) <= now)
			lease_tick(l, now);
		mem_deref(l);
	}

	if (mem_nrefs(g) > 1 && !g->done) {
		assess(g, now);
		if (g->done)
			g->prm.changedh(now, g->prm.arg);
	}

	mem_deref(g);
}

int gather_print(struct re_printf *pf, const struct gather *g)
{
	int err = re_hprintf(pf, "bases=%zu probes=%zu candidates=%zu%s",
			     g->basec, g->probec, g->candc,
			     g->done ? "" : " gathering");

	for (size_t i = 0; i < g->leasec && !err; i++)
		err = re_hprintf(pf, "\n  %H", lease_print, g->leasev[i]);

	return err;
}
