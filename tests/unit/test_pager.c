/**
 * @file tests/unit/test_pager.c  Texts without a call, both ways
 */
#include "tests/unit/test.h"
#include "tests/unit/support/desk.h"
#include "tests/unit/support/peer.h"

static const struct ua_params account = {
	.origin = { .user = "alice", .realm = "example.org" },
	.password = "secret",
};

/* What became of a message */
struct result {
	unsigned calls, code;
	char reason[64];
	struct pager *pager; /* Released inside, if set */
};

static void on_result(unsigned code, const struct pl *reason, uint64_t now,
		      void *arg)
{
	struct result *r = arg;
	(void)now;

	++r->calls;
	r->code = code;
	(void)re_snprintf(r->reason, sizeof(r->reason), "%r", reason);
	r->pager = pager_release(r->pager);
}

static int send_text(struct peer *p, struct result *r, const char *text)
{
	struct pager_params prm = { .to = "bob" };

	memset(r, 0, sizeof(*r));
	pl_set_str(&prm.body, text);
	return ua_message(&r->pager, p->ua, &prm, on_result, r, p->now);
}

static void test_pager_sends(void **state)
{
	static const char *const headerv[] = { "Subject: bell", NULL };
	struct pager_params prm = {
		.to = "sip:b@b.invalid;transport=ws",
		.ctype = "application/vnd.boardphone+json",
		.body = PL("{}"),
		.headerv = headerv,
	};
	struct sip_msg *req;
	struct result r;
	struct peer p;
	struct pl body;
	(void)state;

	peer_open(&p, NULL);
	assert_int_equal(send_text(&p, &r, "Grüße"), 0);
	req = peer_take(&p, "MESSAGE");
	assert_int_equal(pl_strcmp(&req->ruri, "sip:bob@example.org"), 0);
	assert_string_equal(peer_header(req, "Content-Type"),
			    "text/plain;charset=UTF-8");
	assert_string_equal(peer_header(req, "Contact"), "");
	assert_false(pl_isset(&req->to.tag));
	assert_true(pl_isset(&req->from.tag));
	body = message_body(req);
	assert_int_equal(pl_strcmp(&body, "Grüße"), 0);
	peer_respond(&p, req, 100, NULL, NULL, NULL);
	assert_int_equal(r.calls, 0);
	peer_respond(&p, req, 202, "t", NULL, NULL);
	assert_int_equal(r.calls, 1);
	assert_int_equal(r.code, 202);
	assert_string_equal(r.reason, "Text");
	mem_deref(req);

	/* Nobody wants to know */
	assert_int_equal(ua_message(NULL, p.ua, &prm, NULL, NULL, p.now), 0);
	req = peer_take(&p, "MESSAGE");
	assert_int_equal(pl_strcmp(&req->ruri, prm.to), 0);
	assert_string_equal(peer_header(req, "Content-Type"), prm.ctype);
	assert_string_equal(peer_header(req, "Subject"), "bell");
	peer_respond(&p, req, 500, "t", NULL, NULL);
	mem_deref(req);
	assert_int_equal(r.calls, 1);
	peer_close(&p);
}

static void test_pager_answers_a_challenge(void **state)
{
	struct sip_msg *req;
	struct result r;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	assert_int_equal(send_text(&p, &r, "x"), 0);
	req = peer_take(&p, "MESSAGE");
	peer_respond(&p, req, 407, "t",
		     "Proxy-Authenticate: Digest realm=\"example.org\", "
		     "nonce=\"n\", qop=\"auth\"\r\n",
		     NULL);
	mem_deref(req);
	req = peer_take(&p, "MESSAGE");
	assert_non_null(strstr(peer_header(req, "Proxy-Authorization"),
			       "username=\"alice\""));
	peer_respond(&p, req, 404, "t", NULL, NULL);
	assert_int_equal(r.code, 404);
	mem_deref(req);
	peer_close(&p);
}

