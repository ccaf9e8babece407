/**
 * @file tests/unit/test_relay.c  Tests of relay: TURN client
 *
 * Against a server that the test plays, in virtual time.
 */
#include "tests/unit/test.h"
#include "tests/support/turnrig.h"

static void test_relay_allocates_with_credentials(void **state)
{
	struct stun_msg *msg;
	struct turnrig rig;
	(void)state;

	turnrig_open(&rig, RELAY_UDP);
	msg = turnrig_asked(&rig, STUN_METHOD_ALLOCATE);
	assert_null(stun_msg_attr(msg, STUN_ATTR_USERNAME));
	assert_int_equal(
		stun_msg_attr(msg, STUN_ATTR_REQ_TRANSPORT)->v.req_transport,
		17);
	mem_deref(msg);

	turnrig_refuse(&rig, STUN_METHOD_ALLOCATE, TURNRIG_UNAUTHENTICATED);
	assert_int_equal(rig.sent, 2);
	msg = turnrig_asked(&rig, STUN_METHOD_ALLOCATE);
	assert_string_equal(stun_msg_attr(msg, STUN_ATTR_USERNAME)->v.username,
			    "joe");
	md5_printf(rig.key, "joe:example.org:secret");
	assert_int_equal(stun_msg_chk_mi(msg, rig.key, sizeof(rig.key)), 0);
	mem_deref(msg);

	assert_true(turnrig_feed(&rig,
				 turnrig_granted(&rig, STUN_METHOD_ALLOCATE,
						 TURNRIG_LIFETIME, "secret")));
	assert_int_equal(rig.err, 0);
	assert_true(sa_cmp(relay_addr(rig.r), &rig.relayed, SA_ALL));
	assert_true(sa_cmp(relay_mapped(rig.r), &rig.mapped, SA_ALL));
	turnrig_close(&rig);
}

static void test_relay_gives_up_on_a_wrong_password(void **state)
{
	struct turnrig rig;
	(void)state;

	turnrig_open(&rig, RELAY_UDP);
	turnrig_refuse(&rig, STUN_METHOD_ALLOCATE, TURNRIG_UNAUTHENTICATED);
	turnrig_refuse(&rig, STUN_METHOD_ALLOCATE, TURNRIG_UNAUTHENTICATED);
	assert_int_equal(rig.err, EACCES);
	assert_int_equal(rig.sent, 2);
	assert_true(relay_due(rig.r) == CLOCK_NEVER);
	turnrig_close(&rig);
}

static void test_relay_gives_up_on_endless_nonces(void **state)
{
	struct turnrig rig;
	(void)state;

	turnrig_open(&rig, RELAY_UDP);
	turnrig_refuse(&rig, STUN_METHOD_ALLOCATE, TURNRIG_UNAUTHENTICATED);
	for (unsigned i = 0; i < TURNRIG_TOP && rig.err < 0; i++)
		turnrig_refuse(&rig, STUN_METHOD_ALLOCATE, TURNRIG_STALE);
	assert_int_equal(rig.err, ECONNREFUSED);
	assert_in_range(rig.sent, 2, 5);
	turnrig_close(&rig);
}

static void test_relay_tells_why_it_was_refused(void **state)
{
	struct turnrig rig;
	(void)state;

	turnrig_open(&rig, RELAY_UDP);
	turnrig_refuse(&rig, STUN_METHOD_ALLOCATE, TURNRIG_QUOTA);
	assert_int_equal(rig.err, ENOSPC);
	turnrig_close(&rig);
	turnrig_open(&rig, RELAY_UDP);
	turnrig_pass(&rig, 60 * CLOCK_S);
	assert_int_equal(rig.err, ETIMEDOUT);
	assert_int_equal(rig.sent, QUERY_SENDS);
	turnrig_close(&rig);
}

static void test_relay_believes_its_server_only(void **state)
{
	struct mbuf *mb;
	struct turnrig rig;
	(void)state;

	turnrig_open(&rig, RELAY_UDP);
	turnrig_refuse(&rig, STUN_METHOD_ALLOCATE, TURNRIG_UNAUTHENTICATED);

	/* From elsewhere; and from a server that does not know the secret */
	mb = turnrig_granted(&rig, STUN_METHOD_ALLOCATE, TURNRIG_LIFETIME,
			     "secret");
	mb->pos = TURNRIG_HEADROOM;
	assert_false(relay_recv(rig.r, &rig.other, mb, rig.now));
	mem_deref(mb);
	assert_true(
		turnrig_feed(&rig, turnrig_granted(&rig, STUN_METHOD_ALLOCATE,
						   TURNRIG_LIFETIME, "guess")));
	assert_int_equal(rig.err, -1);
	assert_true(turnrig_feed(&rig,
				 turnrig_granted(&rig, STUN_METHOD_ALLOCATE,
						 TURNRIG_LIFETIME, "secret")));
	assert_int_equal(rig.err, 0);
	turnrig_close(&rig);
}

