/**
 * @file tests/unit/test_update.c  Tests of UPDATE before the call is answered
 *
 * RFC 3311 section 5, either side of either role: once an offer and its answer
 * are through by reliable 1xx and PRACK.
 */
#include "tests/unit/support/peer.h"

enum {
	LINES = 256,
};

#define FAR   "Contact: <sip:b@far.invalid;transport=ws>\r\n"
#define ALLOW "Allow: INVITE, ACK, BYE, PRACK, UPDATE\r\n"
#define REL   "Require: 100rel\r\n"

static struct sip_msg *call(struct peer *p, struct invite **invp)
{
	struct invite_params prm = { .to = "bob" };
	struct sip_msg *req;

	peer_open(p, NULL);
	prm.body = peer_mbuf("offer");
	assert_int_equal(ua_call(invp, p->ua, &prm, peer_on_invite, p, p->now),
			 0);
	mem_deref(prm.body);
	req = peer_take(p, "INVITE");
	return req;
}

/* A 183 with an answer, reliable or not, from the far end with that tag */
static void progress(struct peer *p, const struct sip_msg *req, const char *tag,
		     bool reliable)
{
	peer_respond(p, req, 183, tag,
		     reliable ? FAR ALLOW REL "RSeq: 1\r\n" : FAR ALLOW,
		     "answer");
	if (reliable)
		peer_drop(p, "PRACK");
	(void)peer_event(p, INVITE_EV_PROGRESS);
	peer_learn_request(p, req, tag);
}

static void end_call(struct peer *p, struct sip_msg *req, struct invite *inv)
{
	peer_calm(p);
	mem_deref(req);
	mem_deref(inv);
	peer_close(p);
}

/* A call came whose offer is answered in a reliable 183 */
static void ring(struct peer *p, bool answered)
{
	struct mbuf *mb = peer_mbuf("answer");
	char lines[LINES];
	struct sip_msg *msg;

	peer_open(p, NULL);
	peer_request(p, "INVITE", "inv", REL ALLOW, "offer");
	peer_drop_code(p, 100, "INVITE");
	assert_int_equal(invite_progress(p->inv, 183, NULL,
					 answered ? mb : NULL, p->now),
			 0);
	msg = peer_take_code(p, 183, "INVITE");
	peer_learn(p, msg);
	(void)re_snprintf(lines, sizeof(lines), "RAck: %s 11 INVITE\r\n",
			  peer_header(msg, "RSeq"));
	mem_deref(msg);
	assert_false(invite_early(p->inv));
	peer_request(p, "PRACK", "prack", lines, NULL);
	peer_drop_code(p, 200, "PRACK");
	(void)peer_event(p, INVITE_EV_PRACKED);
	mem_deref(mb);
}

static int offer(struct peer *p, struct invite *inv)
{
	struct mbuf *mb = peer_mbuf("mine");
	int err = invite_reoffer(inv, true, mb, p->now);

	mem_deref(mb);
	return err;
}

/* The peer's UPDATE is ours to answer */
static void take_update(struct peer *p, struct invite *inv, const char *branch)
{
	struct mbuf *mb = peer_mbuf("answer2");

	peer_request(p, "UPDATE", branch, NULL, "his");
	assert_string_equal(peer_event(p, INVITE_EV_OFFER)->body, "his");
	assert_int_equal(invite_reanswer(inv, 200, NULL, mb, p->now), 0);
	mem_deref(mb);
	peer_drop_code(p, 200, "UPDATE");
}

/* Ours is answered by the peer; both cross without harm */
static void make_update(struct peer *p, struct invite *inv)
{
	struct sip_msg *msg;

	assert_true(invite_early(inv));
	assert_int_equal(invite_reoffer(inv, false, NULL, p->now), EINVAL);
	assert_int_equal(offer(p, inv), 0);
	assert_int_equal(offer(p, inv), EBUSY);
	peer_request(p, "UPDATE", "glare", NULL, "his");
	msg = peer_take(p, "UPDATE");
	peer_drop_code(p, 491, "UPDATE");
	peer_respond(p, msg, 200, NULL, FAR, "answer3");
	mem_deref(msg);
	assert_string_equal(peer_event(p, INVITE_EV_REANSWERED)->body,
			    "answer3");

	/* Refused: no more than that */
	assert_int_equal(offer(p, inv), 0);
	msg = peer_take(p, "UPDATE");
	peer_respond(p, msg, 481, NULL, NULL, NULL);
	mem_deref(msg);
	assert_int_equal(peer_event(p, INVITE_EV_REFUSED)->code, 481);
	peer_silent(p);
}

static void test_update_caller_updates_and_is_updated(void **state)
{
	struct sip_msg *req, *msg;
	struct invite *inv;
	struct peer p;
	(void)state;

	req = call(&p, &inv);
	assert_int_equal(offer(&p, inv), EINVAL);
	progress(&p, req, "b", true);
	take_update(&p, inv, "u1");
	make_update(&p, inv);
	peer_respond(&p, req, 200, "b", FAR, NULL);
	assert_string_equal(peer_event(&p, INVITE_EV_ANSWERED)->body, "answer");
	msg = peer_take(&p, "ACK");
	assert_int_equal(msg->cseq.num, req->cseq.num);
	mem_deref(msg);
	assert_false(invite_early(inv));
	end_call(&p, req, inv);
}

