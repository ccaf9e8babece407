/**
 * @file tests/support/simstun.c  A STUN server on the simulated network
 */
#include <assert.h>
#include "core/net/query.h"
#include "tests/support/simstun.h"

enum {
	ANSWER = 64, /* First size [bytes] */
};

static void on_request(const struct sa *src, struct mbuf *mb, uint64_t now,
		       void *arg)
{
	struct simstun *s = arg;
	struct stun_unknown_attr ua;
	struct stun_msg *msg;
	struct mbuf *answer;
	(void)now;

	if (query_decode(&msg, &ua, mb))
		assert(false);

	if (stun_msg_class(msg) == STUN_CLASS_INDICATION)
		++s->indications;
	else
		++s->requests;

	answer = mbuf_alloc(ANSWER);
	assert(answer);
	if (stun_msg_class(msg) == STUN_CLASS_REQUEST && !s->dead &&
	    !stun_msg_encode(answer, STUN_METHOD_BINDING,
			     STUN_CLASS_SUCCESS_RESP, stun_msg_tid(msg), NULL,
			     NULL, 0, true, 0, 1, STUN_ATTR_XOR_MAPPED_ADDR,
			     src)) {
		answer->pos = 0;
		(void)dgram_send(s->d, src, answer);
	}

	mem_deref(answer);
	mem_deref(msg);
}

void simstun_open(struct simstun *s, struct simnet *net, const char *addr)
{
	memset(s, 0, sizeof(*s));
	simnet_host_init(&s->host, net);
	s->server.kind = ICEHOST_STUN;
	if (sa_set_str(&s->server.addr, addr, ICEHOST_PORT) ||
	    network_open(&s->d, &s->host.network, &s->server.addr, on_request,
			 s))
		assert(false);
}

void simstun_close(struct simstun *s)
{
	s->d = mem_deref(s->d);
}
