/**
 * @file core/net/lease.c  Lease
 */
#include <assert.h>
#include "core/base/log.h"
#include "core/net/lease.h"

struct lease {
	struct lease_params prm;
	struct icehost server;
	struct relay *relay;
	struct conduit *conduit; /* Over TCP */
	struct base *base;	 /* Relayed, once allocated */
	bool pending;
};

static void lease_destructor(void *arg)
{
	struct lease *l = arg;

	if (l->relay)
		relay_stop(l->relay);
	if (l->base)
		l->base->relay = mem_deref(l->base->relay);
	mem_deref(l->base);
	mem_deref(l->relay);
	mem_deref(l->conduit);
	mem_deref(l->prm.via);
	explicit_bzero(&l->server, sizeof(l->server));
}

/* The base stays with those who hold it, but no longer sends */
static void drop(struct lease *l, int err)
{
	log_info("lease: %H has ended: %m\n", icehost_print, &l->server, err);
	l->pending = false;
	l->conduit = mem_deref(l->conduit);
	if (l->base)
		l->base->relay = mem_deref(l->base->relay);
	l->base = mem_deref(l->base);
}

static int on_send(const struct sa *server, struct mbuf *mb, void *arg)
{
	struct lease *l = arg;

	if (l->server.kind == ICEHOST_TURN_UDP)
		return base_send(l->prm.via, server, mb);

	return l->conduit ? conduit_send(l->conduit, mb) : ENOTCONN;
}

static void on_state(int err, uint64_t now, void *arg)
{
	struct lease *l = arg;

	l->pending = false;
	if (!err)
		err = base_relayed(&l->base, l->relay, l->prm.preference,
				   l->prm.recvh, l->prm.arg);
	if (err)
		drop(l, err);

	l->prm.changedh(l, now, l->prm.arg);
}

static void on_peer(const struct sa *peer, struct mbuf *mb, uint64_t now,
		    void *arg)
{
	struct lease *l = arg;

	if (l->base)
		l->base->recvh(l->base, peer, mb, now, l->base->arg);
}

static void on_permit(const struct sa *peer, int err, uint64_t now, void *arg)
{
	struct lease *l = arg;
	(void)peer;
	(void)err;

	l->prm.changedh(l, now, l->prm.arg);
}

static void on_bytes(struct mbuf *mb, uint64_t now, void *arg)
{
	struct lease *l = mem_ref(arg);
	int err = relay_recv_bytes(l->relay, mb, now);

	if (err && mem_nrefs(l) > 1) {
		relay_stop(l->relay);
		drop(l, err);
		l->prm.changedh(l, now, l->prm.arg);
	}

	mem_deref(l);
}

static void on_conduit(int err, uint64_t now, void *arg)
{
	struct lease *l = mem_ref(arg);

	if (!err)
		err = relay_start(l->relay, now);
	if (err) {
		relay_stop(l->relay);
		drop(l, err);
		l->prm.changedh(l, now, l->prm.arg);
	}

	mem_deref(l);
}

static void on_redirect(const struct sa *server, uint64_t now, void *arg)
{
	struct lease *l = arg;
	int err;

	l->conduit = mem_deref(l->conduit);
	err = network_connect(&l->conduit, l->prm.network, server, on_bytes,
			      on_conduit, l);
	if (err) {
		drop(l, err);
		l->prm.changedh(l, now, l->prm.arg);
	}
}

static int lease_start(struct lease *l, uint64_t now)
{
	const struct relay_params prm = {
		.transport = l->server.kind == ICEHOST_TURN_TCP ? RELAY_TCP
								: RELAY_UDP,
		.server = l->server.addr,
		.user = l->server.user,
		.password = l->server.password,
		.af = l->prm.af,
		.loopback = l->prm.loopback,
		.sendh = on_send,
		.stateh = on_state,
		.recvh = on_peer,
		.permith = on_permit,
		.redirecth = on_redirect,
		.arg = l,
	};
	int err = relay_alloc(&l->relay, &prm);

	if (err)
		return err;
	if (prm.transport == RELAY_UDP)
		return relay_start(l->relay, now);

	return network_connect(&l->conduit, l->prm.network, &l->server.addr,
			       on_bytes, on_conduit, l);
}

int lease_alloc(struct lease **lp, const struct lease_params *params,
		uint64_t now)
{
	struct lease *l;
	int err;

	assert(params->server->kind == ICEHOST_TURN_TCP || params->via);

	l = mem_zalloc(sizeof(*l), lease_destructor);
	if (!l)
		return ENOMEM;

	l->prm = *params;
	l->prm.via = mem_ref(params->via);
	l->server = *params->server;
	l->prm.server = NULL;
	l->pending = true;
	err = lease_start(l, now);
	if (err)
		mem_deref(l);
	else
		*lp = l;
	return err;
}

void lease_stop(struct lease *l)
{
	relay_stop(l->relay);
}

bool lease_recv(struct lease *l, const struct base *via, const struct sa *src,
		struct mbuf *mb, uint64_t now)
{
	return l->prm.via && l->prm.via == via &&
	       relay_recv(l->relay, src, mb, now);
}

struct base *lease_base(const struct lease *l)
{
	return l->base;
}

const struct sa *lease_mapped(const struct lease *l)
{
	static const struct sa unset;

	return l->prm.via ? relay_mapped(l->relay) : &unset;
}

struct base *lease_via(const struct lease *l)
{
	return l->prm.via;
}

const struct sa *lease_local(const struct lease *l)
{
	static const struct sa unset;

	if (l->prm.via)
		return &l->prm.via->addr;

	return l->conduit ? &l->conduit->local : &unset;
}

const struct sa *lease_server(const struct lease *l)
{
	return &l->server.addr;
}

bool lease_pending(const struct lease *l)
{
	return l->pending;
}

uint64_t lease_due(const struct lease *l)
{
	return relay_due(l->relay);
}

void lease_tick(struct lease *l, uint64_t now)
{
	relay_tick(l->relay, now);
}

int lease_print(struct re_printf *pf, const struct lease *l)
{
	return relay_print(pf, l->relay);
}
