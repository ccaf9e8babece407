/**
 * @file tests/unit/test_keying.c  Tests of DTLS: two keyings over a bad link
 */
#include "tests/unit/support/world.h"

static void test_keying_agrees_on_keys_in_two_round_trips(void **state)
{
	struct world w;
	char text[512];
	(void)state;

	world_open(&w, 1);
	world_know(&w, 0);
	world_know(&w, 1);
	world_start(&w);
	world_run(&w, CLOCK_S);
	world_check_up(&w);
	assert_int_equal(w.endv[1].up_at, WORLD_START + 3 * WORLD_DELAY);
	assert_int_equal(w.endv[0].up_at, WORLD_START + 4 * WORLD_DELAY);
	assert_true(w.longest <= HANDSHAKE_MTU);

	re_snprintf(text, sizeof(text), "%H", keying_print, w.endv[1].k);
	assert_non_null(strstr(text, "server up"));
	assert_non_null(strstr(text, "ECDHE-ECDSA-WITH-AES-128-GCM-SHA256"));
	assert_int_equal(keying_due(w.endv[0].k), CLOCK_NEVER);
	assert_int_equal(keying_due(w.endv[1].k), CLOCK_NEVER);
	world_close(&w);
}

static void test_keying_holds_keys_until_the_fingerprint_is_known(void **state)
{
	struct world w;
	(void)state;

	world_open(&w, 2);
	world_know(&w, 0);
	world_start(&w);
	world_run(&w, 60 * CLOCK_S);
	assert_int_equal(w.endv[1].up, 0);
	assert_false(keying_is_up(w.endv[1].k));
	world_know(&w, 1);
	world_check_up(&w);
	assert_true(keying_is_up(w.endv[1].k));
	world_close(&w);
}

static void test_keying_refuses_a_wrong_fingerprint(void **state)
{
	(void)state;

	/* Whoever is told the wrong one, and whenever, gives no keys out, and
	   tells the other */
	for (unsigned i = 0; i < 4; i++) {
		unsigned cheated = i & 1;
		struct fingerprint fp;
		struct world w;

		world_open(&w, 3 + i);
		fp = *identity_fingerprint(w.idv[!cheated]);
		fp.v[31] ^= 1;
		world_know(&w, !cheated);
		if (i & 2) {
			world_start(&w);
			world_run(&w, CLOCK_S);
		}
		keying_set_peer(w.endv[cheated].k, &fp, 1, w.now);
		if (!(i & 2))
			world_start(&w);
		world_run(&w, CLOCK_S);

		assert_int_equal(w.endv[cheated].up, 0);
		assert_int_equal(w.endv[cheated].down, 1);
		assert_int_equal(w.endv[cheated].err, EACCES);
		assert_non_null(strstr(w.endv[cheated].reason, "fingerprint"));
		assert_int_equal(w.endv[!cheated].down, 1);
		assert_int_equal(w.endv[!cheated].err, EPROTO);
		world_close(&w);
	}
}

static void test_keying_refuses_when_no_fingerprint_counts(void **state)
{
	struct world w;
	(void)state;

	world_open(&w, 8);
	world_know(&w, 0);
	keying_set_peer(w.endv[1].k, NULL, 0, w.now);
	world_start(&w);
	world_run(&w, CLOCK_S);
	assert_int_equal(w.endv[1].up, 0);
	assert_int_equal(w.endv[1].err, EACCES);
	world_close(&w);
}

static void test_keying_repeats_a_lost_first_flight_soon(void **state)
{
	struct world w;
	(void)state;

	world_open(&w, 9);
	w.drop_first = 3;
	world_know(&w, 0);
	world_know(&w, 1);
	world_start(&w);
	world_run(&w, 10 * CLOCK_S);
	world_check_up(&w);
	assert_in_range(w.endv[0].up_at, WORLD_START,
			WORLD_START + (80 + 160 + 320 + 40) * CLOCK_MS);
	world_close(&w);
}

static void test_keying_gets_through_loss_and_reordering(void **state)
{
	uint64_t worst = 0;
	(void)state;

	for (uint32_t s = 0; s < 60; s++) {
		struct world w;

		world_open(&w, 100 + s);
		w.loss = 30;
		w.jitter = 60;
		world_know(&w, 0);
		world_know(&w, 1);
		world_start(&w);
		world_run(&w, KEYING_LIMIT);
		world_check_up(&w);
		for (unsigned i = 0; i < 2; i++) {
			if (w.endv[i].up_at - WORLD_START > worst)
				worst = w.endv[i].up_at - WORLD_START;
		}
		world_close(&w);
	}

	assert_in_range(worst, 0, 10 * CLOCK_S);
}

