/**
 * @file core/net/probe.c  Probe
 */
#include "core/net/probe.h"

/* Binding request, or indication to keep a NAT's binding alive */
static struct mbuf *binding(const struct query *q, uint8_t class)
{
	struct mbuf *mb = mbuf_alloc(STUN_HEADER_SIZE + 8);

	if (mb && stun_msg_encode(mb, STUN_METHOD_BINDING, class, q->tid, NULL,
				  NULL, 0, true, 0, 0))
		mb = mem_deref(mb);
	if (mb)
		mb->pos = 0;
	return mb;
}

int probe_start(struct probe *p, struct base *base, const struct sa *server,
		uint64_t now)
{
	struct mbuf *mb;

	query_set_tid(&p->q);
	mb = binding(&p->q, STUN_CLASS_REQUEST);
	if (!mb)
		return ENOMEM;

	p->base = mem_ref(base);
	p->server = *server;
	p->answered = false;
	p->keepalive = CLOCK_NEVER;
	query_start(&p->q, mb, QUERY_RTO, QUERY_SENDS, now);
	return 0;
}

bool probe_recv(struct probe *p, const struct base *base, const struct sa *src,
		const struct stun_msg *msg, struct sa *mapped, uint64_t now)
{
	struct stun_attr *attr;

	sa_init(mapped, AF_UNSPEC);
	if (p->base != base || !sa_cmp(&p->server, src, SA_ALL) ||
	    !query_matches(&p->q, msg))
		return false;

	query_stop(&p->q);
	p->answered = true;
	attr = stun_msg_attr(msg, STUN_ATTR_XOR_MAPPED_ADDR);
	if (!attr)
		attr = stun_msg_attr(msg, STUN_ATTR_MAPPED_ADDR);
	if (attr && stun_msg_class(msg) == STUN_CLASS_SUCCESS_RESP) {
		*mapped = attr->v.sa;
		p->keepalive = now + PROBE_KEEPALIVE;
	}

	return true;
}

void probe_stop(struct probe *p)
{
	query_stop(&p->q);
	p->base = mem_deref(p->base);
	p->keepalive = CLOCK_NEVER;
}

uint64_t probe_due(const struct probe *p)
{
	return clock_min(query_due(&p->q), p->keepalive);
}

void probe_tick(struct probe *p, uint64_t now)
{
	struct mbuf *mb;
	struct query q;

	if (query_step(&p->q, now) == QUERY_SEND)
		(void)base_send(p->base, &p->server, p->q.mb);
	if (now < p->keepalive)
		return;

	query_set_tid(&q);
	mb = binding(&q, STUN_CLASS_INDICATION);
	if (mb)
		(void)base_send(p->base, &p->server, mb);

	mem_deref(mb);
	p->keepalive = now + PROBE_KEEPALIVE;
}
