/**
 * @file core/call/trunk.c  Trunk made of a flow: SIP over secure WebSocket
 */
#include "core/base/log.h"
#include "core/call/trunk.h"
#include "core/net/flow.h"
#include "core/net/homes.h"

struct trunk {
	struct trunk_handlers h;
	struct resolver *resolver;
	struct flow *flow;
};

static void trunk_destructor(void *arg)
{
	struct trunk *t = arg;

	mem_deref(t->flow);
	mem_deref(t->resolver);
}

static enum trunk_state state_of(enum flow_state state)
{
	switch (state) {
	case FLOW_UP:
	case FLOW_CLOSING: /* Messages still come */
		return TRUNK_UP;
	case FLOW_IDLE:
		return TRUNK_DOWN;
	default:
		return TRUNK_CONNECTING;
	}
}

static void recv_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct trunk *t = arg;

	t->h.recvh(mb, now, t->h.arg);
}

static void state_handler(enum flow_state state, int err, const char *reason,
			  uint64_t now, void *arg)
{
	struct trunk *t = arg;
	uint64_t due = flow_retry_due(t->flow);
	(void)err;

	if (state == FLOW_CLOSING)
		return;

	t->h.stateh(state_of(state), reason,
		    due == CLOCK_NEVER || due < now ? 0 : due - now, now,
		    t->h.arg);
}

/* The list of URLs, each a string of its own */
static int urls(const struct config *cfg, char *urlv[FLOW_URLS_MAX],
		unsigned *np)
{
	struct pl item;
	int err = 0;

	*np = 0;
	while (!err && *np < FLOW_URLS_MAX &&
	       config_item(cfg, "transport", "url", *np, &item)) {
		err = pl_strdup(&urlv[*np], &item);
		*np += !err;
	}

	return err;
}

static int flow_of(struct trunk *t, const struct config *cfg)
{
	const char *ca = config_text(cfg, "transport", "ca_file");
	char *urlv[FLOW_URLS_MAX] = { NULL };
	struct flow_params prm = {
		.resolver = t->resolver,
		.ca_file = *ca ? ca : NULL,
		.ping = (uint32_t)(config_number(cfg, "transport",
						 "keepalive") /
				   CLOCK_S),
		.insecure = config_bool(cfg, "transport", "insecure"),
	};
	char reason[FLOW_REASON_MAX] = "";
	int err;

	err = urls(cfg, urlv, &prm.urlc);
	prm.urlv = (const char **)(uintptr_t)urlv;
	if (!err)
		err = flow_alloc(&t->flow, &prm, recv_handler, state_handler, t,
				 reason);
	if (err)
		log_warning("transport: %s\n",
			    *reason ? reason : strerror(err));

	for (unsigned i = 0; i < prm.urlc; i++)
		mem_deref(urlv[i]);
	return err;
}

static int trunk_alloc(void **tp, const struct config *cfg,
		       const struct trunk_handlers *h, uint64_t now)
{
	struct trunk *t;
	int err;

	t = mem_zalloc(sizeof(*t), trunk_destructor);
	if (!t)
		return ENOMEM;

	t->h = *h;
	err = resolver_alloc(&t->resolver);
	if (!err)
		err = flow_of(t, cfg);
	if (err) {
		mem_deref(t);
		return err;
	}

	flow_start(t->flow, now);
	*tp = t;
	return 0;
}

static int trunk_send(void *arg, struct mbuf *mb)
{
	struct trunk *t = arg;

	return flow_send(t->flow, mb);
}

static void trunk_renew(void *arg, const char *reason, bool at_once,
			uint64_t now)
{
	struct trunk *t = arg;

	flow_restart(t->flow, reason, at_once, now);
}

static void trunk_moved(void *arg, uint64_t now)
{
	struct trunk *t = arg;
	struct sa local;

	/* A connection that is up lives as long as its address does */
	if (flow_state(t->flow) == FLOW_UP && !flow_local(t->flow, &local) &&
	    homes_has(network_kernel(), &local))
		return;

	flow_restart(t->flow, "the network changed", true, now);
}

static bool trunk_probe(void *arg, uint64_t now)
{
	struct trunk *t = arg;

	return flow_probe(t->flow, now);
}

static void trunk_set_timer(void *arg, uint32_t seconds, uint64_t now)
{
	struct trunk *t = arg;

	flow_set_timer(t->flow, seconds, now);
}

static void trunk_close(void *arg, uint64_t now)
{
	struct trunk *t = arg;

	flow_close(t->flow, now);
}

static int trunk_print(struct re_printf *pf, const void *arg)
{
	const struct trunk *t = arg;

	return flow_print(pf, t->flow);
}

const struct trunk_driver *trunk_flow(void)
{
	static const struct trunk_driver driver = {
		.alloc = trunk_alloc,
		.send = trunk_send,
		.renew = trunk_renew,
		.moved = trunk_moved,
		.probe = trunk_probe,
		.set_timer = trunk_set_timer,
		.close = trunk_close,
		.print = trunk_print,
	};

	return &driver;
}