static void test_relay_refreshes_within_clamped_lifetimes(void **state)
{
	static const struct {
		uint32_t lifetime; /* [s] */
		uint64_t refresh;  /* [s] */
	} casev[] = {
		{ 0, 45 },
		{ 1, 45 },
		{ 600, 450 },
		{ UINT32_MAX, 2700 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct turnrig rig;
		unsigned sent;

		turnrig_open(&rig, RELAY_UDP);
		turnrig_refuse(&rig, STUN_METHOD_ALLOCATE,
			       TURNRIG_UNAUTHENTICATED);
		turnrig_feed(&rig,
			     turnrig_granted(&rig, STUN_METHOD_ALLOCATE,
					     casev[i].lifetime, "secret"));
		assert_true(relay_due(rig.r) ==
			    rig.now + casev[i].refresh * CLOCK_S);
		sent = rig.sent;
		turnrig_pass(&rig, casev[i].refresh * CLOCK_S);
		assert_int_equal(rig.sent, sent + 1);

		/* A stale nonce first */
		turnrig_refuse(&rig, STUN_METHOD_REFRESH, TURNRIG_STALE);
		turnrig_feed(&rig, turnrig_granted(&rig, STUN_METHOD_REFRESH,
						   TURNRIG_LIFETIME, "secret"));
		assert_true(relay_due(rig.r) == rig.now + 450ULL * CLOCK_S);
		turnrig_close(&rig);
	}
}

static void test_relay_ends_when_it_cannot_refresh(void **state)
{
	struct turnrig rig;
	(void)state;

	turnrig_allocate(&rig);
	turnrig_pass(&rig, TURNRIG_LIFETIME * (uint64_t)CLOCK_S);
	assert_int_equal(rig.err, ETIMEDOUT);
	assert_int_equal(rig.states, 2);
	assert_true(relay_due(rig.r) == CLOCK_NEVER);
	turnrig_close(&rig);
}

static void test_relay_carries_data_of_permitted_peers(void **state)
{
	struct mbuf *mb = turnrig_buffer();
	struct stun_msg *msg;
	struct turnrig rig;
	(void)state;

	turnrig_allocate(&rig);
	mbuf_write_str(mb, "hello");
	mb->pos = TURNRIG_HEADROOM;
	assert_int_equal(relay_send(rig.r, &rig.peer, mb), EACCES);
	turnrig_permit(&rig, &rig.peer);
	assert_int_equal(relay_send(rig.r, &rig.peer, mb), 0);
	assert_int_equal(mb->pos, TURNRIG_HEADROOM);
	assert_int_equal(mb->end, TURNRIG_HEADROOM + 5);
	msg = turnrig_asked(&rig, STUN_METHOD_SEND);
	assert_true(sa_cmp(&stun_msg_attr(msg, STUN_ATTR_XOR_PEER_ADDR)->v.sa,
			   &rig.peer, SA_ALL));
	assert_memory_equal(
		mbuf_buf(&stun_msg_attr(msg, STUN_ATTR_DATA)->v.data), "hello",
		5);
	mem_deref(msg);
	mem_deref(mb);

	turnrig_feed(&rig, turnrig_data(&rig.peer, "world"));
	assert_int_equal(rig.received, 1);
	assert_int_equal(rig.size, 5);
	assert_memory_equal(rig.data, "world", 5);
	assert_true(sa_cmp(&rig.from, &rig.peer, SA_ALL));

	/* A peer that has no permission */
	turnrig_feed(&rig, turnrig_data(&rig.other, "spoof"));
	assert_int_equal(rig.received, 1);
	turnrig_close(&rig);
}

static void test_relay_lets_the_receiver_grow_the_buffer(void **state)
{
	struct turnrig rig;
	(void)state;

	turnrig_allocate(&rig);
	turnrig_permit(&rig, &rig.peer);
	rig.grow_it = true;
	turnrig_feed(&rig, turnrig_data(&rig.peer, "world"));
	assert_int_equal(rig.received, 1);
	turnrig_close(&rig);
}

static struct mbuf *channel_in(uint16_t number, uint16_t length,
			       const char *text)
{
	struct mbuf *mb = turnrig_buffer();

	mbuf_write_u16(mb, htons(number));
	mbuf_write_u16(mb, htons(length));
	mbuf_write_str(mb, text);
	return mb;
}

static void test_relay_binds_a_channel(void **state)
{
	static const uint8_t wire[] = {
		0x40, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'
	};
	struct mbuf *mb = turnrig_buffer();
	struct turnrig rig;
	(void)state;

	turnrig_allocate(&rig);
	turnrig_permit(&rig, &rig.peer);
	assert_int_equal(relay_bind(rig.r, &rig.peer, rig.now), 0);
	turnrig_feed(&rig, turnrig_granted(&rig, STUN_METHOD_CHANBIND,
					   TURNRIG_LIFETIME, "secret"));
	mbuf_write_str(mb, "hello");
	mb->pos = TURNRIG_HEADROOM;
	assert_int_equal(relay_send(rig.r, &rig.peer, mb), 0);
	assert_int_equal(rig.lastv[rig.sent - 1]->end, sizeof(wire));
	assert_memory_equal(rig.lastv[rig.sent - 1]->buf, wire, sizeof(wire));
	mem_deref(mb);

	turnrig_feed(&rig, channel_in(0x4000, 5, "worldpad"));
	assert_int_equal(rig.received, 1);
	assert_memory_equal(rig.data, "world", 5);
	turnrig_feed(&rig, channel_in(0x4000, 9, "world"));
	turnrig_feed(&rig, channel_in(0x4001, 5, "world"));
	assert_int_equal(rig.received, 1);
	turnrig_close(&rig);
}

static void test_relay_keeps_permissions_and_channels_fresh(void **state)
{
	unsigned permissions = 0, channels = 0;
	struct turnrig rig;
	(void)state;

	turnrig_allocate(&rig);
	turnrig_permit(&rig, &rig.peer);
	assert_int_equal(relay_bind(rig.r, &rig.peer, rig.now), 0);
	turnrig_feed(&rig, turnrig_granted(&rig, STUN_METHOD_CHANBIND,
					   TURNRIG_LIFETIME, "secret"));

	for (unsigned s = 0; s < 2 * TURNRIG_LIFETIME; s++) {
		unsigned sent = rig.sent;
		struct stun_unknown_attr ua;
		struct stun_msg *msg;
		uint16_t method;

		turnrig_pass(&rig, CLOCK_S);
		if (rig.sent == sent)
			continue;
		assert_int_equal(rig.sent, sent + 1);
		assert_int_equal(query_decode(&msg, &ua, rig.lastv[sent]), 0);
		method = stun_msg_method(msg);
		mem_deref(msg);
		permissions += method == STUN_METHOD_CREATEPERM;
		channels += method == STUN_METHOD_CHANBIND;
		turnrig_feed(&rig, turnrig_granted(&rig, method,
						   TURNRIG_LIFETIME, "secret"));
	}

	assert_int_equal(permissions, 5); /* Every 240 s */
	assert_int_equal(channels, 2);	  /* Every 540 s */
	assert_int_equal(rig.states, 1);
	turnrig_close(&rig);
}

static void test_relay_tells_of_a_refused_permission(void **state)
{
	struct turnrig rig;
	(void)state;

	turnrig_allocate(&rig);
	assert_int_equal(relay_permit(rig.r, &rig.peer, rig.now), 0);
	turnrig_refuse(&rig, STUN_METHOD_CREATEPERM, TURNRIG_FORBIDDEN);
	assert_int_equal(rig.permits, 1);
	assert_int_equal(rig.permit_err, EPERM);
	assert_false(relay_permitted(rig.r, &rig.peer));
	turnrig_permit(&rig, &rig.other);
	turnrig_close(&rig);
}

static void test_relay_follows_three_redirects(void **state)
{
	struct turnrig rig;
	(void)state;

	turnrig_open(&rig, RELAY_UDP);
	for (unsigned i = 0; i < RELAY_REDIRECTS; i++) {
		sa_set_port(&rig.other, (uint16_t)(1000 + i));
		turnrig_refuse(&rig, STUN_METHOD_ALLOCATE, TURNRIG_ALTERNATE);
		assert_true(
			sa_cmp(&rig.dstv[rig.sent - 1], &rig.other, SA_ALL));
		rig.server = rig.other;
	}
	turnrig_refuse(&rig, STUN_METHOD_ALLOCATE, TURNRIG_ALTERNATE);
	assert_int_equal(rig.err, ECONNREFUSED);
	turnrig_close(&rig);
}

static void test_relay_follows_no_redirect_to_itself(void **state)
{
	static const char *const addrv[] = { "127.0.0.1", "0.0.0.0",
					     "169.254.169.254", "224.0.0.1",
					     "2001:db8::1" };
	struct turnrig rig;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(addrv); i++) {
		turnrig_open(&rig, RELAY_UDP);
		sa_set_str(&rig.other, addrv[i], 3478);
		turnrig_refuse(&rig, STUN_METHOD_ALLOCATE, TURNRIG_ALTERNATE);
		assert_int_equal(rig.err, EPERM);
		assert_int_equal(rig.sent, 1);
		turnrig_close(&rig);
	}
}

