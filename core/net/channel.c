/**
 * @file core/net/channel.c  Channel
 *
 *     set_peer + set_path --> keying --> keys --> protect --> open
 *     hello before set_peer ^                      allow ^
 */
#include <assert.h>
#include "core/net/channel.h"

enum {
	DTLS_HANDSHAKE = 22, /* Record type, RFC 5246 section 6.2.1 */
	DTLS_TYPE_AT = 13,   /* First byte behind its header        */
	DTLS_HELLO = 1,	     /* ClientHello, RFC 5246 section 7.4   */
};

/* Datagrams that wait, the oldest first */
struct held {
	struct mbuf *mbv[CHANNEL_MEDIA];
	unsigned count;
};

struct channel {
	struct identity *id;
	struct keying *keying;
	struct protect *protect;
	struct held flight, media;

	bool have_peer, have_path, allowed, open;
	bool bare;	/* RTP without keys     */
	bool has_keys;	/* Those of the SDP     */
	struct sdes rx; /* Of them, the peer's  */
	enum keying_role role;
	struct fingerprint fpv[FINGERPRINT_MAX];
	size_t fpc;

	uint32_t early;	 /* Media before the keys, not kept  */
	uint32_t unsent; /* DTLS not sent                    */

	struct channel_handlers h;
	void *arg;
};

static void held_clear(struct held *q)
{
	for (unsigned i = 0; i < q->count; i++)
		q->mbv[i] = mem_deref(q->mbv[i]);
	q->count = 0;
}

static bool held_put(struct held *q, unsigned max, struct mbuf *mb)
{
	if (q->count == max)
		return false;

	q->mbv[q->count++] = mem_ref(mb);
	return true;
}

static void channel_destructor(void *arg)
{
	struct channel *c = arg;

	mem_deref(c->keying);
	mem_deref(c->protect);
	mem_deref(c->id);
	sdes_wipe(&c->rx);
	held_clear(&c->flight);
	held_clear(&c->media);
}

int channel_alloc(struct channel **cp, struct identity *id,
		  const struct channel_handlers *h, void *arg)
{
	struct channel *c;

	assert(h->send && h->open && h->packet && h->report && h->down);

	c = mem_zalloc(sizeof(*c), channel_destructor);
	if (!c)
		return ENOMEM;

	c->id = mem_ref(id);
	c->h = *h;
	c->arg = arg;
	*cp = c;
	return 0;
}

/* --- Media */

static int open_media(struct channel *c, struct mbuf *mb, bool report)
{
	if (c->bare)
		return 0;

	return report ? protect_open_report(c->protect, mb)
		      : protect_open_packet(c->protect, mb);
}

static void deliver(struct channel *c, struct mbuf *mb, bool report,
		    uint64_t now)
{
	if (open_media(c, mb, report))
		return; /* Counted there */

	if (report)
		c->h.report(mb, now, c->arg);
	else
		c->h.packet(mb, now, c->arg);
}

/* The handlers may have taken protect away, so it is looked at each time */
static void deliver_held(struct channel *c, uint64_t now)
{
	struct held q = c->media;

	memset(&c->media, 0, sizeof(c->media));
	for (unsigned i = 0; i < q.count && c->open; i++)
		deliver(c, q.mbv[i], false, now);
	held_clear(&q);
}

static void check_open(struct channel *c, uint64_t now)
{
	if (c->open || !(c->protect || c->bare) || !c->allowed)
		return;

	c->open = true;
	c->h.open(now, c->arg);
	deliver_held(c, now);
}

void channel_allow(struct channel *c, uint64_t now)
{
	c->allowed = true;
	check_open(c, now);
}

/* Of what comes early only packets are kept: the next report comes anyway */
void channel_recv_media(struct channel *c, struct mbuf *mb, bool report,
			uint64_t now)
{
	if (c->open)
		deliver(c, mb, report, now);
	else if (report || !held_put(&c->media, CHANNEL_MEDIA, mb))
		++c->early;
}

int channel_seal(struct channel *c, struct mbuf *mb, bool report)
{
	if (!c->open)
		return ENOTCONN;
	if (c->bare)
		return 0;

	return report ? protect_seal_report(c->protect, mb)
		      : protect_seal_packet(c->protect, mb);
}

/* --- DTLS */

static void send_flight(struct channel *c)
{
	struct held q = c->flight;

	memset(&c->flight, 0, sizeof(c->flight));
	for (unsigned i = 0; i < q.count; i++) {
		if (c->h.send(q.mbv[i], c->arg))
			++c->unsent;
	}
	held_clear(&q);
}

static void send_handler(struct mbuf *mb, void *arg)
{
	struct channel *c = arg;
	int err;

	err = c->h.send(mb, c->arg);
	if (err == ENOTCONN && held_put(&c->flight, CHANNEL_FLIGHT, mb))
		return;
	if (err)
		++c->unsent;
}

