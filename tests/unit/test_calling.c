/**
 * @file tests/unit/test_calling.c  Tests of calls that we make: A-5.2
 */
#include "tests/unit/support/peer.h"
#include "core/sip/server.h"

static const struct ua_params account = {
	.origin = { .user = "alice", .realm = "example.org" },
	.password = "secret",
};

static struct invite *call_with(struct peer *p, const char *offer)
{
	struct invite_params prm = { .to = "bob" };
	struct invite *inv = NULL;

	if (offer)
		prm.body = peer_mbuf(offer);
	assert_int_equal(ua_call(&inv, p->ua, &prm, peer_on_invite, p, p->now),
			 0);
	mem_deref(prm.body);
	return inv;
}

static struct invite *call(struct peer *p)
{
	return call_with(p, "offer");
}

/* RFC 3326 section 2: of a call that another took */
static const char elsewhere[] = "SIP;cause=200;text=\"answered elsewhere\"";
static const char far[] = "Contact: <sip:bob@far.invalid;transport=ws>\r\n"
			  "Allow: INVITE, ACK, BYE\r\n"
			  "Record-Route: <sip:p2;lr>, <sip:p1;lr>\r\n";

static void check_closed(struct peer *p, enum invite_why why, unsigned code)
{
	const struct peer_event *e = peer_event(p, INVITE_EV_CLOSED);

	assert_int_equal(e->why, why);
	assert_int_equal(e->code, code);
	peer_calm(p);
}

static void test_calling_follows_the_flow_of_A_5_2(void **state)
{
	struct sip_msg *req, *ack;
	struct invite *inv;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	inv = call(&p);
	req = peer_take(&p, "INVITE");
	assert_string_equal(peer_header(req, "Content-Type"),
			    "application/sdp");
	assert_non_null(
		strstr(peer_header(req, "Contact"), ".invalid;transport=ws>"));
	assert_non_null(strstr(peer_header(req, "Allow"), "UPDATE"));
	peer_respond(&p, req, 100, NULL, NULL, NULL);
	peer_calm(&p);
	peer_respond(&p, req, 180, "b", far, NULL);
	assert_int_equal(peer_event(&p, INVITE_EV_PROGRESS)->code, 180);
	peer_respond(&p, req, 200, "b", far, "answer");
	assert_string_equal(peer_event(&p, INVITE_EV_ANSWERED)->body, "answer");
	assert_int_equal(invite_state(inv), INVITE_UP);
	assert_true(invite_peer_allows(inv, "BYE"));
	assert_false(invite_peer_allows(inv, "UPDATE"));

	ack = peer_take(&p, "ACK");
	assert_int_equal(ack->cseq.num, req->cseq.num);
	assert_int_not_equal(pl_cmp(&ack->via.branch, &req->via.branch), 0);
	assert_int_equal(
		pl_strcmp(&ack->ruri, "sip:bob@far.invalid;transport=ws"), 0);
	assert_string_equal(peer_header(ack, "Route"), "<sip:p1;lr>");
	assert_int_equal(pl_strcmp(&ack->to.tag, "b"), 0);
	mem_deref(ack);

	/* The same 200 again: the ACK again, and no event */
	peer_respond(&p, req, 200, "b", far, "answer");
	peer_drop(&p, "ACK");
	peer_calm(&p);
	peer_run(&p, 60ULL * CLOCK_S);
	peer_calm(&p);
	mem_deref(req);

	invite_hangup(inv, "SIP;cause=200", p.now);
	req = peer_take(&p, "BYE");
	assert_string_equal(peer_header(req, "Reason"), "SIP;cause=200");
	peer_respond(&p, req, 200, NULL, NULL, NULL);
	check_closed(&p, INVITE_WHY_HANGUP, 200);
	mem_deref(req);
	mem_deref(inv);
	peer_close(&p);
}

static void test_calling_needs_no_provisional_response(void **state)
{
	struct sip_msg *req;
	struct invite *inv;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	inv = call(&p);
	req = peer_take(&p, "INVITE");
	peer_respond(&p, req, 200, "b", far, "answer");
	(void)peer_event(&p, INVITE_EV_ANSWERED);
	peer_drop(&p, "ACK");
	mem_deref(req);
	mem_deref(inv);
	peer_close(&p);
}

