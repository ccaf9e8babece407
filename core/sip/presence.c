/**
 * @file core/sip/presence.c  Presence
 */
#include <assert.h>
#include "core/sip/message.h"
#include "core/sip/origin.h"
#include "core/sip/presence.h"
#include "core/sip/registration.h"
#include "core/sip/reply.h"
#include "core/sip/server.h"

enum {
	BAD_EVENT = 489, /* RFC 6665 section 8.3.2 */
};

struct presence {
	struct origin *o;
	struct publication *pub;
	struct list watchl; /* struct watch                        */
	unsigned last;	    /* Number given                        */
	struct presence_handlers h;
	bool up, stopped;
	uint32_t stray, refused; /* Counters: NOTIFY, SUBSCRIBE    */
};

/* One subscription; the list holds the only reference */
struct watch {
	struct le le;
	struct presence *pr;
	struct subscription *sub;
	enum package package;
	unsigned id;
};

static void watch_destructor(void *arg)
{
	struct watch *w = arg;

	list_unlink(&w->le);
	mem_deref(w->sub);
}

static void presence_destructor(void *arg)
{
	struct presence *pr = arg;

	list_flush(&pr->watchl);
	mem_deref(pr->pub);
}

int presence_alloc(struct presence **pp, struct origin *o,
		   const struct presence_handlers *h)
{
	struct presence *pr;
	int err;

	assert(pp && o && h);

	pr = mem_zalloc(sizeof(*pr), presence_destructor);
	if (!pr)
		return ENOMEM;

	pr->o = o;
	pr->h = *h;
	err = publication_alloc(&pr->pub, o, h->publishh, h->arg);
	if (err)
		mem_deref(pr);
	else
		*pp = pr;
	return err;
}

int presence_publish(struct presence *pr, enum pidf_basic basic,
		     const char *note, uint64_t now)
{
	return pr->stopped ? ESHUTDOWN
			   : publication_set(pr->pub, basic, note, now);
}

void presence_unpublish(struct presence *pr, uint64_t now)
{
	publication_stop(pr->pub, now);
}

/* ---- Watching ---- */

static void show(struct presence_watch *pw, const struct watch *w)
{
	pw->id = w->id;
	pw->package = w->package;
	pw->uri = subscription_uri(w->sub);
	pw->state = subscription_state(w->sub);
}

static void on_subscription(struct subscription *s,
			    const struct subscription_event *ev, uint64_t now,
			    void *arg)
{
	struct watch *w = mem_ref(arg);
	struct presence_watch pw;
	(void)s;

	show(&pw, w);
	if (w->pr->h.watchh)
		w->pr->h.watchh(&pw, ev, now, w->pr->h.arg);
	if (ev->what == SUBSCRIPTION_EV_ENDED && w->le.list)
		mem_deref(w);
	mem_deref(w);
}

static struct watch *find(const struct presence *pr, enum package package,
			  const char *uri)
{
	struct le *le;

	LIST_FOREACH(&pr->watchl, le)
	{
		struct watch *w = le->data;

		if (w->package == package &&
		    !strcmp(subscription_uri(w->sub), uri) &&
		    subscription_state(w->sub) < SUBSCRIPTION_LEAVING)
			return w;
	}

	return NULL;
}

static int watch_alloc(struct watch **wp, struct presence *pr,
		       enum package package, const char *to)
{
	struct watch *w;
	int err;

	w = mem_zalloc(sizeof(*w), watch_destructor);
	if (!w)
		return ENOMEM;

	w->pr = pr;
	w->package = package;
	err = subscription_alloc(&w->sub, pr->o, package, to, on_subscription,
				 w);
	if (!err && find(pr, package, subscription_uri(w->sub)))
		err = EALREADY;
	if (err)
		mem_deref(w);
	else
		*wp = w;
	return err;
}

int presence_watch(struct presence *pr, enum package package, const char *to,
		   unsigned *idp, uint64_t now)
{
	struct watch *w = NULL;
	int err;

	assert(pr && package < PACKAGES);

	if (pr->stopped)
		return ESHUTDOWN;
	if (list_count(&pr->watchl) >= PRESENCE_WATCHES_MAX)
		return ENOSPC;

	err = watch_alloc(&w, pr, package, to);
	if (err)
		return err;

	w->id = ++pr->last;
	list_append(&pr->watchl, &w->le, w);
	if (idp)
		*idp = w->id;
	subscription_way(w->sub, pr->up, now);
	return 0;
}

