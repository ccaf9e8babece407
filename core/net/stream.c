/**
 * @file core/net/stream.c  Stream
 *
 *     query -> race -> socket -> handshake -> up
 *                 ^________________|  the next address, when it fails
 *
 * Bytes for the socket go through one queue; the socket is watched for
 * writing only while there is something in it.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/backlog.h"
#include "core/net/race.h"
#include "core/net/secure.h"
#include "core/net/stream.h"

enum {
	READ_SIZE = 16 * 1024, /* In one go, ours [bytes]                */
	DAY = 86400,	       /* [s]                                    */
	CA_WARN_DAYS = 90,     /* SECURITY row 3                         */
};

enum state {
	RESOLVING = 0,
	RACING,
	HANDSHAKE,
	UP,
	CLOSED,
};

struct stream {
	enum state state;
	struct resolver *resolver;
	struct resolver_query *query;
	struct race *race;
	struct secure *secure;
	struct loop_watch *watch;
	struct loop_timer timer; /* Handshake takes too long, or close    */
	int fd;
	bool tls;
	bool writing; /* Watched for writing                              */
	char *host;
	char *ca_file;
	uint16_t port;
	struct sa peer;
	struct sa restv[ADDRESSES_MAX]; /* Other addresses of the host    */
	unsigned restc;
	struct backlog *backlog; /* For the socket                         */
	int send_err; /* Found in stream_send(), told by the loop   */

	stream_up_h *uph;
	stream_recv_h *recvh;
	stream_close_h *closeh;
	void *arg;
	uint64_t rx; /* Counter [bytes] */
};

static const char *const namev[] = { "resolving", "connecting", "handshake",
				     "up", "closed" };

static void shut(struct stream *s)
{
	loop_timer_cancel(&s->timer);
	s->watch = mem_deref(s->watch);
	s->query = mem_deref(s->query);
	s->race = mem_deref(s->race);
	s->secure = mem_deref(s->secure);
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
	s->writing = false;
	if (s->backlog)
		backlog_clear(s->backlog);
}

/* Call this last: the handler may free s */
static void finish(struct stream *s, int err, uint64_t now, const char *fmt,
		   ...)
{
	char reason[STREAM_REASON_MAX];
	va_list ap;

	if (s->state == CLOSED)
		return;

	va_start(ap, fmt);
	(void)re_vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	s->state = CLOSED;
	shut(s);
	s->closeh(err, reason, now, s->arg);
}

static int watch_for_writing(struct stream *s, bool on)
{
	if (s->writing == on)
		return 0;

	s->writing = on;
	return loop_watch_set(s->watch, LOOP_READ | (on ? LOOP_WRITE : 0));
}

/* As much as the socket takes. @return 0 or errno */
static int flush(struct stream *s)
{
	int err = backlog_flush(s->backlog, s->fd);

	if (err && err != EAGAIN)
		return err;

	return watch_for_writing(s, err == EAGAIN);
}

static void destructor(void *arg)
{
	struct stream *s = arg;

	if (s->state == UP && s->secure) {
		secure_close(s->secure);
		(void)flush(s);
	}
	shut(s);
	mem_deref(s->backlog);
	mem_deref(s->resolver);
	mem_deref(s->host);
	mem_deref(s->ca_file);
}

/* Also the send handler of secure */
static int enqueue(const uint8_t *p, size_t size, void *arg)
{
	struct stream *s = arg;

	return backlog_put(s->backlog, p, size);
}

int stream_send(struct stream *s, const uint8_t *p, size_t size)
{
	int err;

	if (s->state != UP || s->send_err)
		return ENOTCONN;

	err = s->secure ? secure_write(s->secure, p, size)
			: enqueue(p, size, s);
	if (!err)
		err = flush(s);
	if (err) {
		s->send_err = err;
		loop_timer_arm(&s->timer, clock_now());
	}

	return err;
}

static void warn_of_expiry(const struct stream *s)
{
	uint64_t end = secure_ca_expires(s->secure);
	uint64_t wall = clock_wall() / CLOCK_S;

	if (end > wall && end - wall < (uint64_t)CA_WARN_DAYS * DAY) {
		log_warning("stream: an authority of %s expires in %u days\n",
			    s->host, (unsigned)((end - wall) / DAY));
	}
}

/* Call this last */
static void come_up(struct stream *s, uint64_t now)
{
	if (s->secure)
		warn_of_expiry(s);

	s->state = UP;
	loop_timer_cancel(&s->timer);
	s->uph(now, s->arg);
}