static void test_pager_tells_every_end(void **state)
{
	static char large[PAGER_BODY_MAX + 2];
	struct pager_params prm = { .to = "", .body = PL("x") };
	struct sip_msg *req;
	struct result r;
	struct peer p;
	(void)state;

	peer_open(&p, NULL);
	assert_int_equal(ua_message(NULL, p.ua, &prm, NULL, NULL, p.now),
			 EINVAL);
	prm.to = "bob";
	prm.ctype = "text/plain\r\nX: y";
	assert_int_equal(ua_message(NULL, p.ua, &prm, NULL, NULL, p.now),
			 EINVAL);
	memset(large, 'x', PAGER_BODY_MAX + 1);
	assert_int_equal(send_text(&p, &r, large), EMSGSIZE);
	large[PAGER_BODY_MAX] = '\0';
	assert_int_equal(send_text(&p, &r, large), 0);
	peer_drop(&p, "MESSAGE");
	peer_run(&p, 32ULL * CLOCK_S);
	assert_int_equal(r.calls, 1);
	assert_int_equal(r.code, 408);

	assert_int_equal(send_text(&p, &r, "x"), 0);
	peer_drop(&p, "MESSAGE");
	ua_flow(p.ua, false, p.now);
	assert_int_equal(r.calls, 1);
	assert_int_equal(r.code, 503);
	assert_int_equal(send_text(&p, &r, "x"), ENOTCONN);
	ua_flow(p.ua, true, p.now);

	/* Released before the answer */
	assert_int_equal(send_text(&p, &r, "x"), 0);
	req = peer_take(&p, "MESSAGE");
	r.pager = pager_release(r.pager);
	peer_respond(&p, req, 200, "t", NULL, NULL);
	mem_deref(req);
	assert_int_equal(r.calls, 0);

	/* The ua goes first */
	assert_int_equal(send_text(&p, &r, "x"), 0);
	peer_drop(&p, "MESSAGE");
	p.ua = mem_deref(p.ua);
	assert_int_equal(r.calls, 0);
	r.pager = pager_release(r.pager);
	peer_close(&p);
}

