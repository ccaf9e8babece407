/**
 * @file tests/unit/test_prack.c  Tests of reliable 1xx to calls of ours
 *
 * RFC 3262 sections 4 and 5, as the calling side.
 */
#include "tests/unit/support/peer.h"

enum {
	LINES = 256,
};

static const struct ua_params account = {
	.origin = { .user = "alice", .realm = "example.org" },
};

/* Answers what the INVITE left to be offered */
static void on_invite(struct invite *inv, const struct invite_event *ev,
		      uint64_t now, void *arg)
{
	struct mbuf *mb;

	peer_on_invite(inv, ev, now, arg);
	if (!ev->offer)
		return;

	mb = peer_mbuf("answer");
	assert_int_equal(invite_ack(inv, mb, now), 0);
	assert_int_equal(invite_ack(inv, mb, now), EINVAL);
	mem_deref(mb);
}

static struct sip_msg *call(struct peer *p, struct invite **invp,
			    const char *offer, invite_h *h)
{
	struct invite_params prm = { .to = "bob" };
	struct sip_msg *req;

	peer_open(p, &account);
	if (offer)
		prm.body = peer_mbuf(offer);
	assert_int_equal(ua_call(invp, p->ua, &prm, h, p, p->now), 0);
	mem_deref(prm.body);
	req = peer_take(p, "INVITE");
	assert_non_null(strstr(peer_header(req, "Supported"), "timer"));
	assert_true(message_lists(req, SIP_HDR_SUPPORTED, "100rel"));
	assert_true(message_lists(req, SIP_HDR_ALLOW, "PRACK"));
	assert_string_equal(peer_header(req, "Require"), "");
	return req;
}

/* A reliable 1xx; RSeq 0 for a line without */
static void respond(struct peer *p, const struct sip_msg *req, unsigned code,
		    const char *tag, uint32_t rseq, const char *body)
{
	char lines[LINES], number[LINES / 2] = "";

	if (rseq)
		(void)re_snprintf(number, sizeof(number), "RSeq: %u\r\n", rseq);
	(void)re_snprintf(lines, sizeof(lines),
			  "Contact: <sip:%s@far.invalid;transport=ws>\r\n"
			  "Require: 100rel\r\n%s",
			  tag ? tag : "none", number);
	peer_respond(p, req, code, tag, lines, body);
}

/* The PRACK of such a one. @return its CSeq */
static uint32_t take_prack(struct peer *p, const struct sip_msg *req,
			   const char *tag, uint32_t rseq, const char *body)
{
	struct sip_msg *msg = peer_take(p, "PRACK");
	const struct pl got = message_body(msg);
	const uint32_t cseq = msg->cseq.num;
	char text[LINES];

	(void)re_snprintf(text, sizeof(text), "%u %u INVITE", rseq,
			  req->cseq.num);
	assert_string_equal(peer_header(msg, "RAck"), text);
	(void)re_snprintf(text, sizeof(text), "sip:%s@far.invalid;transport=ws",
			  tag);
	assert_int_equal(pl_strcmp(&msg->ruri, text), 0);
	assert_int_equal(pl_strcmp(&msg->to.tag, tag), 0);
	assert_int_equal(pl_strcmp(&got, body ? body : ""), 0);
	assert_string_equal(peer_header(msg, "Contact"), "");
	peer_respond(p, msg, 200, NULL, NULL, NULL);
	mem_deref(msg);
	return cseq;
}

static const struct peer_event *progressed(struct peer *p, unsigned code)
{
	const struct peer_event *e = peer_event(p, INVITE_EV_PROGRESS);

	assert_int_equal(e->code, code);
	return e;
}

static void finish(struct peer *p, struct sip_msg *req, struct invite *inv)
{
	peer_calm(p);
	mem_deref(req);
	mem_deref(inv);
	peer_close(p);
}

static void test_prack_confirms_each_once_and_in_order(void **state)
{
	struct sip_msg *req, *msg;
	struct invite *inv;
	struct peer p;
	uint32_t cseq;
	(void)state;

	req = call(&p, &inv, "offer", peer_on_invite);
	respond(&p, req, 100, NULL, 7, NULL);
	respond(&p, req, 180, NULL, 7, NULL); /* No tag, no dialog */
	respond(&p, req, 180, "b", 0, NULL);
	peer_silent(&p);
	peer_calm(&p);

	respond(&p, req, 180, "b", 4711, NULL);
	cseq = take_prack(&p, req, "b", 4711, NULL);
	assert_int_equal(cseq, req->cseq.num + 1);
	(void)progressed(&p, 180);

	/* Again, and out of order */
	respond(&p, req, 180, "b", 4711, NULL);
	respond(&p, req, 182, "b", 4713, NULL);
	respond(&p, req, 182, "b", 4710, NULL);
	peer_silent(&p);
	peer_calm(&p);
	respond(&p, req, 182, "b", 4712, NULL);
	assert_int_equal(take_prack(&p, req, "b", 4712, NULL), cseq + 1);
	(void)progressed(&p, 182);

	/* One that is not reliable fits in anywhere */
	peer_respond(&p, req, 180, "b", NULL, NULL);
	(void)progressed(&p, 180);

	peer_respond(&p, req, 200, "b", NULL, "answer");
	(void)peer_event(&p, INVITE_EV_ANSWERED);
	msg = peer_take(&p, "ACK");
	assert_int_equal(msg->cseq.num, req->cseq.num);
	mem_deref(msg);
	respond(&p, req, 182, "b", 4713, NULL);
	invite_hangup(inv, NULL, p.now);
	msg = peer_take(&p, "BYE");
	assert_int_equal(msg->cseq.num, cseq + 2);
	mem_deref(msg);
	finish(&p, req, inv);
}

