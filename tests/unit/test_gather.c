/**
 * @file tests/unit/test_gather.c  Tests of gather, through the agent
 *
 * STUN servers and NATs of the simulated network; TURN is tried against a
 * real server in tests/interop/turn.
 */
#include "tests/unit/test.h"
#include "tests/support/icepair.h"
#include "tests/support/simstun.h"
#include "tests/support/turnrig.h"
#include "core/net/gather.h"

/* Two homes, each with a NAT of this kind, and two STUN servers outside */
struct town {
	struct icepair ip;
	struct simstun stunv[2];
};

static void town_open(struct town *t, enum simnet_nat a, enum simnet_nat b)
{
	icepair_init(&t->ip, 1);
	simnet_host_add(&t->ip.v[0].host, "10.0.1.1");
	simnet_host_add(&t->ip.v[1].host, "10.0.2.1");
	simnet_host_nat(&t->ip.v[0].host, a, "203.0.113.1");
	simnet_host_nat(&t->ip.v[1].host, b, "203.0.113.2");
	simstun_open(&t->stunv[0], &t->ip.net, "192.0.2.1");
	simstun_open(&t->stunv[1], &t->ip.net, "192.0.2.2");
}

/* Both agents use the first `count` servers */
static void town_start(struct town *t, size_t count)
{
	const struct icehost serverv[] = {
		t->stunv[0].server,
		t->stunv[1].server,
	};
	struct agent_params a = {
		.role = AGENT_CONTROLLING,
		.serverv = serverv,
		.serverc = count,
	};
	struct agent_params b = a;

	b.role = AGENT_CONTROLLED;
	icepair_start(&t->ip, &a, &b);
}

static void town_close(struct town *t)
{
	simstun_close(&t->stunv[0]);
	simstun_close(&t->stunv[1]);
	icepair_close(&t->ip);
}

static bool is_gathered(void *arg)
{
	const struct icepair *ip = arg;

	return agent_gathered(ip->v[0].agent);
}

/* How long side 0 gathers [us] */
static uint64_t gather(struct town *t)
{
	uint64_t start = clock_now();

	icepair_gather(&t->ip, 0);
	simnet_run(10 * CLOCK_S, is_gathered, &t->ip);
	assert_true(agent_gathered(t->ip.v[0].agent));
	return clock_now() - start;
}

static void test_gather_finds_the_address_outside(void **state)
{
	const struct candidate *cv;
	struct town t;
	size_t count;
	struct sa sa;
	(void)state;

	town_open(&t, SIMNET_CONE, SIMNET_CONE);
	town_start(&t, 1);
	assert_true(gather(&t) == 2 * CLOCK_MS);
	cv = agent_candidates(t.ip.v[0].agent, &count);
	assert_int_equal(count, 2);
	assert_int_equal(cv[1].type, CANDIDATE_SRFLX);
	assert_int_equal(sa_in(&cv[1].addr), 0xcb007101);
	assert_true(sa_cmp(&cv[1].rel, &cv[0].addr, SA_ALL));
	agent_default(t.ip.v[0].agent, &sa);
	assert_true(sa_cmp(&sa, &cv[1].addr, SA_ALL));
	town_close(&t);
}

static void test_gather_lists_an_address_once(void **state)
{
	struct town t;
	size_t count;
	(void)state;

	town_open(&t, SIMNET_OPEN, SIMNET_OPEN);
	simnet_host_add(&t.ip.v[0].host, "198.51.100.1");
	town_start(&t, 2);
	gather(&t);
	(void)agent_candidates(t.ip.v[0].agent, &count);
	assert_int_equal(count, 2);
	town_close(&t);
}

static void test_gather_is_not_held_up_by_dead_servers(void **state)
{
	struct town t;
	size_t count;
	(void)state;

	/* All dead: 2 s. One of two: a little after the other's answer */
	for (unsigned dead = 1; dead <= 2; dead++) {
		town_open(&t, SIMNET_CONE, SIMNET_CONE);
		t.stunv[0].dead = true;
		t.stunv[1].dead = dead == 2;
		town_start(&t, 2);
		assert_in_range(gather(&t), 1,
				dead == 2 ? 2 * CLOCK_S : 110 * CLOCK_MS);
		(void)agent_candidates(t.ip.v[0].agent, &count);
		assert_int_equal(count, dead == 2 ? 1 : 2);
		town_close(&t);
	}
}

