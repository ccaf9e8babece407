/**
 * @file tests/unit/test_agent_life.c  Tests of agent: consent and restart
 */
#include "tests/unit/test.h"
#include "tests/support/icepair.h"

enum {
	SEEDS = 20,
	HOUR = 3600,
};

static void lan(struct icepair *ip, uint32_t seed)
{
	icepair_init(ip, seed);
	simnet_host_add(&ip->v[0].host, "10.0.0.1");
	simnet_host_add(&ip->v[1].host, "10.0.0.2");
	icepair_start(ip, NULL, NULL);
}

static void connect_both(struct icepair *ip)
{
	icepair_gather(ip, 0);
	icepair_gather(ip, 1);
	icepair_tell(ip, 0);
	icepair_tell(ip, 1);
	assert_true(icepair_connect(ip, 10 * CLOCK_S));
}

static bool is_dead(const struct sa *src, const struct sa *dst,
		    const struct mbuf *mb, void *arg)
{
	(void)src;
	(void)dst;
	(void)mb;
	return !*(bool *)arg;
}

static void test_agent_keeps_consent_for_hours(void **state)
{
	struct icepair ip;
	uint32_t before;
	(void)state;

	lan(&ip, 1);
	ip.net.loss = 50;
	connect_both(&ip);
	before = ip.net.sent;
	simnet_run((uint64_t)HOUR * CLOCK_S, NULL, NULL);
	assert_int_equal(agent_state(ip.v[0].agent), AGENT_SELECTED);
	assert_int_equal(agent_state(ip.v[1].agent), AGENT_SELECTED);

	/* Two sides, every 4 to 6 s, with an answer when it arrives */
	assert_in_range(ip.net.sent - before, HOUR / 6 * 2, HOUR / 4 * 4);
	icepair_close(&ip);
}

static void test_agent_is_silent_after_consent_has_expired(void **state)
{
	bool dead = false;
	struct icepair ip;
	uint32_t sent;
	(void)state;

	lan(&ip, 1);
	ip.net.filterh = is_dead;
	ip.net.arg = &dead;
	connect_both(&ip);
	icepair_media(&ip, 0);
	simnet_run(10 * CLOCK_S, NULL, NULL);
	assert_int_equal(ip.v[0].unsent, 0);
	dead = true;
	simnet_run(31 * CLOCK_S, NULL, NULL);
	assert_int_equal(agent_state(ip.v[0].agent), AGENT_LOST);
	assert_int_equal(agent_state(ip.v[1].agent), AGENT_LOST);

	/* At most 30 s after the last answer */
	assert_true(ip.v[0].at[AGENT_LOST] <=
		    ip.v[0].last + ip.v[0].at[AGENT_SELECTED] + 41 * CLOCK_S);
	sent = ip.net.sent;
	simnet_run(60 * CLOCK_S, NULL, NULL);
	assert_int_equal(ip.net.sent, sent);
	icepair_close(&ip);
}

static void test_agent_survives_a_gap_shorter_than_consent(void **state)
{
	bool dead = false;
	struct icepair ip;
	(void)state;

	lan(&ip, 1);
	ip.net.filterh = is_dead;
	ip.net.arg = &dead;
	connect_both(&ip);
	dead = true;
	simnet_run(20 * CLOCK_S, NULL, NULL);
	dead = false;
	simnet_run(60 * CLOCK_S, NULL, NULL);
	assert_int_equal(agent_state(ip.v[0].agent), AGENT_SELECTED);
	assert_int_equal(agent_state(ip.v[1].agent), AGENT_SELECTED);
	icepair_close(&ip);
}

static void restart(struct icepair *ip)
{
	uint64_t now = clock_now();

	assert_int_equal(agent_restart(ip->v[0].agent, AGENT_CONTROLLING, now),
			 0);
	simnet_run(30 * CLOCK_MS, NULL, NULL);
	assert_int_equal(
		agent_restart(ip->v[1].agent, AGENT_CONTROLLED, clock_now()),
		0);
	icepair_tell(ip, 0);
	simnet_run(30 * CLOCK_MS, NULL, NULL);
	icepair_tell(ip, 1);
}

static void test_agent_restarts_without_a_gap_in_media(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		struct icepair ip;
		char ufrag[64];

		lan(&ip, seed);
		connect_both(&ip);
		icepair_media(&ip, 0);
		icepair_media(&ip, 1);
		simnet_run(CLOCK_S, NULL, NULL);
		(void)str_ncpy(ufrag, agent_ufrag(ip.v[0].agent),
			       sizeof(ufrag));
		restart(&ip);
		assert_string_not_equal(ufrag, agent_ufrag(ip.v[0].agent));
		assert_true(icepair_connect(&ip, 5 * CLOCK_S));
		simnet_run(60 * CLOCK_S, NULL, NULL);
		for (unsigned i = 0; i < 2; i++) {
			assert_int_equal(ip.v[i].unsent, 0);
			assert_true(ip.v[i].received + 1 >= ip.v[!i].sent);
		}
		icepair_close(&ip);
	}
}

static void test_agent_moves_to_a_new_address(void **state)
{
	struct agent_selected sel;
	struct icepair ip;
	(void)state;

	lan(&ip, 1);
	connect_both(&ip);
	icepair_media(&ip, 1);
	simnet_run(CLOCK_S, NULL, NULL);
	assert_int_equal(sa_set_str(&ip.v[0].host.addrv[0], "10.0.0.77", 0), 0);
	restart(&ip);
	assert_true(icepair_connect(&ip, 5 * CLOCK_S));
	assert_int_equal(agent_selected(ip.v[1].agent, &sel), 0);
	assert_int_equal(sa_in(&sel.remote), 0x0a00004d);
	icepair_close(&ip);
}

static void test_agent_recovers_from_loss_by_restart(void **state)
{
	bool dead = false;
	struct icepair ip;
	(void)state;

	lan(&ip, 1);
	ip.net.filterh = is_dead;
	ip.net.arg = &dead;
	connect_both(&ip);
	dead = true;
	simnet_run(40 * CLOCK_S, NULL, NULL);
	assert_int_equal(agent_state(ip.v[0].agent), AGENT_LOST);
	dead = false;
	restart(&ip);
	assert_true(icepair_connect(&ip, 5 * CLOCK_S));
	icepair_close(&ip);
}

static void test_agent_frees_all_it_took(void **state)
{
	size_t before = test_blocks();
	struct icepair ip;
	(void)state;

	lan(&ip, 1);
	connect_both(&ip);
	restart(&ip);
	simnet_run(CLOCK_S, NULL, NULL);
	icepair_close(&ip);
	assert_int_equal(test_blocks(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agent_keeps_consent_for_hours),
		cmocka_unit_test(
			test_agent_is_silent_after_consent_has_expired),
		cmocka_unit_test(
			test_agent_survives_a_gap_shorter_than_consent),
		cmocka_unit_test(test_agent_restarts_without_a_gap_in_media),
		cmocka_unit_test(test_agent_moves_to_a_new_address),
		cmocka_unit_test(test_agent_recovers_from_loss_by_restart),
		cmocka_unit_test(test_agent_frees_all_it_took),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
