/**
 * @file tests/unit/test_reliable.c  Tests of our 1xx that need a PRACK
 *
 * RFC 3262 sections 3 and 5, as the called side.
 */
#include <stdlib.h>
#include "tests/unit/support/peer.h"

enum {
	LINES = 128,
};

#define REQUIRE	  "Require: 100rel\r\n"
#define SUPPORTED "Supported: timer, 100rel\r\n"

static const struct ua_params wanting = {
	.origin = { .user = "alice", .realm = "example.org", .reliable = true },
};

/* An INVITE came, 100 is sent */
static void ring(struct peer *p, const struct ua_params *prm, const char *lines,
		 const char *offer)
{
	peer_open(p, prm);
	peer_request(p, "INVITE", "inv", lines, offer);
	peer_drop_code(p, 100, "INVITE");
	assert_non_null(p->inv);
}

static int progress(struct peer *p, unsigned code, const char *body)
{
	struct mbuf *mb = body ? peer_mbuf(body) : NULL;
	int err = invite_progress(p->inv, code, NULL, mb, p->now);

	mem_deref(mb);
	return err;
}

/* A reliable 1xx was sent. @return its RSeq */
static uint32_t take_reliable(struct peer *p, unsigned code, const char *body)
{
	struct sip_msg *msg = peer_take_code(p, code, "INVITE");
	uint32_t rseq = (uint32_t)atoi(peer_header(msg, "RSeq"));
	struct pl pl = message_body(msg);

	assert_string_equal(peer_header(msg, "Require"), "100rel");
	assert_true(strlen(peer_header(msg, "Contact")) > 0);
	assert_true(rseq > 0);
	assert_int_equal(pl_strcmp(&pl, body ? body : ""), 0);
	peer_learn(p, msg);
	mem_deref(msg);
	return rseq;
}

static void prack(struct peer *p, const char *branch, uint32_t rseq,
		  uint32_t cseq, const char *body)
{
	char lines[LINES];

	(void)re_snprintf(lines, sizeof(lines), "RAck: %u %u INVITE\r\n", rseq,
			  cseq);
	peer_request(p, "PRACK", branch, lines, body);
}

/* ... of the INVITE, the first request, and it is good */
static void confirm(struct peer *p, const char *branch, uint32_t rseq)
{
	struct sip_msg *msg;

	prack(p, branch, rseq, 11, NULL);
	msg = peer_take_code(p, 200, "PRACK");
	assert_string_equal(peer_header(msg, "Contact"), "");
	assert_string_equal(peer_header(msg, "Session-Expires"), "");
	mem_deref(msg);
	(void)peer_event(p, INVITE_EV_PRACKED);
}

static void accept_call(struct peer *p, const char *body)
{
	struct mbuf *mb = body ? peer_mbuf(body) : NULL;

	assert_int_equal(invite_accept(p->inv, mb, p->now), 0);
	mem_deref(mb);
}

/* A call that is up ends */
static void end(struct peer *p)
{
	peer_request(p, "BYE", "bye", NULL, NULL);
	peer_drop_code(p, 200, "BYE");
	(void)peer_event(p, INVITE_EV_CLOSED);
	peer_calm(p);
	peer_close(p);
}

static void acked(struct peer *p, const char *body)
{
	unsigned cseq = p->cseq;

	p->cseq = 11; /* That of the INVITE */
	peer_request(p, "ACK", "ack", NULL, body);
	p->cseq = cseq;
	(void)peer_event(p, INVITE_EV_CONFIRMED);
	peer_run(p, 60ULL * CLOCK_S);
	peer_silent(p);
}

