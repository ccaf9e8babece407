/**
 * @file tests/unit/test_transport_hostile.c  Transport among enemies
 *
 * SECURITY rows 17 to 23 and 28; and owners that free it at any moment.
 */
#include "tests/unit/test.h"
#include "tests/support/duo.h"

static void up_duo(struct duo *d, uint32_t seed)
{
	duo_open(d, seed);
	duo_call(d, 0);
	duo_run(CLOCK_S);
	assert_int_equal(d->v[0].up, 1);
	assert_int_equal(d->v[1].up, 1);
}

static void check_alive(struct duo *d)
{
	unsigned before[2] = { d->v[0].packets, d->v[1].packets };

	duo_media(d, 0);
	duo_media(d, 1);
	duo_run(CLOCK_S);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(d->v[i].down, 0);
		assert_in_range(d->v[i].packets - before[i], 48, 52);
	}
}

static void no_recv(const struct sa *src, struct mbuf *mb, uint64_t now,
		    void *arg)
{
	unsigned *n = arg;
	(void)src;
	(void)mb;
	(void)now;

	++*n;
}

/* Alerts, hellos, RTP, RTCP from an address that no check has proved: no
   answer, no effect, and nothing is ever sent there */
static void test_transport_is_deaf_to_strangers(void **state)
{
	static const uint8_t hello[] = {
		22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 14, 1,
		0,  0,	  2,	0, 0, 0, 0, 0, 0, 0, 2, 1, 2,
	};
	static const uint8_t alert[] = { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0,
					 0,  0,	   9,	 0, 2, 2, 40 };
	struct simnet_host host;
	const struct candidate *cv;
	struct dgram *dg;
	unsigned got = 0;
	struct duo d;
	size_t n;
	(void)state;

	up_duo(&d, 1);
	simnet_host_init(&host, &d.net);
	simnet_host_add(&host, "10.0.0.66");
	assert_int_equal(
		network_open(&dg, &host.network, &host.addrv[0], no_recv, &got),
		0);

	cv = transport_candidates(d.v[0].t, &n);
	assert_true(n > 0);
	for (unsigned i = 0; i < 400; i++) {
		struct mbuf *mb = mbuf_alloc(256);

		if (i % 4 == 0)
			mbuf_write_mem(mb, hello, sizeof(hello));
		else if (i % 4 == 1)
			mbuf_write_mem(mb, alert, sizeof(alert));
		else {
			mbuf_write_u16(mb, htons(i % 4 == 2 ? 0x806f : 0x80c8));
			mbuf_fill(mb, (uint8_t)i, 100);
		}
		mbuf_set_pos(mb, 0);
		(void)dgram_send(dg, &cv[0].addr, mb);
		mem_deref(mb);
	}
	check_alive(&d);
	assert_int_equal(got, 0);
	mem_deref(dg);
	duo_close(&d);
}

struct spoiler {
	struct simnet *net;
	unsigned per_mille; /* Of SRTP that is spoiled */
	unsigned spoiled;
};

static bool spoil(const struct sa *src, const struct sa *dst,
		  const struct mbuf *mb, void *arg)
{
	struct spoiler *s = arg;
	size_t len = mbuf_get_left(mb);
	(void)src;
	(void)dst;

	if (mb->buf[mb->pos] >> 6 != 2 ||
	    simnet_random(s->net, 1000) >= s->per_mille)
		return true;

	mb->buf[mb->pos + 12 + simnet_random(s->net, (uint32_t)len - 12)] ^= 1;
	++s->spoiled;
	return true;
}

static void test_transport_counts_forged_packets_only(void **state)
{
	struct spoiler s = { .per_mille = 500 };
	unsigned arrived, sent;
	char text[2048], want[64];
	struct duo d;
	(void)state;

	up_duo(&d, 2);
	s.net = &d.net;
	d.net.filterh = spoil;
	d.net.arg = &s;
	duo_media(&d, 1);
	duo_run(10 * CLOCK_S);
	loop_timer_cancel(&d.v[1].media);
	duo_run(CLOCK_S);

	sent = d.v[1].sent + d.v[1].seq / 10;
	arrived = d.v[0].packets + d.v[0].reports;
	assert_true(s.spoiled > 150);
	assert_int_equal(arrived + s.spoiled, sent);
	assert_int_equal(d.v[0].down, 0);

	re_snprintf(text, sizeof(text), "%H", transport_print, d.v[0].t);
	re_snprintf(want, sizeof(want), "forged=%u", s.spoiled);
	assert_non_null(strstr(text, want));
	duo_close(&d);
}

/* Network that delivers everything twice: replays are dropped */
static void test_transport_delivers_nothing_twice(void **state)
{
	struct duo d;
	(void)state;

	up_duo(&d, 3);
	d.net.doubled = SIMNET_PER_MILLE;
	duo_media(&d, 1);
	duo_run(10 * CLOCK_S);
	assert_in_range(d.v[0].packets, d.v[1].sent - 2, d.v[1].sent);
	duo_close(&d);
}