static void race(struct stream *s, const struct sa *addrv, unsigned n,
		 uint64_t now);

/* TLS failed with this address; call this last */
static void try_another(struct stream *s, int err, const char *reason,
			uint64_t now)
{
	struct sa addrv[ADDRESSES_MAX];
	unsigned n = s->restc;

	if (!n) {
		finish(s, err, now, "%s (%J)", reason, &s->peer);
		return;
	}

	log_info("stream: %s: %s (%J), trying another address\n", s->host,
		 reason, &s->peer);
	memcpy(addrv, s->restv, sizeof(addrv));
	shut(s);
	race(s, addrv, n, now);
}

/* @return 0, EAGAIN, or failed and told so */
static int handshake(struct stream *s, uint64_t now)
{
	char reason[SECURE_REASON_MAX];
	int err, flush_err;

	err = secure_handshake(s->secure);
	flush_err = flush(s); /* An alert, too */
	if (!err)
		err = flush_err;
	if (err && err != EAGAIN) {
		str_ncpy(reason, secure_reason(s->secure), sizeof(reason));
		try_another(s, err, reason[0] ? reason : "cannot send", now);
	}

	return err;
}

/* Hand out what there is. @return whether to go on */
static bool deliver(struct stream *s, struct mbuf *mb, uint64_t now)
{
	mb->pos = 0;
	s->recvh(mb, now, s->arg);
	return mem_nrefs(s) > 1 && s->state == UP;
}

/* Decrypt all there is */
static void read_secure(struct stream *s, uint64_t now)
{
	struct mbuf *mb = mbuf_alloc(READ_SIZE);
	int err = mb ? 0 : ENOMEM;

	while (!err)
		err = secure_read(s->secure, mb);

	if (mb && mb->end && !deliver(s, mb, now))
		err = EAGAIN; /* The owner has ended it */
	if (err != EAGAIN) {
		finish(s, err, now, "%s",
		       s->secure ? secure_reason(s->secure) : "no memory");
	}

	mem_deref(mb);
}

static void got_secure(struct stream *s, const uint8_t *p, size_t size,
		       uint64_t now)
{
	int err = secure_input(s->secure, p, size);

	if (err) {
		finish(s, err, now, "%m", err);
		return;
	}

	if (s->state == HANDSHAKE) {
		if (handshake(s, now))
			return;
		come_up(s, now);
	}
	if (mem_nrefs(s) > 1 && s->state == UP)
		read_secure(s, now);
}

static void got_plain(struct stream *s, const uint8_t *p, size_t size,
		      uint64_t now)
{
	struct mbuf *mb = mbuf_alloc(size);

	if (!mb) {
		finish(s, ENOMEM, now, "no memory");
		return;
	}

	(void)mbuf_write_mem(mb, p, size);
	(void)deliver(s, mb, now);
	mem_deref(mb);
}

