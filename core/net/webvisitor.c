/**
 * @file core/net/webvisitor.c  Web visitor
 *
 *     silent -> handshake -> HTTP -> over
 *                              `---> WebSocket
 */
#include <sys/socket.h>
#include <unistd.h>
#include "core/base/loop.h"
#include "core/net/pagecert.h"
#include "core/net/stream.h"
#include "core/net/webpeer.h"
#include "core/net/webvisitor.h"

enum {
	WRITE_SIZE = 32 * 1024,	  /* In one turn of the loop, ours [bytes]  */
	SLOW_SETUP = 2 * CLOCK_S, /* A handshake that takes longer yields
				     to others, ours [us]                   */
	LAST_MAX = 5 * CLOCK_S,	  /* For the last bytes to leave, ours [us] */
	TLS_HANDSHAKE = 22,	  /* First byte, RFC 8446 section 5.1       */
};

struct webvisitor {
	struct le le;
	struct sa addr;
	struct loop_watch *watch; /* For the first byte                   */
	int fd;			  /* -1 when the stream has it            */
	struct pagecert *cert;
	struct website *site;
	struct stream *stream;	 /* NULL before the first byte            */
	bool plain;		 /* It does not speak TLS                 */
	struct webpeer *peer;	 /* NULL during the handshake             */
	struct loop_timer timer; /* The peer's, or to write on            */
	uint64_t since;		 /* It came [us]                          */
	uint64_t wrote;		 /* Last time [us]                        */
	const struct webvisitor_handlers *h;
	void *arg;
};

static void destructor(void *arg)
{
	struct webvisitor *v = arg;

	list_unlink(&v->le);
	loop_timer_cancel(&v->timer);
	mem_deref(v->watch);
	if (v->fd >= 0)
		(void)close(v->fd);
	mem_deref(v->peer);
	mem_deref(v->stream);
	mem_deref(v->site);
	mem_deref(v->cert);
}

static void leave(struct webvisitor *v, uint64_t now)
{
	v->h->goneh(v, now, v->arg);
}

uint64_t webvisitor_yields(const struct webvisitor *v)
{
	if (!v->peer)
		return v->since + SLOW_SETUP;
	if (stream_queued(v->stream))
		return v->wrote + WEBPEER_SLOW_WRITE;

	return webpeer_yields(v->peer);
}

/* A piece of the reply. @return whether to go on at once */
static bool write_some(struct webvisitor *v, uint64_t now)
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
static uint64_t due(const struct webvisitor *v)
{
	return webpeer_next(v->peer) == WEBPEER_CLOSE ? v->wrote + LAST_MAX
						      : webpeer_due(v->peer);
}

/* After anything has happened. Call this last */
static void serve(struct webvisitor *v, uint64_t now)
{
	bool again = false;

	switch (webpeer_next(v->peer)) {
	case WEBPEER_UPGRADE:
		v->h->upgradeh(v, now, v->arg);
		return;
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
	v->h->changedh(v, now, v->arg);
}

static void on_timer(uint64_t now, void *arg)
{
	struct webvisitor *v = arg;

	if (!v->peer || now >= due(v))
		leave(v, now);
	else
		serve(v, now);
}

static void on_recv(struct mbuf *mb, uint64_t now, void *arg)
{
	struct webvisitor *v = arg;
	const char *host;

	webpeer_recv(v->peer, mbuf_buf(mb), mbuf_get_left(mb), now);
	host = webpeer_stranger(v->peer);
	if (host)
		v->h->strangerh(&v->addr, host, v->arg);
	serve(v, now);
}

static void on_drained(uint64_t now, void *arg)
{
	struct webvisitor *v = arg;

	if (v->peer)
		serve(v, now);
}

static void on_up(uint64_t now, void *arg)
{
	struct webvisitor *v = arg;

	if (webpeer_alloc(&v->peer, v->site, now)) {
		leave(v, now);
		return;
	}

	if (v->plain)
		webpeer_set_plain(v->peer);
	stream_set_drained(v->stream, on_drained);
	loop_timer_arm(&v->timer, webpeer_due(v->peer));
	v->h->changedh(v, now, v->arg);
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
	struct webvisitor *v = arg;
	uint8_t first = 0;
	int fd = v->fd;
	(void)flags;

	if (recv(fd, &first, sizeof(first), MSG_PEEK | MSG_DONTWAIT) <= 0) {
		leave(v, now);
		return;
	}

	v->plain = v->cert && first != TLS_HANDSHAKE;
	v->watch = mem_deref(v->watch);
	v->fd = -1;
	loop_timer_cancel(&v->timer); /* The stream has one for this */
	if (stream_accept(&v->stream, fd, &v->addr, v->plain ? NULL : v->cert,
			  on_up, on_recv, on_close, v))
		leave(v, now);
}

int webvisitor_alloc(struct list *list, int fd, const struct sa *peer,
		     struct pagecert *cert, const struct website *site,
		     const struct webvisitor_handlers *h, void *arg,
		     uint64_t now)
{
	struct webvisitor *v;
	int err;

	v = mem_zalloc(sizeof(*v), destructor);
	if (!v) {
		(void)close(fd);
		return ENOMEM;
	}

	v->fd = fd;
	v->addr = *peer;
	v->cert = mem_ref(cert);
	v->site = mem_ref((void *)(uintptr_t)site);
	v->since = now;
	v->h = h;
	v->arg = arg;
	loop_timer_init(&v->timer, "webvisitor", on_timer, v);
	loop_timer_arm(&v->timer, now + WEBPEER_REQUEST_MAX);
	err = loop_watch_alloc(&v->watch, "webvisitor", fd, LOOP_READ, on_first,
			       v);
	if (err)
		mem_deref(v);
	else
		list_append(list, &v->le, v);

	return err;
}

int webvisitor_upgrade(struct webvisitor *v, struct stream **sp,
		       struct mbuf **restp)
{
	struct mbuf *rep;
	int err;

	webpeer_upgrade(v->peer, &rep, restp);
	err = stream_send(v->stream, mbuf_buf(rep), mbuf_get_left(rep));
	mem_deref(rep);
	if (err) {
		*restp = mem_deref(*restp);
		return err;
	}

	*sp = v->stream;
	v->stream = NULL;
	return 0;
}

void webvisitor_refuse(struct webvisitor *v, uint64_t now)
{
	webpeer_refuse(v->peer, WEBREQUEST_UNAVAILABLE, now);
	loop_timer_arm(&v->timer, now);
}

int webvisitor_print(struct re_printf *pf, const struct webvisitor *v)
{
	int err;

	if (!v->stream)
		return re_hprintf(pf, "silent %J", &v->addr);

	err = re_hprintf(pf, "%H", stream_print, v->stream);
	if (v->peer)
		err |= re_hprintf(pf, " %H", webpeer_print, v->peer);

	return err;
}