static void test_transport_may_be_freed_in_every_handler(void **state)
{
	(void)state;

	for (unsigned where = DUO_FREE_GATHERED; where <= DUO_FREE_DOWN;
	     where++) {
		for (unsigned i = 0; i < 4; i++) {
			struct duo_side *s;
			size_t blocks;
			struct duo d;

			blocks = test_blocks();
			duo_open(&d, 10 + where);
			s = &d.v[i & 1];
			s->close_too = i & 2;
			if (where != DUO_FREE_GATHERED) {
				duo_call(&d, 0);
				duo_media(&d, 0);
				duo_media(&d, 1);
			}
			s->free_in = (enum duo_free)where;
			if (where == DUO_FREE_GATHERED)
				(void)transport_gather(s->t, clock_now());
			if (where == DUO_FREE_DOWN) {
				duo_run(CLOCK_S);
				d.net.loss = SIMNET_PER_MILLE;
			}
			duo_run(DUO_PATIENCE);
			assert_null(s->t);
			duo_close(&d);
			assert_int_equal(test_blocks(), blocks);
		}
	}
}

static void test_transport_does_nothing_when_told_the_same_again(void **state)
{
	struct duo d;
	(void)state;

	up_duo(&d, 30);
	duo_tell(&d, 0);
	duo_tell(&d, 1);
	check_alive(&d);
	assert_int_equal(d.v[0].up + d.v[1].up, 2);
	assert_int_equal(transport_local(d.v[1].t)->setup, TRANSPORT_ACTIVE);
	duo_close(&d);
}

static void test_transport_shakes_hands_again_for_another_peer(void **state)
{
	struct duo_words w;
	struct duo d;
	(void)state;

	/* Side 1 is told another certificate: no media until that peer has
	   shown it, and this one cannot */
	up_duo(&d, 31);
	duo_words(&d, 0, &w);
	w.print[8] = w.print[8] == 'A' ? 'B' : 'A';
	w.r.setup = TRANSPORT_ACTPASS;
	assert_int_equal(duo_tell_words(&d, 1, &w), 0);
	assert_false(transport_is_up(d.v[1].t));
	duo_media(&d, 0);
	duo_media(&d, 1);
	duo_run(5 * CLOCK_S);
	assert_int_equal(d.v[1].sent, 0);
	assert_int_equal(d.v[1].packets, 0);
	duo_close(&d);
}

static void test_transport_restarts_ice_under_the_same_channel(void **state)
{
	char before[64];
	struct duo d;
	(void)state;

	up_duo(&d, 32);
	str_ncpy(before, transport_local(d.v[0].t)->ufrag, sizeof(before));
	assert_int_equal(transport_restart(d.v[0].t, clock_now()), 0);
	assert_string_not_equal(before, transport_local(d.v[0].t)->ufrag);
	assert_int_equal(d.v[0].gathered, 2);

	str_ncpy(before, transport_local(d.v[1].t)->ufrag, sizeof(before));
	duo_tell(&d, 0);
	assert_string_not_equal(before, transport_local(d.v[1].t)->ufrag);
	assert_int_equal(d.v[1].gathered, 2);
	duo_tell(&d, 1);

	check_alive(&d);
	duo_run(DUO_PATIENCE);
	assert_int_equal(d.v[0].down + d.v[1].down, 0);
	assert_int_equal(d.v[0].up + d.v[1].up, 2);
	duo_close(&d);
}

static void test_transport_skips_candidates_that_are_not_for_us(void **state)
{
	struct duo_words w;
	char text[2048];
	struct duo d;
	(void)state;

	duo_open(&d, 33);
	assert_int_equal(transport_gather(d.v[0].t, clock_now()), 0);
	assert_int_equal(transport_gather(d.v[1].t, clock_now()), 0);
	duo_words(&d, 0, &w);
	w.candidatev[w.r.candidatec++] =
		"1 1 udp 2113937151 8a3ec3e2-0d4c-4f1c-9b1a-2f2a2b9e6b66.local "
		"51516 typ host";
	w.candidatev[w.r.candidatec++] =
		"2 1 tcp 1518280447 10.0.0.1 9 typ host tcptype active";
	w.candidatev[w.r.candidatec++] = "nonsense";
	assert_int_equal(duo_tell_words(&d, 1, &w), 0);
	duo_tell(&d, 1);
	duo_run(CLOCK_S);
	assert_int_equal(d.v[1].up, 1);
	re_snprintf(text, sizeof(text), "%H", transport_print, d.v[1].t);
	assert_non_null(strstr(text, "unusable=3"));
	duo_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transport_is_deaf_to_strangers),
		cmocka_unit_test(test_transport_counts_forged_packets_only),
		cmocka_unit_test(test_transport_delivers_nothing_twice),
		cmocka_unit_test(test_transport_may_be_freed_in_every_handler),
		cmocka_unit_test(
			test_transport_does_nothing_when_told_the_same_again),
		cmocka_unit_test(
			test_transport_shakes_hands_again_for_another_peer),
		cmocka_unit_test(
			test_transport_restarts_ice_under_the_same_channel),
		cmocka_unit_test(
			test_transport_skips_candidates_that_are_not_for_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
