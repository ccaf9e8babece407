/**
 * @file core/net/base.c  Base
 */
#include "core/net/base.h"

static void base_destructor(void *arg)
{
	struct base *b = arg;

	mem_deref(b->dgram);
	mem_deref(b->relay);
}

static void on_datagram(const struct sa *src, struct mbuf *mb, uint64_t now,
			void *arg)
{
	struct base *b = arg;

	b->recvh(b, src, mb, now, b->arg);
}

static struct base *base_alloc(enum candidate_type type, uint16_t preference,
			       base_recv_h *h, void *arg)
{
	struct base *b = mem_zalloc(sizeof(*b), base_destructor);

	if (!b)
		return NULL;

	b->type = type;
	b->preference = preference;
	b->recvh = h;
	b->arg = arg;
	return b;
}

int base_open(struct base **bp, const struct network *n, const struct sa *local,
	      uint16_t preference, base_recv_h *h, void *arg)
{
	struct base *b = base_alloc(CANDIDATE_HOST, preference, h, arg);
	int err;

	if (!b)
		return ENOMEM;

	err = network_open(&b->dgram, n, local, on_datagram, b);
	if (err) {
		mem_deref(b);
		return err;
	}

	b->addr = *dgram_local(b->dgram);
	*bp = b;
	return 0;
}

int base_relayed(struct base **bp, struct relay *relay, uint16_t preference,
		 base_recv_h *h, void *arg)
{
	struct base *b = base_alloc(CANDIDATE_RELAY, preference, h, arg);

	if (!b)
		return ENOMEM;

	b->relay = mem_ref(relay);
	b->addr = *relay_addr(relay);
	*bp = b;
	return 0;
}

bool base_reaches(const struct base *b, const struct sa *dst)
{
	if (sa_af(&b->addr) != sa_af(dst))
		return false;

	/* What is behind a relay is the relay's business */
	return b->type == CANDIDATE_RELAY ||
	       candidate_is_loopback(&b->addr) == candidate_is_loopback(dst);
}

bool base_permitted(struct base *b, const struct sa *dst, uint64_t now)
{
	if (b->type == CANDIDATE_HOST)
		return true;
	if (!b->relay)
		return false;
	if (relay_permitted(b->relay, dst))
		return true;

	(void)relay_permit(b->relay, dst, now);
	return false;
}

int base_send(struct base *b, const struct sa *dst, struct mbuf *mb)
{
	if (b->type == CANDIDATE_HOST)
		return dgram_send(b->dgram, dst, mb);

	return b->relay ? relay_send(b->relay, dst, mb) : ENOTCONN;
}
