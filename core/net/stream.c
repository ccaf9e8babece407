/**
 * @file core/net/stream.c  Stream
 *
 *     query -> race -> wire -> handshake -> up
 *                 ^________________|  the next address, when it fails
 *     socket of a listener -> wire -> handshake -> up
 */
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/pagecert.h"
#include "core/net/race.h"
#include "core/net/secure.h"
#include "core/net/stream.h"
#include "core/net/wire.h"

enum {
	DAY = 86400,	   /* [s]           */
	CA_WARN_DAYS = 90, /* SECURITY row 3 */
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
	struct wire *wire;
	bool tls;
	char *host; /* NULL on the server's side                          */
	char *ca_file;
	uint16_t port;
	struct sa peer;
	struct sa restv[ADDRESSES_MAX]; /* Other addresses of the host    */
	unsigned restc;

	stream_up_h *uph;
	stream_recv_h *recvh;
	stream_close_h *closeh;
	stream_drained_h *drainedh;
	void *arg;
};

static const char *const namev[] = { "resolving", "connecting", "handshake",
				     "up", "closed" };

static void shut(struct stream *s)
{
	s->query = mem_deref(s->query);
	s->race = mem_deref(s->race);
	s->wire = mem_deref(s->wire);
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

static void destructor(void *arg)
{
	struct stream *s = arg;

	shut(s);
	mem_deref(s->resolver);
	mem_deref(s->host);
	mem_deref(s->ca_file);
}

int stream_send(struct stream *s, const uint8_t *p, size_t size)
{
	return s->state == UP ? wire_send(s->wire, p, size) : ENOTCONN;
}

static void warn_of_expiry(const struct stream *s)
{
	const struct secure *secure = wire_secure(s->wire);
	uint64_t end = secure ? secure_ca_expires(secure) : 0;
	uint64_t wall = clock_wall() / CLOCK_S;

	if (end > wall && end - wall < (uint64_t)CA_WARN_DAYS * DAY) {
		log_warning("stream: an authority of %s expires in %u days\n",
			    s->host, (unsigned)((end - wall) / DAY));
	}
}

static void on_up(uint64_t now, void *arg)
{
	struct stream *s = arg;

	if (s->host)
		warn_of_expiry(s);

	s->state = UP;
	s->uph(now, s->arg);
}

static void on_recv(struct mbuf *mb, uint64_t now, void *arg)
{
	struct stream *s = arg;

	s->recvh(mb, now, s->arg);
}

static void on_drained(uint64_t now, void *arg)
{
	struct stream *s = arg;

	if (s->drainedh)
		s->drainedh(now, s->arg);
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

static void on_close(int err, const char *reason, uint64_t now, void *arg)
{
	struct stream *s = arg;

	if (s->state == HANDSHAKE)
		try_another(s, err, reason, now);
	else
		finish(s, err, now, "%s", reason);
}

static void on_race(int err, int fd, const struct sa *peer, uint64_t now,
		    void *arg)
{
	char reason[WIRE_REASON_MAX] = "";
	struct stream *s = arg;

	s->peer = *peer;
	s->restc = err ? 0 : race_rest(s->race, s->restv);
	s->race = mem_deref(s->race);
	if (err) {
		finish(s, err, now, "cannot connect to %J: %m", &s->peer, err);
		return;
	}

	s->state = HANDSHAKE;
	err = wire_alloc(&s->wire, fd, false, on_up, on_recv, on_close, s);
	if (!err && s->tls)
		err = wire_start_client(s->wire, s->host, s->ca_file, reason,
					now);
	else if (!err)
		wire_start_plain(s->wire, now);
	if (err && reason[0])
		finish(s, err, now, "%s", reason);
	else if (err)
		finish(s, err, now, "cannot start TLS: %m", err);
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

	s->resolver = mem_ref(prm->resolver);
	s->tls = prm->secure;
	s->port = prm->port;
	s->uph = uph;
	s->recvh = recvh;
	s->closeh = closeh;
	s->arg = arg;
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

int stream_accept(struct stream **sp, int fd, const struct sa *peer,
		  struct pagecert *cert, stream_up_h *uph, stream_recv_h *recvh,
		  stream_close_h *closeh, void *arg)
{
	struct stream *s;
	struct wire *w;
	int err;

	s = mem_zalloc(sizeof(*s), destructor);
	err = wire_alloc(&w, fd, true, on_up, on_recv, on_close, s);
	if (err) {
		mem_deref(s);
		return err;
	}

	if (!s) {
		mem_deref(w);
		return ENOMEM;
	}

	s->state = HANDSHAKE;
	s->wire = w;
	s->tls = cert != NULL;
	s->peer = *peer;
	s->uph = uph;
	s->recvh = recvh;
	s->closeh = closeh;
	s->arg = arg;
	if (cert)
		err = wire_start_server(w, cert, clock_now());
	else
		wire_start_plain(w, clock_now());

	if (err)
		mem_deref(s);
	else
		*sp = s;

	return err;
}

void stream_set_handlers(struct stream *s, stream_recv_h *recvh,
			 stream_close_h *closeh, void *arg)
{
	s->recvh = recvh;
	s->closeh = closeh;
	s->drainedh = NULL;
	s->arg = arg;
}

size_t stream_queued(const struct stream *s)
{
	return s->wire ? wire_queued(s->wire) : 0;
}

void stream_set_drained(struct stream *s, stream_drained_h *h)
{
	s->drainedh = h;
	if (s->wire)
		wire_set_drained(s->wire, on_drained);
}

void stream_hold(struct stream *s, bool hold)
{
	if (s->wire)
		wire_hold(s->wire, hold);
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
	return s->wire ? wire_local(s->wire, local) : ENOTCONN;
}

int stream_print(struct re_printf *pf, const struct stream *s)
{
	int err;

	err = re_hprintf(pf, "%s %J", namev[s->state], &s->peer);
	if (s->wire)
		err |= re_hprintf(pf, " %H", wire_print, s->wire);

	return err;
}
