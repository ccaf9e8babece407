/**
 * @file core/net/relay.c  Relay
 *
 * The allocation and its data. Data goes in Send indications until a channel
 * is bound; grant keeps permissions and channels, ask the requests.
 */
#include <assert.h>
#include "core/net/ask.h"
#include "core/net/candidate.h"
#include "core/net/grant.h"
#include "core/net/network.h"
#include "core/net/query.h"
#include "core/net/record.h"
#include "core/net/relay.h"

enum {
	LIFETIME_MIN = 60,   /* [s], ours: a refresh a minute at most     */
	LIFETIME_MAX = 3600, /* [s], RFC 8656 section 7.2                 */
	LIFETIME = 600,	     /* [s], RFC 8656 section 3.2                 */
	OVERHEAD = 64, /* A Send indication around its data [bytes]: header
			  20, XOR-PEER-ADDRESS 24, DATA 4, padding        */
};

struct relay {
	struct relay_params prm;
	struct asks *asks;
	struct record *record; /* Over a stream only */
	struct grants grants;
	struct sa addr, mapped;
	uint64_t refresh; /* [us], CLOCK_NEVER when not allocated */
	bool ended;
	unsigned redirects;
	struct {
		uint32_t received, dropped;
	} count;
};

static void on_answer(const struct ask_about *about, int err, uint16_t code,
		      const struct stun_msg *msg, uint64_t now, void *arg);

static int on_send(struct mbuf *mb, void *arg)
{
	struct relay *r = arg;

	return r->prm.sendh(&r->prm.server, mb, r->prm.arg);
}

static void relay_destructor(void *arg)
{
	struct relay *r = arg;

	mem_deref(r->asks);
	mem_deref(r->record);
}

int relay_alloc(struct relay **rp, const struct relay_params *params)
{
	const bool stream = params->transport == RELAY_TCP;
	struct relay *r;
	int err;

	assert(params->sendh && params->stateh && params->recvh &&
	       params->permith && (!stream || params->redirecth));
	if (!sa_isset(&params->server, SA_ALL))
		return EINVAL;

	r = mem_zalloc(sizeof(*r), relay_destructor);
	if (!r)
		return ENOMEM;

	r->prm = *params;
	r->refresh = CLOCK_NEVER;
	err = asks_alloc(&r->asks, params->user, params->password, stream,
			 on_send, on_answer, r);
	if (!err && stream)
		err = record_alloc(&r->record);
	if (err)
		mem_deref(r);
	else
		*rp = r;
	return err;
}

int relay_start(struct relay *r, uint64_t now)
{
	const struct ask_about about = {
		.method = STUN_METHOD_ALLOCATE,
		.af = r->prm.af,
	};

	if (r->ended)
		return ENOTCONN;

	asks_flush(r->asks);
	if (r->record)
		record_reset(r->record);
	return asks_send(r->asks, &about, now);
}

void relay_stop(struct relay *r)
{
	const struct ask_about about = {
		.method = STUN_METHOD_REFRESH,
		.release = true,
	};

	if (r->refresh != CLOCK_NEVER && !r->ended)
		asks_tell(r->asks, &about);

	r->ended = true;
	r->refresh = CLOCK_NEVER;
	asks_flush(r->asks);
}

static void end(struct relay *r, int err, uint64_t now)
{
	if (r->ended)
		return;

	r->ended = true;
	r->refresh = CLOCK_NEVER;
	asks_flush(r->asks);
	r->prm.stateh(err, now, r->prm.arg);
}

static void set_refresh(struct relay *r, const struct stun_msg *msg,
			uint64_t now)
{
	struct stun_attr *attr = stun_msg_attr(msg, STUN_ATTR_LIFETIME);
	uint64_t s = attr ? attr->v.lifetime : LIFETIME;

	s = s < LIFETIME_MIN ? LIFETIME_MIN : s;
	s = s > LIFETIME_MAX ? LIFETIME_MAX : s;
	r->refresh = now + s * CLOCK_S * 3 / 4;
}

static void allocated(struct relay *r, const struct stun_msg *msg, uint64_t now)
{
	struct stun_attr *relayed, *mapped;

	relayed = stun_msg_attr(msg, STUN_ATTR_XOR_RELAY_ADDR);
	mapped = stun_msg_attr(msg, STUN_ATTR_XOR_MAPPED_ADDR);
	if (!relayed || !sa_isset(&relayed->v.sa, SA_ALL) ||
	    sa_af(&relayed->v.sa) != r->prm.af) {
		end(r, EPROTO, now);
		return;
	}

	r->addr = relayed->v.sa;
	if (mapped)
		r->mapped = mapped->v.sa;
	set_refresh(r, msg, now);
	r->prm.stateh(0, now, r->prm.arg);
}