static void test_gather_repeats_lost_requests(void **state)
{
	struct town t;
	size_t count;
	(void)state;

	town_open(&t, SIMNET_CONE, SIMNET_CONE);
	t.ip.net.loss = SIMNET_PER_MILLE;
	town_start(&t, 1);
	icepair_gather(&t.ip, 0);
	simnet_run(500 * CLOCK_MS, NULL, NULL);
	t.ip.net.loss = 0;
	simnet_run(CLOCK_S, is_gathered, &t.ip);
	(void)agent_candidates(t.ip.v[0].agent, &count);
	assert_int_equal(count, 2);
	town_close(&t);
}

static void test_gather_leads_through_two_nats(void **state)
{
	static const struct {
		enum simnet_nat a, b;
		bool works;
	} casev[] = {
		{ SIMNET_CONE, SIMNET_CONE, true },
		{ SIMNET_CONE, SIMNET_SYMMETRIC, false },
		{ SIMNET_SYMMETRIC, SIMNET_SYMMETRIC, false },
	};
	struct agent_selected sel;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct town t;

		town_open(&t, casev[i].a, casev[i].b);
		town_start(&t, 1);
		gather(&t);
		icepair_gather(&t.ip, 1);
		simnet_run(CLOCK_S, NULL, NULL);
		icepair_tell(&t.ip, 0);
		simnet_run(30 * CLOCK_MS, NULL, NULL);
		icepair_tell(&t.ip, 1);
		assert_int_equal(icepair_connect(&t.ip, 2 * CLOCK_S) != 0,
				 casev[i].works);
		if (casev[i].works) {
			agent_selected(t.ip.v[0].agent, &sel);
			assert_int_equal(sel.remote_type, CANDIDATE_SRFLX);
		}
		town_close(&t);
	}
}

static void test_gather_keeps_the_nat_open_while_it_rings(void **state)
{
	struct town t;
	unsigned before;
	(void)state;

	town_open(&t, SIMNET_CONE, SIMNET_CONE);
	town_start(&t, 1);
	gather(&t);
	simnet_run(61 * CLOCK_S, NULL, NULL);
	assert_int_equal(t.stunv[0].indications, 4);

	/* And no longer once a pair is in use */
	icepair_gather(&t.ip, 1);
	simnet_run(CLOCK_S, NULL, NULL);
	icepair_tell(&t.ip, 0);
	icepair_tell(&t.ip, 1);
	assert_true(icepair_connect(&t.ip, 2 * CLOCK_S));
	simnet_run(31 * CLOCK_S, NULL, NULL);
	before = t.stunv[0].indications;
	simnet_run(60 * CLOCK_S, NULL, NULL);
	assert_int_equal(t.stunv[0].indications, before);
	town_close(&t);
}

static void test_gather_tells_no_address_with_policy_relay(void **state)
{
	struct agent_params prm = { .policy = AGENT_RELAY };
	struct town t;
	size_t count;
	(void)state;

	town_open(&t, SIMNET_CONE, SIMNET_CONE);
	prm.serverv = &t.stunv[0].server;
	prm.serverc = 1;
	icepair_start(&t.ip, &prm, NULL);
	gather(&t);
	(void)agent_candidates(t.ip.v[0].agent, &count);
	assert_int_equal(count, 0);
	assert_int_equal(t.stunv[0].requests, 0);
	town_close(&t);
}

static void test_gather_fails_without_an_address(void **state)
{
	struct icepair ip;
	(void)state;

	icepair_init(&ip, 1);
	simnet_host_add(&ip.v[0].host, "127.0.0.1");
	icepair_start(&ip, NULL, NULL);
	assert_int_equal(agent_gather(ip.v[0].agent, clock_now()),
			 EADDRNOTAVAIL);
	icepair_close(&ip);
}

static void test_gather_uses_loopback_when_told_to(void **state)
{
	const struct agent_params prm = { .loopback = true };
	struct icepair ip;
	size_t count;
	(void)state;

	icepair_init(&ip, 1);
	simnet_host_add(&ip.v[0].host, "127.0.0.1");
	icepair_start(&ip, &prm, NULL);
	icepair_gather(&ip, 0);
	(void)agent_candidates(ip.v[0].agent, &count);
	assert_int_equal(count, 1);
	icepair_close(&ip);
}

/* A TURN server at the other end of a stream */
struct stream {
	struct simnet net;
	struct simnet_host host;
	struct turnrig rig; /* Without a relay: what was asked, the answers */
	conduit_recv_h *rh;
	conduit_state_h *sh;
	void *arg;
	struct gather *g;
	void (*then)(struct stream *s); /* When data comes */
	unsigned received;
};

static struct stream stream;

