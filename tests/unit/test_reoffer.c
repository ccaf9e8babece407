/**
 * @file tests/unit/test_reoffer.c  Tests of changes to a session
 *
 * re-INVITE and UPDATE both ways, glare (RFC 3261 section 14, RFC 3311).
 */
#include "tests/unit/support/peer.h"

/* A call up, that we made or that came in */
static void up(struct peer *p, bool incoming)
{
	struct invite_params prm = { .to = "bob" };
	struct sip_msg *msg;

	peer_open(p, NULL);
	if (incoming) {
		peer_request(p, "INVITE", "inv", NULL, "offer");
		peer_drop_code(p, 100, "INVITE");
		assert_int_equal(invite_accept(p->inv, NULL, p->now), 0);
		msg = peer_take_code(p, 200, "INVITE");
		peer_learn(p, msg);
		peer_request(p, "ACK", "ack", NULL, NULL);
		(void)peer_event(p, INVITE_EV_CONFIRMED);
	} else {
		prm.body = peer_mbuf("offer");
		assert_int_equal(ua_call(&p->inv, p->ua, &prm, peer_on_invite,
					 p, p->now),
				 0);
		mem_deref(prm.body);
		msg = peer_take(p, "INVITE");
		peer_learn_request(p, msg, "b");
		peer_respond(p, msg, 200, "b",
			     "Contact: <sip:bob@old.invalid>\r\n", "answer");
		(void)peer_event(p, INVITE_EV_ANSWERED);
		peer_drop(p, "ACK");
	}
	mem_deref(msg);
}

static int offer(struct peer *p, bool update, const char *body)
{
	struct mbuf *mb = body ? peer_mbuf(body) : NULL;
	int err = invite_reoffer(p->inv, update, mb, p->now);

	mem_deref(mb);
	return err;
}

static int answer(struct peer *p, unsigned code, const char *body)
{
	struct mbuf *mb = body ? peer_mbuf(body) : NULL;
	int err = invite_reanswer(p->inv, code, NULL, mb, p->now);

	mem_deref(mb);
	return err;
}

static void test_reoffer_takes_a_re_invite(void **state)
{
	struct sip_msg *msg;
	struct peer p;
	(void)state;

	for (int i = 0; i < 2; i++) {
		up(&p, i);
		assert_int_equal(answer(&p, 200, "x"), EINVAL);
		peer_request(&p, "INVITE", "re", NULL, "hold");
		assert_string_equal(peer_event(&p, INVITE_EV_OFFER)->body,
				    "hold");
		peer_drop_code(&p, 100, "INVITE");
		assert_int_equal(answer(&p, 200, "held"), 0);
		msg = peer_take_code(&p, 200, "INVITE");
		assert_string_equal(peer_header(msg, "Content-Length"), "4");
		mem_deref(msg);
		peer_run(&p, CLOCK_S / 2);
		peer_drop_code(&p, 200, "INVITE");
		peer_request(&p, "ACK", "reack", NULL, NULL);
		(void)peer_event(&p, INVITE_EV_REACK);
		peer_run(&p, 60ULL * CLOCK_S);

		/* Its Contact is the new target */
		invite_hangup(p.inv, NULL, p.now);
		msg = peer_take(&p, "BYE");
		assert_int_equal(pl_strcmp(&msg->ruri,
					   "sip:bob@far.invalid;transport=ws"),
				 0);
		mem_deref(msg);
		peer_calm(&p);
		peer_close(&p);
	}
}

static void test_reoffer_ends_the_call_without_ack(void **state)
{
	struct sip_msg *bye;
	struct peer p;
	(void)state;

	up(&p, false);
	peer_request(&p, "INVITE", "re", NULL, "hold");
	(void)peer_event(&p, INVITE_EV_OFFER);
	peer_drop_code(&p, 100, "INVITE");
	(void)answer(&p, 200, "held");
	peer_run(&p, 32ULL * CLOCK_S - 1);
	for (int i = 0; i <= 10; i++)
		peer_drop_code(&p, 200, "INVITE");
	peer_calm(&p);
	peer_run(&p, 1);
	bye = peer_take(&p, "BYE");
	peer_respond(&p, bye, 200, NULL, NULL, NULL);
	assert_int_equal(peer_event(&p, INVITE_EV_CLOSED)->why,
			 INVITE_WHY_NO_ACK);
	mem_deref(bye);
	peer_close(&p);
}