static void up_handler(const struct keying_keys *keys, uint64_t now, void *arg)
{
	struct channel *c = arg;

	if (protect_alloc(&c->protect, keys))
		c->h.down(EPROTO, "SRTP: no session", now, c->arg);
	else
		check_open(c, now);
}

static void down_handler(int err, const char *reason, uint64_t now, void *arg)
{
	struct channel *c = arg;

	c->open = false;
	c->h.down(err, reason, now, c->arg);
}

static void start(struct channel *c, enum keying_role role, uint64_t now)
{
	int err;

	err = keying_alloc(&c->keying, role, c->id, send_handler, up_handler,
			   down_handler, c);
	if (err) {
		c->h.down(err, "DTLS: no session", now, c->arg);
		return;
	}

	if (c->have_peer)
		keying_set_peer(c->keying, c->fpv, c->fpc, now);
	keying_start(c->keying, now);
}

static void drop_keying(struct channel *c)
{
	c->open = false;
	c->keying = mem_deref(c->keying);
	c->protect = mem_deref(c->protect);
	held_clear(&c->flight);
	held_clear(&c->media);
}

void channel_set_peer(struct channel *c, enum keying_role role,
		      const struct fingerprint *fpv, size_t fpc, uint64_t now)
{
	bool again = c->have_peer;

	c->fpc = fpc < FINGERPRINT_MAX ? fpc : FINGERPRINT_MAX;
	for (size_t i = 0; i < c->fpc; i++)
		c->fpv[i] = fpv[i];
	c->role = role;
	c->have_peer = true;

	/* One that began before its peer was known is a server */
	if (c->keying && (again || role == KEYING_CLIENT))
		drop_keying(c);

	if (c->keying)
		keying_set_peer(c->keying, c->fpv, c->fpc, now);
	else if (c->have_path)
		start(c, role, now);
}

void channel_forget_early(struct channel *c)
{
	if (!c->have_peer && c->keying)
		drop_keying(c);
}

int channel_set_keys(struct channel *c, const struct sdes *tx,
		     const struct sdes *rx, uint64_t now)
{
	int err;

	if (c->has_keys && sdes_same(rx, &c->rx))
		return 0;

	if (c->has_keys)
		err = protect_set_rx(c->protect, rx);
	else {
		c->protect = mem_deref(c->protect);
		c->keying = mem_deref(c->keying); /* Not of this peer */
		held_clear(&c->flight);
		err = protect_alloc_sdes(&c->protect, tx, rx);
	}
	if (err)
		return err;

	c->has_keys = true;
	c->rx = *rx;
	check_open(c, now);
	return 0;
}

void channel_set_bare(struct channel *c, uint64_t now)
{
	if (c->bare)
		return;

	drop_keying(c);
	c->bare = true;
	check_open(c, now);
}

void channel_set_path(struct channel *c, uint64_t now)
{
	c->have_path = true;
	send_flight(c);
	if (!c->keying && c->have_peer)
		start(c, c->role, now);
}

/* Or the first fragment of one */
static bool is_hello(const struct mbuf *mb)
{
	return mbuf_get_left(mb) > DTLS_TYPE_AT &&
	       mbuf_buf(mb)[0] == DTLS_HANDSHAKE &&
	       mbuf_buf(mb)[DTLS_TYPE_AT] == DTLS_HELLO;
}

void channel_recv_dtls(struct channel *c, struct mbuf *mb, bool early,
		       uint64_t now)
{
	if (c->has_keys || c->bare)
		return;
	if (!c->keying && c->have_peer)
		start(c, c->role, now);
	else if (!c->keying && early && is_hello(mb))
		start(c, KEYING_SERVER, now);

	if (c->keying)
		keying_recv(c->keying, mb, now);
}

bool channel_is_open(const struct channel *c)
{
	return c->open;
}

enum keying_role channel_role(const struct channel *c)
{
	return c->role;
}

uint64_t channel_due(const struct channel *c)
{
	return c->keying ? keying_due(c->keying) : CLOCK_NEVER;
}

void channel_tick(struct channel *c, uint64_t now)
{
	if (c->keying)
		keying_tick(c->keying, now);
}

void channel_close(struct channel *c, uint64_t now)
{
	if (c->keying)
		keying_close(c->keying, now);
	c->open = false;
}

int channel_print(struct re_printf *pf, const struct channel *c)
{
	int err = 0;

	if (c->keying)
		err |= re_hprintf(pf, "DTLS %H\n", keying_print, c->keying);
	if (c->protect)
		err |= re_hprintf(pf, "SRTP%s %H\n",
				  c->has_keys ? ", keys in the SDP" : "",
				  protect_print, c->protect);
	if (c->bare)
		err |= re_hprintf(pf, "RTP is not encrypted\n");

	return err | re_hprintf(pf, "early=%u unsent=%u", c->early, c->unsent);
}