static void test_relay_gives_the_allocation_back(void **state)
{
	struct stun_msg *msg;
	struct turnrig rig;
	(void)state;

	turnrig_allocate(&rig);
	relay_stop(rig.r);
	msg = turnrig_asked(&rig, STUN_METHOD_REFRESH);
	assert_int_equal(stun_msg_attr(msg, STUN_ATTR_LIFETIME)->v.lifetime, 0);
	mem_deref(msg);
	assert_true(relay_due(rig.r) == CLOCK_NEVER);
	turnrig_close(&rig);
}

static void test_relay_may_be_freed_in_its_handlers(void **state)
{
	struct turnrig rig;
	(void)state;

	turnrig_open(&rig, RELAY_UDP);
	rig.free_it = true;
	turnrig_refuse(&rig, STUN_METHOD_ALLOCATE, TURNRIG_QUOTA);
	assert_null(rig.r);
	turnrig_close(&rig);

	turnrig_allocate(&rig);
	turnrig_permit(&rig, &rig.peer);
	rig.free_it = true;
	turnrig_feed(&rig, turnrig_data(&rig.peer, "world"));
	assert_null(rig.r);
	turnrig_close(&rig);
}

static void test_relay_reads_a_byte_stream_in_any_pieces(void **state)
{
	(void)state;

	for (size_t piece = 1; piece < TURNRIG_TOP; piece++) {
		struct mbuf *mb, *part;
		struct turnrig rig;

		turnrig_open(&rig, RELAY_TCP);
		turnrig_refuse(&rig, STUN_METHOD_ALLOCATE,
			       TURNRIG_UNAUTHENTICATED);
		mb = turnrig_granted(&rig, STUN_METHOD_ALLOCATE,
				     TURNRIG_LIFETIME, "secret");
		mb->pos = TURNRIG_HEADROOM;
		while (mbuf_get_left(mb)) {
			size_t n = mbuf_get_left(mb) < piece ? mbuf_get_left(mb)
							     : piece;

			part = mbuf_alloc(n);
			mbuf_write_mem(part, mbuf_buf(mb), n);
			part->pos = 0;
			mb->pos += n;
			assert_int_equal(relay_recv_bytes(rig.r, part, rig.now),
					 0);
			mem_deref(part);
		}
		mem_deref(mb);
		assert_int_equal(rig.err, 0);
		turnrig_close(&rig);
	}
}