static void test_prack_makes_an_early_answer_final(void **state)
{
	const struct peer_event *e;
	struct sip_msg *req;
	struct invite *inv;
	struct peer p;
	(void)state;

	req = call(&p, &inv, "offer", peer_on_invite);
	respond(&p, req, 183, "b", 1, "early");
	(void)take_prack(&p, req, "b", 1, NULL);
	assert_string_equal(progressed(&p, 183)->body, "early");
	peer_respond(&p, req, 200, "b", NULL, NULL);
	e = peer_event(&p, INVITE_EV_ANSWERED);
	assert_string_equal(e->body, "early");
	peer_drop(&p, "ACK");
	finish(&p, req, inv);
}

static void test_prack_keeps_forks_apart(void **state)
{
	struct sip_msg *req, *msg;
	struct invite *inv;
	struct peer p;
	(void)state;

	req = call(&p, &inv, "offer", peer_on_invite);
	respond(&p, req, 183, "a", 10, "of a");
	(void)take_prack(&p, req, "a", 10, NULL);
	assert_int_equal(progressed(&p, 183)->fork, 0);
	respond(&p, req, 183, "b", 5, "of b");
	(void)take_prack(&p, req, "b", 5, NULL);
	assert_int_equal(progressed(&p, 183)->fork, 1);
	respond(&p, req, 180, "a", 11, NULL);
	(void)take_prack(&p, req, "a", 11, NULL);
	(void)progressed(&p, 180);

	/* The answer of who took it is known from before */
	peer_respond(&p, req, 200, "b", NULL, NULL);
	assert_string_equal(peer_event(&p, INVITE_EV_ANSWERED)->body, "of b");
	peer_drop(&p, "ACK");

	/* The other one took it too: its CSeq goes on after its PRACKs */
	peer_respond(&p, req, 200, "a", NULL, NULL);
	peer_drop(&p, "ACK");
	msg = peer_take(&p, "BYE");
	assert_int_equal(pl_strcmp(&msg->to.tag, "a"), 0);
	assert_int_equal(msg->cseq.num, req->cseq.num + 3);
	peer_respond(&p, msg, 200, NULL, NULL, NULL);
	mem_deref(msg);
	finish(&p, req, inv);
}

static void test_prack_has_the_answer_to_an_offer(void **state)
{
	struct sip_msg *req, *msg;
	struct invite *inv;
	struct peer p;
	(void)state;

	req = call(&p, &inv, NULL, on_invite);
	respond(&p, req, 183, "b", 1, "offer");
	assert_string_equal(progressed(&p, 183)->body, "offer");
	(void)take_prack(&p, req, "b", 1, "answer");
	respond(&p, req, 180, "b", 2, NULL);
	(void)take_prack(&p, req, "b", 2, NULL);
	(void)progressed(&p, 180);
	peer_respond(&p, req, 200, "b", NULL, NULL);
	(void)peer_event(&p, INVITE_EV_ANSWERED);
	msg = peer_take(&p, "ACK"); /* At once, nothing is missing */
	assert_int_equal(message_body(msg).l, 0);
	mem_deref(msg);
	assert_int_equal(invite_ack(inv, NULL, p.now), EINVAL);
	finish(&p, req, inv);

	/* An owner that has no answer: a PRACK nevertheless */
	req = call(&p, &inv, NULL, peer_on_invite);
	respond(&p, req, 183, "b", 1, "offer");
	(void)progressed(&p, 183);
	(void)take_prack(&p, req, "b", 1, NULL);
	finish(&p, req, inv);
}

static void test_prack_is_sent_while_cancelling(void **state)
{
	struct sip_msg *req, *cancel;
	struct invite *inv;
	struct peer p;
	(void)state;

	req = call(&p, &inv, "offer", peer_on_invite);
	invite_hangup(inv, NULL, p.now);
	respond(&p, req, 180, "b", 1, NULL);
	cancel = peer_take(&p, "CANCEL");
	(void)take_prack(&p, req, "b", 1, NULL);
	peer_respond(&p, cancel, 200, "b", NULL, NULL);
	mem_deref(cancel);
	peer_respond(&p, req, 487, "b", NULL, NULL);
	peer_drop(&p, "ACK");
	assert_int_equal(peer_event(&p, INVITE_EV_CLOSED)->code, 487);
	finish(&p, req, inv);
}

static void test_prack_may_fail(void **state)
{
	static const unsigned codev[] = { 401, 481, 500 };
	struct sip_msg *req, *msg;
	struct invite *inv;
	struct peer p;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(codev); i++) {
		req = call(&p, &inv, "offer", peer_on_invite);
		respond(&p, req, 180, "b", 1, NULL);
		(void)progressed(&p, 180);
		msg = peer_take(&p, "PRACK");
		peer_respond(&p, msg, codev[i], NULL, NULL, NULL);
		mem_deref(msg);
		peer_respond(&p, req, 200, "b", NULL, "answer");
		(void)peer_event(&p, INVITE_EV_ANSWERED);
		peer_drop(&p, "ACK");
		finish(&p, req, inv);
	}
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_prack_confirms_each_once_and_in_order),
		cmocka_unit_test(test_prack_makes_an_early_answer_final),
		cmocka_unit_test(test_prack_keeps_forks_apart),
		cmocka_unit_test(test_prack_has_the_answer_to_an_offer),
		cmocka_unit_test(test_prack_is_sent_while_cancelling),
		cmocka_unit_test(test_prack_may_fail),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