static void test_calling_answers_a_challenge_once(void **state)
{
	static const char lines[] =
		"Proxy-Authenticate: Digest realm=\"example.org\", "
		"nonce=\"n\", qop=\"auth\", algorithm=MD5\r\n";
	struct sip_msg *a, *b;
	struct invite *inv;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	inv = call(&p);
	a = peer_take(&p, "INVITE");
	peer_respond(&p, a, 407, "x", lines, NULL);
	peer_drop(&p, "ACK");
	b = peer_take(&p, "INVITE");
	assert_int_equal(b->cseq.num, a->cseq.num + 1);
	assert_int_equal(b->to.tag.l, 0);
	assert_int_equal(pl_cmp(&a->callid, &b->callid), 0);
	assert_non_null(
		strstr(peer_header(b, "Proxy-Authorization"), "response="));
	assert_string_equal(peer_header(b, "Content-Type"), "application/sdp");
	peer_calm(&p);
	peer_respond(&p, b, 407, "y", lines, NULL);
	peer_drop(&p, "ACK");
	check_closed(&p, INVITE_WHY_REFUSED, 407);
	mem_deref(a);
	mem_deref(b);
	mem_deref(inv);
	peer_close(&p);
}

static void test_calling_hears_early_media(void **state)
{
	const struct peer_event *e;
	struct sip_msg *req;
	struct invite *inv;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	inv = call(&p);
	req = peer_take(&p, "INVITE");
	peer_respond(&p, req, 183, "b", far, "early");
	e = peer_event(&p, INVITE_EV_PROGRESS);
	assert_int_equal(e->code, 183);
	assert_string_equal(e->body, "early");
	mem_deref(req);
	mem_deref(inv);
	peer_close(&p);
}

static void test_calling_ends_with_the_code_of_a_refusal(void **state)
{
	static const unsigned codev[] = { 302, 404, 408, 480, 481, 486,
					  487, 488, 500, 503, 600, 603 };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(codev); i++) {
		const struct peer_event *e;
		struct sip_msg *req;
		struct invite *inv;
		struct peer p;

		peer_open(&p, &account);
		inv = call(&p);
		req = peer_take(&p, "INVITE");
		peer_respond(&p, req, codev[i], "b",
			     "Reason: Q.850;cause=17\r\n", NULL);
		peer_drop(&p, "ACK");
		e = peer_event(&p, INVITE_EV_CLOSED);
		assert_int_equal(e->why, INVITE_WHY_REFUSED);
		assert_int_equal(e->code, codev[i]);
		assert_string_equal(e->cause, "Q.850;cause=17");
		assert_int_equal(invite_state(inv), INVITE_CLOSED);
		mem_deref(req);
		mem_deref(inv);
		peer_close(&p);
	}
}

static void test_calling_cancels_not_before_a_1xx(void **state)
{
	struct sip_msg *req, *cancel;
	struct invite *inv;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	inv = call(&p);
	req = peer_take(&p, "INVITE");
	invite_hangup(inv, elsewhere, p.now);
	peer_silent(&p);
	peer_run(&p, 2 * CLOCK_S);
	peer_respond(&p, req, 100, NULL, NULL, NULL);
	cancel = peer_take(&p, "CANCEL");
	assert_int_equal(pl_cmp(&cancel->via.branch, &req->via.branch), 0);
	assert_string_equal(peer_header(cancel, "Reason"), elsewhere);
	invite_hangup(inv, NULL, p.now);
	peer_respond(&p, cancel, 200, "b", NULL, NULL);
	peer_respond(&p, req, 487, "b", NULL, NULL);
	peer_drop(&p, "ACK");
	check_closed(&p, INVITE_WHY_HANGUP, 487);
	mem_deref(cancel);
	mem_deref(req);
	mem_deref(inv);
	peer_close(&p);
}

static void test_calling_hangs_up_when_the_answer_was_faster(void **state)
{
	struct sip_msg *req, *bye;
	struct invite *inv;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	inv = call(&p);
	req = peer_take(&p, "INVITE");
	peer_respond(&p, req, 180, "b", far, NULL);
	(void)peer_event(&p, INVITE_EV_PROGRESS);
	invite_hangup(inv, elsewhere, p.now);
	bye = peer_take(&p, "CANCEL");
	assert_string_equal(peer_header(bye, "Reason"), elsewhere);
	mem_deref(bye);
	peer_respond(&p, req, 200, "b", far, "answer");
	peer_drop(&p, "ACK");
	bye = peer_take(&p, "BYE");
	assert_string_equal(peer_header(bye, "Reason"), elsewhere);
	peer_calm(&p);
	peer_respond(&p, bye, 200, NULL, NULL, NULL);
	check_closed(&p, INVITE_WHY_HANGUP, 200);
	mem_deref(bye);
	mem_deref(req);
	mem_deref(inv);
	peer_close(&p);
}