static void on_readable(struct stream *s, uint64_t now)
{
	uint8_t buf[READ_SIZE];
	ssize_t n = recv(s->fd, buf, sizeof(buf), MSG_DONTWAIT);
	int err = n < 0 ? errno : ECONNRESET;
	const int on = 1;

	if (n < 0 && (err == EAGAIN || err == EWOULDBLOCK || err == EINTR))
		return;

	if (n <= 0) {
		const char *why = n ? "connection lost" : "server closed";

		if (s->state == HANDSHAKE)
			try_another(s, err, why, now);
		else
			finish(s, err, now, n ? "%s: %m" : "%s", why, err);
		return;
	}

	/* A server that sends a flight in pieces (Nagle) would wait 40 ms for
	   our acknowledgement; the kernel forgets this with each one */
	(void)setsockopt(s->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	s->rx += (uint64_t)n;
	if (s->secure)
		got_secure(s, buf, (size_t)n, now);
	else
		got_plain(s, buf, (size_t)n, now);
}

static void on_socket(int flags, uint64_t now, void *arg)
{
	struct stream *s = arg;
	int err = 0;

	mem_ref(s); /* Handlers may drop theirs */
	if (flags & LOOP_WRITE)
		err = flush(s);
	if (err)
		finish(s, err, now, "cannot send: %m", err);
	else if (flags & (LOOP_READ | LOOP_EXCEPT))
		on_readable(s, now);
	mem_deref(s);
}

static void on_timer(uint64_t now, void *arg)
{
	struct stream *s = arg;

	mem_ref(s);
	if (s->send_err) {
		finish(s, s->send_err, now,
		       s->send_err == ENOBUFS ? "server does not read"
					      : "cannot send: %m",
		       s->send_err);
	} else if (s->state == HANDSHAKE && !s->tls) {
		come_up(s, now);
	} else {
		try_another(s, ETIMEDOUT, "TLS handshake takes too long", now);
	}
	mem_deref(s);
}

static int start_secure(struct stream *s, char *reason, uint64_t now)
{
	int err;

	err = secure_alloc(&s->secure, s->host, s->ca_file,
			   clock_wall() / CLOCK_S, enqueue, s, reason);
	if (err)
		return err;

	loop_timer_arm(&s->timer, now + STREAM_SETUP_MAX);
	err = secure_handshake(s->secure); /* Client hello */
	if (err == EAGAIN)
		err = flush(s);

	return err;
}

static void on_race(int err, int fd, const struct sa *peer, uint64_t now,
		    void *arg)
{
	char reason[SECURE_REASON_MAX] = "";
	const int ms = STREAM_USER_TIMEOUT;
	struct stream *s = arg;

	s->peer = *peer;
	s->restc = err ? 0 : race_rest(s->race, s->restv);
	s->race = mem_deref(s->race);
	if (err) {
		finish(s, err, now, "cannot connect to %J: %m", &s->peer, err);
		return;
	}

	s->fd = fd;
	s->state = HANDSHAKE;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	err = loop_watch_alloc(&s->watch, "stream", fd, LOOP_READ, on_socket,
			       s);
	if (!err && s->tls)
		err = start_secure(s, reason, now);
	if (err && reason[0])
		finish(s, err, now, "%s", reason);
	else if (err)
		finish(s, err, now, "cannot start TLS: %m", err);
	else if (!s->tls)
		come_up(s, now);
}

static void race(struct stream *s, const struct sa *addrv, unsigned n,
		 uint64_t now)
{
	int err;

	s->state = RACING;
	s->restc = 0;
	err = race_start(&s->race, addrv, n, on_race, s, now);
	if (err)
		finish(s, err, now, "%m", err);
}

static void on_addresses(int err, const struct sa *addrv, unsigned n,
			 uint64_t now, void *arg)
{
	struct stream *s = arg;
	struct resolver_query *q = s->query; /* Holds the addresses */

	s->query = NULL;
	if (err) {
		finish(s, err, now,
		       err == ENOENT ? "there is no host %s"
				     : "cannot find host %s: %m",
		       s->host, err);
	} else {
		race(s, addrv, n, now);
	}

	mem_deref(q);
}

int stream_connect(struct stream **sp, const struct stream_params *prm,
		   stream_up_h *uph, stream_recv_h *recvh,
		   stream_close_h *closeh, void *arg)
{
	struct stream *s;
	int err;

	s = mem_zalloc(sizeof(*s), destructor);
	if (!s)
		return ENOMEM;

	s->fd = -1;
	s->resolver = mem_ref(prm->resolver);
	s->tls = prm->secure;
	s->port = prm->port;
	s->uph = uph;
	s->recvh = recvh;
	s->closeh = closeh;
	s->arg = arg;
	loop_timer_init(&s->timer, "stream", on_timer, s);
	err = backlog_alloc(&s->backlog, STREAM_QUEUE_MAX);
	if (!err)
		err = str_dup(&s->host, prm->host);
	if (!err && prm->ca_file)
		err = str_dup(&s->ca_file, prm->ca_file);
	if (!err) {
		err = resolver_query(&s->query, s->resolver, s->host, s->port,
				     on_addresses, s);
	}

	if (err)
		mem_deref(s);
	else
		*sp = s;

	return err;
}

bool stream_is_up(const struct stream *s)
{
	return s->state == UP;
}

const struct sa *stream_peer(const struct stream *s)
{
	return &s->peer;
}

int stream_local(const struct stream *s, struct sa *local)
{
	if (s->fd < 0)
		return ENOTCONN;

	sa_init(local, AF_UNSPEC);
	local->len = sizeof(local->u);
	return getsockname(s->fd, &local->u.sa, &local->len) ? errno : 0;
}

int stream_print(struct re_printf *pf, const struct stream *s)
{
	int err;

	err = re_hprintf(pf, "%s %J rx=%llu tx=%llu queued=%zu",
			 namev[s->state], &s->peer, (unsigned long long)s->rx,
			 (unsigned long long)backlog_written(s->backlog),
			 backlog_size(s->backlog));
	if (s->secure)
		err |= re_hprintf(pf, " %H", secure_print, s->secure);

	return err;
}
