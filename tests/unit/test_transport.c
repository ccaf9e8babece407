/**
 * @file tests/unit/test_transport.c  Tests of ICE, DTLS and SRTP together
 */
#include "tests/unit/test.h"
#include "tests/support/duo.h"

static void check_media(const struct duo *d)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct duo_side *s = &d->v[i];

		assert_int_equal(s->up, 1);
		assert_int_equal(s->down, 0);
		assert_true(s->packets > 0);
		assert_true(s->reports > 0);
	}
}

static void test_transport_carries_media_both_ways(void **state)
{
	struct duo d;
	char text[2048];
	(void)state;

	duo_open(&d, 1);
	duo_call(&d, 0);
	assert_int_equal(transport_local(d.v[0].t)->setup, TRANSPORT_PASSIVE);
	assert_int_equal(transport_local(d.v[1].t)->setup, TRANSPORT_ACTIVE);
	duo_run(CLOCK_S);
	duo_media(&d, 0);
	duo_media(&d, 1);
	duo_run(10 * CLOCK_S);

	check_media(&d);
	assert_in_range(d.v[0].packets, d.v[1].sent - 2, d.v[1].sent);
	assert_in_range(d.v[1].packets, d.v[0].sent - 2, d.v[0].sent);
	assert_int_equal(d.v[0].unsent + d.v[1].unsent, 0);

	re_snprintf(text, sizeof(text), "%H", transport_print, d.v[0].t);
	assert_non_null(strstr(text, "DTLS server up"));
	assert_non_null(strstr(text, "unknown=0 unsent=0 unusable=0"));
	assert_null(strstr(text, transport_local(d.v[0].t)->pwd));
	duo_close(&d);
}

/* One check, four flights: the pair works after one round trip, the client
   begins at once */
static void test_transport_is_up_after_three_round_trips(void **state)
{
	uint64_t begin;
	struct duo d;
	(void)state;

	duo_open(&d, 2);
	begin = clock_now();
	duo_call(&d, 0);
	duo_run(CLOCK_S);
	for (unsigned i = 0; i < 2; i++)
		assert_in_range(d.v[i].up_at - begin, 1,
				6 * d.net.delay + CLOCK_MS);
	duo_close(&d);
}

/* DTLS of the answerer, and its first packets, overtake the answer */
static void test_transport_begins_before_the_answer_is_there(void **state)
{
	uint64_t told;
	struct duo d;
	(void)state;

	duo_open(&d, 3);
	duo_media(&d, 1);
	duo_call(&d, 200 * CLOCK_MS);
	told = clock_now();
	assert_int_equal(d.v[0].up, 0);
	duo_run(CLOCK_S);
	assert_int_equal(d.v[0].up, 1);
	assert_int_equal(d.v[1].up, 1);
	assert_in_range(d.v[0].up_at - told, 0, 60 * CLOCK_MS);
	assert_true(d.v[0].packets > 0);
	duo_close(&d);
}

static void test_transport_refuses_a_wrong_fingerprint(void **state)
{
	(void)state;

	for (unsigned cheated = 0; cheated < 2; cheated++) {
		struct duo_words w;
		struct duo d;

		duo_open(&d, 4 + cheated);
		duo_media(&d, 0);
		duo_media(&d, 1);
		for (unsigned from = 0; from < 2; from++) {
			assert_int_equal(
				transport_gather(d.v[from].t, clock_now()), 0);
			duo_words(&d, from, &w);
			if (cheated == !from)
				w.print[8] = w.print[8] == 'A' ? 'B' : 'A';
			assert_int_equal(duo_tell_words(&d, !from, &w), 0);
		}
		duo_run(5 * CLOCK_S);

		assert_int_equal(d.v[cheated].up, 0);
		assert_int_equal(d.v[cheated].down, 1);
		assert_int_equal(d.v[cheated].err, EACCES);
		assert_int_equal(d.v[cheated].sent, 0);
		assert_int_equal(d.v[0].packets + d.v[1].packets, 0);
		duo_close(&d);
	}
}

static void test_transport_wants_a_fingerprint(void **state)
{
	static const char *const badv[] = {
		"",
		"sha-1 A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:"
		"D8:9D",
		"sha-256 00",
	};
	struct duo_words w;
	struct duo d;
	(void)state;

	duo_open(&d, 6);
	assert_int_equal(transport_gather(d.v[0].t, clock_now()), 0);
	duo_words(&d, 0, &w);
	for (size_t i = 0; i < ARRAY_SIZE(badv); i++) {
		w.printv[0] = badv[i];
		assert_int_equal(duo_tell_words(&d, 1, &w), EACCES);
	}

	w.r.fingerprintc = 0;
	assert_int_equal(duo_tell_words(&d, 1, &w), EACCES);
	duo_close(&d);
}