static void test_calling_does_not_wait_for_ever(void **state)
{
	static const struct {
		unsigned code;	/* Response to INVITE, 0 for none */
		uint64_t after; /* Hang up then [s], 0 for not    */
		uint64_t end;	/* [s]                            */
		enum invite_why why;
		bool cancel;
	} stepv[] = {
		{ 0, 0, 32, INVITE_WHY_TIMEOUT, false },
		{ 0, 5, 32, INVITE_WHY_HANGUP, false },
		{ 180, 5, 37, INVITE_WHY_HANGUP, true },
		{ 180, 0, 92, INVITE_WHY_NO_ANSWER, true },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(stepv); i++) {
		struct sip_msg *req;
		struct invite *inv;
		struct peer p;
		uint64_t start;

		peer_open(&p, &account);
		start = p.now;
		inv = call(&p);
		req = peer_take(&p, "INVITE");
		if (stepv[i].code) {
			peer_respond(&p, req, stepv[i].code, "b", far, NULL);
			(void)peer_event(&p, INVITE_EV_PROGRESS);
		}
		if (stepv[i].after) {
			peer_run(&p, stepv[i].after * CLOCK_S);
			invite_hangup(inv, NULL, p.now);
		}
		peer_run(&p, start + stepv[i].end * CLOCK_S - 1 - p.now);
		peer_calm(&p);
		peer_run(&p, 1);
		if (stepv[i].cancel)
			peer_drop(&p, "CANCEL");
		check_closed(&p, stepv[i].why, 408);
		mem_deref(req);
		mem_deref(inv);
		peer_close(&p);
	}
}

static void test_calling_lets_the_first_of_a_fork_win(void **state)
{
	struct sip_msg *req, *msg;
	struct invite *inv;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	inv = call(&p);
	req = peer_take(&p, "INVITE");
	peer_respond(&p, req, 180, "a", far, NULL);
	assert_int_equal(peer_event(&p, INVITE_EV_PROGRESS)->fork, 0);
	peer_respond(&p, req, 183, "b", far, "early");
	assert_int_equal(peer_event(&p, INVITE_EV_PROGRESS)->fork, 1);
	peer_respond(&p, req, 180, "a", far, NULL);
	assert_int_equal(peer_event(&p, INVITE_EV_PROGRESS)->fork, 0);
	peer_respond(&p, req, 200, "b", far, "answer");
	assert_int_equal(peer_event(&p, INVITE_EV_ANSWERED)->fork, 1);
	peer_drop(&p, "ACK");

	peer_respond(&p, req, 200, "a", far, "late");
	msg = peer_take(&p, "ACK");
	assert_int_equal(pl_strcmp(&msg->to.tag, "a"), 0);
	mem_deref(msg);
	msg = peer_take(&p, "BYE");
	assert_int_equal(pl_strcmp(&msg->to.tag, "a"), 0);
	peer_respond(&p, msg, 200, NULL, NULL, NULL);
	mem_deref(msg);
	peer_calm(&p);
	assert_int_equal(invite_state(inv), INVITE_UP);
	mem_deref(req);
	mem_deref(inv);
	peer_close(&p);
}

static void test_calling_limits_early_dialogs(void **state)
{
	struct sip_msg *req;
	struct invite *inv;
	struct peer p;
	char tag[16];
	(void)state;

	peer_open(&p, &account);
	inv = call(&p);
	req = peer_take(&p, "INVITE");
	for (unsigned i = 0; i < INVITE_EARLY_MAX + 5; i++) {
		(void)re_snprintf(tag, sizeof(tag), "t%u", i);
		peer_respond(&p, req, 180, tag, far, NULL);
		if (i < INVITE_EARLY_MAX)
			assert_int_equal(
				peer_event(&p, INVITE_EV_PROGRESS)->fork, i);
	}
	peer_calm(&p);

	/* One that was not counted may still answer */
	peer_respond(&p, req, 200, tag, far, "answer");
	(void)peer_event(&p, INVITE_EV_ANSWERED);
	peer_drop(&p, "ACK");
	mem_deref(req);
	mem_deref(inv);
	peer_close(&p);
}

