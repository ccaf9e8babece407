/**
 * @file tests/unit/test_agent.c  Tests of agent: connecting
 *
 * Two agents over a simulated network in virtual time.
 */
#include "tests/unit/test.h"
#include "core/base/entropy.h"
#include "tests/support/icepair.h"

enum {
	SEEDS = 60,
	SIGNALLING = 30 * CLOCK_MS, /* One way [us] */
};

static void lan(struct icepair *ip, uint32_t seed)
{
	icepair_init(ip, seed);
	simnet_host_add(&ip->v[0].host, "10.0.0.1");
	simnet_host_add(&ip->v[1].host, "10.0.0.2");
}

/* Offer, answer: what each says arrives SIGNALLING later */
static void negotiate(struct icepair *ip)
{
	icepair_gather(ip, 0);
	simnet_run(SIGNALLING, NULL, NULL);
	icepair_tell(ip, 0);
	icepair_gather(ip, 1);
	simnet_run(SIGNALLING, NULL, NULL);
	icepair_tell(ip, 1);
}

static void test_agent_gathers_hosts_at_once(void **state)
{
	const struct candidate *cv;
	struct icepair ip;
	struct sa addr;
	size_t count;
	(void)state;

	lan(&ip, 1);
	simnet_host_add(&ip.v[0].host, "127.0.0.1");
	simnet_host_add(&ip.v[0].host, "2001:db8::1");
	icepair_start(&ip, NULL, NULL);
	assert_false(agent_gathered(ip.v[0].agent));
	icepair_gather(&ip, 0);
	assert_true(agent_gathered(ip.v[0].agent));
	assert_int_equal(ip.v[0].statev[ip.v[0].statec - 1], AGENT_READY);

	cv = agent_candidates(ip.v[0].agent, &count);
	assert_int_equal(count, 2);
	assert_true(cv[0].priority > cv[1].priority);
	assert_string_not_equal(cv[0].foundation, cv[1].foundation);
	agent_default(ip.v[0].agent, &addr);
	assert_true(sa_cmp(&addr, &cv[0].addr, SA_ALL));
	icepair_close(&ip);
}

static void test_agent_connects_on_a_lan_within_two_round_trips(void **state)
{
	struct agent_selected sel;
	struct icepair ip;
	uint64_t took;
	(void)state;

	lan(&ip, 1);
	icepair_start(&ip, NULL, NULL);
	negotiate(&ip);
	took = icepair_connect(&ip, CLOCK_S);
	assert_in_range(took, 1, 4 * CLOCK_MS + 10);
	assert_int_equal(agent_selected(ip.v[0].agent, &sel), 0);
	assert_int_equal(sel.local_type, CANDIDATE_HOST);
	assert_true(sel.rtt == 2 * CLOCK_MS);
	assert_true(icepair_was(&ip, 0, AGENT_CONNECTED));
	assert_true(icepair_was(&ip, 1, AGENT_CONNECTED));
	icepair_close(&ip);
}

static void test_agent_carries_data_before_the_answer_arrives(void **state)
{
	struct icepair ip;
	struct mbuf *mb;
	(void)state;

	lan(&ip, 1);
	icepair_start(&ip, NULL, NULL);
	icepair_gather(&ip, 0);
	icepair_tell(&ip, 0);
	icepair_gather(&ip, 1);
	simnet_run(10 * CLOCK_MS, NULL, NULL);

	/* The offerer answers the check, and lets the sender's bytes in;
	   the answerer has to wait for a check of the offerer */
	mb = mbuf_alloc(NETWORK_HEADROOM + 1);
	mb->pos = mb->end = NETWORK_HEADROOM;
	mbuf_write_u8(mb, 22);
	mb->pos = NETWORK_HEADROOM;
	assert_int_equal(agent_send(ip.v[1].agent, mb), 0);
	assert_int_equal(agent_send(ip.v[0].agent, mb), ENOTCONN);
	assert_int_equal(agent_send_media(ip.v[1].agent, mb), ENOTCONN);
	mem_deref(mb);
	simnet_run(10 * CLOCK_MS, NULL, NULL);
	assert_int_equal(ip.v[0].received, 1);

	icepair_tell(&ip, 1);
	assert_in_range(icepair_connect(&ip, CLOCK_S), 1, 4 * CLOCK_MS + 10);
	icepair_close(&ip);
}

static void bad_network(struct icepair *ip, uint32_t seed)
{
	lan(ip, seed);
	if (seed % 2)
		simnet_host_add(&ip->v[0].host, "10.0.0.3");
	if (seed % 3)
		simnet_host_add(&ip->v[1].host, "10.9.9.9");
	if (seed % 5 == 0)
		simnet_host_add(&ip->v[0].host, "2001:db8::1");
	if (seed % 5 < 3)
		simnet_host_add(&ip->v[1].host, "2001:db8::2");
	ip->net.loss = seed % 7 * 50;
	ip->net.doubled = seed % 4 * 50;
	ip->net.delay = 1 + seed % 80 * CLOCK_MS;
	ip->net.jitter = seed % 6 * 10 * CLOCK_MS;
}

