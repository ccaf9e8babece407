/**
 * @file core/net/weblink.c  Web link
 *
 * Input handlers hold a reference; when the owner has dropped his within
 * one, what is below is dropped at once, so that nothing more comes up.
 */
#include "core/base/loop.h"
#include "core/net/weblink.h"
#include "core/net/stream.h"
#include "core/net/upgrade.h"
#include "core/net/wsock.h"

struct weblink {
	struct weburl url;
	char *origin;
	uint64_t ping_min, ping_max;
	struct stream *stream;
	struct upgrade upgrade;
	struct mbuf *head; /* Answer to the upgrade, so far     */
	struct wsock *wsock;
	struct loop_timer timer; /* Upgrade, then the WebSocket */
	bool over;
	weblink_up_h *uph;
	weblink_recv_h *recvh;
	weblink_close_h *closeh;
	void *arg;
};

static void drop(struct weblink *c)
{
	loop_timer_cancel(&c->timer);
	c->wsock = mem_deref(c->wsock);
	c->stream = mem_deref(c->stream);
	c->head = mem_deref(c->head);
}

static void destructor(void *arg)
{
	struct weblink *c = arg;

	drop(c);
	mem_deref(c->origin);
}

/* Call this last: the handler may free c */
static void finish(struct weblink *c, int err, const char *reason, uint64_t now)
{
	if (c->over)
		return;

	c->over = true;
	loop_timer_cancel(&c->timer);
	c->closeh(err, reason, c->upgrade.retry_after, now, c->arg);
}

static int on_wsock_send(struct mbuf *mb, void *arg)
{
	struct weblink *c = arg;

	return stream_send(c->stream, mbuf_buf(mb), mbuf_get_left(mb));
}

static void on_wsock_recv(struct mbuf *mb, bool text, uint64_t now, void *arg)
{
	struct weblink *c = arg;
	(void)text;

	c->recvh(mb, now, c->arg);
	if (mem_nrefs(c) == 1)
		drop(c);
}

static void on_wsock_close(int err, const char *reason, uint64_t now, void *arg)
{
	finish(arg, err, reason, now);
}

static void arm(struct weblink *c)
{
	if (c->wsock && !c->over)
		loop_timer_arm(&c->timer, wsock_due(c->wsock));
}

static void on_timer(uint64_t now, void *arg)
{
	struct weblink *c = arg;

	mem_ref(c);
	if (c->wsock)
		wsock_tick(c->wsock, now);
	else
		finish(c, ETIMEDOUT, "server does not answer the upgrade", now);
	if (mem_nrefs(c) > 1)
		arm(c);
	mem_deref(c);
}

static void on_stream_up(uint64_t now, void *arg)
{
	struct weblink *c = arg;
	struct mbuf *mb = mbuf_alloc(WEBURL_MAX);
	int err = mb ? 0 : ENOMEM;

	if (!err)
		err = upgrade_request(&c->upgrade, mb, &c->url, c->origin);
	if (!err)
		err = stream_send(c->stream, mb->buf, mb->end);
	mem_deref(mb);

	if (err)
		finish(c, err, "cannot send the upgrade request", now);
	else
		loop_timer_arm(&c->timer, now + UPGRADE_TIMEOUT);
}

static int come_up(struct weblink *c, uint64_t now)
{
	int err;

	err = wsock_alloc(&c->wsock, FRAMES_CLIENT, on_wsock_send,
			  on_wsock_recv, on_wsock_close, c);
	if (err)
		return err;

	wsock_set_keepalive(c->wsock, c->ping_min, c->ping_max, now);
	arm(c);
	c->uph(now, c->arg);
	return 0;
}

/* @return 0 the head is whole, EAGAIN, or why not */
static int read_head(struct weblink *c, struct mbuf *mb)
{
	int err;

	if (!c->head)
		c->head = mbuf_alloc(mbuf_get_left(mb));
	if (!c->head)
		return ENOMEM;

	c->head->pos = c->head->end;
	err = mbuf_write_mem(c->head, mbuf_buf(mb), mbuf_get_left(mb));
	c->head->pos = 0;
	return err ? err : upgrade_response(&c->upgrade, c->head);
}