static void test_calling_without_offer_answers_in_the_ack(void **state)
{
	struct sip_msg *req, *ack;
	struct invite *inv;
	struct mbuf *mb;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	inv = call_with(&p, NULL);
	req = peer_take(&p, "INVITE");
	assert_int_equal(message_body(req).l, 0);
	peer_respond(&p, req, 200, "b", far, "offer");
	assert_string_equal(peer_event(&p, INVITE_EV_ANSWERED)->body, "offer");
	peer_silent(&p);
	peer_respond(&p, req, 200, "b", far, "offer");
	peer_silent(&p);
	mb = peer_mbuf("answer");
	assert_int_equal(invite_ack(inv, mb, p.now), 0);
	assert_int_equal(invite_ack(inv, mb, p.now), EINVAL);
	mem_deref(mb);
	ack = peer_take(&p, "ACK");
	assert_string_equal(peer_header(ack, "Content-Length"), "6");
	mem_deref(ack);
	peer_respond(&p, req, 200, "b", far, "offer");
	ack = peer_take(&p, "ACK");
	assert_string_equal(peer_header(ack, "Content-Length"), "6");
	mem_deref(ack);
	peer_calm(&p);
	mem_deref(req);
	mem_deref(inv);
	peer_close(&p);
}

static void test_calling_acks_before_the_bye_always(void **state)
{
	struct sip_msg *req;
	struct invite *inv;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	inv = call_with(&p, NULL);
	req = peer_take(&p, "INVITE");
	peer_respond(&p, req, 200, "b", far, "offer");
	(void)peer_event(&p, INVITE_EV_ANSWERED);
	inv = invite_release(inv, p.now);
	peer_drop(&p, "ACK");
	peer_drop(&p, "BYE");
	peer_run(&p, 40 * CLOCK_S);
	peer_calm(&p);
	mem_deref(req);
	peer_close(&p);
}

static void test_calling_completes_what_a_person_writes(void **state)
{
	static const struct {
		const char *to, *uri; /* NULL: refused */
	} stepv[] = {
		{ "johndoe", "sip:johndoe@example.org" },
		{ "+491234", "sip:+491234@example.org" },
		{ "bob@host.example", "sip:bob@host.example" },
		{ "sip:bob@host:5061;x=y", "sip:bob@host:5061;x=y" },
		{ "sips:bob@host", "sips:bob@host" },
		{ "john doe", "sip:john%20doe@example.org" },
		{ "", NULL },
		{ "sip:", NULL },
		{ "bob@", NULL },
		{ "bob@h\r\nEvil: 1", NULL },
	};
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	for (size_t i = 0; i < ARRAY_SIZE(stepv); i++) {
		struct invite_params prm = { .to = stepv[i].to };
		struct invite *inv = NULL;
		struct sip_msg *req;
		int err;

		err = ua_call(&inv, p.ua, &prm, NULL, NULL, p.now);
		assert_int_equal(err, stepv[i].uri ? 0 : EINVAL);
		if (err)
			continue;
		req = peer_take(&p, "INVITE");
		assert_int_equal(pl_strcmp(&req->ruri, stepv[i].uri), 0);
		peer_respond(&p, req, 486, "b", NULL, NULL);
		peer_drop(&p, "ACK");
		mem_deref(req);
		mem_deref(inv);
	}
	peer_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calling_follows_the_flow_of_A_5_2),
		cmocka_unit_test(test_calling_needs_no_provisional_response),
		cmocka_unit_test(test_calling_answers_a_challenge_once),
		cmocka_unit_test(test_calling_hears_early_media),
		cmocka_unit_test(test_calling_ends_with_the_code_of_a_refusal),
		cmocka_unit_test(test_calling_cancels_not_before_a_1xx),
		cmocka_unit_test(
			test_calling_hangs_up_when_the_answer_was_faster),
		cmocka_unit_test(test_calling_does_not_wait_for_ever),
		cmocka_unit_test(test_calling_lets_the_first_of_a_fork_win),
		cmocka_unit_test(test_calling_limits_early_dialogs),
		cmocka_unit_test(test_calling_without_offer_answers_in_the_ack),
		cmocka_unit_test(test_calling_acks_before_the_bye_always),
		cmocka_unit_test(test_calling_completes_what_a_person_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