/* @return 0 and prm.server is another one */
static int redirect(struct relay *r, const struct stun_msg *msg)
{
	const struct candidate_filter f = { .loopback = r->prm.loopback };
	struct stun_attr *alt = stun_msg_attr(msg, STUN_ATTR_ALT_SERVER);

	if (!alt || r->redirects++ == RELAY_REDIRECTS)
		return ECONNREFUSED;
	if (sa_af(&alt->v.sa) != sa_af(&r->prm.server) ||
	    !candidate_allowed(&alt->v.sa, &f))
		return EPERM;

	r->prm.server = alt->v.sa;
	asks_forget(r->asks);
	return 0;
}

static void redirected(struct relay *r, const struct stun_msg *msg,
		       uint64_t now)
{
	struct sa server;
	int err = redirect(r, msg);

	if (!err && r->prm.transport == RELAY_TCP) {
		server = r->prm.server;
		r->prm.redirecth(&server, now, r->prm.arg);
		return;
	}

	if (!err)
		err = relay_start(r, now);
	if (err)
		end(r, err, now);
}

static void on_answer(const struct ask_about *about, int err, uint16_t code,
		      const struct stun_msg *msg, uint64_t now, void *arg)
{
	struct relay *r = arg;

	switch (about->method) {
	case STUN_METHOD_ALLOCATE:
		if (code == ASK_TRY_ALTERNATE)
			redirected(r, msg, now);
		else if (err)
			end(r, err, now);
		else
			allocated(r, msg, now);
		break;

	case STUN_METHOD_REFRESH:
		if (err)
			end(r, err, now);
		else
			set_refresh(r, msg, now);
		break;

	case STUN_METHOD_CREATEPERM:
		grants_answer(&r->grants, about, err, now);
		r->prm.permith(&about->peer, err, now, r->prm.arg);
		break;

	case STUN_METHOD_CHANBIND:
		grants_answer(&r->grants, about, err, now);
		break;
	}
}

/* The handler is told of the address as it is: mb is shared with it */
static void deliver(struct relay *r, struct sa peer, struct mbuf *mb,
		    uint64_t now)
{
	++r->count.received;
	r->prm.recvh(&peer, mb, now, r->prm.arg);
}

static void indication_in(struct relay *r, struct stun_msg **msgp,
			  struct mbuf *mb, uint64_t now)
{
	struct stun_attr *peer = stun_msg_attr(*msgp, STUN_ATTR_XOR_PEER_ADDR);
	struct stun_attr *data = stun_msg_attr(*msgp, STUN_ATTR_DATA);
	struct sa from;

	if (stun_msg_method(*msgp) != STUN_METHOD_DATA || !peer || !data ||
	    !relay_permitted(r, &peer->v.sa)) {
		++r->count.dropped;
		return;
	}

	from = peer->v.sa;
	mb->pos = data->v.data.pos;
	mb->end = data->v.data.end;
	*msgp = mem_deref(*msgp); /* Shares a buffer that may be moved now */
	deliver(r, from, mb, now);
}

/* @return false when it is not for us: a STUN server's answer, perhaps */
static bool message_in(struct relay *r, struct mbuf *mb, uint64_t now)
{
	struct stun_unknown_attr ua;
	struct stun_msg *msg;
	uint16_t class;
	int err = 0;

	if (query_decode(&msg, &ua, mb))
		return false;

	class = stun_msg_class(msg);
	if (class == STUN_CLASS_INDICATION)
		indication_in(r, &msg, mb, now);
	else if (class != STUN_CLASS_REQUEST)
		err = asks_recv(r->asks, msg, now);
	else
		err = ENOENT;

	if (err == EBADMSG)
		++r->count.dropped;
	mem_deref(msg);
	return err != ENOENT;
}

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static bool is_channel(const struct mbuf *mb)
{
	return mbuf_get_left(mb) >= RECORD_CHANNEL &&
	       be16(mbuf_buf(mb)) >= GRANT_CHANNEL_FIRST &&
	       be16(mbuf_buf(mb)) <= GRANT_CHANNEL_LAST;
}

static void channel_in(struct relay *r, struct mbuf *mb, uint64_t now)
{
	const uint8_t *p = mbuf_buf(mb);
	const struct sa *peer = grants_peer(&r->grants, be16(p));
	size_t length = be16(p + 2);

	mb->pos += RECORD_CHANNEL;
	if (!peer || length > mbuf_get_left(mb)) {
		++r->count.dropped;
		return;
	}

	mb->end = mb->pos + length;
	deliver(r, *peer, mb, now);
}

bool relay_recv(struct relay *r, const struct sa *src, struct mbuf *mb,
		uint64_t now)
{
	bool mine = true;

	if (!sa_cmp(src, &r->prm.server, SA_ALL))
		return false;

	if (r->ended)
		return is_channel(mb);
	mem_ref(r);
	if (is_channel(mb))
		channel_in(r, mb, now);
	else
		mine = message_in(r, mb, now);

	mem_deref(r);
	return mine;
}

int relay_recv_bytes(struct relay *r, struct mbuf *mb, uint64_t now)
{
	struct mbuf *one;
	int err;

	assert(r->record);
	err = record_put(r->record, mb);
	if (err)
		return EPROTO;

	mem_ref(r);
	while (mem_nrefs(r) > 1 && !r->ended) {
		err = record_get(r->record, &one);
		if (err)
			break;

		(void)relay_recv(r, &r->prm.server, one, now);
		mem_deref(one);
	}

	mem_deref(r);
	return err && err != ENOENT ? EPROTO : 0;
}

