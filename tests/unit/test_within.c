/**
 * @file tests/unit/test_within.c  Tests of calls that are up
 *
 * Hanging up either way, INFO, and calls that outlive their flow.
 */
#include "tests/unit/support/peer.h"

static const struct ua_params account = {
	.origin = { .user = "alice", .realm = "example.org" },
	.password = "secret",
};

/* The user wants challenges within a call answered (SECURITY row 5) */
static const struct ua_params open_account = {
	.origin = { .user = "alice", .realm = "example.org" },
	.password = "secret",
	.auth_in_call = true,
};

static const char challenge[] =
	"WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n1\", "
	"qop=\"auth\", algorithm=MD5\r\n";

/* A call that we made, up */
static void call_up_as(struct peer *p, const struct ua_params *who)
{
	struct invite_params prm = { .to = "bob" };
	struct sip_msg *req;

	peer_open(p, who);
	prm.body = peer_mbuf("offer");
	assert_int_equal(
		ua_call(&p->inv, p->ua, &prm, peer_on_invite, p, p->now), 0);
	mem_deref(prm.body);
	req = peer_take(p, "INVITE");
	peer_learn_request(p, req, "b");
	peer_respond(p, req, 200, "b",
		     "Contact: <sip:bob@far.invalid>\r\n"
		     "Record-Route: <sip:p1;lr>\r\n",
		     "answer");
	(void)peer_event(p, INVITE_EV_ANSWERED);
	peer_drop(p, "ACK");
	mem_deref(req);
}

static void call_up(struct peer *p)
{
	call_up_as(p, &account);
}

/* A call that came in, up */
static void called_up_as(struct peer *p, const struct ua_params *who)
{
	struct sip_msg *ok;

	peer_open(p, who);
	peer_request(p, "INVITE", "inv", NULL, "offer");
	peer_drop_code(p, 100, "INVITE");
	assert_int_equal(invite_accept(p->inv, NULL, p->now), 0);
	ok = peer_take_code(p, 200, "INVITE");
	peer_learn(p, ok);
	mem_deref(ok);
	peer_request(p, "ACK", "ack", NULL, NULL);
	(void)peer_event(p, INVITE_EV_CONFIRMED);
}

static void called_up(struct peer *p)
{
	called_up_as(p, &account);
}

static void up(struct peer *p, bool incoming)
{
	if (incoming)
		called_up(p);
	else
		call_up(p);
}

static void check_closed(struct peer *p, enum invite_why why, unsigned code)
{
	const struct peer_event *e = peer_event(p, INVITE_EV_CLOSED);

	assert_int_equal(e->why, why);
	assert_int_equal(e->code, code);
	peer_calm(p);
	p->inv = mem_deref(p->inv);
}

static void test_within_ends_whatever_the_bye_brings(void **state)
{
	static const struct {
		unsigned first, then; /* Responses, 0 for none  */
		unsigned code;	      /* Of CLOSED              */
		uint64_t at;	      /* [s] after the BYE      */
	} stepv[] = {
		{ 100, 200, 200, 0 }, { 200, 0, 200, 0 }, { 481, 0, 481, 0 },
		{ 408, 0, 408, 0 },   { 500, 0, 500, 0 }, { 0, 0, 408, 32 },
		{ 100, 0, 408, 32 },
	};
	(void)state;

	for (size_t i = 0; i < 2 * ARRAY_SIZE(stepv); i++) {
		unsigned k = (unsigned)(i / 2);
		struct sip_msg *bye;
		struct peer p;

		up(&p, i % 2);
		invite_hangup(p.inv, NULL, p.now);
		invite_hangup(p.inv, NULL, p.now);
		bye = peer_take(&p, "BYE");
		peer_calm(&p);
		if (stepv[k].first)
			peer_respond(&p, bye, stepv[k].first, NULL, NULL, NULL);
		if (stepv[k].then)
			peer_respond(&p, bye, stepv[k].then, NULL, NULL, NULL);
		peer_run(&p, stepv[k].at * CLOCK_S);
		check_closed(&p, INVITE_WHY_HANGUP, stepv[k].code);
		mem_deref(bye);
		peer_run(&p, 100 * CLOCK_S);
		assert_true(ua_due(p.ua) == CLOCK_NEVER);
		peer_close(&p);
	}
}

static void test_within_answers_a_challenge_of_the_bye(void **state)
{
	struct sip_msg *a, *b;
	struct peer p;
	(void)state;

	call_up_as(&p, &open_account);
	invite_hangup(p.inv, NULL, p.now);
	a = peer_take(&p, "BYE");
	assert_string_equal(peer_header(a, "Authorization"), "");
	peer_respond(&p, a, 401, NULL, challenge, NULL);
	b = peer_take(&p, "BYE");
	assert_int_equal(b->cseq.num, a->cseq.num + 1);
	assert_non_null(strstr(peer_header(b, "Authorization"), "response="));
	assert_string_equal(peer_header(b, "Route"), "<sip:p1;lr>");
	peer_respond(&p, b, 200, NULL, NULL, NULL);
	check_closed(&p, INVITE_WHY_HANGUP, 200);
	mem_deref(a);
	mem_deref(b);
	peer_close(&p);
}