static void test_reoffer_before_the_ack_makes_no_second_bye(void **state)
{
	struct sip_msg *msg;
	struct peer p;
	(void)state;

	peer_open(&p, NULL);
	peer_request(&p, "INVITE", "inv", NULL, "offer");
	peer_drop_code(&p, 100, "INVITE");
	assert_int_equal(invite_accept(p.inv, NULL, p.now), 0);
	msg = peer_take_code(&p, 200, "INVITE");
	peer_learn(&p, msg);
	mem_deref(msg);
	peer_request(&p, "INVITE", "re", NULL, "hold");
	(void)peer_event(&p, INVITE_EV_OFFER);
	peer_drop_code(&p, 100, "INVITE");
	(void)answer(&p, 200, "held");
	peer_run(&p, 32ULL * CLOCK_S);
	for (int i = 0; i < 21; i++)
		peer_drop_code(&p, 200, "INVITE");
	peer_drop(&p, "BYE");
	peer_silent(&p);
	peer_close(&p);
}

static void test_reoffer_refuses_and_the_session_stays(void **state)
{
	struct peer p;
	(void)state;

	up(&p, true);
	peer_request(&p, "INVITE", "re", NULL, "video");
	(void)peer_event(&p, INVITE_EV_OFFER);
	peer_drop_code(&p, 100, "INVITE");
	assert_int_equal(answer(&p, 488, NULL), 0);
	peer_drop_code(&p, 488, "INVITE");
	peer_request(&p, "ACK", "re", NULL, NULL);
	peer_calm(&p);
	assert_int_equal(invite_state(p.inv), INVITE_UP);
	peer_close(&p);
}

static void test_reoffer_without_body_asks_for_an_offer(void **state)
{
	struct peer p;
	(void)state;

	up(&p, true);
	peer_request(&p, "INVITE", "re", NULL, NULL);
	assert_string_equal(peer_event(&p, INVITE_EV_OFFER)->body, "");
	peer_drop_code(&p, 100, "INVITE");
	assert_int_equal(answer(&p, 200, "offer"), 0);
	peer_drop_code(&p, 200, "INVITE");

	/* Until the answer is there no other offer has room */
	assert_int_equal(offer(&p, false, "mine"), EBUSY);
	peer_request(&p, "UPDATE", "up", NULL, "his");
	peer_drop_code(&p, 491, "UPDATE");
	--p.cseq;
	peer_request(&p, "ACK", "reack", NULL, "answer");
	assert_string_equal(peer_event(&p, INVITE_EV_REACK)->body, "answer");
	peer_close(&p);
}

static void test_reoffer_is_withdrawn_by_a_cancel(void **state)
{
	struct peer p;
	(void)state;

	up(&p, false);
	peer_request(&p, "INVITE", "re", NULL, "video");
	(void)peer_event(&p, INVITE_EV_OFFER);
	peer_drop_code(&p, 100, "INVITE");
	peer_request(&p, "CANCEL", "re", NULL, NULL);
	peer_drop_code(&p, 200, "CANCEL");
	peer_drop_code(&p, 487, "INVITE");
	(void)peer_event(&p, INVITE_EV_WITHDRAWN);
	assert_int_equal(answer(&p, 200, "x"), EINVAL);
	assert_int_equal(invite_state(p.inv), INVITE_UP);
	peer_calm(&p);
	peer_close(&p);
}