static void test_transport_takes_the_role_that_is_left(void **state)
{
	static const struct {
		enum transport_setup offer, want;
	} casev[] = {
		{ TRANSPORT_ACTPASS, TRANSPORT_ACTIVE },
		{ TRANSPORT_ACTIVE, TRANSPORT_PASSIVE },
		{ TRANSPORT_PASSIVE, TRANSPORT_ACTIVE },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct duo_words w;
		struct duo d;

		duo_open(&d, 7);
		assert_int_equal(transport_gather(d.v[0].t, clock_now()), 0);
		duo_words(&d, 0, &w);
		w.r.setup = casev[i].offer;
		assert_int_equal(duo_tell_words(&d, 1, &w), 0);
		assert_int_equal(transport_gather(d.v[1].t, clock_now()), 0);
		assert_int_equal(transport_local(d.v[1].t)->setup,
				 casev[i].want);
		duo_tell(&d, 1);
		duo_run(CLOCK_S);
		assert_int_equal(d.v[0].up, 1);
		assert_int_equal(d.v[1].up, 1);
		duo_close(&d);
	}
}

static void test_transport_gets_through_a_bad_network(void **state)
{
	(void)state;

	for (uint32_t seed = 0; seed < 30; seed++) {
		struct duo d;

		duo_open(&d, 100 + seed);
		d.net.loss = 200;
		d.net.doubled = 50;
		d.net.jitter = 30 * CLOCK_MS;
		duo_call(&d, (seed % 4) * 100 * CLOCK_MS);
		duo_media(&d, 0);
		duo_media(&d, 1);
		duo_run(15 * CLOCK_S);
		check_media(&d);
		duo_close(&d);
	}
}

static void test_transport_tells_that_the_peer_closed(void **state)
{
	struct duo d;
	(void)state;

	duo_open(&d, 8);
	duo_call(&d, 0);
	duo_run(CLOCK_S);
	transport_close(d.v[0].t, clock_now());
	assert_int_equal(transport_due(d.v[0].t), CLOCK_NEVER);
	assert_false(transport_is_up(d.v[0].t));
	duo_run(CLOCK_S);
	assert_int_equal(d.v[0].down, 0);
	assert_int_equal(d.v[1].down, 1);
	assert_int_equal(d.v[1].err, 0);
	assert_false(transport_is_up(d.v[1].t));
	duo_close(&d);
}

static void test_transport_tells_that_the_peer_vanished(void **state)
{
	struct duo d;
	(void)state;

	duo_open(&d, 9);
	duo_call(&d, 0);
	duo_run(CLOCK_S);
	d.net.loss = SIMNET_PER_MILLE;
	duo_run(DUO_PATIENCE);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(d.v[i].down, 1);
		assert_int_equal(d.v[i].err, ETIMEDOUT);
	}
	duo_close(&d);
}

static bool lose_dtls(const struct sa *src, const struct sa *dst,
		      const struct mbuf *mb, void *arg)
{
	uint8_t first = mb->buf[mb->pos];
	(void)src;
	(void)dst;
	(void)arg;

	return first < 20 || first > 63;
}

static void test_transport_gives_up_when_dtls_does_not_pass(void **state)
{
	struct duo d;
	(void)state;

	duo_open(&d, 10);
	d.net.filterh = lose_dtls;
	duo_call(&d, 0);
	duo_run(DUO_PATIENCE);
	assert_int_equal(d.v[1].down, 1);
	assert_int_equal(d.v[1].err, ETIMEDOUT);
	assert_int_equal(d.v[0].up + d.v[1].up, 0);
	duo_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transport_carries_media_both_ways),
		cmocka_unit_test(test_transport_is_up_after_three_round_trips),
		cmocka_unit_test(
			test_transport_begins_before_the_answer_is_there),
		cmocka_unit_test(test_transport_refuses_a_wrong_fingerprint),
		cmocka_unit_test(test_transport_wants_a_fingerprint),
		cmocka_unit_test(test_transport_takes_the_role_that_is_left),
		cmocka_unit_test(test_transport_gets_through_a_bad_network),
		cmocka_unit_test(test_transport_tells_that_the_peer_closed),
		cmocka_unit_test(test_transport_tells_that_the_peer_vanished),
		cmocka_unit_test(
			test_transport_gives_up_when_dtls_does_not_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
