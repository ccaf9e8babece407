/**
 * @file core/call/accounts.c  Accounts
 */
#include "core/call/accounts.h"

struct slot {
	struct accounts *as;
	struct account *a;
};

struct accounts {
	struct accounts_params prm;
	struct slot v[ACCOUNTS_MAX]; /* The order is that of preference */
	unsigned c;
	unsigned running; /* Not stopped yet */
	account_stopped_h *stoppedh;
	void *stopped_arg;
};

static void accounts_destructor(void *arg)
{
	struct accounts *as = arg;

	while (as->c)
		mem_deref(as->v[--as->c].a);
}

static void call_handler(struct invite *inv, const struct sip_msg *msg,
			 uint64_t now, void *arg)
{
	const struct slot *s = arg;

	s->as->prm.callh(account_line(s->a), inv, msg, now, s->as->prm.arg);
}

static void renewed_handler(uint64_t now, void *arg)
{
	const struct slot *s = arg;

	s->as->prm.renewedh(account_line(s->a), now, s->as->prm.arg);
}

static int add(struct accounts *as, const struct config *cfg)
{
	struct slot *s = &as->v[as->c];
	const struct account_params ap = {
		.cfg = cfg,
		.trunk = as->prm.trunk,
		.events = as->prm.events,
		.callh = call_handler,
		.renewedh = renewed_handler,
		.arg = s,
	};
	int err = account_alloc(&s->a, &ap);

	s->as = as;
	as->c += !err;
	return err;
}

int accounts_alloc(struct accounts **asp, const struct accounts_params *prm)
{
	const struct config *cfg;
	struct accounts *as;
	int err = 0;

	as = mem_zalloc(sizeof(*as), accounts_destructor);
	if (!as)
		return ENOMEM;

	as->prm = *prm;
	while (!err && as->c < ACCOUNTS_MAX &&
	       (cfg = config_account(prm->cfg, as->c)))
		err = add(as, cfg);

	if (err)
		mem_deref(as);
	else
		*asp = as;
	return err;
}

unsigned accounts_count(const struct accounts *as)
{
	return as->c;
}

struct account *accounts_get(const struct accounts *as, unsigned n)
{
	return n < as->c ? as->v[n].a : NULL;
}

struct account *accounts_find(const struct accounts *as, const char *name)
{
	for (unsigned i = 0; i < as->c; i++) {
		if (!strcmp(account_name(as->v[i].a), name))
			return as->v[i].a;
	}

	return NULL;
}

/* ---- All of them ---- */

int accounts_start(struct accounts *as, uint64_t now)
{
	int err = 0;

	for (unsigned i = 0; i < as->c && !err; i++)
		err = account_start(as->v[i].a, now);

	return err;
}

static void stopped_handler(uint64_t now, void *arg)
{
	struct accounts *as = arg;

	if (--as->running)
		return;

	as->stoppedh(now, as->stopped_arg);
}

void accounts_stop(struct accounts *as, account_stopped_h *h, void *arg,
		   uint64_t now)
{
	as->stoppedh = h;
	as->stopped_arg = arg;
	as->running = as->c + 1; /* One is this function */
	for (unsigned i = 0; i < as->c; i++)
		account_stop(as->v[i].a, stopped_handler, as, now);
	stopped_handler(now, as);
}

void accounts_moved(struct accounts *as, uint64_t now)
{
	for (unsigned i = 0; i < as->c; i++)
		account_moved(as->v[i].a, now);
}

static int exists(const struct accounts *as, const char *name)
{
	if (!as->c)
		return ENODEV;

	return name && !accounts_find(as, name) ? ENXIO : 0;
}

static bool means(const struct account *a, const char *name)
{
	return !name || !strcmp(account_name(a), name);
}

int accounts_register(struct accounts *as, const char *name, uint64_t now)
{
	int err = exists(as, name);

	for (unsigned i = 0; i < as->c; i++) {
		struct account *a = as->v[i].a;
		int e = means(a, name) ? account_register(a, now) : 0;

		err = err ? err : e;
	}

	return err;
}

int accounts_unregister(struct accounts *as, const char *name, uint64_t now)
{
	for (unsigned i = 0; i < as->c; i++) {
		if (means(as->v[i].a, name))
			account_unregister(as->v[i].a, now);
	}

	return exists(as, name);
}

/* ---- Which one ---- */

/* What an account is good for, the best last */
enum use {
	USE_NONE,
	USE_CONNECTED,
	USE_REGISTERED, /* Or that does not want to be */
	USES,
};

static enum use use_of(const struct account *a)
{
	if (!account_connected(a))
		return USE_NONE;

	return account_ready(a) ? USE_REGISTERED : USE_CONNECTED;
}

/* The host of an address; empty when it is of whatever domain */
static struct pl host_of(const char *to)
{
	const char *at = strchr(to, '@');
	struct pl pl, host = PL_INIT;
	char *text = NULL;
	struct uri uri;

	pl_set_str(&pl, to);
	if (!strncasecmp(to, "sip:", strlen("sip:")) ||
	    !strncasecmp(to, "sips:", strlen("sips:"))) {
		if (!uri_decode(&uri, &pl))
			host = uri.host;
	} else if (at && !re_sdprintf(&text, "sip:%s", to)) {
		pl_set_str(&pl, text);
		if (!uri_decode(&uri, &pl) && pl_isset(&uri.host)) {
			host.p = to + (uri.host.p - text) - strlen("sip:");
			host.l = uri.host.l;
		}
		mem_deref(text);
	}

	return host;
}

/* The first of those with the most marks; `domain` is what its domain adds */
static struct account *best(const struct accounts *as, const char *name,
			    const char *to, int domain)
{
	const struct pl host = host_of(to);
	struct account *a = NULL;
	int most = -1;

	for (unsigned i = 0; i < as->c; i++) {
		int marks = 2 * (int)use_of(as->v[i].a) +
			    (account_serves(as->v[i].a, &host) ? domain : 0);

		if (!means(as->v[i].a, name) || marks <= most)
			continue;
		a = as->v[i].a;
		most = marks;
	}

	return a;
}

int accounts_choose(struct account **ap, const struct accounts *as,
		    const char *name, const char *to)
{
	int err = exists(as, name);

	*ap = best(as, name, to, 1);
	return err || account_connected(*ap) ? err : ENOTCONN;
}

int accounts_choose_later(struct account **ap, const struct accounts *as,
			  const char *name, const char *to)
{
	*ap = best(as, name, to, 2 * USES);
	return exists(as, name);
}

/* ---- Showing ---- */

bool accounts_registered(const struct accounts *as)
{
	bool any = false;

	for (unsigned i = 0; i < as->c; i++) {
		any |= account_registered(as->v[i].a);
		if (!account_ready(as->v[i].a))
			return false;
	}

	return any;
}

int accounts_print(struct re_printf *pf, const struct accounts *as)
{
	int err = 0;

	for (unsigned i = 0; i < as->c; i++)
		err |= account_print(pf, as->v[i].a);

	return err;
}

json_t *accounts_json(const struct accounts *as)
{
	json_t *js = json_array();

	for (unsigned i = 0; js && i < as->c; i++)
		(void)json_array_append_new(js, account_json(as->v[i].a));

	return js;
}