static void test_reoffer_pending_ends_with_487_at_a_bye(void **state)
{
	struct sip_msg *msg;
	struct peer p;
	(void)state;

	/* */
	up(&p, false);
	peer_request(&p, "INVITE", "re", NULL, "video");
	(void)peer_event(&p, INVITE_EV_OFFER);
	peer_drop_code(&p, 100, "INVITE");
	peer_request(&p, "BYE", "bye", NULL, NULL);
	peer_drop_code(&p, 200, "BYE");
	peer_drop_code(&p, 487, "INVITE");
	assert_int_equal(peer_event(&p, INVITE_EV_CLOSED)->why, INVITE_WHY_BYE);
	peer_calm(&p);
	peer_close(&p);

	/* And at our own */
	up(&p, false);
	peer_request(&p, "INVITE", "re", NULL, "video");
	(void)peer_event(&p, INVITE_EV_OFFER);
	peer_drop_code(&p, 100, "INVITE");
	invite_hangup(p.inv, NULL, p.now);
	peer_drop_code(&p, 487, "INVITE");
	msg = peer_take(&p, "BYE");
	peer_request(&p, "INVITE", "re2", NULL, "late");
	peer_drop_code(&p, 481, "INVITE");
	mem_deref(msg);
	peer_close(&p);
}

static void test_reoffer_takes_update(void **state)
{
	const struct peer_event *e;
	struct sip_msg *msg;
	struct peer p;
	(void)state;

	up(&p, false);
	peer_request(&p, "UPDATE", "u1", NULL, NULL);
	msg = peer_take_code(&p, 200, "UPDATE");
	assert_non_null(strstr(peer_header(msg, "Contact"), "sip:"));
	mem_deref(msg);
	peer_calm(&p);
	peer_request(&p, "UPDATE", "u2", NULL, "offer");
	e = peer_event(&p, INVITE_EV_OFFER);
	assert_string_equal(e->body, "offer");
	assert_int_equal(answer(&p, 200, "answer"), 0);
	peer_drop_code(&p, 200, "UPDATE");
	peer_run(&p, 60ULL * CLOCK_S);
	peer_calm(&p);
	peer_close(&p);
}

static void test_reoffer_takes_one_at_a_time(void **state)
{
	struct sip_msg *msg;
	struct peer p;
	(void)state;

	up(&p, true);
	peer_request(&p, "INVITE", "r1", NULL, "one");
	(void)peer_event(&p, INVITE_EV_OFFER);
	peer_drop_code(&p, 100, "INVITE");
	peer_request(&p, "INVITE", "r2", NULL, "two");
	msg = peer_take_code(&p, 500, "INVITE");
	assert_true(peer_header(msg, "Retry-After")[0] != '\0');
	mem_deref(msg);
	assert_int_equal(offer(&p, false, "mine"), EBUSY);
	peer_calm(&p);
	peer_close(&p);
}

/* Our answer is said, though it went nowhere: nothing is under way then */
static void test_reoffer_is_over_when_the_answer_is_not_sent(void **state)
{
	static const char *const methodv[] = { "UPDATE", "INVITE" };
	struct peer p;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(methodv); i++) {
		up(&p, i);
		peer_request(&p, methodv[i], "r1", NULL, "one");
		(void)peer_event(&p, INVITE_EV_OFFER);
		if (i)
			peer_drop_code(&p, 100, "INVITE");
		p.send_err = ENOTCONN;
		assert_int_equal(answer(&p, 200, "x"), ENOTCONN);
		assert_int_equal(answer(&p, 200, "x"), EINVAL);
		p.send_err = 0;
		ua_flow(p.ua, false, p.now);
		ua_flow(p.ua, true, p.now);
		peer_calm(&p);

		/* Theirs, and ours */
		peer_request(&p, "UPDATE", "r2", NULL, "two");
		(void)peer_event(&p, INVITE_EV_OFFER);
		assert_int_equal(answer(&p, 200, "x"), 0);
		peer_drop_code(&p, 200, "UPDATE");
		assert_int_equal(offer(&p, true, "mine"), 0);
		peer_drop(&p, "UPDATE");
		peer_close(&p);
	}
}

