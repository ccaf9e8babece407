/**
 * @file tests/unit/test_called.c  Tests of calls that come in
 */
#include "tests/unit/support/peer.h"
#include "core/sip/transactions.h"

/* An INVITE came, 100 is sent */
static void ring_with(struct peer *p, const char *lines, const char *offer)
{
	peer_request(p, "INVITE", "inv", lines, offer);
	peer_drop_code(p, 100, "INVITE");
	assert_non_null(p->inv);
}

static void ring(struct peer *p)
{
	peer_open(p, NULL);
	ring_with(p, NULL, "offer");
}

static void answer(struct peer *p, const char *body)
{
	struct mbuf *mb = peer_mbuf(body);
	struct sip_msg *ok;

	assert_int_equal(invite_accept(p->inv, mb, p->now), 0);
	mem_deref(mb);
	ok = peer_take_code(p, 200, "INVITE");
	peer_learn(p, ok);
	mem_deref(ok);
}

static void check_closed(struct peer *p, enum invite_why why, unsigned code)
{
	const struct peer_event *e = peer_event(p, INVITE_EV_CLOSED);

	assert_int_equal(e->why, why);
	assert_int_equal(e->code, code);
	peer_calm(p);
	p->inv = mem_deref(p->inv);
}

static void test_called_follows_the_flow_of_A_5_3(void **state)
{
	const struct peer_event *e;
	struct sip_msg *msg;
	struct mbuf *mb;
	struct peer p;
	(void)state;

	ring(&p);
	assert_true(invite_incoming(p.inv));
	assert_string_equal(invite_peer_uri(p.inv), "sip:bob@example.org");
	assert_string_equal(invite_peer_name(p.inv), "Bob");
	assert_string_equal(invite_callid(p.inv), "far-call");
	assert_non_null(invite_msg(p.inv));
	assert_int_equal(invite_progress(p.inv, 180, NULL, NULL, p.now), 0);
	msg = peer_take_code(&p, 180, "INVITE");
	assert_true(msg->to.tag.l > 0);
	assert_non_null(strstr(peer_header(msg, "Contact"), "transport=ws"));
	mem_deref(msg);
	assert_int_equal(invite_progress(p.inv, 200, NULL, NULL, p.now),
			 EINVAL);

	mb = peer_mbuf("answer");
	assert_int_equal(invite_accept(p.inv, mb, p.now), 0);
	assert_int_equal(invite_accept(p.inv, mb, p.now), EINVAL);
	mem_deref(mb);
	msg = peer_take_code(&p, 200, "INVITE");
	assert_string_equal(peer_header(msg, "Content-Type"),
			    "application/sdp");
	assert_non_null(strstr(peer_header(msg, "Allow"), "BYE"));
	peer_learn(&p, msg);
	mem_deref(msg);
	peer_calm(&p);

	peer_request(&p, "ACK", "ack", NULL, NULL);
	(void)peer_event(&p, INVITE_EV_CONFIRMED);
	peer_request(&p, "ACK", "ack2", NULL, NULL);
	peer_run(&p, 60ULL * CLOCK_S);
	peer_calm(&p);
	peer_silent(&p);

	/* hung up at the other end */
	peer_request(&p, "BYE", "bye", "Reason: SIP;cause=200\r\n", NULL);
	peer_drop_code(&p, 200, "BYE");
	e = peer_event(&p, INVITE_EV_CLOSED);
	assert_int_equal(e->why, INVITE_WHY_BYE);
	assert_string_equal(e->cause, "SIP;cause=200");
	peer_request(&p, "BYE", "bye2", NULL, NULL);
	peer_drop_code(&p, 481, "BYE");
	peer_calm(&p);
	peer_close(&p);
}

