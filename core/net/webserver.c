/**
 * @file core/net/webserver.c  Web server
 *
 * A visitor is a connection until it is closed or has become a WebSocket. Its
 * first byte says whether it speaks TLS: people type addresses without
 * https, and are told what is right. Who says nothing costs no TLS session.
 *
 * When all places are taken, who comes waits at the listener until one is
 * free, or one of the visitors is idle or slow.
 */
#include <assert.h>
#include <sys/socket.h>
#include <unistd.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/listener.h"
#include "core/net/pagecert.h"
#include "core/net/stream.h"
#include "core/net/webpeer.h"
#include "core/net/webserver.h"

enum {
	HOSTNAME_SIZE = 256,	  /* RFC 1035 section 2.3.4, with 0        */
	WRITE_SIZE = 32 * 1024,	  /* In one turn of the loop, ours [bytes] */
	SLOW_SETUP = 2 * CLOCK_S, /* A handshake that takes longer yields
				      to others, ours [us]                  */
	TLS_HANDSHAKE = 22,	  /* First byte of TLS, RFC 8446 section 5.1 */
	LAST_MAX = 5 * CLOCK_S,	  /* For the last bytes to leave, ours [us] */
};

struct webserver {
	struct listener *listener;
	struct pagecert *cert;
	struct website *site;
	struct list visitors;	 /* struct visitor, owned                     */
	struct list conns;	 /* struct webconn, which are others'         */
	struct loop_timer timer; /* Somebody is slow enough to yield       */
	webserver_open_h *openh;
	void *arg;
	uint64_t accepted, upgraded;	      /* Counters */
	uint32_t evicted, displaced, refused; /* The same */
	uint32_t strangers;		      /* With a foreign Host */
};

struct visitor {
	struct le le;
	struct webserver *w;
	struct sa addr;
	struct loop_watch *watch; /* For the first byte                   */
	int fd;			  /* -1 when the stream has it            */
	struct stream *stream;	  /* NULL before the first byte           */
	struct webpeer *peer;	  /* NULL during the handshake             */
	struct loop_timer timer;  /* The peer's, or to write on            */
	bool plain;		  /* It does not speak TLS                 */
	uint64_t since;		  /* It came [us]                          */
	uint64_t wrote;		  /* Last time [us]                        */
};

static void visitor_destructor(void *arg)
{
	struct visitor *v = arg;

	list_unlink(&v->le);
	loop_timer_cancel(&v->timer);
	mem_deref(v->watch);
	if (v->fd >= 0)
		(void)close(v->fd);
	mem_deref(v->peer);
	mem_deref(v->stream);
}

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

/* From when on it may be dropped for another one */
static uint64_t yields(const struct visitor *v)
{
	if (!v->peer)
		return v->since + SLOW_SETUP;
	if (v->stream && stream_queued(v->stream))
		return v->wrote + WEBPEER_SLOW_WRITE;

	return webpeer_yields(v->peer);
}

/* Who may be dropped first */
static struct visitor *weakest(const struct webserver *w)
{
	struct visitor *found = NULL;
	struct le *le;

	for (le = list_head(&w->visitors); le; le = le->next) {
		struct visitor *v = le->data;

		if (!found || yields(v) < yields(found))
			found = v;
	}

	return found;
}

/* Tell the listener whether one more has a place */
static void settle(struct webserver *w, uint64_t now)
{
	bool all = list_count(&w->visitors) >= WEBSERVER_VISITORS_MAX;
	uint64_t at = all ? yields(weakest(w)) : 0;

	listener_set_full(w->listener, at > now, now);
	loop_timer_arm(&w->timer, at > now ? at : CLOCK_NEVER);
}

static void on_settle(uint64_t now, void *arg)
{
	settle(arg, now);
}

static void leave(struct visitor *v, uint64_t now)
{
	struct webserver *w = v->w;

	mem_deref(v);
	settle(w, now);
}

/* The oldest that has not said who it is */
static struct webconn *stranger(const struct webserver *w)
{
	struct le *le;

	for (le = list_head(&w->conns); le; le = le->next) {
		if (!webconn_is_trusted(le->data))
			return le->data;
	}

