/**
 * @file tests/unit/test_gather.c  Tests of gather, through the agent
 *
 * STUN servers and NATs of the simulated network; TURN is tried against a
 * real server in tests/interop/turn.
 */
#include "tests/unit/test.h"
#include "tests/support/icepair.h"
#include "tests/support/simstun.h"

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