static void test_called_repeats_its_answer_until_the_ack(void **state)
{
	/* T1, doubled up to T2: RFC 3261 section 13.3.1.4 [ms] */
	static const uint64_t atv[] = { 500,   1500,  3500,  7500,  11500,
					15500, 19500, 23500, 27500, 31500 };
	struct sip_msg *bye;
	struct peer p;
	uint64_t start;
	(void)state;

	ring(&p);
	answer(&p, "answer");
	start = p.now;
	for (size_t i = 0; i < ARRAY_SIZE(atv); i++) {
		peer_run(&p, start + atv[i] * CLOCK_MS - 1 - p.now);
		peer_silent(&p);
		peer_run(&p, 1);
		peer_drop_code(&p, 200, "INVITE");
	}
	peer_run(&p, start + 32ULL * CLOCK_S - p.now);
	bye = peer_take(&p, "BYE");
	assert_int_equal(pl_strcmp(&bye->to.tag, "far"), 0);
	peer_respond(&p, bye, 200, NULL, NULL, NULL);
	mem_deref(bye);
	check_closed(&p, INVITE_WHY_NO_ACK, 200);
	peer_close(&p);

	ring(&p);
	answer(&p, "answer");
	peer_run(&p, CLOCK_S);
	peer_drop_code(&p, 200, "INVITE");
	peer_request(&p, "ACK", "ack", NULL, NULL);
	(void)peer_event(&p, INVITE_EV_CONFIRMED);
	peer_run(&p, 60ULL * CLOCK_S);
	peer_silent(&p);
	peer_close(&p);
}

static void test_called_takes_a_cancel_while_ringing(void **state)
{
	const struct peer_event *e;
	struct peer p;
	(void)state;

	ring(&p);
	peer_request(&p, "CANCEL", "inv",
		     "Reason: SIP;cause=200;text=\"elsewhere\"\r\n", NULL);
	peer_drop_code(&p, 200, "CANCEL");
	peer_drop_code(&p, 487, "INVITE");
	e = peer_event(&p, INVITE_EV_CLOSED);
	assert_int_equal(e->why, INVITE_WHY_CANCELLED);
	assert_int_equal(e->code, 487);
	assert_string_equal(e->cause, "SIP;cause=200;text=\"elsewhere\"");
	peer_request(&p, "ACK", "inv", NULL, NULL);
	peer_calm(&p);
	peer_close(&p);

	/* Too late: answered already */
	ring(&p);
	answer(&p, "answer");
	p.local_tag[0] = '\0';
	peer_request(&p, "CANCEL", "inv", NULL, NULL);
	peer_drop_code(&p, 200, "CANCEL");
	peer_calm(&p);
	assert_int_equal(invite_state(p.inv), INVITE_UP);
	peer_close(&p);
}

static void test_called_refuses_with_the_code_given(void **state)
{
	static const unsigned codev[] = { 486, 480, 488, 600, 603 };
	struct peer p;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(codev); i++) {
		ring(&p);
		assert_int_equal(invite_reject(p.inv, 200, NULL, p.now),
				 EINVAL);
		assert_int_equal(invite_reject(p.inv, codev[i], NULL, p.now),
				 0);
		peer_drop_code(&p, codev[i], "INVITE");
		check_closed(&p, INVITE_WHY_HANGUP, codev[i]);
		peer_request(&p, "ACK", "inv", NULL, NULL);
		peer_silent(&p);
		peer_close(&p);
	}

	ring(&p);
	invite_hangup(p.inv, NULL, p.now);
	peer_drop_code(&p, 603, "INVITE");
	check_closed(&p, INVITE_WHY_HANGUP, 603);
	peer_close(&p);
}

static void test_called_is_busy_beyond_the_limit(void **state)
{
	struct ua_params prm = {
		.origin = { .user = "alice", .realm = "example.org" },
		.calls_max = 1,
	};
	struct peer p;
	(void)state;

	peer_open(&p, &prm);
	ring_with(&p, NULL, "offer");
	(void)re_snprintf(p.callid, sizeof(p.callid), "second");
	peer_request(&p, "INVITE", "inv2", NULL, "offer");
	peer_drop_code(&p, 486, "INVITE");
	peer_calm(&p);
	peer_close(&p);
}

