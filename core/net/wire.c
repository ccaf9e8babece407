/**
 * @file core/net/wire.c  Wire
 *
 * Bytes for the socket go through one queue; the socket is watched for
 * writing only while there is something in it.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include "core/base/loop.h"
#include "core/net/backlog.h"
#include "core/net/secure.h"
#include "core/net/wire.h"

enum {
	READ_SIZE = 16 * 1024, /* In one go, ours [bytes] */
};

enum state {
	HANDSHAKE = 0,
	UP,
	CLOSED,
};

struct wire {
	enum state state;
	struct secure *secure;
	struct loop_watch *watch;
	struct loop_timer timer; /* Handshake takes too long, or close    */
	struct loop_timer turn;	 /* Something is left to do at once       */
	int fd;
	bool server;
	bool writing;		 /* Watched for writing                   */
	bool held;		 /* Not watched for reading               */
	struct backlog *backlog; /* For the socket                        */
	int send_err; /* Found in wire_send(), told by the loop           */

	wire_up_h *uph;
	wire_recv_h *recvh;
	wire_close_h *closeh;
	wire_drained_h *drainedh;
	void *arg;
	uint64_t rx; /* Counter [bytes] */
};

static void shut(struct wire *w)
{
	loop_timer_cancel(&w->timer);
	loop_timer_cancel(&w->turn);
	w->watch = mem_deref(w->watch);
	w->secure = mem_deref(w->secure);
	if (w->fd >= 0)
		(void)close(w->fd);
	w->fd = -1;
	w->writing = false;
	if (w->backlog)
		backlog_clear(w->backlog);
}

/* Call this last: the handler may free w */
static void finish(struct wire *w, int err, uint64_t now, const char *fmt, ...)
{
	char reason[WIRE_REASON_MAX];
	va_list ap;

	if (w->state == CLOSED)
		return;

	va_start(ap, fmt);
	(void)re_vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	w->state = CLOSED;
	shut(w);
	w->closeh(err, reason, now, w->arg);
}

static const char *peer_name(const struct wire *w)
{
	return w->server ? "client" : "server";
}

static int watch(struct wire *w)
{
	return loop_watch_set(w->watch, (w->held ? LOOP_EXCEPT : LOOP_READ) |
						(w->writing ? LOOP_WRITE : 0));
}

static int watch_for_writing(struct wire *w, bool on)
{
	if (w->writing == on)
		return 0;

	w->writing = on;
	return watch(w);
}

/* As much as the socket takes. @return 0 or errno */
static int flush(struct wire *w)
{
	int err = backlog_flush(w->backlog, w->fd);

	if (err && err != EAGAIN)
		return err;

	return watch_for_writing(w, err == EAGAIN);
}

static void destructor(void *arg)
{
	struct wire *w = arg;

	if (w->state == UP && w->secure) {
		secure_close(w->secure);
		(void)flush(w);
	}
	shut(w);
	mem_deref(w->backlog);
}

/* Also the send handler of secure */
static int enqueue(const uint8_t *p, size_t size, void *arg)
{
	struct wire *w = arg;

	return backlog_put(w->backlog, p, size);
}

int wire_send(struct wire *w, const uint8_t *p, size_t size)
{
	int err;

	if (w->state != UP || w->send_err)
		return ENOTCONN;

	err = w->secure ? secure_write(w->secure, p, size)
			: enqueue(p, size, w);
	if (!err)
		err = flush(w);
	if (err) {
		w->send_err = err;
		loop_timer_arm(&w->timer, clock_now());
	}

	return err;
}

/* Call this last */
static void come_up(struct wire *w, uint64_t now)
{
	w->state = UP;
	loop_timer_cancel(&w->timer);
	w->uph(now, w->arg);
}

