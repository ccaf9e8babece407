/**
 * @file tests/support/turnrig.c  A relay, and the server that a test plays
 */
#include "tests/unit/test.h"
#include "tests/support/turnrig.h"

static int on_send(const struct sa *server, struct mbuf *mb, void *arg)
{
	struct turnrig *rig = arg;
	struct mbuf *copy = mbuf_alloc(mbuf_get_left(mb) + 1);

	assert_true(rig->sent < TURNRIG_TOP);
	mbuf_write_mem(copy, mbuf_buf(mb), mbuf_get_left(mb));
	copy->pos = 0;
	rig->dstv[rig->sent] = *server;
	rig->lastv[rig->sent++] = copy;
	return 0;
}

static void on_state(int err, uint64_t now, void *arg)
{
	struct turnrig *rig = arg;
	(void)now;

	rig->err = err;
	++rig->states;
	if (rig->free_it)
		rig->r = mem_deref(rig->r);
}

static void on_recv(const struct sa *peer, struct mbuf *mb, uint64_t now,
		    void *arg)
{
	struct turnrig *rig = arg;
	(void)now;

	++rig->received;
	rig->from = *peer;
	rig->size = mbuf_get_left(mb);
	assert_true(rig->size <= sizeof(rig->data));
	memcpy(rig->data, mbuf_buf(mb), rig->size);
	if (rig->grow_it) {
		assert_int_equal(mem_nrefs(mb->buf), 1);
		assert_int_equal(mbuf_resize(mb, mb->size + TURNRIG_TOP), 0);
	}
	if (rig->free_it)
		rig->r = mem_deref(rig->r);
}

static void on_permit(const struct sa *peer, int err, uint64_t now, void *arg)
{
	struct turnrig *rig = arg;
	(void)peer;
	(void)now;

	++rig->permits;
	rig->permit_err = err;
}

static void on_redirect(const struct sa *server, uint64_t now, void *arg)
{
	struct turnrig *rig = arg;
	(void)server;
	(void)now;

	++rig->redirects;
}

void turnrig_open(struct turnrig *rig, enum relay_transport transport)
{
	struct relay_params prm = {
		.transport = transport,
		.user = "joe",
		.password = "secret",
		.af = AF_INET,
		.sendh = on_send,
		.stateh = on_state,
		.recvh = on_recv,
		.permith = on_permit,
		.redirecth = on_redirect,
		.arg = rig,
	};

	memset(rig, 0, sizeof(*rig));
	rig->now = CLOCK_S;
	rig->err = -1;
	sa_set_str(&rig->server, "192.0.2.1", 3478);
	sa_set_str(&rig->relayed, "192.0.2.2", 50000);
	sa_set_str(&rig->mapped, "203.0.113.7", 1234);
	sa_set_str(&rig->peer, "198.51.100.1", 7000);
	sa_set_str(&rig->other, "198.51.100.2", 7000);
	prm.server = rig->server;
	assert_int_equal(relay_alloc(&rig->r, &prm), 0);
	assert_int_equal(relay_start(rig->r, rig->now), 0);
}

void turnrig_close(struct turnrig *rig)
{
	mem_deref(rig->r);
	while (rig->sent)
		mem_deref(rig->lastv[--rig->sent]);
}

/* The newest request, decoded; the caller frees it */
struct stun_msg *turnrig_asked(struct turnrig *rig, uint16_t method)
{
	struct stun_unknown_attr ua;
	struct stun_msg *msg;

	assert_true(rig->sent > 0);
	assert_int_equal(query_decode(&msg, &ua, rig->lastv[rig->sent - 1]), 0);
	assert_int_equal(stun_msg_method(msg), method);
	return msg;
}

struct mbuf *turnrig_buffer(void)
{
	struct mbuf *mb = mbuf_alloc(TURNRIG_HEADROOM + TURNRIG_TOP);

	mb->pos = mb->end = TURNRIG_HEADROOM;
	return mb;
}