static void test_reliable_is_who_asks_for_it(void **state)
{
	static const struct {
		const struct ua_params *prm;
		const char *lines, *offer;
		bool reliable;
	} casev[] = {
		{ NULL, NULL, "offer", false },
		{ NULL, SUPPORTED, "offer", false },
		{ NULL, REQUIRE, "offer", true },
		{ &wanting, NULL, "offer", false },
		{ &wanting, SUPPORTED, "offer", true },
		{ &wanting, REQUIRE, "offer", true },
		{ &wanting, SUPPORTED, NULL, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct sip_msg *msg;
		struct peer p;

		ring(&p, casev[i].prm, casev[i].lines, casev[i].offer);
		assert_int_equal(progress(&p, 180, NULL), 0);
		msg = peer_take_code(&p, 180, "INVITE");
		assert_string_equal(peer_header(msg, "Require"),
				    casev[i].reliable ? "100rel" : "");
		assert_int_equal(peer_header(msg, "RSeq")[0] != '\0',
				 casev[i].reliable);
		mem_deref(msg);
		peer_close(&p);
	}
}

static void test_reliable_repeats_until_the_prack(void **state)
{
	/* T1, doubled without end: RFC 3262 section 3 [ms] */
	static const uint64_t atv[] = { 500, 1500, 3500, 7500, 15500, 31500 };
	const struct peer_event *e;
	uint32_t rseq;
	struct peer p;
	(void)state;

	for (unsigned n = 0; n <= ARRAY_SIZE(atv); n++) {
		uint64_t start;

		ring(&p, NULL, REQUIRE, "offer");
		start = p.now;
		assert_int_equal(progress(&p, 180, NULL), 0);
		rseq = take_reliable(&p, 180, NULL);
		for (unsigned i = 0; i < n; i++) {
			peer_run(&p, start + atv[i] * CLOCK_MS - 1 - p.now);
			peer_silent(&p);
			peer_run(&p, 1);
			assert_int_equal(take_reliable(&p, 180, NULL), rseq);
		}
		if (n == ARRAY_SIZE(atv)) {
			peer_run(&p, start + 32ULL * CLOCK_S - p.now);
			peer_drop_code(&p, 504, "INVITE");
			e = peer_event(&p, INVITE_EV_CLOSED);
			assert_int_equal(e->why, INVITE_WHY_NO_ACK);
			assert_int_equal(e->code, 504);
		} else {
			confirm(&p, "p", rseq);
			peer_run(&p, 40ULL * CLOCK_S);
		}
		peer_calm(&p);
		peer_close(&p);
	}
}

static void test_reliable_knows_its_prack(void **state)
{
	static const char *const wrongv[] = {
		"",
		"RAck: 1 11 INVITE\r\n",
		"RAck: INVITE\r\n",
		"RAck: 99999999999 11 INVITE\r\n",
	};
	char lines[LINES];
	uint32_t rseq;
	struct peer p;
	(void)state;

	ring(&p, NULL, REQUIRE, "offer");
	assert_int_equal(progress(&p, 180, NULL), 0);
	rseq = take_reliable(&p, 180, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(wrongv); i++) {
		(void)re_snprintf(lines, sizeof(lines), "w%zu", i);
		peer_request(&p, "PRACK", lines, wrongv[i], NULL);
		peer_drop_code(&p, 481, "PRACK");
	}
	prack(&p, "w4", rseq + 1, 11, NULL);
	peer_drop_code(&p, 481, "PRACK");
	prack(&p, "w5", rseq, 12, NULL);
	peer_drop_code(&p, 481, "PRACK");
	(void)re_snprintf(lines, sizeof(lines), "RAck: %u 11 UPDATE\r\n", rseq);
	peer_request(&p, "PRACK", "w6", lines, NULL);
	peer_drop_code(&p, 481, "PRACK");
	peer_calm(&p);

	(void)re_snprintf(lines, sizeof(lines), "RAck: %u  11\t INVITE\r\n",
			  rseq);
	peer_request(&p, "PRACK", "good", lines, NULL);
	peer_drop_code(&p, 200, "PRACK");
	(void)peer_event(&p, INVITE_EV_PRACKED);
	prack(&p, "again", rseq, 11, NULL);
	peer_drop_code(&p, 481, "PRACK");
	peer_calm(&p);
	peer_close(&p);
}

static void test_reliable_sends_one_after_the_other(void **state)
{
	uint32_t rseq;
	struct peer p;
	(void)state;

	ring(&p, NULL, REQUIRE, "offer");
	assert_int_equal(progress(&p, 180, NULL), 0);
	assert_int_equal(progress(&p, 182, NULL), 0);
	assert_int_equal(progress(&p, 183, "answer"), 0);
	rseq = take_reliable(&p, 180, NULL);
	peer_silent(&p);
	confirm(&p, "p1", rseq);
	assert_int_equal(take_reliable(&p, 183, "answer"), rseq + 1);
	confirm(&p, "p2", rseq + 1);
	peer_silent(&p);

	/* The answer is given: the 200 has none */
	accept_call(&p, NULL);
	peer_drop_code(&p, 200, "INVITE");
	acked(&p, NULL);
	end(&p);
}

static void test_reliable_2xx_waits_for_the_answers_prack(void **state)
{
	struct sip_msg *msg;
	struct pl body;
	uint32_t rseq;
	struct peer p;
	(void)state;

	ring(&p, NULL, REQUIRE, "offer");
	assert_int_equal(progress(&p, 183, "answer"), 0);
	rseq = take_reliable(&p, 183, "answer");
	accept_call(&p, NULL);
	assert_int_equal(invite_accept(p.inv, NULL, p.now), EINVAL);
	peer_silent(&p);
	peer_run(&p, CLOCK_S / 2);
	assert_int_equal(take_reliable(&p, 183, "answer"), rseq);
	confirm(&p, "p", rseq);
	peer_drop_code(&p, 200, "INVITE");
	acked(&p, NULL);
	end(&p);

	/* Without one it need not, and has what still waited */
	ring(&p, NULL, REQUIRE, "offer");
	assert_int_equal(progress(&p, 180, NULL), 0);
	rseq = take_reliable(&p, 180, NULL);
	assert_int_equal(progress(&p, 183, "answer"), 0);
	accept_call(&p, NULL);
	msg = peer_take_code(&p, 200, "INVITE");
	body = message_body(msg);
	assert_int_equal(pl_strcmp(&body, "answer"), 0);
	mem_deref(msg);
	confirm(&p, "p", rseq);
	acked(&p, NULL);
	end(&p);

	/* Nor does a refusal */
	ring(&p, NULL, REQUIRE, "offer");
	assert_int_equal(progress(&p, 183, "answer"), 0);
	(void)take_reliable(&p, 183, "answer");
	accept_call(&p, NULL);
	assert_int_equal(invite_reject(p.inv, 603, NULL, p.now), 0);
	peer_drop_code(&p, 603, "INVITE");
	(void)peer_event(&p, INVITE_EV_CLOSED);
	peer_run(&p, 60ULL * CLOCK_S);
	peer_calm(&p);
	peer_close(&p);
}

static void test_reliable_offers_where_the_invite_did_not(void **state)
{
	struct sip_msg *msg;
	uint32_t rseq;
	struct peer p;
	(void)state;

	ring(&p, NULL, REQUIRE, NULL);
	assert_true(invite_owes_offer(p.inv));
	assert_int_equal(progress(&p, 180, NULL), EINVAL);
	assert_int_equal(progress(&p, 180, "offer"), 0);
	assert_false(invite_owes_offer(p.inv));
	rseq = take_reliable(&p, 180, "offer");
	prack(&p, "p", rseq, 11, "answer");
	peer_drop_code(&p, 200, "PRACK");
	assert_string_equal(peer_event(&p, INVITE_EV_PRACKED)->body, "answer");
	accept_call(&p, NULL);
	msg = peer_take_code(&p, 200, "INVITE");
	assert_int_equal(message_body(msg).l, 0);
	mem_deref(msg);
	acked(&p, NULL);
	end(&p);
}

static void test_reliable_takes_an_offer_in_the_prack(void **state)
{
	struct sip_msg *msg;
	struct mbuf *mb;
	struct pl body;
	uint32_t rseq;
	struct peer p;
	(void)state;

	ring(&p, NULL, REQUIRE, "offer");
	assert_int_equal(progress(&p, 183, "answer"), 0);
	rseq = take_reliable(&p, 183, "answer");
	prack(&p, "p", rseq, 11, "more");
	(void)peer_event(&p, INVITE_EV_PRACKED);
	assert_string_equal(peer_event(&p, INVITE_EV_OFFER)->body, "more");
	peer_silent(&p);
	mb = peer_mbuf("answer2");
	assert_int_equal(invite_reanswer(p.inv, 200, NULL, mb, p.now), 0);
	mem_deref(mb);
	msg = peer_take_code(&p, 200, "PRACK");
	body = message_body(msg);
	assert_int_equal(pl_strcmp(&body, "answer2"), 0);
	assert_string_equal(peer_header(msg, "Session-Expires"), "");
	mem_deref(msg);
	accept_call(&p, NULL);
	peer_drop_code(&p, 200, "INVITE");
	acked(&p, NULL);
	end(&p);

	/* While the first one is not answered there is no other */
	ring(&p, NULL, REQUIRE, "offer");
	assert_int_equal(progress(&p, 180, NULL), 0);
	rseq = take_reliable(&p, 180, NULL);
	prack(&p, "p", rseq, 11, "more");
	peer_drop_code(&p, 500, "PRACK");
	(void)peer_event(&p, INVITE_EV_PRACKED);
	peer_calm(&p);
	peer_close(&p);
}

static void test_reliable_ends_with_the_call(void **state)
{
	struct peer p;
	(void)state;

	ring(&p, NULL, REQUIRE, "offer");
	assert_int_equal(progress(&p, 180, NULL), 0);
	assert_int_equal(progress(&p, 182, NULL), 0);
	(void)take_reliable(&p, 180, NULL);
	p.local_tag[0] = '\0';
	p.target[0] = '\0';
	peer_request(&p, "CANCEL", "inv", NULL, NULL);
	peer_drop_code(&p, 200, "CANCEL");
	peer_drop_code(&p, 487, "INVITE");
	(void)peer_event(&p, INVITE_EV_CLOSED);
	peer_run(&p, 60ULL * CLOCK_S);
	peer_calm(&p);
	peer_close(&p);

	ring(&p, NULL, REQUIRE, "offer");
	assert_int_equal(progress(&p, 180, NULL), 0);
	(void)take_reliable(&p, 180, NULL);
	ua_flow(p.ua, false, p.now);
	(void)peer_event(&p, INVITE_EV_CLOSED);
	peer_run(&p, 60ULL * CLOCK_S);
	peer_calm(&p);
	peer_close(&p);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_reliable_is_who_asks_for_it),
		cmocka_unit_test(test_reliable_repeats_until_the_prack),
		cmocka_unit_test(test_reliable_knows_its_prack),
		cmocka_unit_test(test_reliable_sends_one_after_the_other),
		cmocka_unit_test(test_reliable_2xx_waits_for_the_answers_prack),
		cmocka_unit_test(test_reliable_offers_where_the_invite_did_not),
		cmocka_unit_test(test_reliable_takes_an_offer_in_the_prack),
		cmocka_unit_test(test_reliable_ends_with_the_call),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