static void test_within_answers_no_challenge_unless_asked_to(void **state)
{
	struct sip_msg *req;
	struct mbuf *mb;
	struct peer p;
	(void)state;

	call_up(&p);
	mb = peer_mbuf("offer 2");
	assert_int_equal(invite_reoffer(p.inv, false, mb, p.now), 0);
	mem_deref(mb);
	req = peer_take(&p, "INVITE");
	assert_string_equal(peer_header(req, "Authorization"), "");
	peer_respond(&p, req, 401, NULL, challenge, NULL);
	mem_deref(req);
	peer_drop(&p, "ACK");
	assert_int_equal(peer_event(&p, INVITE_EV_REFUSED)->code, 401);

	invite_hangup(p.inv, NULL, p.now);
	req = peer_take(&p, "BYE");
	peer_respond(&p, req, 401, NULL, challenge, NULL);
	mem_deref(req);
	peer_silent(&p);
	check_closed(&p, INVITE_WHY_HANGUP, 401);
	peer_close(&p);
}

static void test_within_gives_no_digest_to_a_caller(void **state)
{
	struct sip_msg *bye;
	struct peer p;
	(void)state;

	/* SECURITY row 5: who called us chooses the nonce */
	called_up_as(&p, &open_account);
	invite_hangup(p.inv, NULL, p.now);
	bye = peer_take(&p, "BYE");
	peer_respond(&p, bye, 401, NULL, challenge, NULL);
	peer_silent(&p);
	check_closed(&p, INVITE_WHY_HANGUP, 401);
	mem_deref(bye);
	peer_close(&p);
}

static void test_within_takes_a_bye(void **state)
{
	struct sip_msg *bye;
	struct peer p;
	(void)state;

	for (int i = 0; i < 2; i++) {
		up(&p, i);
		peer_request(&p, "BYE", "bye", NULL, NULL);
		peer_drop_code(&p, 200, "BYE");
		check_closed(&p, INVITE_WHY_BYE, 0);

		/* The same again: by its transaction or not at all */
		--p.cseq;
		peer_request(&p, "BYE", "bye", NULL, NULL);
		peer_drop_code(&p, 481, "BYE");
		peer_close(&p);
	}

	/* Both at once */
	call_up(&p);
	invite_hangup(p.inv, NULL, p.now);
	bye = peer_take(&p, "BYE");
	peer_request(&p, "BYE", "bye", NULL, NULL);
	peer_drop_code(&p, 200, "BYE");
	check_closed(&p, INVITE_WHY_HANGUP, 0);
	peer_respond(&p, bye, 481, NULL, NULL, NULL);
	peer_calm(&p);
	mem_deref(bye);
	peer_close(&p);
}

static void test_within_needs_both_tags_and_a_new_cseq(void **state)
{
	struct peer p;
	char tag[64];
	(void)state;

	call_up(&p);
	memcpy(tag, p.local_tag, sizeof(tag));
	(void)re_snprintf(p.local_tag, sizeof(p.local_tag), "guessed");
	peer_request(&p, "BYE", "b1", NULL, NULL);
	peer_drop_code(&p, 481, "BYE");
	memcpy(p.local_tag, tag, sizeof(tag));
	(void)re_snprintf(p.remote_tag, sizeof(p.remote_tag), "other");
	peer_request(&p, "BYE", "b2", NULL, NULL);
	peer_drop_code(&p, 481, "BYE");
	(void)re_snprintf(p.remote_tag, sizeof(p.remote_tag), "b");
	p.local_tag[0] = '\0';
	peer_request(&p, "BYE", "b3", NULL, NULL);
	peer_drop_code(&p, 481, "BYE");
	memcpy(p.local_tag, tag, sizeof(tag));

	peer_request(&p, "INFO", "i1", NULL, NULL);
	peer_drop_code(&p, 200, "INFO");
	(void)peer_event(&p, INVITE_EV_INFO);
	p.cseq -= 2;
	peer_request(&p, "BYE", "b4", NULL, NULL);
	peer_drop_code(&p, 500, "BYE");
	peer_calm(&p);
	assert_int_equal(invite_state(p.inv), INVITE_UP);
	peer_close(&p);
}

static void test_within_passes_info_on_when_answered(void **state)
{
	struct peer p;
	(void)state;

	call_up(&p);
	peer_request(&p, "INFO", "i1", NULL, "Signal=5");
	peer_drop_code(&p, 200, "INFO");
	assert_string_equal(peer_event(&p, INVITE_EV_INFO)->body, "Signal=5");
	peer_close(&p);

	/* SECURITY row 9: never before the answer */
	peer_open(&p, NULL);
	peer_request(&p, "INVITE", "inv", NULL, "offer");
	peer_drop_code(&p, 100, "INVITE");
	(void)invite_progress(p.inv, 180, NULL, NULL, p.now);
	{
		struct sip_msg *msg = peer_take_code(&p, 180, "INVITE");

		peer_learn(&p, msg);
		mem_deref(msg);
	}
	peer_request(&p, "INFO", "i1", NULL, "Signal=5");
	peer_drop_code(&p, 200, "INFO");
	peer_calm(&p);
	peer_close(&p);
}

