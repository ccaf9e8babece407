/**
 * @file tests/unit/test_patience.c  Tests of reoffer: who never answers
 *
 * A re-INVITE of ours that gets a 1xx and nothing after it (RFC 3261 sections
 * 9.1 and 14.1, RFC 6141 section 3.8).
 */
#include "core/sip/reoffer.h"
#include "tests/unit/support/peer.h"

/* A call up that we made, and our re-INVITE, which gets a 1xx; for
   mem_deref() */
static struct sip_msg *ask(struct peer *p, unsigned code)
{
	struct mbuf *mb = peer_mbuf("video");
	struct sip_msg *req;

	assert_int_equal(invite_reoffer(p->inv, false, mb, p->now), 0);
	mem_deref(mb);
	req = peer_take(p, "INVITE");
	peer_respond(p, req, code, NULL, NULL, NULL);
	return req;
}

static void up(struct peer *p)
{
	struct invite_params prm = { .to = "bob" };
	struct sip_msg *msg;

	peer_open(p, NULL);
	prm.body = peer_mbuf("offer");
	assert_int_equal(
		ua_call(&p->inv, p->ua, &prm, peer_on_invite, p, p->now), 0);
	mem_deref(prm.body);
	msg = peer_take(p, "INVITE");
	peer_learn_request(p, msg, "b");
	peer_respond(p, msg, 200, "b", "Contact: <sip:bob@old.invalid>\r\n",
		     "answer");
	(void)peer_event(p, INVITE_EV_ANSWERED);
	peer_drop(p, "ACK");
	mem_deref(msg);
}

static void test_patience_ends_the_attempt_and_not_the_call(void **state)
{
	struct sip_msg *req, *cancel;
	struct peer p;
	(void)state;

	up(&p);

	/* Both sides may offer again after it */
	for (unsigned i = 0; i < 2; i++) {
		req = ask(&p, 180);
		assert_false(message_lists(req, SIP_HDR_SUPPORTED, "100rel"));
		assert_true(message_lists(req, SIP_HDR_SUPPORTED, "timer"));
		peer_run(&p, REOFFER_PATIENCE - 1);
		peer_silent(&p);
		peer_run(&p, 1);
		cancel = peer_take(&p, "CANCEL");
		assert_int_equal(cancel->cseq.num, req->cseq.num);
		peer_calm(&p);
		peer_respond(&p, cancel, 200, NULL, NULL, NULL);
		peer_respond(&p, req, 487, NULL, NULL, NULL);
		peer_drop(&p, "ACK");
		assert_int_equal(peer_event(&p, INVITE_EV_REFUSED)->code, 408);
		assert_int_equal(invite_state(p.inv), INVITE_UP);
		mem_deref(cancel);
		mem_deref(req);
	}

	peer_request(&p, "INVITE", "his", NULL, "hold");
	(void)peer_event(&p, INVITE_EV_OFFER);
	peer_drop_code(&p, 100, "INVITE");
	peer_close(&p);
}

static void test_patience_is_over_with_the_answer(void **state)
{
	struct sip_msg *req;
	struct peer p;
	(void)state;

	up(&p);
	req = ask(&p, 180);
	peer_run(&p, REOFFER_PATIENCE - 1);
	peer_respond(&p, req, 200, NULL, NULL, "seen");
	(void)peer_event(&p, INVITE_EV_REANSWERED);
	peer_drop(&p, "ACK");
	mem_deref(req);
	peer_run(&p, 2 * REOFFER_PATIENCE);
	peer_silent(&p);
	peer_calm(&p);
	peer_close(&p);
}

static void test_patience_leaves_the_last_word_to_the_peer(void **state)
{
	struct sip_msg *req, *bye;
	struct peer p;
	(void)state;

	/* Silence, a refusal, and a 2xx that was faster */
	up(&p);
	for (unsigned i = 0; i < 3; i++) {
		const struct peer_event *e;

		req = ask(&p, 183);
		peer_run(&p, REOFFER_PATIENCE);
		peer_drop(&p, "CANCEL");
		if (!i)
			peer_run(&p, 32 * CLOCK_S);
		else
			peer_respond(&p, req, i == 1 ? 488 : 200, NULL, NULL,
				     "seen");
		if (i)
			peer_drop(&p, "ACK");
		e = peer_event(&p, i == 2 ? INVITE_EV_REANSWERED
					  : INVITE_EV_REFUSED);
		assert_int_equal(e->code, !i ? 408 : i == 1 ? 488 : 200);
		assert_string_equal(e->body, i == 2 ? "seen" : e->body);
		assert_int_equal(invite_state(p.inv), INVITE_UP);
		mem_deref(req);
	}

	/* Or our BYE */
	req = ask(&p, 183);
	peer_run(&p, REOFFER_PATIENCE);
	peer_drop(&p, "CANCEL");
	invite_hangup(p.inv, NULL, p.now);
	bye = peer_take(&p, "BYE");
	peer_respond(&p, bye, 200, NULL, NULL, NULL);
	(void)peer_event(&p, INVITE_EV_CLOSED);
	peer_calm(&p);
	mem_deref(bye);
	mem_deref(req);
	peer_close(&p);
}

static void test_patience_is_over_with_the_call(void **state)
{
	struct sip_msg *req, *bye;
	struct peer p;
	(void)state;

	up(&p);
	req = ask(&p, 180);
	peer_run(&p, REOFFER_PATIENCE - 1);
	invite_hangup(p.inv, NULL, p.now);
	bye = peer_take(&p, "BYE");
	peer_run(&p, 1);
	peer_silent(&p);
	peer_respond(&p, bye, 200, NULL, NULL, NULL);
	(void)peer_event(&p, INVITE_EV_CLOSED);
	peer_calm(&p);
	mem_deref(bye);
	mem_deref(req);
	peer_close(&p);
}

/* Its transaction has an end without our doing: timer F */
static void test_patience_is_not_needed_with_update(void **state)
{
	struct mbuf *mb = peer_mbuf("video");
	struct sip_msg *req;
	struct peer p;
	(void)state;

	up(&p);
	assert_int_equal(invite_reoffer(p.inv, true, mb, p.now), 0);
	mem_deref(mb);
	req = peer_take(&p, "UPDATE");
	peer_respond(&p, req, 100, NULL, NULL, NULL);
	peer_run(&p, 32 * CLOCK_S - 1);
	peer_calm(&p);
	peer_run(&p, 1);
	assert_int_equal(peer_event(&p, INVITE_EV_REFUSED)->code, 408);
	assert_int_equal(invite_state(p.inv), INVITE_UP);
	peer_silent(&p);
	mem_deref(req);
	peer_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_patience_ends_the_attempt_and_not_the_call),
		cmocka_unit_test(test_patience_is_over_with_the_answer),
		cmocka_unit_test(
			test_patience_leaves_the_last_word_to_the_peer),
		cmocka_unit_test(test_patience_is_over_with_the_call),
		cmocka_unit_test(test_patience_is_not_needed_with_update),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