static void test_keying_gives_up_in_time(void **state)
{
	struct world w;
	(void)state;

	world_open(&w, 10);
	w.loss = 100;
	world_know(&w, 0);
	world_know(&w, 1);
	world_start(&w);
	world_run(&w, 2 * KEYING_LIMIT);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(w.endv[i].up, 0);
		assert_int_equal(w.endv[i].down, 1);
		assert_int_equal(w.endv[i].err, ETIMEDOUT);
		assert_int_equal(w.endv[i].down_at, WORLD_START + KEYING_LIMIT);
	}
	assert_in_range(w.sent, 20, 40);
	world_close(&w);
}

static const uint8_t plain_alert[] = { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0,
				       0,  0,	 99,   0, 2, 2, 40 };

static void test_keying_ignores_alerts_that_anybody_can_send(void **state)
{
	static const uint8_t second[] = {
		20,   0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0,	98, 0, 1, 1,  21,
		0xfe, 0xfd, 0,	  0, 0, 0, 0, 0, 0, 99, 0,  2, 2, 40,
	};
	struct world w;
	(void)state;

	world_open(&w, 11);
	world_know(&w, 0);
	world_know(&w, 1);
	world_start(&w);
	for (unsigned i = 0; i < 6; i++) {
		world_inject(&w, 0, plain_alert, sizeof(plain_alert));
		world_inject(&w, 1, plain_alert, sizeof(plain_alert));
		world_inject(&w, 1, second, sizeof(second));
		world_run(&w, WORLD_DELAY);
	}
	world_run(&w, CLOCK_S);
	world_check_up(&w);
	assert_int_equal(w.endv[0].up_at, WORLD_START + 4 * WORLD_DELAY);
	world_close(&w);
}

static void test_keying_survives_a_false_hello(void **state)
{
	/* A hello of nothing: the library gives up, we begin again */
	static const uint8_t hello[] = {
		22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 14, 1,
		0,  0,	  2,	0, 0, 0, 0, 0, 0, 0, 2, 1, 2,
	};
	struct world w;
	(void)state;

	world_open(&w, 12);
	world_know(&w, 0);
	world_know(&w, 1);
	keying_start(w.endv[1].k, w.now);
	world_inject(&w, 1, hello, sizeof(hello));
	world_run(&w, 10 * CLOCK_MS);
	assert_int_equal(w.endv[1].down, 0);
	keying_start(w.endv[0].k, w.now);
	world_run(&w, CLOCK_S);
	world_check_up(&w);
	world_close(&w);
}

static void test_keying_is_not_disturbed_once_up(void **state)
{
	struct world w;
	uint8_t garbage[200];
	(void)state;

	world_open(&w, 13);
	world_know(&w, 0);
	world_know(&w, 1);
	world_start(&w);
	world_run(&w, CLOCK_S);
	world_check_up(&w);

	for (unsigned i = 0; i < 2000; i++) {
		size_t len = 1 + world_dice() % sizeof(garbage);

		world_random(garbage, len, NULL);
		garbage[0] = (uint8_t)(20 + world_dice() % 6);
		if (len > 13 && i & 1) { /* A plausible record */
			garbage[1] = 0xfe;
			garbage[2] = 0xfd;
			garbage[3] = 0;
			garbage[4] = i & 2 ? 1 : 0;
			garbage[11] = 0;
			garbage[12] = (uint8_t)(len - 13);
		}
		world_inject(&w, i & 4 ? 1 : 0, garbage, len);
	}
	world_inject(&w, 0, plain_alert, sizeof(plain_alert));
	world_inject(&w, 1, plain_alert, sizeof(plain_alert));
	world_inject(&w, 1, mbuf_buf(w.first), mbuf_get_left(w.first));
	world_run(&w, 60 * CLOCK_S);
	world_check_up(&w);

	/* And still the channel works */
	keying_close(w.endv[0].k, w.now);
	world_run(&w, CLOCK_S);
	assert_int_equal(w.endv[1].down, 1);
	assert_int_equal(w.endv[1].err, 0);
	assert_int_equal(w.endv[0].down, 0);
	world_close(&w);
}