	return NULL;
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

/* The visitor becomes a WebSocket. Call this last */
static void upgrade(struct visitor *v, uint64_t now)
{
	struct webserver *w = v->w;
	struct webconn *c = NULL;
	struct mbuf *rep, *rest;
	struct stream *s = v->stream;
	int err;

	webpeer_upgrade(v->peer, &rep, &rest);
	err = stream_send(s, mbuf_buf(rep), mbuf_get_left(rep));
	v->stream = NULL;
	if (err)
		mem_deref(s);
	else
		err = webconn_alloc(&c, s, now);

	leave(v, now);
	if (!err)
		hand_over(w, c, rest, now);
	mem_deref(rep);
	mem_deref(rest);
}

/* A piece of the reply. @return whether to go on at once */
static bool write_some(struct visitor *v, uint64_t now)
{
	const uint8_t *p;
	size_t n;

	if (stream_queued(v->stream))
		return false;

	p = webpeer_output(v->peer, &n);
	if (n > WRITE_SIZE)
		n = WRITE_SIZE;
	if (stream_send(v->stream, p, n))
		return false; /* The stream tells, from the loop */

	v->wrote = now;
	webpeer_sent(v->peer, n, now);
	return !stream_queued(v->stream);
}

/* When it is to be dropped; one that is over still has bytes to send */
static uint64_t due(const struct visitor *v)
{
	return webpeer_next(v->peer) == WEBPEER_CLOSE ? v->wrote + LAST_MAX
						      : webpeer_due(v->peer);
}

/* After anything has happened. Call this last */
static void serve(struct visitor *v, uint64_t now)
{
	struct webserver *w = v->w;
	bool again = false;

	switch (webpeer_next(v->peer)) {
	case WEBPEER_UPGRADE:
		if (make_place(w, now)) {
			upgrade(v, now);
			return;
		}
		++w->refused;
		webpeer_refuse(v->peer, WEBREQUEST_UNAVAILABLE, now);
		again = true;
		break;
	case WEBPEER_WRITE:
		again = write_some(v, now);
		break;
	case WEBPEER_CLOSE:
		if (!stream_queued(v->stream)) {
			leave(v, now);
			return;
		}
		break;
	default:
		break;
	}

	loop_timer_arm(&v->timer, again ? now : due(v));
	settle(w, now);
}

static void on_timer(uint64_t now, void *arg)
{
	struct visitor *v = arg;

	if (!v->peer || now >= due(v))
		leave(v, now);
	else
		serve(v, now);
}

/* Said once: it may be a name that people use and [page] does not have */
static void note(struct webserver *w, const struct visitor *v)
{
	const char *host = webpeer_stranger(v->peer);
	struct pl text;

	if (!host)
		return;

	pl_set_str(&text, host);
	if (!w->strangers++) {
		log_info("webserver: %j asks for the page of '%H', which is "
			 "no name of this board; [page] names adds one\n",
			 stream_peer(v->stream), log_text, &text);
	}
}

static void on_recv(struct mbuf *mb, uint64_t now, void *arg)
{
	struct visitor *v = arg;

	webpeer_recv(v->peer, mbuf_buf(mb), mbuf_get_left(mb), now);
	note(v->w, v);
	serve(v, now);
}

static void on_drained(uint64_t now, void *arg)
{
	struct visitor *v = arg;

	if (v->peer)
		serve(v, now);
}

static void on_up(uint64_t now, void *arg)
{
	struct visitor *v = arg;

	if (webpeer_alloc(&v->peer, v->w->site, now)) {
		leave(v, now);
		return;
	}

	if (v->plain)
		webpeer_set_plain(v->peer);
	stream_set_drained(v->stream, on_drained);
	loop_timer_arm(&v->timer, webpeer_due(v->peer));
	settle(v->w, now);
}

static void on_close(int err, const char *reason, uint64_t now, void *arg)
{
	(void)err;
	(void)reason;

	leave(arg, now);
}

/* The first byte has come: it is left to the stream */
static void on_first(int flags, uint64_t now, void *arg)
{
	struct visitor *v = arg;
	struct pagecert *cert = v->w->cert;
	uint8_t first = 0;
	int fd = v->fd;
	(void)flags;

	if (recv(fd, &first, sizeof(first), MSG_PEEK | MSG_DONTWAIT) <= 0) {
		leave(v, now);
		return;
	}

	v->plain = cert && first != TLS_HANDSHAKE;
	v->watch = mem_deref(v->watch);
	v->fd = -1;
	loop_timer_cancel(&v->timer);
	if (stream_accept(&v->stream, fd, &v->addr, v->plain ? NULL : cert,
			  on_up, on_recv, on_close, v))
		leave(v, now);
}

/* Somebody idle or slow makes place. @return whether there is one */
static bool evict(struct webserver *w, uint64_t now)
{
	struct visitor *v;

	if (list_count(&w->visitors) < WEBSERVER_VISITORS_MAX)
		return true;

	v = weakest(w);
	if (yields(v) > now)
		return false;

	++w->evicted;
	mem_deref(v);
	return true;
}

static void on_accept(int fd, const struct sa *peer, uint64_t now, void *arg)
{
	struct webserver *w = arg;
	struct visitor *v = NULL;

	++w->accepted;
	if (evict(w, now))
		v = mem_zalloc(sizeof(*v), visitor_destructor);
	if (!v) {
		++w->refused;
		(void)close(fd);
		return;
	}

	v->w = w;
	v->fd = fd;
	v->addr = *peer;
	v->since = now;
	loop_timer_init(&v->timer, "webserver", on_timer, v);
	loop_timer_arm(&v->timer, now + WEBPEER_REQUEST_MAX);
	list_append(&w->visitors, &v->le, v);
	if (loop_watch_alloc(&v->watch, "webserver", fd, LOOP_READ, on_first,
			     v))
		mem_deref(v);
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
	for (le = list_head(&w->visitors); le; le = le->next) {
		const struct visitor *v = le->data;

		if (v->stream)
			err |= re_hprintf(pf, "\n%H", stream_print, v->stream);
		else
			err |= re_hprintf(pf, "\nsilent %J", &v->addr);
		if (v->peer)
			err |= re_hprintf(pf, " %H", webpeer_print, v->peer);
	}
	for (le = list_head(&w->conns); le; le = le->next)
		err |= re_hprintf(pf, "\n%H", webconn_print, le->data);

	return err;
}
