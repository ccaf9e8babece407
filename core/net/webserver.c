/**
 * @file core/net/webserver.c  Web server
 *
 * When all places are taken, who comes waits at the listener until one is
 * free, or one of the visitors is idle or slow.
 */
#include <assert.h>
#include <unistd.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/listener.h"
#include "core/net/pagecert.h"
#include "core/net/webserver.h"
#include "core/net/webvisitor.h"

enum {
	HOSTNAME_SIZE = 256, /* RFC 1035 section 2.3.4, with 0 */
};

struct webserver {
	struct listener *listener;
	struct pagecert *cert;
	struct website *site;
	struct list visitors;	 /* struct webvisitor, owned               */
	struct list conns;	 /* struct webconn, which are others'      */
	struct loop_timer timer; /* Somebody is slow enough to yield       */
	webserver_open_h *openh;
	void *arg;
	uint64_t accepted, upgraded;	      /* Counters */
	uint32_t evicted, displaced, refused; /* The same */
	uint32_t strangers;		      /* With a foreign Host */
};

static void destructor(void *arg)
{
	struct webserver *w = arg;

	loop_timer_cancel(&w->timer);
	mem_deref(w->listener);
	list_flush(&w->visitors);
	list_clear(&w->conns);
	mem_deref(w->site);
	mem_deref(w->cert);
}

/* Who may be dropped first */
static struct webvisitor *weakest(const struct webserver *w)
{
	struct webvisitor *found = NULL;
	struct le *le;

	for (le = list_head(&w->visitors); le; le = le->next) {
		struct webvisitor *v = le->data;

		if (!found || webvisitor_yields(v) < webvisitor_yields(found))
			found = v;
	}

	return found;
}

/* Tell the listener whether one more has a place */
static void settle(struct webserver *w, uint64_t now)
{
	bool all = list_count(&w->visitors) >= WEBSERVER_VISITORS_MAX;
	uint64_t at = all ? webvisitor_yields(weakest(w)) : 0;

	listener_set_full(w->listener, at > now, now);
	loop_timer_arm(&w->timer, at > now ? at : CLOCK_NEVER);
}

static void on_settle(uint64_t now, void *arg)
{
	settle(arg, now);
}

/* How many of an address have not proved who they are */
static unsigned strangers_from(const struct webserver *w, const struct sa *addr)
{
	unsigned n = 0;
	struct le *le;

	for (le = list_head(&w->conns); le; le = le->next) {
		n += !webconn_is_trusted(le->data) &&
		     sa_cmp(webconn_peer(le->data), addr, SA_ADDR);
	}

	return n;
}

/* The oldest of those, at the address that has most of them */
static struct webconn *stranger(const struct webserver *w)
{
	struct webconn *found = NULL;
	unsigned most = 0;
	struct le *le;

	for (le = list_head(&w->conns); le; le = le->next) {
		unsigned n = strangers_from(w, webconn_peer(le->data));

		if (webconn_is_trusted(le->data) || n <= most)
			continue;
		found = le->data;
		most = n;
	}

	return found;
}

/* @return whether there is a place for one more WebSocket */
static bool make_place(struct webserver *w, uint64_t now)
{
	struct webconn *c;

	if (list_count(&w->conns) < WEBSERVER_CONNS_MAX)
		return true;

	c = stranger(w);
	if (!c)
		return false;

	++w->displaced;
	webconn_displace(c, now);
	return true;
}

/* Hand it to the owner, who may free the server. From then on nobody else
   has a reference, so that the connection sees when he has dropped his */
static void hand_over(struct webserver *w, struct webconn *c, struct mbuf *rest,
		      uint64_t now)
{
	++w->upgraded;
	webconn_link(c, &w->conns);
	w->openh(c, now, w->arg);
	if (mem_nrefs(c) == 1) {
		webconn_close(c, FRAMES_GOING_AWAY, NULL, now);
		mem_deref(c);
		return;
	}

	mem_deref(c);
	if (rest)
		webconn_recv(c, rest, now);
}

static void on_gone(struct webvisitor *v, uint64_t now, void *arg)
{
	mem_deref(v);
	settle(arg, now);
}

