/**
 * @file core/call/accounts.c  Accounts
 */
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/call/account_show.h"
#include "core/call/accounts.h"

enum {
	OLD_LOOK = 500 * CLOCK_MS, /* Whether an old one has no call, ours */
};

struct member {
	struct le le; /* Of the list, or of the old ones */
	struct accounts *as;
	struct account *a;
	const struct config *cfg;
	unsigned changes;    /* Of cfg, when it was made          */
	struct member *next; /* Takes its place; NULL: it is in force */
	bool off;	     /* The user un-registered it, and so it stays */
	bool stopping, gone;
};

struct accounts {
	struct accounts_params prm;
	struct list list; /* The order is that of preference          */
	struct list old;  /* Of another configuration, with calls yet */
	struct loop_timer timer;
	unsigned running; /* Not stopped yet */
	account_stopped_h *stoppedh;
	void *stopped_arg;
};

static void accounts_destructor(void *arg)
{
	struct accounts *as = arg;

	loop_timer_cancel(&as->timer);
	list_flush(&as->old);
	list_flush(&as->list);
}

static void call_handler(struct invite *inv, const struct sip_msg *msg,
			 uint64_t now, void *arg)
{
	const struct member *m = arg;

	m->as->prm.callh(account_line(m->a), inv, msg, now, m->as->prm.arg);
}

static void renewed_handler(uint64_t now, void *arg)
{
	const struct member *m = arg;

	m->as->prm.renewedh(account_line(m->a), now, m->as->prm.arg);
}

static void member_destructor(void *arg)
{
	struct member *m = arg;

	list_unlink(&m->le);
	mem_deref(m->next);
	mem_deref(m->a);
}

/* In no list yet */
static int make(struct member **mp, struct accounts *as,
		const struct config *cfg)
{
	struct member *m = mem_zalloc(sizeof(*m), member_destructor);
	const struct account_params ap = {
		.cfg = cfg,
		.trunk = as->prm.trunk,
		.events = as->prm.events,
		.callh = call_handler,
		.renewedh = renewed_handler,
		.arg = m,
	};
	int err;

	if (!m)
		return ENOMEM;

	m->as = as;
	m->cfg = cfg;
	m->changes = config_changes(cfg);
	err = account_alloc(&m->a, &ap);
	if (err)
		mem_deref(m);
	else
		*mp = m;
	return err;
}

static void old_handler(uint64_t now, void *arg);

int accounts_alloc(struct accounts **asp, const struct accounts_params *prm)
{
	const struct config *cfg;
	struct accounts *as;
	int err = 0;

	as = mem_zalloc(sizeof(*as), accounts_destructor);
	if (!as)
		return ENOMEM;

	as->prm = *prm;
	loop_timer_init(&as->timer, "old accounts", old_handler, as);
	for (unsigned i = 0;
	     !err && i < ACCOUNTS_MAX && (cfg = config_account(prm->cfg, i));
	     i++) {
		struct member *m;

		err = make(&m, as, cfg);
		if (!err)
			list_append(&as->list, &m->le, m);
	}

	if (err)
		mem_deref(as);
	else
		*asp = as;
	return err;
}

static struct account *account_of(const struct le *le)
{
	return ((const struct member *)le->data)->a;
}

unsigned accounts_count(const struct accounts *as)
{
	return list_count(&as->list);
}

struct account *accounts_get(const struct accounts *as, unsigned n)
{
	struct le *le = as->list.head;

	while (le && n--)
		le = le->next;
	return le ? account_of(le) : NULL;
}

struct account *accounts_find(const struct accounts *as, const char *name)
{
	for (struct le *le = as->list.head; le; le = le->next) {
		if (!strcmp(account_name(account_of(le)), name))
			return account_of(le);
	}

	return NULL;
}

/* ---- All of them ---- */

int accounts_start(struct accounts *as, uint64_t now)
{
	int err = 0;

	for (struct le *le = as->list.head; le && !err; le = le->next)
		err = account_start(account_of(le), now);

	return err;
}

static void one_stopped(struct accounts *as, uint64_t now)
{
	if (--as->running)
		return;

	as->stoppedh(now, as->stopped_arg);
}

/* Maybe inside of account_stop(): it is freed later */
static void stopped_handler(uint64_t now, void *arg)
{
	struct member *m = arg;

	m->gone = true;
	if (m->as->stoppedh)
		one_stopped(m->as, now);
	else
		loop_timer_arm(&m->as->timer, now);
}

static void stop_member(struct member *m, uint64_t now)
{
	if (m->stopping)
		return;

	m->stopping = true;
	account_stop(m->a, stopped_handler, m, now);
}

