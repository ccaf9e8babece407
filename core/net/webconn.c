/**
 * @file core/net/webconn.c  Web connection
 *
 * Input handlers hold a reference; when the owner has dropped his within
 * one, what is below is dropped at once, so that nothing more comes up.
 *
 * What a browser may send is metered, and taken in slices with a turn of the
 * loop between them: who floods is read more slowly, and the kernel's window
 * does the rest. So a flood costs no memory, and sound its turn.
 */
#include "core/base/loop.h"
#include "core/net/stream.h"
#include "core/net/webconn.h"
#include "core/net/wsock.h"

enum {
	SLICE = 4096,	     /* In one turn of the loop, ours [bytes] */
	RATE = 64 * 1024,    /* Read in a second, ours [bytes]             */
	BURST = 4 * CLOCK_S, /* So much of it at once, ours [us]           */
	MESSAGE_COST = 512,  /* A message counts as its bytes and so many  */
};

struct webconn {
	struct le le; /* In the server's list while it is not over */
	struct stream *stream;
	struct wsock *wsock;
	struct mbuf *pending;	  /* Not yet taken, or NULL                   */
	struct loop_timer timer;  /* The WebSocket's, or to tell the end   */
	struct loop_timer resume; /* To read again                        */
	struct sa peer;
	uint64_t spent; /* Time at which what was read is paid for [us] */
	bool trusted;
	bool displaced;
	bool over;
	uint32_t held; /* Counter: how often reading was held             */
	webconn_recv_h *recvh;
	webconn_close_h *closeh;
	void *arg;
};

static void drop(struct webconn *c)
{
	list_unlink(&c->le);
	loop_timer_cancel(&c->timer);
	loop_timer_cancel(&c->resume);
	c->wsock = mem_deref(c->wsock);
	c->stream = mem_deref(c->stream);
	c->pending = mem_deref(c->pending);
}

static void destructor(void *arg)
{
	drop(arg);
}

/* Call this last: the handler may free c */
static void finish(struct webconn *c, int err, const char *reason, uint64_t now)
{
	if (c->over)
		return;

	c->over = true;
	drop(c);
	if (c->closeh)
		c->closeh(err, reason, now, c->arg);
}

static void arm(struct webconn *c)
{
	if (c->wsock && !c->over && !c->displaced)
		loop_timer_arm(&c->timer, wsock_due(c->wsock));
}

/* Whether it is a keep-alive of RFC 5626 section 3.5.1; answered if so */
static bool is_crlf(struct webconn *c, const struct mbuf *mb)
{
	static const char ping[] = "\r\n\r\n", pong[] = "\r\n";
	size_t n = mbuf_get_left(mb);
	struct mbuf *answer;

	for (size_t i = 0; i < n; i++) {
		if (mbuf_buf(mb)[i] != '\r' && mbuf_buf(mb)[i] != '\n')
			return false;
	}
	if (n != strlen(ping))
		return true;

	answer = mbuf_alloc(sizeof(pong));
	if (answer && !mbuf_write_str(answer, pong)) {
		answer->pos = 0;
		(void)webconn_send(c, answer);
	}
	mem_deref(answer);
	return true;
}

static void spend(struct webconn *c, size_t cost, uint64_t now)
{
	if (c->spent < now)
		c->spent = now;
	c->spent += (uint64_t)cost * CLOCK_S / RATE;
}

/* Go on with what is pending, or to read, at once or when it is paid for */
static void schedule(struct webconn *c, uint64_t now)
{
	uint64_t at = c->spent > now + BURST ? c->spent - BURST : now;
	bool busy = c->pending || at > now;

	if (c->over)
		return;

	c->held += at > now;
	stream_hold(c->stream, busy);
	loop_timer_arm(&c->resume, busy ? at : CLOCK_NEVER);
}

/* Take one slice of what is pending. Call this last */
static void take(struct webconn *c, uint64_t now)
{
	struct mbuf *mb = mem_ref(c->pending);
	size_t n = mbuf_get_left(mb) < SLICE ? mbuf_get_left(mb) : SLICE;

	mem_ref(c);
	spend(c, n, now);
	wsock_recv(c->wsock, mbuf_buf(mb), n, now);
	mbuf_advance(mb, (ssize_t)n);
	if (!mbuf_get_left(mb))
		c->pending = mem_deref(c->pending);

	if (mem_nrefs(c) > 1) {
		arm(c);
		schedule(c, now);
	} else {
		drop(c);
	}
	mem_deref(c);
	mem_deref(mb);
}

