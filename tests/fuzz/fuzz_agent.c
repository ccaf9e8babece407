/**
 * @file tests/fuzz/fuzz_agent.c  Fuzz target: datagrams into an ICE agent
 *
 * A row of datagrams, three octets before each: flags, source, length.
 * Flag 1 signs the message with our password and puts our ufrag into it, as
 * the peer can; flag 2 takes the transaction id of our newest check; flag 4
 * signs with the peer's password, as its answers are; flag 8 sets the
 * peer's description; flag 16 lets time pass.
 */
#include <stdlib.h>
#include "core/base/entropy.h"
#include "core/net/agent.h"

enum {
	HEADROOM = 64,
	TID_AT = 8,
	FLAG_SIGN = 1,
	FLAG_TID = 2,
	FLAG_PEER = 4,
	FLAG_REMOTE = 8,
	FLAG_TIME = 16,
	MI = 20,
	SENT_MAX = 20000, /* Datagrams that one input may cause */
};

#define PEER_UFRAG "peer"
#define PEER_PWD   "0123456789012345678901"

struct net_dgram {
	struct dgram base;
};

static struct {
	struct agent *a;
	dgram_recv_h *h;
	void *arg;
	uint8_t tid[STUN_TID_SIZE];
	unsigned sent;
	uint8_t next;
} rig;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_entropy(uint8_t *p, size_t n, void *arg)
{
	(void)arg;

	while (n--)
		*p++ = rig.next++;
}

static int net_send(struct dgram *d, const struct sa *dst, struct mbuf *mb)
{
	(void)d;
	(void)dst;

	if (mbuf_get_left(mb) >= STUN_HEADER_SIZE)
		memcpy(rig.tid, mbuf_buf(mb) + TID_AT, sizeof(rig.tid));
	if (++rig.sent > SENT_MAX)
		abort();
	return 0;
}

static int net_open(struct dgram **dp, const struct network *n,
		    const struct sa *local, dgram_recv_h *h, void *arg)
{
	struct net_dgram *d = mem_zalloc(sizeof(*d), NULL);
	(void)n;

	if (!d)
		return ENOMEM;

	d->base.sendh = net_send;
	d->base.local = *local;
	sa_set_port(&d->base.local, 5000);
	rig.h = h;
	rig.arg = arg;
	*dp = &d->base;
	return 0;
}

static int net_addresses(const struct network *n, network_address_h *h,
			 void *arg)
{
	struct sa sa;
	(void)n;

	(void)sa_set_str(&sa, "10.0.0.1", 0);
	(void)h(&sa, arg);
	return 0;
}

static void on_state(enum agent_state state, uint64_t now, void *arg)
{
	(void)state;
	(void)now;
	(void)arg;
}

static void on_recv(struct mbuf *mb, uint64_t now, void *arg)
{
	(void)now;
	(void)arg;

	if (!mbuf_get_left(mb) || mb->end > mb->size)
		abort();
	(void)agent_send(rig.a, mb);
	(void)agent_send_media(rig.a, mb);
}

static void on_wake(void *arg)
{
	(void)arg;
	(void)agent_due(rig.a);
}

/* Our ufrag as USERNAME before, MESSAGE-INTEGRITY behind */
static struct mbuf *compose(const uint8_t *p, size_t n, int flags)
{
	const char *pwd = flags & FLAG_PEER ? PEER_PWD : agent_pwd(rig.a);
	struct mbuf *mb = mbuf_alloc(HEADROOM + n);
	char username[64];
	uint8_t mi[MI];
	int len;

	mb->pos = mb->end = HEADROOM;
	if (!(flags & (FLAG_SIGN | FLAG_PEER)) || n < STUN_HEADER_SIZE) {
		(void)mbuf_write_mem(mb, p, n);
		goto out;
	}

	n &= ~(size_t)3;
	len = re_snprintf(username, sizeof(username), "%s:" PEER_UFRAG,
			  agent_ufrag(rig.a));
	(void)mbuf_write_mem(mb, p, STUN_HEADER_SIZE);
	if (flags & FLAG_TID)
		memcpy(mb->buf + HEADROOM + TID_AT, rig.tid, sizeof(rig.tid));
	if (flags & FLAG_SIGN) {
		(void)mbuf_write_u16(mb, htons(STUN_ATTR_USERNAME));
		(void)mbuf_write_u16(mb, htons((uint16_t)len));
		(void)mbuf_write_mem(mb, (uint8_t *)username, (size_t)len);
		(void)mbuf_fill(mb, 0, (size_t)(-len & 3));
	}
	(void)mbuf_write_mem(mb, p + STUN_HEADER_SIZE, n - STUN_HEADER_SIZE);

	len = (int)(mb->end - HEADROOM - STUN_HEADER_SIZE) + MI + 4;
	mb->buf[HEADROOM + 2] = (uint8_t)(len >> 8);
	mb->buf[HEADROOM + 3] = (uint8_t)len;
	hmac_sha1((const uint8_t *)pwd, strlen(pwd), mb->buf + HEADROOM,
		  mb->end - HEADROOM, mi, sizeof(mi));
	(void)mbuf_write_u16(mb, htons(STUN_ATTR_MSG_INTEGRITY));
	(void)mbuf_write_u16(mb, htons(MI));
	(void)mbuf_write_mem(mb, mi, sizeof(mi));
out:
	mb->pos = HEADROOM;
	return mb;
}

static bool rig_open(const struct network *net, uint8_t role, uint64_t now)
{
	const struct agent_params prm = {
		.network = net,
		.role = role & 1 ? AGENT_CONTROLLED : AGENT_CONTROLLING,
		.stateh = on_state,
		.recvh = on_recv,
		.wakeh = on_wake,
	};

	memset(&rig, 0, sizeof(rig));
	entropy_set_source(on_entropy, NULL);
	return !agent_alloc(&rig.a, &prm) && !agent_gather(rig.a, now);
}

static void feed(const uint8_t *p, size_t n, int flags, uint8_t from,
		 uint64_t now)
{
	struct mbuf *mb = compose(p, n, flags);
	struct sa src;

	sa_set_in(&src, 0x0a000002, (uint16_t)(1 + from));
	if (flags & FLAG_REMOTE) {
		struct candidate c = { .type = CANDIDATE_HOST,
				       .foundation = "1",
				       .priority = 1,
				       .addr = src };

		(void)agent_set_remote(rig.a, PEER_UFRAG, PEER_PWD, false, &c,
				       1, now);
	}

	rig.h(&src, mb, now, rig.arg);
	mem_deref(mb);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct network net = { .openh = net_open,
				     .addressesh = net_addresses };
	uint64_t now = CLOCK_S;

	if (!size)
		return 0;

	if (rig_open(&net, data[0], now)) {
		++data, --size;
		while (size >= 3) {
			int flags = data[0];
			size_t n = data[2] <= size - 3 ? data[2] : size - 3;

			feed(data + 3, n, flags, data[1], now);
			data += 3 + n;
			size -= 3 + n;
			now += flags & FLAG_TIME ? 5 * CLOCK_S : CLOCK_MS;
			if (agent_due(rig.a) <= now)
				agent_tick(rig.a, now);
		}
	}

	rig.a = mem_deref(rig.a);
	return 0;
}