static void test_agent_connects_whatever_the_network_does(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		struct agent_selected a, b;
		struct icepair ip;

		bad_network(&ip, seed);
		icepair_start(&ip, NULL, NULL);
		negotiate(&ip);
		if (!icepair_connect(&ip, 20 * CLOCK_S))
			fail_msg("seed %u does not connect", seed);

		/* Both chose the same pair */
		simnet_run(CLOCK_S, NULL, NULL);
		assert_int_equal(agent_selected(ip.v[0].agent, &a), 0);
		assert_int_equal(agent_selected(ip.v[1].agent, &b), 0);
		assert_true(sa_cmp(&a.local, &b.remote, SA_ALL));
		assert_true(sa_cmp(&a.remote, &b.local, SA_ALL));
		icepair_close(&ip);
	}
}

static void test_agent_connects_through_nats(void **state)
{
	static const struct {
		enum simnet_nat a, b;
		bool works;
	} casev[] = {
		{ SIMNET_OPEN, SIMNET_CONE, true },
		{ SIMNET_OPEN, SIMNET_SYMMETRIC, true },
		{ SIMNET_SYMMETRIC, SIMNET_OPEN, true },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct icepair ip;

		icepair_init(&ip, 1);
		for (unsigned k = 0; k < 2; k++) {
			enum simnet_nat nat = k ? casev[i].b : casev[i].a;
			char text[32];

			re_snprintf(text, sizeof(text), "%s.%u",
				    nat ? "10.0" : "198.51", k + 1);
			strcat(text, nat ? ".7" : ".100");
			simnet_host_add(&ip.v[k].host, text);
			if (nat)
				simnet_host_nat(&ip.v[k].host, nat,
						"203.0.113.9");
		}

		icepair_start(&ip, NULL, NULL);
		negotiate(&ip);
		assert_int_equal(icepair_connect(&ip, 5 * CLOCK_S) != 0,
				 casev[i].works);
		icepair_close(&ip);
	}
}

static void test_agent_settles_a_conflict_of_roles(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		const struct agent_params prm = {
			.role = seed % 2 ? AGENT_CONTROLLING : AGENT_CONTROLLED,
		};
		struct icepair ip;

		lan(&ip, seed);
		ip.net.loss = seed % 3 * 100;
		icepair_start(&ip, &prm, &prm);
		negotiate(&ip);
		if (!icepair_connect(&ip, 10 * CLOCK_S))
			fail_msg("seed %u does not connect", seed);
		icepair_close(&ip);
	}
}

static void test_agent_controls_when_the_peer_is_lite(void **state)
{
	struct icepair ip;
	(void)state;

	lan(&ip, 1);
	icepair_start(&ip, NULL, NULL);
	icepair_gather(&ip, 0);
	icepair_gather(&ip, 1);
	assert_int_equal(agent_set_remote(ip.v[1].agent,
					  agent_ufrag(ip.v[0].agent),
					  agent_pwd(ip.v[0].agent), true, NULL,
					  0, clock_now()),
			 0);
	icepair_tell(&ip, 1);
	assert_true(icepair_connect(&ip, CLOCK_S));
	icepair_close(&ip);
}

static void test_agent_fails_after_its_patience(void **state)
{
	struct icepair ip;
	(void)state;

	icepair_init(&ip, 1);
	simnet_host_add(&ip.v[0].host, "10.0.0.1");
	simnet_host_add(&ip.v[1].host, "10.0.1.1");
	icepair_start(&ip, NULL, NULL);
	negotiate(&ip);
	simnet_run(39 * CLOCK_S, NULL, NULL);
	assert_int_equal(agent_state(ip.v[0].agent), AGENT_CHECKING);
	simnet_run(CLOCK_S, NULL, NULL);
	assert_int_equal(agent_state(ip.v[0].agent), AGENT_FAILED);
	assert_int_equal(agent_state(ip.v[1].agent), AGENT_FAILED);
	simnet_run(60 * CLOCK_S, NULL, NULL);
	icepair_close(&ip);
}

static void test_agent_may_be_freed_in_every_handler(void **state)
{
	(void)state;

	for (unsigned i = 0; i < 6; i++) {
		struct icepair ip;

		lan(&ip, 1);
		icepair_start(&ip, NULL, NULL);
		icepair_media(&ip, 0);
		icepair_gather(&ip, 0);
		icepair_tell(&ip, 0);
		icepair_gather(&ip, 1);
		icepair_tell(&ip, 1);
		simnet_run(i * CLOCK_MS, NULL, NULL);
		ip.v[1].free_in_state = i < 5;
		ip.v[1].free_in_recv = true;
		simnet_run(CLOCK_S, NULL, NULL);
		assert_null(ip.v[1].agent);
		icepair_close(&ip);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agent_gathers_hosts_at_once),
		cmocka_unit_test(
			test_agent_connects_on_a_lan_within_two_round_trips),
		cmocka_unit_test(
			test_agent_carries_data_before_the_answer_arrives),
		cmocka_unit_test(test_agent_connects_whatever_the_network_does),
		cmocka_unit_test(test_agent_connects_through_nats),
		cmocka_unit_test(test_agent_settles_a_conflict_of_roles),
		cmocka_unit_test(test_agent_controls_when_the_peer_is_lite),
		cmocka_unit_test(test_agent_fails_after_its_patience),
		cmocka_unit_test(test_agent_may_be_freed_in_every_handler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
