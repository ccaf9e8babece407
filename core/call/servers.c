/**
 * @file core/call/servers.c  Servers
 *
 * One look-up at a time: there are a few at the most, and nobody waits.
 */
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/call/servers.h"
#include "core/net/resolver.h"

struct servers {
	struct icehost v[ICEHOST_MAX];
	size_t c;
	size_t current; /* Being looked up */
	bool failed;	/* One of this round was not found */
	struct resolver *resolver;
	struct resolver_query *query;
	struct loop_timer timer;
};

static void next(struct servers *s, uint64_t now);

static void servers_destructor(void *arg)
{
	struct servers *s = arg;

	loop_timer_cancel(&s->timer);
	mem_deref(s->query);
	mem_deref(s->resolver);
}

static void resolved_handler(int err, const struct sa *addrv, unsigned n,
			     uint64_t now, void *arg)
{
	struct servers *s = arg;
	struct icehost *srv = &s->v[s->current];

	s->query = NULL;
	if (err || !n) {
		/* What was known stays: a name server may be away */
		s->failed = true;
		log_info("ice: %s: %m\n", srv->host, err);
	} else {
		srv->addr = addrv[0];
		sa_set_port(&srv->addr, srv->port);
	}

	++s->current;
	next(s, now);
}

static bool literal(const struct icehost *srv)
{
	struct sa sa;

	return !sa_set_str(&sa, srv->host, srv->port);
}

/* Look up the next name; after the last, wait */
static void next(struct servers *s, uint64_t now)
{
	for (; s->current < s->c; s->current++) {
		const struct icehost *srv = &s->v[s->current];

		if (literal(srv))
			continue;
		if (!resolver_query(&s->query, s->resolver, srv->host,
				    srv->port, resolved_handler, s))
			return;
		s->failed = true;
	}

	loop_timer_arm(&s->timer, now + (uint64_t)(s->failed ? SERVERS_RETRY
							     : SERVERS_RENEW) *
						  CLOCK_S);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct servers *s = arg;

	s->current = 0;
	s->failed = false;
	next(s, now);
}

static int parse(struct servers *s, const struct config *cfg)
{
	struct pl item;

	for (unsigned i = 0; config_item(cfg, "ice", "servers", i, &item);
	     i++) {
		int err;

		if (!pl_strcmp(&item, "none"))
			continue;
		if (s->c == ICEHOST_MAX) {
			log_warning("ice: more than %d servers\n", ICEHOST_MAX);
			return EINVAL;
		}
		err = icehost_parse(&s->v[s->c], &item);
		if (err) {
			log_warning("ice: server %u of [ice] servers is not "
				    "understood: %m\n",
				    i + 1, err);
			return EINVAL;
		}
		++s->c;
	}

	return 0;
}

int servers_alloc(struct servers **sp, const struct config *cfg, uint64_t now)
{
	bool names = false;
	struct servers *s;
	int err;

	s = mem_zalloc(sizeof(*s), servers_destructor);
	if (!s)
		return ENOMEM;

	loop_timer_init(&s->timer, "ice servers", timer_handler, s);
	err = parse(s, cfg);
	for (size_t i = 0; i < s->c; i++)
		names |= !literal(&s->v[i]);
	if (!err && names) {
		err = resolver_alloc(&s->resolver);
		if (!err)
			next(s, now);
	}
	if (err)
		mem_deref(s);
	else
		*sp = s;
	return err;
}

const struct icehost *servers_get(const struct servers *s, size_t *np)
{
	*np = s->c;
	return s->v;
}

int servers_print(struct re_printf *pf, const struct servers *s)
{
	int err = 0;

	for (size_t i = 0; i < s->c; i++)
		err |= re_hprintf(pf, "%s%H", i ? ", " : "", icehost_print,
				  &s->v[i]);

	return err;
}
