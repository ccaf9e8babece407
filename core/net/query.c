/**
 * @file core/net/query.c  Query
 */
#include <assert.h>
#include "core/base/entropy.h"
#include "core/net/query.h"

enum {
	COOKIE = 0x2112a442, /* RFC 8489 section 5       */
	COOKIE_AT = 4,	     /* RFC 8489 section 5       */
	FIRST_MAX = 3,	     /* First octet, RFC 7983    */
	ALIGN = 4,	     /* RFC 8489 section 14      */
};

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

bool query_is_stun(const struct mbuf *mb)
{
	const uint8_t *p = mbuf_buf(mb);
	size_t n = mbuf_get_left(mb);
	uint32_t cookie;

	if (n < STUN_HEADER_SIZE || p[0] > FIRST_MAX)
		return false;

	cookie = (uint32_t)be16(p + COOKIE_AT) << 16 | be16(p + COOKIE_AT + 2);
	return cookie == COOKIE && be16(p + 2) == n - STUN_HEADER_SIZE &&
	       n % ALIGN == 0;
}

/* What may follow an attribute: RFC 8489 sections 14.5 and 14.7 */
static bool order_is_right(uint16_t prev, uint16_t type)
{
	if (prev == STUN_ATTR_FINGERPRINT)
		return false;

	return prev != STUN_ATTR_MSG_INTEGRITY || type == STUN_ATTR_FINGERPRINT;
}

static bool attributes_fit(const struct mbuf *mb)
{
	const uint8_t *p = mbuf_buf(mb) + STUN_HEADER_SIZE;
	size_t left = mbuf_get_left(mb) - STUN_HEADER_SIZE, size;
	uint16_t prev = 0;

	for (unsigned n = 0; left; n++) {
		if (n == QUERY_ATTRIBUTES || left < STUN_ATTR_HEADER_SIZE)
			return false;
		if (!order_is_right(prev, be16(p)))
			return false;

		prev = be16(p);
		size = STUN_ATTR_HEADER_SIZE + be16(p + 2);
		size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
		if (size > left)
			return false;

		p += size;
		left -= size;
	}

	return true;
}

int query_decode(struct stun_msg **msgp, struct stun_unknown_attr *ua,
		 struct mbuf *mb)
{
	struct stun_msg *msg;
	int err;

	if (!query_is_stun(mb) || !attributes_fit(mb))
		return EBADMSG;

	err = stun_msg_decode(&msg, mb, ua);
	if (err)
		return err == ENOMEM ? ENOMEM : EBADMSG;

	if (stun_msg_attr(msg, STUN_ATTR_FINGERPRINT) &&
	    stun_msg_chk_fingerprint(msg)) {
		mem_deref(msg);
		return EBADMSG;
	}

	*msgp = msg;
	return 0;
}

void query_set_tid(struct query *q)
{
	entropy_bytes(q->tid, sizeof(q->tid));
}

void query_start(struct query *q, struct mbuf *mb, uint64_t rto, unsigned max,
		 uint64_t now)
{
	assert(mb && max);

	mem_deref(q->mb);
	q->mb = mb;
	q->start = now;
	q->due = now;
	q->rto = rto;
	q->sends = 0;
	q->max = max;
}

void query_stop(struct query *q)
{
	q->mb = mem_deref(q->mb);
}

bool query_active(const struct query *q)
{
	return q->mb != NULL;
}

bool query_matches(const struct query *q, const struct stun_msg *msg)
{
	return q->mb && !memcmp(q->tid, stun_msg_tid(msg), sizeof(q->tid));
}

enum query_step query_step(struct query *q, uint64_t now)
{
	if (!q->mb || now < q->due)
		return QUERY_WAIT;

	if (q->sends == q->max) {
		query_stop(q);
		return QUERY_EXPIRED;
	}

	++q->sends;
	q->due = now + (q->sends == q->max ? q->rto * QUERY_LAST
					   : q->rto << (q->sends - 1));
	return QUERY_SEND;
}

uint64_t query_due(const struct query *q)
{
	return q->mb ? q->due : CLOCK_NEVER;
}