static int stream_send(struct conduit *w, struct mbuf *mb)
{
	struct mbuf *copy = mbuf_alloc(mbuf_get_left(mb));
	(void)w;

	assert_true(stream.rig.sent < TURNRIG_TOP);
	mbuf_write_mem(copy, mbuf_buf(mb), mbuf_get_left(mb));
	copy->pos = 0;
	stream.rig.lastv[stream.rig.sent++] = copy;
	return 0;
}

static int stream_connect(struct conduit **wp, const struct network *n,
			  const struct sa *peer, conduit_recv_h *rh,
			  conduit_state_h *sh, void *arg)
{
	(void)n;
	(void)peer;

	*wp = mem_zalloc(sizeof(**wp), NULL);
	(*wp)->sendh = stream_send;
	stream.rh = rh;
	stream.sh = sh;
	stream.arg = arg;
	return 0;
}

static void stream_in(struct mbuf *mb)
{
	mb->pos = TURNRIG_HEADROOM;
	stream.rh(mb, clock_now(), stream.arg);
	mem_deref(mb);
}

static void on_data(struct base *b, const struct sa *src, struct mbuf *mb,
		    uint64_t now, void *arg)
{
	(void)b;
	(void)src;
	(void)mb;
	(void)now;
	(void)arg;

	++stream.received;
	stream.then(&stream);
}

static void on_change(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;
}

/* Up to an allocation, and a permission for the peer */
static void stream_open(void)
{
	struct icehost server = { .kind = ICEHOST_TURN_TCP };
	const struct gather_params prm = {
		.network = &stream.host.network,
		.serverv = &server,
		.serverc = 1,
		.recvh = on_data,
		.changedh = on_change,
	};

	memset(&stream, 0, sizeof(stream));
	simnet_init(&stream.net, 1);
	simnet_host_init(&stream.host, &stream.net);
	simnet_host_add(&stream.host, "10.0.1.1");
	stream.host.network.connecth = stream_connect;
	sa_set_str(&server.addr, "192.0.2.1", ICEHOST_PORT);
	sa_set_str(&stream.rig.relayed, "192.0.2.2", 50000);
	sa_set_str(&stream.rig.mapped, "203.0.113.7", 1234);
	sa_set_str(&stream.rig.peer, "198.51.100.1", 7000);
	assert_int_equal(gather_alloc(&stream.g, &prm), 0);
	assert_int_equal(gather_start(stream.g, clock_now()), 0);
	stream.sh(0, clock_now(), stream.arg);
	stream_in(turnrig_granted(&stream.rig, STUN_METHOD_ALLOCATE,
				  TURNRIG_LIFETIME, "secret"));
	assert_false(base_permitted(gather_base(stream.g, 1), &stream.rig.peer,
				    clock_now()));
	stream_in(turnrig_granted(&stream.rig, STUN_METHOD_CREATEPERM,
				  TURNRIG_LIFETIME, "secret"));
}

static void stream_close(void)
{
	stream.g = mem_deref(stream.g);
	turnrig_close(&stream.rig);
	simnet_close(&stream.net);
}

static void end_it(struct stream *s)
{
	s->g = mem_deref(s->g);
}

static void rest(struct stream *s)
{
	gather_rest(s->g, NULL);
}

static void start_again(struct stream *s)
{
	assert_int_equal(gather_start(s->g, clock_now()), 0);
}

static void test_gather_hears_no_more_of_a_lease_let_go(void **state)
{
	static void (*const thenv[])(struct stream *) = {
		end_it,
		rest,
		start_again,
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(thenv); i++) {
		struct mbuf *one, *two;

		stream_open();
		stream.then = thenv[i];
		one = turnrig_data(&stream.rig.peer, "first");
		two = turnrig_data(&stream.rig.peer, "second");
		two->pos = TURNRIG_HEADROOM;
		mbuf_write_mem(one, mbuf_buf(two), mbuf_get_left(two));
		mem_deref(two);
		stream_in(one); /* Both at once */
		assert_int_equal(stream.received, 1);
		stream_close();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gather_finds_the_address_outside),
		cmocka_unit_test(test_gather_lists_an_address_once),
		cmocka_unit_test(test_gather_is_not_held_up_by_dead_servers),
		cmocka_unit_test(test_gather_repeats_lost_requests),
		cmocka_unit_test(test_gather_leads_through_two_nats),
		cmocka_unit_test(test_gather_keeps_the_nat_open_while_it_rings),
		cmocka_unit_test(
			test_gather_tells_no_address_with_policy_relay),
		cmocka_unit_test(test_gather_fails_without_an_address),
		cmocka_unit_test(test_gather_uses_loopback_when_told_to),
		cmocka_unit_test(test_gather_hears_no_more_of_a_lease_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