static void test_reoffer_is_answered_and_acked(void **state)
{
	struct sip_msg *req, *ack;
	struct peer p;
	(void)state;

	for (int i = 0; i < 2; i++) {
		up(&p, i);
		assert_int_equal(offer(&p, true, NULL), EINVAL);
		assert_int_equal(offer(&p, false, "hold"), 0);
		assert_int_equal(offer(&p, false, "again"), EBUSY);
		req = peer_take(&p, "INVITE");
		assert_true(req->to.tag.l > 0);
		peer_respond(&p, req, 100, NULL, NULL, NULL);
		peer_respond(&p, req, 200, NULL,
			     "Contact: <sip:bob@new.invalid>\r\n", "held");
		assert_string_equal(peer_event(&p, INVITE_EV_REANSWERED)->body,
				    "held");
		ack = peer_take(&p, "ACK");
		assert_int_equal(ack->cseq.num, req->cseq.num);
		assert_int_equal(pl_strcmp(&ack->ruri, "sip:bob@new.invalid"),
				 0);
		mem_deref(ack);
		peer_respond(&p, req, 200, NULL, NULL, "held");
		peer_drop(&p, "ACK");
		peer_calm(&p);
		mem_deref(req);
		assert_int_equal(offer(&p, true, "resume"), 0);
		req = peer_take(&p, "UPDATE");
		peer_respond(&p, req, 200, NULL, NULL, "resumed");
		(void)peer_event(&p, INVITE_EV_REANSWERED);
		mem_deref(req);
		peer_silent(&p);
		peer_run(&p, 60ULL * CLOCK_S);
		peer_calm(&p);
		peer_close(&p);
	}
}

static void test_reoffer_without_offer_acks_with_an_answer(void **state)
{
	struct sip_msg *req, *ack;
	struct mbuf *mb = peer_mbuf("answer");
	struct peer p;
	(void)state;

	up(&p, true);
	assert_int_equal(offer(&p, false, NULL), 0);
	req = peer_take(&p, "INVITE");
	peer_respond(&p, req, 200, NULL, NULL, "offer");
	(void)peer_event(&p, INVITE_EV_REANSWERED);
	peer_silent(&p);
	assert_int_equal(invite_ack(p.inv, mb, p.now), 0);
	ack = peer_take(&p, "ACK");
	assert_string_equal(peer_header(ack, "Content-Length"), "6");
	mem_deref(ack);
	mem_deref(req);
	mem_deref(mb);
	peer_close(&p);
}

static void test_reoffer_refused_leaves_the_call_but_for_481(void **state)
{
	static const unsigned codev[] = { 403, 408, 488, 500, 503, 603 };
	struct sip_msg *req;
	struct peer p;
	(void)state;

	up(&p, false);
	for (size_t i = 0; i < ARRAY_SIZE(codev); i++) {
		assert_int_equal(offer(&p, false, "video"), 0);
		req = peer_take(&p, "INVITE");
		peer_respond(&p, req, codev[i], NULL, NULL, NULL);
		peer_drop(&p, "ACK");
		assert_int_equal(peer_event(&p, INVITE_EV_REFUSED)->code,
				 codev[i]);
		mem_deref(req);
	}

	assert_int_equal(offer(&p, false, "video"), 0);
	peer_drop(&p, "INVITE");
	ua_flow(p.ua, false, p.now);
	assert_int_equal(peer_event(&p, INVITE_EV_REFUSED)->code, 503);
	assert_int_equal(offer(&p, false, "video"), ENOTCONN);
	ua_flow(p.ua, true, p.now);

	assert_int_equal(offer(&p, false, "video"), 0);
	req = peer_take(&p, "INVITE");
	peer_respond(&p, req, 481, NULL, NULL, NULL);
	peer_drop(&p, "ACK");
	assert_int_equal(peer_event(&p, INVITE_EV_CLOSED)->why,
			 INVITE_WHY_DIALOG);
	peer_calm(&p);
	mem_deref(req);
	peer_close(&p);
}