/* A visitor wants a WebSocket */
static void on_upgrade(struct webvisitor *v, uint64_t now, void *arg)
{
	struct webserver *w = arg;
	struct webconn *c = NULL;
	struct mbuf *rest;
	struct stream *s;
	int err;

	if (!make_place(w, now)) {
		++w->refused;
		webvisitor_refuse(v, now);
		return;
	}

	err = webvisitor_upgrade(v, &s, &rest);
	mem_deref(v);
	settle(w, now);
	if (err)
		return;

	if (!webconn_alloc(&c, s, now))
		hand_over(w, c, rest, now);
	mem_deref(rest);
}

static void on_changed(struct webvisitor *v, uint64_t now, void *arg)
{
	(void)v;

	settle(arg, now);
}

/* Said once: it may be a name that people use and [page] does not have */
static void on_stranger(const struct sa *peer, const char *host, void *arg)
{
	struct webserver *w = arg;
	struct pl text;

	pl_set_str(&text, host);
	if (!w->strangers++) {
		log_info("webserver: %j asks for the page of '%H', which is "
			 "no name of this board; [page] names adds one\n",
			 peer, log_text, &text);
	}
}

static const struct webvisitor_handlers handlers = {
	.upgradeh = on_upgrade,
	.changedh = on_changed,
	.strangerh = on_stranger,
	.goneh = on_gone,
};

/* Somebody idle or slow makes place. @return whether there is one */
static bool evict(struct webserver *w, uint64_t now)
{
	struct webvisitor *v;

	if (list_count(&w->visitors) < WEBSERVER_VISITORS_MAX)
		return true;

	v = weakest(w);
	if (webvisitor_yields(v) > now)
		return false;

	++w->evicted;
	mem_deref(v);
	return true;
}

static void on_accept(int fd, const struct sa *peer, uint64_t now, void *arg)
{
	struct webserver *w = arg;

	++w->accepted;
	if (evict(w, now)) {
		(void)webvisitor_alloc(&w->visitors, fd, peer, w->cert, w->site,
				       &handlers, w, now);
	} else {
		++w->refused;
		(void)close(fd);
	}
	settle(w, now);
}

static int make_site(struct webserver *w, const struct webserver_params *prm,
		     char *reason)
{
	bool hsts = w->cert && !pagecert_is_own(w->cert);
	char hostname[HOSTNAME_SIZE] = "";
	struct webnames *names;
	int err;

	if (gethostname(hostname, sizeof(hostname) - 1))
		hostname[0] = '\0';
	err = webnames_alloc(&names, hostname, prm->namev);
	if (err) {
		(void)re_snprintf(reason, WEBSERVER_REASON_MAX,
				  "names of the page: %m", err);
		return err;
	}

	err = website_alloc(&w->site, prm->filev, names, hsts);
	mem_deref(names);
	return err;
}

int webserver_alloc(struct webserver **wp, const struct webserver_params *prm,
		    char *reason)
{
	struct webserver *w;
	int err;

	assert(prm->openh && prm->listenc);

	reason[0] = '\0';
	w = mem_zalloc(sizeof(*w), destructor);
	if (!w)
		return ENOMEM;

	w->cert = mem_ref(prm->cert);
	w->openh = prm->openh;
	w->arg = prm->arg;
	loop_timer_init(&w->timer, "webserver places", on_settle, w);
	err = make_site(w, prm, reason);
	if (!err) {
		err = listener_alloc(&w->listener, prm->listenv, prm->listenc,
				     on_accept, w, reason);
	}

	if (err)
		mem_deref(w);
	else
		*wp = w;

	return err;
}

int webserver_set_info(struct webserver *w, const char *json)
{
	return website_set_info(w->site, json);
}

uint16_t webserver_port(const struct webserver *w)
{
	const struct sa *local = listener_local(w->listener, 0);

	return local ? sa_port(local) : 0;
}

int webserver_print(struct re_printf *pf, const struct webserver *w)
{
	struct le *le;
	int err;

	err = re_hprintf(pf,
			 "%H\naccepted=%llu upgraded=%llu evicted=%u "
			 "displaced=%u refused=%u strangers=%u",
			 listener_print, w->listener,
			 (unsigned long long)w->accepted,
			 (unsigned long long)w->upgraded, w->evicted,
			 w->displaced, w->refused, w->strangers);
	for (le = list_head(&w->visitors); le; le = le->next)
		err |= re_hprintf(pf, "\n%H", webvisitor_print, le->data);
	for (le = list_head(&w->conns); le; le = le->next)
		err |= re_hprintf(pf, "\n%H", webconn_print, le->data);

	return err;
}