/* @return 0, EAGAIN for more input or the next turn, or failed and told so */
static int handshake(struct wire *w, uint64_t now)
{
	char reason[SECURE_REASON_MAX];
	int err, flush_err;

	err = secure_handshake(w->secure);
	if (err == EINPROGRESS) {
		loop_timer_arm(&w->turn, now);
		err = EAGAIN;
	}

	flush_err = flush(w); /* An alert, too */
	if (!err || (err == EAGAIN && flush_err))
		err = flush_err;
	if (err && err != EAGAIN) {
		str_ncpy(reason, secure_reason(w->secure), sizeof(reason));
		finish(w, err, now, "%s", reason[0] ? reason : "cannot send");
	}

	return err;
}

/* Hand out what there is. @return whether to go on */
static bool deliver(struct wire *w, struct mbuf *mb, uint64_t now)
{
	mb->pos = 0;
	w->recvh(mb, now, w->arg);
	return mem_nrefs(w) > 1 && w->state == UP;
}

/* Decrypt all there is */
static void read_secure(struct wire *w, uint64_t now)
{
	struct mbuf *mb = mbuf_alloc(READ_SIZE);
	int err = mb ? 0 : ENOMEM;

	while (!err)
		err = secure_read(w->secure, mb);
	if (backlog_size(w->backlog) && flush(w)) /* A ticket, an alert */
		err = ECONNRESET;

	if (mb && mb->end && !deliver(w, mb, now))
		err = EAGAIN; /* The owner has ended it */
	if (err != EAGAIN) {
		finish(w, err, now, "%s",
		       err == ENOMEM ? "no memory" : secure_reason(w->secure));
	}

	mem_deref(mb);
}

/* Go on with the handshake, or read */
static void go_on(struct wire *w, uint64_t now)
{
	if (w->state == HANDSHAKE) {
		if (handshake(w, now))
			return;
		come_up(w, now);
	}
	if (mem_nrefs(w) > 1 && w->state == UP)
		read_secure(w, now);
}

static void got_secure(struct wire *w, const uint8_t *p, size_t size,
		       uint64_t now)
{
	int err = secure_input(w->secure, p, size);

	if (err)
		finish(w, err, now, "%m", err);
	else if (!loop_timer_armed(&w->turn))
		go_on(w, now);
}

static void got_plain(struct wire *w, const uint8_t *p, size_t size,
		      uint64_t now)
{
	struct mbuf *mb = mbuf_alloc(size);

	if (!mb) {
		finish(w, ENOMEM, now, "no memory");
		return;
	}

	(void)mbuf_write_mem(mb, p, size);
	(void)deliver(w, mb, now);
	mem_deref(mb);
}