static void test_called_without_owner_is_not_available(void **state)
{
	struct peer p;
	(void)state;

	peer_open(&p, NULL);
	p.ignore_calls = true;
	peer_request(&p, "INVITE", "inv", NULL, "offer");
	peer_drop_code(&p, 480, "INVITE");
	peer_calm(&p);
	peer_close(&p);
}

static void test_called_waits_with_the_bye_for_the_ack(void **state)
{
	struct sip_msg *bye;
	struct peer p;
	(void)state;

	ring(&p);
	answer(&p, "answer");
	invite_hangup(p.inv, "SIP;cause=1", p.now);
	peer_silent(&p);
	peer_run(&p, CLOCK_S / 2);
	peer_drop_code(&p, 200, "INVITE");
	peer_request(&p, "ACK", "ack", NULL, NULL);
	bye = peer_take(&p, "BYE");
	assert_string_equal(peer_header(bye, "Reason"), "SIP;cause=1");
	peer_respond(&p, bye, 200, NULL, NULL, NULL);
	mem_deref(bye);
	check_closed(&p, INVITE_WHY_HANGUP, 200);
	peer_close(&p);
}

static void test_called_without_offer_makes_one(void **state)
{
	struct peer p;
	(void)state;

	peer_open(&p, NULL);
	ring_with(&p, NULL, NULL);
	answer(&p, "offer");
	peer_request(&p, "ACK", "ack", NULL, "answer");
	assert_string_equal(peer_event(&p, INVITE_EV_CONFIRMED)->body,
			    "answer");
	peer_close(&p);
}

static void test_called_ends_early_by_bye(void **state)
{
	struct sip_msg *msg;
	struct peer p;
	(void)state;

	ring(&p);
	(void)invite_progress(p.inv, 180, NULL, NULL, p.now);
	msg = peer_take_code(&p, 180, "INVITE");
	peer_learn(&p, msg);
	mem_deref(msg);
	peer_request(&p, "BYE", "bye", NULL, NULL);
	peer_drop_code(&p, 200, "BYE");
	peer_drop_code(&p, 487, "INVITE");
	assert_int_equal(peer_event(&p, INVITE_EV_CLOSED)->why, INVITE_WHY_BYE);
	peer_close(&p);
}

static void test_called_ends_with_a_flow_lost_before_the_answer(void **state)
{
	struct peer p;
	(void)state;

	ring(&p);
	ua_flow(p.ua, false, p.now);
	check_closed(&p, INVITE_WHY_FLOW, 503);
	peer_close(&p);

	/* Answered, but the ACK cannot come any more: the call stays */
	ring(&p);
	answer(&p, "answer");
	ua_flow(p.ua, false, p.now);
	(void)peer_event(&p, INVITE_EV_CONFIRMED);
	ua_flow(p.ua, true, p.now);
	peer_run(&p, 60ULL * CLOCK_S);
	peer_calm(&p);
	peer_request(&p, "BYE", "bye", NULL, NULL);
	peer_drop_code(&p, 200, "BYE");
	assert_int_equal(peer_event(&p, INVITE_EV_CLOSED)->why, INVITE_WHY_BYE);
	peer_close(&p);
}

static void test_called_rings_no_longer_than_the_invite_says(void **state)
{
	struct peer p;
	(void)state;

	peer_open(&p, NULL);
	ring_with(&p, "Expires: 20\r\n", "offer");
	peer_run(&p, 20ULL * CLOCK_S - 1);
	peer_calm(&p);
	peer_run(&p, 1);
	peer_drop_code(&p, 487, "INVITE");
	check_closed(&p, INVITE_WHY_NO_ANSWER, 487);
	peer_close(&p);

	peer_open(&p, NULL);
	ring_with(&p, "Expires: 20\r\n", "offer");
	answer(&p, "answer");
	peer_request(&p, "ACK", "ack", NULL, NULL);
	(void)peer_event(&p, INVITE_EV_CONFIRMED);
	peer_run(&p, 60ULL * CLOCK_S);
	peer_calm(&p);
	peer_close(&p);
}