void accounts_stop(struct accounts *as, account_stopped_h *h, void *arg,
		   uint64_t now)
{
	as->stoppedh = h;
	as->stopped_arg = arg;
	as->running = list_count(&as->list) + 1; /* One is this function */
	loop_timer_cancel(&as->timer);
	for (struct le *le = as->old.head; le; le = le->next)
		as->running += !((const struct member *)le->data)->gone;
	for (struct le *le = as->list.head; le; le = le->next)
		stop_member(le->data, now);
	for (struct le *le = as->old.head; le; le = le->next)
		stop_member(le->data, now);
	one_stopped(as, now);
}

void accounts_moved(struct accounts *as, uint64_t now)
{
	for (struct le *le = as->list.head; le; le = le->next)
		account_moved(account_of(le), now);
	for (struct le *le = as->old.head; le; le = le->next)
		account_moved(account_of(le), now);
}

/* ---- Another configuration ---- */

static void old_handler(uint64_t now, void *arg)
{
	struct accounts *as = arg;
	struct le *le = as->old.head;

	while (le) {
		struct member *m = le->data;

		le = le->next;
		if (m->gone) {
			log_info("account: the old [%s] has ended\n",
				 account_name(m->a));
			mem_deref(m);
		} else if (!as->prm.busyh(account_line(m->a), as->prm.arg)) {
			stop_member(m, now);
		}
	}

	if (!list_isempty(&as->old) && !loop_timer_armed(&as->timer))
		loop_timer_arm(&as->timer, now + OLD_LOOK);
}

/* The server has been told that the old one is away */
static void left_handler(uint64_t now, void *arg)
{
	struct member *m = arg, *next = m->next;
	struct accounts *as = m->as;
	int err;

	m->next = NULL;
	list_insert_after(&as->list, &m->le, &next->le, next);
	list_unlink(&m->le);
	list_append(&as->old, &m->le, m);
	loop_timer_arm(&as->timer, now);

	err = account_start(next->a, now);
	if (err)
		log_warning("account: [%s] does not begin: %m\n",
			    account_name(next->a), err);
	if (next->off)
		account_unregister(next->a, now);
}

static void change(struct member *m, uint64_t now)
{
	const bool leaves = m->next != NULL;
	struct member *next;
	int err = make(&next, m->as, m->cfg);

	m->changes = config_changes(m->cfg);
	if (err) {
		log_warning("account: [%s] stays as it was: %m\n",
			    account_name(m->a), err);
		return;
	}

	mem_deref(m->next);
	m->next = next;
	next->off = m->off;
	log_info("account: [%s] begins anew, as configured now\n",
		 account_name(m->a));
	if (!leaves)
		account_leave(m->a, left_handler, m, now);
}

void accounts_change(struct accounts *as, uint64_t now)
{
	struct le *le = as->stoppedh ? NULL : as->list.head;

	while (le) {
		struct member *m = le->data;

		le = le->next;
		if (m->changes != config_changes(m->cfg))
			change(m, now);
	}
}

/* ---- What a user does ---- */

static int exists(const struct accounts *as, const char *name)
{
	if (list_isempty(&as->list))
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

	for (struct le *le = as->list.head; le; le = le->next) {
		struct member *m = le->data;
		int e = 0;

		if (!means(m->a, name))
			continue;
		m->off = false;
		if (m->next) { /* Which will be */
			m->next->off = false;
			e = ENOTCONN;
		} else {
			e = account_register(m->a, now);
		}
		err = err ? err : e;
	}

	return err;
}

int accounts_unregister(struct accounts *as, const char *name, uint64_t now)
{
	for (struct le *le = as->list.head; le; le = le->next) {
		struct member *m = le->data;

		if (!means(m->a, name))
			continue;
		m->off = true;
		if (m->next)
			m->next->off = true;
		else
			account_unregister(m->a, now);
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

	for (struct le *le = as->list.head; le; le = le->next) {
		struct account *one = account_of(le);
		int marks = 2 * (int)use_of(one) +
			    (account_serves(one, &host) ? domain : 0);

		if (!means(one, name) || marks <= most)
			continue;
		a = one;
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

	for (struct le *le = as->list.head; le; le = le->next) {
		any |= account_registered(account_of(le));
		if (!account_ready(account_of(le)))
			return false;
	}

	return any;
}

int accounts_print(struct re_printf *pf, const struct accounts *as)
{
	int err = 0;

	for (struct le *le = as->list.head; le; le = le->next)
		err |= account_print(pf, account_of(le));

	return err;
}

json_t *accounts_json(const struct accounts *as)
{
	json_t *js = json_array();

	for (struct le *le = as->list.head; js && le; le = le->next)
		(void)json_array_append_new(js, account_json(account_of(le)));

	return js;
}