static void test_keying_is_not_ended_by_hellos_in_the_peers_name(void **state)
{
	/* SECURITY row 21: a source address can be forged */
	static const uint8_t head[] = { 22, 0xfe, 0xff, 0, 0, 0,  0,
					0,  0,	  0,	0, 0, 128 };
	uint8_t hello[sizeof(head) + 128 + 32];
	struct world w;
	(void)state;

	world_open(&w, 21);
	world_know(&w, 0);
	world_know(&w, 1);
	world_start(&w);
	world_run(&w, CLOCK_S);
	world_check_up(&w);

	for (unsigned i = 0; i < 2000; i++) {
		world_random(hello, sizeof(hello), NULL);
		memcpy(hello, head, sizeof(head));
		hello[sizeof(head)] = (uint8_t)(i & 2 ? world_dice() % 24 : 1);
		if (i & 4) { /* Unfragmented, and of the right length */
			memset(&hello[sizeof(head) + 1], 0, 11);
			hello[sizeof(head) + 3] = hello[sizeof(head) + 11] =
				128 - 12;
		}
		hello[4] = (uint8_t)(i >> 3 & 1);
		world_inject(&w, i & 1, hello,
			     sizeof(hello) - world_dice() % 33);
		assert_int_equal(w.endv[i & 1].down, 0);
	}
	world_run(&w, CLOCK_S);
	world_check_up(&w);

	/* A close that is the peer's is heard all the same */
	keying_close(w.endv[1].k, w.now);
	world_run(&w, CLOCK_S);
	assert_int_equal(w.endv[0].down, 1);
	assert_int_equal(w.endv[0].err, 0);
	world_close(&w);
}

static void test_keying_may_be_freed_by_its_handlers(void **state)
{
	struct fingerprint fp;
	struct world w;
	(void)state;

	world_open(&w, 14);
	w.endv[0].free_it = w.endv[1].free_it = true;
	world_know(&w, 0);
	world_know(&w, 1);
	world_start(&w);
	world_run(&w, CLOCK_S);
	assert_null(w.endv[0].k);
	assert_null(w.endv[1].k);
	assert_int_equal(w.endv[0].up, 1);
	assert_int_equal(w.endv[1].up, 1);
	world_close(&w);

	world_open(&w, 15);
	w.endv[0].free_it = w.endv[1].free_it = true;
	fp = *identity_fingerprint(w.idv[0]);
	keying_set_peer(w.endv[0].k, &fp, 1, w.now); /* Our own: wrong */
	world_know(&w, 1);
	world_start(&w);
	world_run(&w, CLOCK_S);
	assert_null(w.endv[0].k);
	assert_int_equal(w.endv[0].err, EACCES);
	world_close(&w);
}

/* Two clients, or two servers, never agree, and end */
static void test_keying_ends_when_both_have_the_same_role(void **state)
{
	(void)state;

	for (unsigned i = 0; i < 2; i++) {
		enum keying_role role = i ? KEYING_SERVER : KEYING_CLIENT;
		struct world w;

		world_open(&w, 16 + i);
		world_replace(&w, !i, role);
		world_know(&w, 0);
		world_know(&w, 1);
		world_start(&w);
		world_run(&w, KEYING_LIMIT);
		assert_int_equal(w.endv[0].err, ETIMEDOUT);
		assert_int_equal(w.endv[1].err, ETIMEDOUT);
		assert_in_range(w.sent, 0, 400);
		world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keying_agrees_on_keys_in_two_round_trips),
		cmocka_unit_test(
			test_keying_holds_keys_until_the_fingerprint_is_known),
		cmocka_unit_test(test_keying_refuses_a_wrong_fingerprint),
		cmocka_unit_test(
			test_keying_refuses_when_no_fingerprint_counts),
		cmocka_unit_test(test_keying_repeats_a_lost_first_flight_soon),
		cmocka_unit_test(test_keying_gets_through_loss_and_reordering),
		cmocka_unit_test(test_keying_gives_up_in_time),
		cmocka_unit_test(
			test_keying_ignores_alerts_that_anybody_can_send),
		cmocka_unit_test(test_keying_survives_a_false_hello),
		cmocka_unit_test(test_keying_is_not_disturbed_once_up),
		cmocka_unit_test(
			test_keying_is_not_ended_by_hellos_in_the_peers_name),
		cmocka_unit_test(test_keying_may_be_freed_by_its_handlers),
		cmocka_unit_test(test_keying_ends_when_both_have_the_same_role),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