bool turnrig_feed(struct turnrig *rig, struct mbuf *mb)
{
	bool mine;

	mb->pos = TURNRIG_HEADROOM;
	mine = relay_recv(rig->r, &rig->server, mb, rig->now);
	mem_deref(mb);
	return mine;
}

void turnrig_refuse(struct turnrig *rig, uint16_t method, uint16_t code)
{
	char reason[] = "no";
	const struct stun_errcode ec = { .code = code, .reason = reason };
	struct stun_msg *msg = turnrig_asked(rig, method);
	struct mbuf *mb = turnrig_buffer();

	assert_int_equal(
		stun_msg_encode(mb, method, STUN_CLASS_ERROR_RESP,
				stun_msg_tid(msg), &ec, NULL, 0, true, 0, 3,
				STUN_ATTR_REALM, "example.org", STUN_ATTR_NONCE,
				"abc", STUN_ATTR_ALT_SERVER,
				code == TURNRIG_ALTERNATE ? &rig->other : NULL),
		0);
	mem_deref(msg);
	assert_true(turnrig_feed(rig, mb));
}

struct mbuf *turnrig_granted(struct turnrig *rig, uint16_t method,
			     uint32_t lifetime, const char *password)
{
	struct stun_msg *msg = turnrig_asked(rig, method);
	struct mbuf *mb = turnrig_buffer();
	bool alloc = method == STUN_METHOD_ALLOCATE;

	md5_printf(rig->key, "joe:example.org:%s", password);
	assert_int_equal(
		stun_msg_encode(
			mb, method, STUN_CLASS_SUCCESS_RESP, stun_msg_tid(msg),
			NULL, rig->key, sizeof(rig->key), true, 0, 3,
			STUN_ATTR_XOR_RELAY_ADDR, alloc ? &rig->relayed : NULL,
			STUN_ATTR_XOR_MAPPED_ADDR, alloc ? &rig->mapped : NULL,
			STUN_ATTR_LIFETIME, &lifetime),
		0);
	mem_deref(msg);
	return mb;
}

struct mbuf *turnrig_data(const struct sa *peer, const char *text)
{
	struct mbuf *mb = turnrig_buffer(), *data = mbuf_alloc(TURNRIG_TOP);
	struct query q;

	mbuf_write_str(data, text);
	data->pos = 0;
	query_set_tid(&q);
	assert_int_equal(stun_msg_encode(mb, STUN_METHOD_DATA,
					 STUN_CLASS_INDICATION, q.tid, NULL,
					 NULL, 0, false, 0, 2,
					 STUN_ATTR_XOR_PEER_ADDR, peer,
					 STUN_ATTR_DATA, data),
			 0);
	mem_deref(data);
	return mb;
}

void turnrig_allocate(struct turnrig *rig)
{
	turnrig_open(rig, RELAY_UDP);
	turnrig_refuse(rig, STUN_METHOD_ALLOCATE, TURNRIG_UNAUTHENTICATED);
	assert_true(
		turnrig_feed(rig, turnrig_granted(rig, STUN_METHOD_ALLOCATE,
						  TURNRIG_LIFETIME, "secret")));
	assert_int_equal(rig->err, 0);
}

void turnrig_permit(struct turnrig *rig, const struct sa *peer)
{
	assert_int_equal(relay_permit(rig->r, peer, rig->now), 0);
	assert_false(relay_permitted(rig->r, peer));
	assert_true(
		turnrig_feed(rig, turnrig_granted(rig, STUN_METHOD_CREATEPERM,
						  TURNRIG_LIFETIME, "secret")));
	assert_true(relay_permitted(rig->r, peer));
}

/* Let time pass, with ticks */
void turnrig_pass(struct turnrig *rig, uint64_t us)
{
	uint64_t until = rig->now + us;

	while (relay_due(rig->r) <= until) {
		rig->now = relay_due(rig->r) > rig->now ? relay_due(rig->r)
							: rig->now;
		relay_tick(rig->r, rig->now);
	}
	rig->now = until;
}