static void test_update_caller_has_asked_already(void **state)
{
	struct sip_msg *req;
	struct invite *inv;
	struct peer p;
	(void)state;

	/* Not agreed: an unreliable answer is none yet */
	req = call(&p, &inv);
	progress(&p, req, "b", false);
	assert_false(invite_early(inv));
	assert_int_equal(offer(&p, inv), EINVAL);
	peer_request(&p, "UPDATE", "u1", NULL, "his");
	peer_drop_code(&p, 491, "UPDATE");

	/* Where the peer is, and other requests */
	peer_request(&p, "UPDATE", "u2", NULL, NULL);
	peer_drop_code(&p, 200, "UPDATE");
	peer_request(&p, "INFO", "i", NULL, NULL);
	peer_drop_code(&p, 500, "INFO");
	end_call(&p, req, inv);
}

static void test_update_fork_that_is_not_heard_waits(void **state)
{
	struct sip_msg *req, *msg;
	struct invite *inv;
	struct peer p;
	(void)state;

	req = call(&p, &inv);
	progress(&p, req, "a", true);
	progress(&p, req, "b", true);
	peer_request(&p, "UPDATE", "u1", NULL, "his");
	msg = peer_take_code(&p, 500, "UPDATE");
	assert_true(strlen(peer_header(msg, "Retry-After")) > 0);
	mem_deref(msg);

	/* Ours goes to the one that is heard; the other one answers */
	assert_int_equal(offer(&p, inv), 0);
	msg = peer_take(&p, "UPDATE");
	assert_int_equal(pl_strcmp(&msg->to.tag, "a"), 0);
	peer_respond(&p, req, 200, "b", FAR, NULL);
	(void)peer_event(&p, INVITE_EV_ANSWERED);
	peer_drop(&p, "ACK");
	peer_respond(&p, msg, 200, NULL, FAR, "late");
	mem_deref(msg);
	peer_calm(&p);
	assert_int_equal(offer(&p, inv), 0);
	msg = peer_take(&p, "UPDATE");
	assert_int_equal(pl_strcmp(&msg->to.tag, "b"), 0);
	mem_deref(msg);
	end_call(&p, req, inv);
}

static void test_update_update_ends_with_the_call(void **state)
{
	struct sip_msg *req, *msg;
	struct invite *inv;
	struct peer p;
	(void)state;

	req = call(&p, &inv);
	progress(&p, req, "b", true);
	assert_int_equal(offer(&p, inv), 0);
	msg = peer_take(&p, "UPDATE");
	invite_hangup(inv, NULL, p.now);
	peer_drop(&p, "CANCEL");
	peer_respond(&p, msg, 200, NULL, FAR, "answer3");
	mem_deref(msg);
	peer_request(&p, "UPDATE", "u1", NULL, "his");
	peer_drop_code(&p, 481, "UPDATE");
	peer_calm(&p);
	peer_respond(&p, req, 487, "b", NULL, NULL);
	peer_drop(&p, "ACK");
	(void)peer_event(&p, INVITE_EV_CLOSED);
	end_call(&p, req, inv);
}

static void test_update_callee_updates_and_is_updated(void **state)
{
	struct sip_msg *msg;
	struct peer p;
	(void)state;

	ring(&p, true);
	take_update(&p, p.inv, "u1");
	make_update(&p, p.inv);

	/* Answered while one of ours is under way: both come to an end */
	assert_int_equal(offer(&p, p.inv), 0);
	assert_int_equal(invite_accept(p.inv, NULL, p.now), 0);
	msg = peer_take(&p, "UPDATE");
	peer_drop_code(&p, 200, "INVITE");
	peer_respond(&p, msg, 200, NULL, FAR, "answer3");
	mem_deref(msg);
	(void)peer_event(&p, INVITE_EV_REANSWERED);
	p.cseq = 11;
	peer_request(&p, "ACK", "ack", NULL, NULL);
	(void)peer_event(&p, INVITE_EV_CONFIRMED);
	peer_calm(&p);
	peer_close(&p);
}

static void test_update_callee_has_to_answer_first(void **state)
{
	struct sip_msg *msg;
	struct peer p;
	(void)state;

	ring(&p, false);
	assert_false(invite_early(p.inv));
	assert_int_equal(offer(&p, p.inv), EINVAL);
	peer_request(&p, "UPDATE", "u1", NULL, "his");
	msg = peer_take_code(&p, 500, "UPDATE");
	assert_true(strlen(peer_header(msg, "Retry-After")) > 0);
	mem_deref(msg);
	peer_calm(&p);
	peer_close(&p);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_update_caller_updates_and_is_updated),
		cmocka_unit_test(test_update_caller_has_asked_already),
		cmocka_unit_test(test_update_fork_that_is_not_heard_waits),
		cmocka_unit_test(test_update_update_ends_with_the_call),
		cmocka_unit_test(test_update_callee_updates_and_is_updated),
		cmocka_unit_test(test_update_callee_has_to_answer_first),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