static void on_readable(struct wire *w, uint64_t now)
{
	uint8_t buf[READ_SIZE];
	const int on = 1;
	ssize_t n;
	int err;

	if (w->state == HANDSHAKE && !w->secure)
		return; /* Its turn to come up is soon */

	n = recv(w->fd, buf, sizeof(buf), MSG_DONTWAIT);
	err = n < 0 ? errno : ECONNRESET;
	if (n < 0 && (err == EAGAIN || err == EWOULDBLOCK || err == EINTR))
		return;

	if (n < 0) {
		finish(w, err, now, "connection lost: %m", err);
		return;
	}
	if (!n) {
		finish(w, err, now, "%s closed", peer_name(w));
		return;
	}

	/* A server that sends a flight in pieces (Nagle) would wait 40 ms for
	   our acknowledgement; the kernel forgets this with each one */
	(void)setsockopt(w->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	w->rx += (uint64_t)n;
	if (w->secure)
		got_secure(w, buf, (size_t)n, now);
	else
		got_plain(w, buf, (size_t)n, now);
}

/* The socket takes more. @return 0 or errno */
static int on_writable(struct wire *w, uint64_t now)
{
	int err = flush(w);

	if (!err && !w->writing && w->state == UP && w->drainedh)
		w->drainedh(now, w->arg);

	return err;
}

static void on_socket(int flags, uint64_t now, void *arg)
{
	struct wire *w = arg;
	int err = 0;

	mem_ref(w); /* Handlers may drop theirs */
	if (flags & LOOP_WRITE)
		err = on_writable(w, now);
	if (err)
		finish(w, err, now, "cannot send: %m", err);
	else if (flags & (LOOP_READ | LOOP_EXCEPT) && mem_nrefs(w) > 1 &&
		 w->state != CLOSED)
		on_readable(w, now);
	mem_deref(w);
}

static void on_timer(uint64_t now, void *arg)
{
	struct wire *w = arg;

	mem_ref(w);
	if (w->send_err == ENOBUFS) {
		finish(w, ENOBUFS, now, "%s does not read", peer_name(w));
	} else if (w->send_err) {
		finish(w, w->send_err, now, "cannot send: %m", w->send_err);
	} else {
		finish(w, ETIMEDOUT, now, "TLS handshake takes too long");
	}
	mem_deref(w);
}

static void on_turn(uint64_t now, void *arg)
{
	struct wire *w = arg;

	mem_ref(w);
	if (w->secure)
		go_on(w, now);
	else if (w->state == HANDSHAKE)
		come_up(w, now);
	mem_deref(w);
}

int wire_alloc(struct wire **wp, int fd, bool server, wire_up_h *uph,
	       wire_recv_h *recvh, wire_close_h *closeh, void *arg)
{
	const int ms = WIRE_USER_TIMEOUT;
	const int on = 1;
	struct wire *w;
	int err;

	w = mem_zalloc(sizeof(*w), destructor);
	if (!w) {
		(void)close(fd);
		return ENOMEM;
	}

	w->fd = fd;
	w->server = server;
	w->uph = uph;
	w->recvh = recvh;
	w->closeh = closeh;
	w->arg = arg;
	loop_timer_init(&w->timer, "stream", on_timer, w);
	loop_timer_init(&w->turn, "stream handshake", on_turn, w);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	err = backlog_alloc(&w->backlog, WIRE_QUEUE_MAX);
	if (!err) {
		err = loop_watch_alloc(&w->watch, "stream", fd, LOOP_READ,
				       on_socket, w);
	}

	if (err)
		mem_deref(w);
	else
		*wp = w;

	return err;
}

int wire_start_client(struct wire *w, const char *host, const char *ca_file,
		      char *reason, uint64_t now)
{
	int err;

	err = secure_alloc(&w->secure, host, ca_file, clock_wall() / CLOCK_S,
			   enqueue, w, reason);
	if (err)
		return err;

	loop_timer_arm(&w->timer, now + WIRE_SETUP_MAX);
	err = secure_handshake(w->secure); /* Client hello */
	return err == EAGAIN ? flush(w) : err;
}

int wire_start_server(struct wire *w, struct pagecert *cert, uint64_t now)
{
	loop_timer_arm(&w->timer, now + WIRE_SETUP_MAX);
	return secure_accept(&w->secure, cert, enqueue, w);
}

void wire_start_plain(struct wire *w, uint64_t now)
{
	loop_timer_arm(&w->turn, now);
}

size_t wire_queued(const struct wire *w)
{
	return backlog_size(w->backlog);
}

void wire_set_drained(struct wire *w, wire_drained_h *h)
{
	w->drainedh = h;
}

void wire_hold(struct wire *w, bool hold)
{
	if (w->held == hold || !w->watch)
		return;

	w->held = hold;
	(void)watch(w);
}

bool wire_is_up(const struct wire *w)
{
	return w->state == UP;
}

const struct secure *wire_secure(const struct wire *w)
{
	return w->secure;
}

int wire_local(const struct wire *w, struct sa *local)
{
	if (w->fd < 0)
		return ENOTCONN;

	sa_init(local, AF_UNSPEC);
	local->len = sizeof(local->u);
	return getsockname(w->fd, &local->u.sa, &local->len) ? errno : 0;
}

int wire_print(struct re_printf *pf, const struct wire *w)
{
	int err;

	err = re_hprintf(pf, "rx=%llu tx=%llu queued=%zu",
			 (unsigned long long)w->rx,
			 (unsigned long long)backlog_written(w->backlog),
			 backlog_size(w->backlog));
	if (w->secure)
		err |= re_hprintf(pf, " %H", secure_print, w->secure);

	return err;
}