/* Bytes before the WebSocket is there; frames may follow at once */
static void got_head(struct weblink *c, struct mbuf *mb, uint64_t now)
{
	struct mbuf *rest;
	int err = read_head(c, mb);

	if (err == EAGAIN)
		return;

	rest = c->head;
	c->head = NULL;
	if (!err)
		err = come_up(c, now);
	if (err) {
		finish(c, err,
		       c->upgrade.reason[0] ? c->upgrade.reason : "no memory",
		       now);
	} else if (mem_nrefs(c) > 1 && c->wsock && mbuf_get_left(rest)) {
		wsock_recv(c->wsock, mbuf_buf(rest), mbuf_get_left(rest), now);
	}

	mem_deref(rest);
}

static void on_stream_recv(struct mbuf *mb, uint64_t now, void *arg)
{
	struct weblink *c = arg;

	if (c->over)
		return;

	mem_ref(c);
	if (c->wsock)
		wsock_recv(c->wsock, mbuf_buf(mb), mbuf_get_left(mb), now);
	else
		got_head(c, mb, now);

	if (mem_nrefs(c) > 1)
		arm(c);
	else
		drop(c);
	mem_deref(c);
}

static void on_stream_close(int err, const char *reason, uint64_t now,
			    void *arg)
{
	finish(arg, err, reason, now);
}

int weblink_connect(struct weblink **cp, const struct weblink_params *prm,
		    weblink_up_h *uph, weblink_recv_h *recvh,
		    weblink_close_h *closeh, void *arg)
{
	const struct stream_params sprm = {
		.resolver = prm->resolver,
		.host = prm->url->host,
		.port = prm->url->port,
		.secure = prm->url->secure,
		.ca_file = prm->ca_file,
	};
	struct weblink *c;
	int err = 0;

	c = mem_zalloc(sizeof(*c), destructor);
	if (!c)
		return ENOMEM;

	c->url = *prm->url;
	c->ping_min = prm->ping_min;
	c->ping_max = prm->ping_max;
	c->uph = uph;
	c->recvh = recvh;
	c->closeh = closeh;
	c->arg = arg;
	loop_timer_init(&c->timer, "weblink", on_timer, c);
	if (prm->origin)
		err = str_dup(&c->origin, prm->origin);
	if (!err) {
		err = stream_connect(&c->stream, &sprm, on_stream_up,
				     on_stream_recv, on_stream_close, c);
	}

	if (err)
		mem_deref(c);
	else
		*cp = c;

	return err;
}

int weblink_send(struct weblink *c, struct mbuf *mb)
{
	return c->wsock && !c->over ? wsock_send(c->wsock, mb) : ENOTCONN;
}

int weblink_close(struct weblink *c, uint64_t now)
{
	int err;

	if (!c->wsock || c->over)
		return ENOTCONN;

	err = wsock_close(c->wsock, FRAMES_NORMAL, NULL, now);
	arm(c);
	return err;
}

void weblink_set_ping(struct weblink *c, uint64_t min, uint64_t max,
		      uint64_t now)
{
	c->ping_min = min;
	c->ping_max = max;
	if (c->wsock && !c->over) {
		wsock_set_keepalive(c->wsock, min, max, now);
		arm(c);
	}
}

int weblink_probe(struct weblink *c, uint64_t patience, uint64_t now)
{
	int err;

	if (!c->wsock || c->over)
		return ENOTCONN;

	err = wsock_probe(c->wsock, patience, now);
	arm(c);
	return err;
}

const struct sa *weblink_peer(const struct weblink *c)
{
	return stream_peer(c->stream);
}

int weblink_local(const struct weblink *c, struct sa *local)
{
	return stream_local(c->stream, local);
}

int weblink_print(struct re_printf *pf, const struct weblink *c)
{
	int err = re_hprintf(pf, "stream: %H", stream_print, c->stream);

	if (c->wsock)
		err |= re_hprintf(pf, "\nwebsocket: %H", wsock_print, c->wsock);

	return err;
}