static void on_resume(uint64_t now, void *arg)
{
	struct webconn *c = arg;

	if (c->pending)
		take(c, now);
	else
		schedule(c, now);
}

static int on_wsock_send(struct mbuf *mb, void *arg)
{
	struct webconn *c = arg;

	return stream_send(c->stream, mbuf_buf(mb), mbuf_get_left(mb));
}

static void on_wsock_recv(struct mbuf *mb, bool text, uint64_t now, void *arg)
{
	struct webconn *c = arg;
	(void)text;

	spend(c, MESSAGE_COST, now);
	if (!is_crlf(c, mb) && c->recvh && !c->displaced)
		c->recvh(mb, now, c->arg);
	if (mem_nrefs(c) == 1)
		drop(c);
}

static void on_wsock_close(int err, const char *reason, uint64_t now, void *arg)
{
	finish(arg, err, reason, now);
}

static void on_timer(uint64_t now, void *arg)
{
	struct webconn *c = arg;

	mem_ref(c);
	if (c->displaced)
		finish(c, EBUSY, "displaced by a newer connection", now);
	else
		wsock_tick(c->wsock, now);
	if (mem_nrefs(c) > 1)
		arm(c);
	mem_deref(c);
}

void webconn_recv(struct webconn *c, struct mbuf *mb, uint64_t now)
{
	if (c->over || !mbuf_get_left(mb))
		return;

	if (c->pending) { /* Although nothing is read meanwhile */
		finish(c, EPROTO, "more came than was asked for", now);
		return;
	}

	c->pending = mem_ref(mb);
	take(c, now);
}

static void on_stream_recv(struct mbuf *mb, uint64_t now, void *arg)
{
	webconn_recv(arg, mb, now);
}

static void on_stream_close(int err, const char *reason, uint64_t now,
			    void *arg)
{
	finish(arg, err, reason, now);
}

int webconn_alloc(struct webconn **cp, struct stream *s, uint64_t now)
{
	struct webconn *c;
	int err;

	c = mem_zalloc(sizeof(*c), destructor);
	if (!c) {
		mem_deref(s);
		return ENOMEM;
	}

	c->stream = s;
	c->peer = *stream_peer(s);
	loop_timer_init(&c->timer, "webconn", on_timer, c);
	loop_timer_init(&c->resume, "webconn", on_resume, c);
	err = wsock_alloc(&c->wsock, FRAMES_SERVER, on_wsock_send,
			  on_wsock_recv, on_wsock_close, c);
	if (err) {
		mem_deref(c);
		return err;
	}

	stream_set_handlers(s, on_stream_recv, on_stream_close, c);
	wsock_set_keepalive(c->wsock, WEBCONN_PING_MIN, WEBCONN_PING_MAX, now);
	arm(c);
	*cp = c;
	return 0;
}

void webconn_set_handlers(struct webconn *c, webconn_recv_h *recvh,
			  webconn_close_h *closeh, void *arg)
{
	c->recvh = recvh;
	c->closeh = closeh;
	c->arg = arg;
}

int webconn_send(struct webconn *c, struct mbuf *mb)
{
	return c->over ? ENOTCONN : wsock_send(c->wsock, mb);
}

void webconn_close(struct webconn *c, enum frames_code code, const char *reason,
		   uint64_t now)
{
	if (c->over)
		return;

	(void)wsock_close(c->wsock, code, reason, now);
	arm(c);
}

void webconn_displace(struct webconn *c, uint64_t now)
{
	if (c->over || c->displaced)
		return;

	(void)wsock_close(c->wsock, FRAMES_TRY_LATER, "too many", now);
	c->displaced = true;
	list_unlink(&c->le);
	loop_timer_arm(&c->timer, now);
}

void webconn_link(struct webconn *c, struct list *list)
{
	list_append(list, &c->le, c);
}

void webconn_trust(struct webconn *c)
{
	c->trusted = true;
}

bool webconn_is_trusted(const struct webconn *c)
{
	return c->trusted;
}

const struct sa *webconn_peer(const struct webconn *c)
{
	return &c->peer;
}

int webconn_print(struct re_printf *pf, const struct webconn *c)
{
	if (c->over)
		return re_hprintf(pf, "%J over", &c->peer);

	return re_hprintf(pf, "%H\nwebsocket: %H held=%u%s", stream_print,
			  c->stream, wsock_print, c->wsock, c->held,
			  c->trusted ? " trusted" : "");
}