static void test_called_understands_what_gateways_send(void **state)
{
	/* A-6.2b: compact forms, folded lines, several Via, no rport */
	static const char text[] =
		"INVITE sip:x@y.invalid;transport=ws SIP/2.0\r\n"
		"v: SIP/2.0/WSS p1.example.org;branch=z9hG4bKa,\r\n"
		" SIP/2.0/UDP p2.example.org:5060;received=192.0.2.1;\r\n"
		"\tbranch=z9hG4bKb\r\n"
		"f: sip:bob@example.org;tag=far\r\n"
		"t: <sip:alice@example.org>\r\n"
		"i: far-call\r\n"
		"CSeq: 1 INVITE\r\n"
		"m: \"B\" <sip:bob@192.0.2.1:5060;rtcweb-breaker=yes>\r\n"
		" ;+g.oma.sip-im;language=\"en,fr\"\r\n"
		"Record-Route: <sip:p1.example.org;lr;x=1>,\r\n"
		" <sip:p2.example.org;lr>\r\n"
		"c: application/sdp\r\n"
		"l: 5\r\n\r\noffer";
	struct sip_msg *msg;
	struct peer p;
	(void)state;

	peer_open(&p, NULL);
	peer_send(&p, text);
	peer_drop_code(&p, 100, "INVITE");
	answer(&p, "answer");
	p.cseq = 1;
	peer_request(&p, "ACK", "ack", NULL, NULL);
	(void)peer_event(&p, INVITE_EV_CONFIRMED);
	invite_hangup(p.inv, NULL, p.now);
	msg = peer_take(&p, "BYE");
	assert_int_equal(pl_strcmp(&msg->ruri, "sip:bob@192.0.2.1:5060;"
					       "rtcweb-breaker=yes"),
			 0);
	assert_string_equal(peer_header(msg, "Route"),
			    "<sip:p1.example.org;lr;x=1>");
	mem_deref(msg);
	peer_close(&p);
}

static void test_called_refuses_what_makes_no_dialog(void **state)
{
	static const char text[] =
		"INVITE sip:x@y.invalid SIP/2.0\r\n"
		"Via: SIP/2.0/WSS p1.example.org;branch=z9hG4bKa\r\n"
		"From: <sip:bob@example.org>;tag=far\r\n"
		"To: <sip:alice@example.org>\r\n"
		"Call-ID: c\r\n"
		"CSeq: 1 INVITE\r\n"
		"Content-Length: 0\r\n\r\n";
	struct peer p;
	(void)state;

	peer_open(&p, NULL);
	peer_send(&p, text);
	peer_drop_code(&p, 400, "INVITE");
	peer_calm(&p);
	peer_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_called_follows_the_flow_of_A_5_3),
		cmocka_unit_test(test_called_repeats_its_answer_until_the_ack),
		cmocka_unit_test(test_called_takes_a_cancel_while_ringing),
		cmocka_unit_test(test_called_refuses_with_the_code_given),
		cmocka_unit_test(test_called_is_busy_beyond_the_limit),
		cmocka_unit_test(test_called_without_owner_is_not_available),
		cmocka_unit_test(test_called_waits_with_the_bye_for_the_ack),
		cmocka_unit_test(test_called_without_offer_makes_one),
		cmocka_unit_test(test_called_ends_early_by_bye),
		cmocka_unit_test(
			test_called_ends_with_a_flow_lost_before_the_answer),
		cmocka_unit_test(
			test_called_rings_no_longer_than_the_invite_says),
		cmocka_unit_test(test_called_understands_what_gateways_send),
		cmocka_unit_test(test_called_refuses_what_makes_no_dialog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