static void test_pager_receives(void **state)
{
	static const struct {
		const char *lines, *ctype, *body;
		unsigned answer, code;
		const char *phrase;
		unsigned messages;
	} stepv[] = {
		{ NULL, "text/plain;charset=UTF-8", "Grüße", 0, 200, NULL, 1 },
		{ NULL, "text/plain", "", 0, 200, NULL, 1 },
		{ NULL, NULL, NULL, 0, 200, NULL, 1 },
		{ NULL, "application/vnd.boardphone+json", "{}", 403, 403,
		  "Try Later", 1 },
		{ NULL, "Text/Plain", "x", 404, 404, NULL, 1 },
		{ NULL, "text/plain", "x", 100, 500, NULL, 1 },
		{ NULL, "text/plain", "x", 700, 500, NULL, 1 },
		{ NULL, "text/plain", "\xc3(", 0, 400, NULL, 0 },
		{ NULL, "text/html", "x", 0, 415, NULL, 0 },
		{ "Content-Encoding: gzip\r\n", "text/plain", "x", 0, 415, NULL,
		  0 },
		{ "Require: magic\r\n", "text/plain", "x", 0, 420, NULL, 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(stepv); i++) {
		const struct desk_request r = { .method = "MESSAGE",
						.lines = stepv[i].lines,
						.ctype = stepv[i].ctype,
						.body = stepv[i].body };
		struct desk d;

		desk_open(&d, "192.0.2.1", NULL);
		desk_register(&d, DESK_BINDING);
		d.answer = stepv[i].answer;
		d.phrase = stepv[i].phrase;
		assert_int_equal(desk_ask(&d, &r), stepv[i].code);
		assert_int_equal(d.messages, stepv[i].messages);
		if (stepv[i].messages && stepv[i].body)
			assert_string_equal(d.body, stepv[i].body);
		if (stepv[i].phrase)
			assert_true(desk_has(&d, stepv[i].phrase));
		if (stepv[i].code == 415 && !stepv[i].lines)
			assert_true(desk_has(&d, "\r\nAccept: text/plain, "));
		desk_close(&d);
	}
}

static void test_pager_refuses_what_is_too_long(void **state)
{
	static char large[PAGER_BODY_MAX + 2];
	struct desk_request r = { .method = "MESSAGE", .ctype = "text/plain" };
	struct desk d;
	(void)state;

	memset(large, 'x', PAGER_BODY_MAX + 1);
	r.body = large;
	desk_open(&d, "192.0.2.1", NULL);
	desk_register(&d, DESK_BINDING);
	assert_int_equal(desk_ask(&d, &r), 413);
	large[PAGER_BODY_MAX] = '\0';
	assert_int_equal(desk_ask(&d, &r), 200);
	assert_int_equal(d.messages, 1);
	desk_close(&d);
}

static void test_pager_lets_the_ua_go_in_its_handler(void **state)
{
	const struct desk_request r = { .method = "MESSAGE" };
	struct desk d;
	(void)state;

	desk_open(&d, "192.0.2.1", NULL);
	desk_register(&d, DESK_BINDING);
	d.leaves = true;

	/* Nothing is sent to who is gone */
	assert_int_equal(desk_ask(&d, &r), 0);
	assert_null(d.ua);
	assert_int_equal(d.messages, 1);
	desk_close(&d);
}

static unsigned on_message(const struct pager_message *m, const char **reason,
			   uint64_t now, void *arg)
{
	struct peer *p = arg;
	(void)reason;
	(void)now;

	assert_true(pager_is(m, "text/plain"));
	assert_false(pager_is(m, "text/html"));
	assert_int_equal(pl_strcmp(&m->from, "sip:bob@example.org"), 0);
	assert_int_equal(pl_strcmp(&m->name, "Bob"), 0);
	p->stopped = m->within;
	return 200;
}

static void test_pager_receives_within_a_call(void **state)
{
	static const char text[] = "Content-Type: text/plain\r\n";
	struct ua_params prm = account;
	struct sip_msg *msg;
	struct peer p;
	(void)state;

	prm.messageh = on_message;
	peer_open(&p, &prm);
	peer_request(&p, "MESSAGE", "out", text, NULL);
	peer_drop_code(&p, 200, "MESSAGE");
	assert_false(p.stopped);
	peer_request(&p, "INVITE", "in", NULL, "offer");
	peer_drop_code(&p, 100, "INVITE");
	assert_int_equal(invite_accept(p.inv, NULL, p.now), 0);
	msg = peer_take_code(&p, 200, "INVITE");
	peer_learn(&p, msg);
	assert_non_null(strstr(peer_header(msg, "Allow"), "MESSAGE"));
	assert_null(strstr(peer_header(msg, "Allow"), "REGISTER"));
	mem_deref(msg);
	peer_request(&p, "ACK", "ack", NULL, NULL);
	(void)peer_event(&p, INVITE_EV_CONFIRMED);
	peer_request(&p, "MESSAGE", "m1", text, NULL);
	peer_drop_code(&p, 200, "MESSAGE");
	assert_true(p.stopped);

	/* Out of order, and of a call that is not */
	p.cseq -= 2;
	peer_request(&p, "MESSAGE", "m2", text, NULL);
	peer_drop_code(&p, 500, "MESSAGE");
	p.local_tag[0] ^= 1;
	peer_request(&p, "MESSAGE", "m3", text, NULL);
	peer_drop_code(&p, 481, "MESSAGE");
	peer_calm(&p);
	peer_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pager_sends),
		cmocka_unit_test(test_pager_answers_a_challenge),
		cmocka_unit_test(test_pager_tells_every_end),
		cmocka_unit_test(test_pager_receives),
		cmocka_unit_test(test_pager_refuses_what_is_too_long),
		cmocka_unit_test(test_pager_lets_the_ua_go_in_its_handler),
		cmocka_unit_test(test_pager_receives_within_a_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