static void test_reoffer_glare_is_491_and_another_try(void **state)
{
	(void)state;

	for (int i = 0; i < 2; i++) {
		const struct peer_event *e;
		struct sip_msg *req;
		struct peer p;
		uint64_t start;

		up(&p, i);
		assert_int_equal(offer(&p, false, "mine"), 0);
		req = peer_take(&p, "INVITE");
		peer_request(&p, "INVITE", "re", NULL, "his");
		peer_drop_code(&p, 491, "INVITE");
		peer_request(&p, "ACK", "re", NULL, NULL);
		peer_respond(&p, req, 491, NULL, NULL, NULL);
		peer_drop(&p, "ACK");
		start = p.now;
		assert_int_equal(peer_event(&p, INVITE_EV_REFUSED)->code, 491);
		peer_run(&p, 4 * CLOCK_S);
		e = peer_event(&p, INVITE_EV_RETRY);

		/* RFC 3261 section 14.1: the caller waits longer */
		if (i)
			assert_true(e->at <= start + 2 * CLOCK_S);
		else
			assert_true(e->at >= start + 2100 * CLOCK_MS);
		assert_int_equal(offer(&p, false, "mine"), 0);
		peer_drop(&p, "INVITE");
		mem_deref(req);
		peer_close(&p);
	}
}

/* It has not answered one of its own yet: RFC 3261 section 14.2 */
static void test_reoffer_too_early_is_tried_after_a_while(void **state)
{
	struct sip_msg *req;
	struct peer p;
	uint64_t start;
	(void)state;

	up(&p, false);
	assert_int_equal(offer(&p, false, "mine"), 0);
	req = peer_take(&p, "INVITE");
	peer_respond(&p, req, 500, NULL, "Retry-After: 7 (busy)\r\n", NULL);
	peer_drop(&p, "ACK");
	assert_int_equal(peer_event(&p, INVITE_EV_REFUSED)->code, 500);
	start = p.now;
	peer_run(&p, 7 * CLOCK_S);
	assert_int_equal(peer_event(&p, INVITE_EV_RETRY)->at,
			 start + 7 * CLOCK_S);
	mem_deref(req);

	/* Not so long, though */
	assert_int_equal(offer(&p, false, "mine"), 0);
	req = peer_take(&p, "INVITE");
	peer_respond(&p, req, 500, NULL, "Retry-After: 3600\r\n", NULL);
	peer_drop(&p, "ACK");
	(void)peer_event(&p, INVITE_EV_REFUSED);
	peer_run(&p, 60ULL * CLOCK_S);
	peer_calm(&p);
	mem_deref(req);
	peer_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reoffer_takes_a_re_invite),
		cmocka_unit_test(test_reoffer_ends_the_call_without_ack),
		cmocka_unit_test(
			test_reoffer_before_the_ack_makes_no_second_bye),
		cmocka_unit_test(test_reoffer_refuses_and_the_session_stays),
		cmocka_unit_test(test_reoffer_without_body_asks_for_an_offer),
		cmocka_unit_test(test_reoffer_is_withdrawn_by_a_cancel),
		cmocka_unit_test(test_reoffer_pending_ends_with_487_at_a_bye),
		cmocka_unit_test(test_reoffer_takes_update),
		cmocka_unit_test(test_reoffer_takes_one_at_a_time),
		cmocka_unit_test(
			test_reoffer_is_over_when_the_answer_is_not_sent),
		cmocka_unit_test(test_reoffer_is_answered_and_acked),
		cmocka_unit_test(
			test_reoffer_without_offer_acks_with_an_answer),
		cmocka_unit_test(
			test_reoffer_refused_leaves_the_call_but_for_481),
		cmocka_unit_test(test_reoffer_glare_is_491_and_another_try),
		cmocka_unit_test(test_reoffer_too_early_is_tried_after_a_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