const struct sa *relay_addr(const struct relay *r)
{
	return &r->addr;
}

const struct sa *relay_mapped(const struct relay *r)
{
	return &r->mapped;
}

static int usable(const struct relay *r, const struct sa *peer)
{
	if (r->refresh == CLOCK_NEVER)
		return ENOTCONN;

	return sa_af(peer) == r->prm.af ? 0 : EAFNOSUPPORT;
}

int relay_permit(struct relay *r, const struct sa *peer, uint64_t now)
{
	int err = usable(r, peer);

	return err ? err : grants_permit(&r->grants, r->asks, peer, now);
}

bool relay_permitted(const struct relay *r, const struct sa *peer)
{
	return !usable(r, peer) && grants_permitted(&r->grants, peer);
}

int relay_bind(struct relay *r, const struct sa *peer, uint64_t now)
{
	int err = usable(r, peer);

	return err ? err : grants_bind(&r->grants, r->asks, peer, now);
}

static int pad(struct mbuf *mb)
{
	static const uint8_t zero[RECORD_ALIGN];
	size_t n = (RECORD_ALIGN - mb->pos % RECORD_ALIGN) % RECORD_ALIGN;

	return mbuf_write_mem(mb, zero, n);
}

/* Both are copies: data that a channel is not yet bound for is rare, and a
   stream copies anyway */
static int send_copy(struct relay *r, const struct sa *peer, uint16_t number,
		     const struct mbuf *data)
{
	struct mbuf *mb = mbuf_alloc(mbuf_get_left(data) + OVERHEAD);
	struct query q;
	int err;

	if (!mb)
		return ENOMEM;

	if (number) {
		err = mbuf_write_u16(mb, htons(number));
		err |= mbuf_write_u16(mb, htons((uint16_t)mbuf_get_left(data)));
		err |= mbuf_write_mem(mb, mbuf_buf(data), mbuf_get_left(data));
		err |= pad(mb);
	} else {
		query_set_tid(&q);
		err = stun_msg_encode(mb, STUN_METHOD_SEND,
				      STUN_CLASS_INDICATION, q.tid, NULL, NULL,
				      0, false, 0, 2, STUN_ATTR_XOR_PEER_ADDR,
				      peer, STUN_ATTR_DATA, data);
	}

	mb->pos = 0;
	err = err ? ENOMEM : r->prm.sendh(&r->prm.server, mb, r->prm.arg);
	mem_deref(mb);
	return err;
}

/* Over UDP without padding, RFC 8656 section 12.5 */
static int send_in_place(struct relay *r, uint16_t number, struct mbuf *mb)
{
	size_t length = mbuf_get_left(mb);
	uint8_t *p;

	mb->pos -= RECORD_CHANNEL;
	p = mbuf_buf(mb);
	p[0] = (uint8_t)(number >> 8);
	p[1] = (uint8_t)number;
	p[2] = (uint8_t)(length >> 8);
	p[3] = (uint8_t)length;

	return r->prm.sendh(&r->prm.server, mb, r->prm.arg);
}

int relay_send(struct relay *r, const struct sa *peer, struct mbuf *mb)
{
	uint16_t number;
	size_t pos = mb->pos;
	int err = usable(r, peer);

	if (err)
		return err;
	if (!grants_permitted(&r->grants, peer))
		return EACCES;
	if (mbuf_get_left(mb) > NETWORK_DATAGRAM)
		return EMSGSIZE;

	number = grants_channel(&r->grants, peer);
	if (!number || r->prm.transport == RELAY_TCP || pos < RELAY_HEADROOM)
		return send_copy(r, peer, number, mb);

	err = send_in_place(r, number, mb);
	mb->pos = pos;
	return err;
}

uint64_t relay_due(const struct relay *r)
{
	if (r->ended)
		return CLOCK_NEVER;

	return clock_min(clock_min(r->refresh, asks_due(r->asks)),
			 grants_due(&r->grants));
}

void relay_tick(struct relay *r, uint64_t now)
{
	const struct ask_about about = { .method = STUN_METHOD_REFRESH };

	if (r->ended)
		return;

	grants_tick(&r->grants, r->asks, now);
	if (now >= r->refresh) {
		/* Its own repetitions follow; the answer sets it anew */
		r->refresh = now + LIFETIME_MIN * CLOCK_S;
		(void)asks_send(r->asks, &about, now);
	}

	mem_ref(r);
	asks_tick(r->asks, now);
	mem_deref(r);
}

int relay_print(struct re_printf *pf, const struct relay *r)
{
	return re_hprintf(pf,
			  "relay=%J server=%J redirects=%u received=%u "
			  "refused=%u dropped=%u",
			  &r->addr, &r->prm.server, r->redirects,
			  r->count.received, r->grants.refused,
			  r->count.dropped);
}