int presence_unwatch(struct presence *pr, enum package package, const char *to,
		     uint64_t now)
{
	struct watch *w;
	char *uri = NULL;
	int err;

	err = origin_complete(&uri, pr->o, to);
	if (err)
		return err;

	w = find(pr, package, uri);
	mem_deref(uri);
	if (!w)
		return ENOENT;

	subscription_stop(w->sub, now);
	return 0;
}

int presence_get(const struct presence *pr, unsigned i,
		 struct presence_watch *pw)
{
	struct le *le;

	LIST_FOREACH(&pr->watchl, le)
	{
		if (i--)
			continue;
		show(pw, le->data);
		return 0;
	}

	return ENOENT;
}

/* Do to every subscription what may end it, or others */
static void each(struct presence *pr, void (*h)(struct watch *w, uint64_t now),
		 uint64_t now)
{
	struct watch *v[PRESENCE_WATCHES_MAX];
	unsigned n = 0;
	struct le *le;

	LIST_FOREACH(&pr->watchl, le)
	{
		v[n++] = mem_ref(le->data);
	}

	for (unsigned i = 0; i < n; i++) {
		if (v[i]->le.list)
			h(v[i], now);
		mem_deref(v[i]);
	}
}

/* ---- For the ua ---- */

static void notified(struct presence *pr, struct server *s,
		     const struct sip_msg *msg, uint64_t now)
{
	struct notification n;
	struct le *le;

	if (notification_decode(&n, msg)) {
		(void)server_reply_code(s, REPLY_BAD_REQUEST, NULL, now);
		return;
	}

	LIST_FOREACH(&pr->watchl, le)
	{
		struct watch *w = le->data;

		if (subscription_matches(w->sub, msg, &n)) {
			subscription_recv(w->sub, s, msg, &n, now);
			return;
		}
	}

	++pr->stray;
	(void)server_reply_code(s, REPLY_NO_DIALOG, NULL, now);
}

void presence_recv(struct presence *pr, struct server *s,
		   const struct sip_msg *msg, uint64_t now)
{
	if (pr && message_is(msg, "NOTIFY")) {
		notified(pr, s, msg, now);
		return;
	}

	if (pr)
		++pr->refused;
	(void)server_reply_code(
		s, pl_isset(&msg->to.tag) ? REPLY_NO_DIALOG : BAD_EVENT, NULL,
		now);
}

const struct publication *presence_publication(const struct presence *pr)
{
	return pr->pub;
}

static void follow(struct watch *w, uint64_t now)
{
	subscription_way(w->sub, w->pr->up, now);
}

void presence_follow(struct presence *pr, const struct registration *reg,
		     uint64_t now)
{
	enum registration_state state = registration_state(reg);

	if (!pr)
		return;

	if (!origin_up(pr->o))
		pr->up = false;
	else if (state == REGISTRATION_ON || state == REGISTRATION_OFF)
		pr->up = true;
	publication_way(pr->pub, pr->up, now);
	each(pr, follow, now);
}

static void stop(struct watch *w, uint64_t now)
{
	subscription_stop(w->sub, now);
}

void presence_stop(struct presence *pr, uint64_t now)
{
	if (!pr)
		return;

	pr->stopped = true;
	publication_stop(pr->pub, now);
	each(pr, stop, now);
}

bool presence_idle(const struct presence *pr)
{
	return !pr || (publication_state(pr->pub) == PUBLICATION_OFF &&
		       list_isempty(&pr->watchl));
}

uint64_t presence_due(const struct presence *pr)
{
	uint64_t due = pr ? publication_due(pr->pub) : CLOCK_NEVER;
	struct le *le;

	if (!pr)
		return due;

	LIST_FOREACH(&pr->watchl, le)
	{
		const struct watch *w = le->data;

		due = clock_min(due, subscription_due(w->sub));
	}

	return due;
}

static void tick(struct watch *w, uint64_t now)
{
	subscription_tick(w->sub, now);
}

void presence_tick(struct presence *pr, uint64_t now)
{
	if (!pr)
		return;

	publication_tick(pr->pub, now);
	each(pr, tick, now);
}

int presence_print(struct re_printf *pf, const struct presence *pr)
{
	struct le *le;
	int err;

	if (!pr)
		return 0;

	err = re_hprintf(pf, "presence: %H stray=%u refused=%u\n",
			 publication_print, pr->pub, pr->stray, pr->refused);
	LIST_FOREACH(&pr->watchl, le)
	{
		const struct watch *w = le->data;

		err |= re_hprintf(pf, "watch: %H\n", subscription_print,
				  w->sub);
	}

	return err;
}