static void test_relay_closes_a_stream_of_nonsense(void **state)
{
	struct mbuf *mb = mbuf_alloc(TURNRIG_TOP);
	struct turnrig rig;
	(void)state;

	turnrig_open(&rig, RELAY_TCP);
	mbuf_fill(mb, 0x80, TURNRIG_TOP);
	mb->pos = 0;
	assert_int_equal(relay_recv_bytes(rig.r, mb, rig.now), EPROTO);
	mem_deref(mb);
	turnrig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relay_allocates_with_credentials),
		cmocka_unit_test(test_relay_gives_up_on_a_wrong_password),
		cmocka_unit_test(test_relay_gives_up_on_endless_nonces),
		cmocka_unit_test(test_relay_tells_why_it_was_refused),
		cmocka_unit_test(test_relay_believes_its_server_only),
		cmocka_unit_test(test_relay_refreshes_within_clamped_lifetimes),
		cmocka_unit_test(test_relay_ends_when_it_cannot_refresh),
		cmocka_unit_test(test_relay_carries_data_of_permitted_peers),
		cmocka_unit_test(test_relay_lets_the_receiver_grow_the_buffer),
		cmocka_unit_test(test_relay_binds_a_channel),
		cmocka_unit_test(
			test_relay_keeps_permissions_and_channels_fresh),
		cmocka_unit_test(test_relay_tells_of_a_refused_permission),
		cmocka_unit_test(test_relay_follows_three_redirects),
		cmocka_unit_test(test_relay_follows_no_redirect_to_itself),
		cmocka_unit_test(test_relay_gives_the_allocation_back),
		cmocka_unit_test(test_relay_may_be_freed_in_its_handlers),
		cmocka_unit_test(test_relay_reads_a_byte_stream_in_any_pieces),
		cmocka_unit_test(test_relay_closes_a_stream_of_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