static void test_within_sends_requests_of_its_owner(void **state)
{
	static const char *const linev[] = { "X-A: 1", "X-B:2", NULL };
	static const char *const badv[] = { "X-A", NULL };
	const struct peer_event *e;
	struct sip_msg *req;
	struct mbuf *mb;
	struct peer p;
	(void)state;

	call_up(&p);
	mb = peer_mbuf("Signal=1");
	assert_int_equal(invite_request(p.inv, "INFO", badv, NULL, mb, p.now),
			 EINVAL);
	assert_int_equal(invite_request(p.inv, "INFO", linev,
					"application/dtmf-relay", mb, p.now),
			 0);
	req = peer_take(&p, "INFO");
	assert_string_equal(peer_header(req, "X-B"), "2");
	assert_string_equal(peer_header(req, "Content-Type"),
			    "application/dtmf-relay");
	peer_respond(&p, req, 200, NULL, NULL, NULL);
	e = peer_event(&p, INVITE_EV_RESPONSE);
	assert_int_equal(e->code, 200);
	mem_deref(req);

	for (unsigned i = 0; i < INVITE_REQUESTS_MAX; i++) {
		assert_int_equal(invite_request(p.inv, "INFO", NULL,
						"text/plain", mb, p.now),
				 0);
		peer_drop(&p, "INFO");
	}
	assert_int_equal(
		invite_request(p.inv, "INFO", NULL, "text/plain", mb, p.now),
		EBUSY);
	peer_run(&p, 32 * CLOCK_S);
	for (unsigned i = 0; i < INVITE_REQUESTS_MAX; i++)
		assert_int_equal(peer_event(&p, INVITE_EV_RESPONSE)->code, 408);

	/* 481 says that there is no call any more */
	assert_int_equal(
		invite_request(p.inv, "INFO", NULL, "text/plain", mb, p.now),
		0);
	req = peer_take(&p, "INFO");
	peer_respond(&p, req, 481, NULL, NULL, NULL);
	check_closed(&p, INVITE_WHY_DIALOG, 481);
	mem_deref(req);
	mem_deref(mb);
	peer_close(&p);
}

static void test_within_a_call_outlives_its_flow(void **state)
{
	struct sip_msg *bye;
	struct peer p;
	(void)state;

	for (int i = 0; i < 2; i++) {
		up(&p, i);
		ua_flow(p.ua, false, p.now);
		peer_run(&p, 3600ULL * CLOCK_S);
		peer_calm(&p);
		assert_int_equal(invite_state(p.inv), INVITE_UP);
		assert_int_equal(
			invite_request(p.inv, "INFO", NULL, NULL, NULL, p.now),
			ENOTCONN);
		ua_flow(p.ua, true, p.now);
		peer_request(&p, "INFO", "i1", NULL, NULL);
		peer_drop_code(&p, 200, "INFO");
		(void)peer_event(&p, INVITE_EV_INFO);
		invite_hangup(p.inv, NULL, p.now);
		bye = peer_take(&p, "BYE");
		peer_respond(&p, bye, 200, NULL, NULL, NULL);
		mem_deref(bye);
		check_closed(&p, INVITE_WHY_HANGUP, 200);
		peer_close(&p);
	}
}

static void test_within_hangs_up_without_a_flow_at_once(void **state)
{
	struct peer p;
	(void)state;

	for (int i = 0; i < 2; i++) {
		up(&p, i);
		ua_flow(p.ua, false, p.now);
		invite_hangup(p.inv, NULL, p.now);
		check_closed(&p, INVITE_WHY_HANGUP, 0);
		peer_close(&p);

		/* Lost after the BYE */
		up(&p, i);
		invite_hangup(p.inv, NULL, p.now);
		peer_drop(&p, "BYE");
		ua_flow(p.ua, false, p.now);
		check_closed(&p, INVITE_WHY_HANGUP, 503);
		peer_close(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_within_ends_whatever_the_bye_brings),
		cmocka_unit_test(test_within_answers_a_challenge_of_the_bye),
		cmocka_unit_test(
			test_within_answers_no_challenge_unless_asked_to),
		cmocka_unit_test(test_within_gives_no_digest_to_a_caller),
		cmocka_unit_test(test_within_takes_a_bye),
		cmocka_unit_test(test_within_needs_both_tags_and_a_new_cseq),
		cmocka_unit_test(test_within_passes_info_on_when_answered),
		cmocka_unit_test(test_within_sends_requests_of_its_owner),
		cmocka_unit_test(test_within_a_call_outlives_its_flow),
		cmocka_unit_test(test_within_hangs_up_without_a_flow_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
