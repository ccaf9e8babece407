/**
 * @file tests/unit/test_redirect.c  Tests of 3xx to our INVITE
 *
 * RFC 3261 section 8.1.3.4.
 */
#include "tests/unit/support/peer.h"
#include "core/sip/redirect.h"

enum {
	PATIENCE = 20 * CLOCK_S,
};

static const struct ua_params account = {
	.origin = { .user = "alice", .realm = "example.org" },
	.password = "secret",
};

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

static struct sip_msg *begin(struct peer *p, struct invite **invp,
			     enum redirect_policy policy)
{
	struct invite_params prm = { .to = "bob",
				     .redirect = policy,
				     .no_answer = PATIENCE };

	peer_open(p, &account);
	prm.body = peer_mbuf("offer");
	assert_int_equal(ua_call(invp, p->ua, &prm, peer_on_invite, p, p->now),
			 0);
	mem_deref(prm.body);
	return peer_take(p, "INVITE");
}

/* Starts a call that follows */
static struct sip_msg *begin_redirect(struct peer *p, struct invite **invp)
{
	return begin(p, invp, REDIRECT_YES);
}

/* Starts a call that asks, and is sent to two places */
static struct sip_msg *begin_asking(struct peer *p, struct invite **invp)
{
	struct sip_msg *req = begin(p, invp, REDIRECT_ASK);

	peer_respond(p, req, 302, "b",
		     "Contact: <sip:low@x>;q=0.2, <sip:high@x>\r\n", NULL);
	peer_drop(p, "ACK");
	assert_int_equal(peer_event(p, INVITE_EV_REDIRECT)->code, 302);
	peer_calm(p);
	peer_silent(p);
	return req;
}

static struct sip_msg *next_place(struct peer *p, struct sip_msg *old,
				  const char *ruri)
{
	struct sip_msg *req;

	(void)peer_event(p, INVITE_EV_REDIRECTED);
	peer_drop(p, "ACK");
	req = peer_take(p, "INVITE");
	assert_int_equal(pl_strcmp(&req->ruri, ruri), 0);
	assert_int_equal(pl_cmp(&req->callid, &old->callid), 0);
	assert_int_equal(pl_cmp(&req->from.tag, &old->from.tag), 0);
	assert_int_equal(pl_cmp(&req->to.val, &old->to.val), 0);
	assert_int_not_equal(pl_cmp(&req->via.branch, &old->via.branch), 0);
	assert_int_equal(req->cseq.num, old->cseq.num + 1);
	mem_deref(old);
	return req;
}

static void test_redirect_goes_to_the_best_first(void **state)
{
	struct sip_msg *req;
	struct invite *inv;
	struct peer p;
	(void)state;

	req = begin_redirect(&p, &inv);
	peer_respond(&p, req, 180, "b", far, NULL);
	(void)peer_event(&p, INVITE_EV_PROGRESS);
	peer_respond(&p, req, 302, "b",
		     "Contact: <sip:low@x>;q=0.25, <tel:+1>\r\n"
		     "Contact: <sip:bob@example.org>, <sip:high@x>;q=0.7\r\n"
		     "Contact: <sip:high@x>;q=1.0\r\n",
		     NULL);
	req = next_place(&p, req, "sip:high@x");
	assert_string_equal(invite_peer_uri(inv), "sip:high@x");

	/* The second level is not followed, but the next one of the first is */
	peer_respond(&p, req, 301, "c", "Contact: <sip:third@x>\r\n", NULL);
	req = next_place(&p, req, "sip:low@x");
	peer_respond(&p, req, 200, "d", far, "answer");
	(void)peer_event(&p, INVITE_EV_ANSWERED);
	peer_drop(&p, "ACK");
	mem_deref(req);
	invite_hangup(inv, NULL, p.now);
	req = peer_take(&p, "BYE");
	peer_respond(&p, req, 200, NULL, NULL, NULL);
	check_closed(&p, INVITE_WHY_HANGUP, 200);
	mem_deref(req);
	mem_deref(inv);
	peer_close(&p);
}

static void test_redirect_uses_a_proxy_when_told(void **state)
{
	struct sip_msg *req;
	struct invite *inv;
	struct peer p;
	(void)state;

	req = begin_redirect(&p, &inv);
	peer_respond(&p, req, 305, "b", "Contact: <sip:px.example>\r\n", NULL);
	req = next_place(&p, req, "sip:bob@example.org");
	assert_string_equal(peer_header(req, "Route"), "<sip:px.example;lr>");
	peer_respond(&p, req, 603, "b", NULL, NULL);
	peer_drop(&p, "ACK");
	check_closed(&p, INVITE_WHY_REFUSED, 603);
	mem_deref(req);
	mem_deref(inv);
	peer_close(&p);
}

static void test_redirect_goes_nowhere_else(void **state)
{
	static const char *const contactv[] = {
		"",
		"Contact: <sip:bob@example.org>\r\n",
		"Contact: <http://x/>, <mailto:b@x>\r\n",
		"Contact: <sip:c@x?Subject=1>\r\n",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(contactv); i++) {
		struct sip_msg *req;
		struct invite *inv;
		struct peer p;

		req = begin_redirect(&p, &inv);
		peer_respond(&p, req, 302, "b", contactv[i], NULL);
		peer_drop(&p, "ACK");
		check_closed(&p, INVITE_WHY_REFUSED, 302);
		mem_deref(req);
		mem_deref(inv);
		peer_close(&p);
	}
}

static void test_redirect_asks_for_each_place(void **state)
{
	struct sip_msg *first, *req;
	struct invite *inv;
	struct peer p;
	(void)state;

	first = begin_asking(&p, &inv);
	peer_run(&p, PATIENCE - CLOCK_S);
	assert_int_equal(invite_redirect(inv, true, p.now), 0);
	assert_int_equal(peer_event(&p, INVITE_EV_REDIRECTED)->code, 302);
	assert_int_equal(invite_redirect(inv, true, p.now), EINVAL);
	req = peer_take(&p, "INVITE");
	assert_int_equal(pl_strcmp(&req->ruri, "sip:high@x"), 0);
	assert_int_equal(req->cseq.num, first->cseq.num + 1);
	mem_deref(first);

	/* It rings there as long as anywhere */
	peer_run(&p, PATIENCE - CLOCK_S);
	peer_calm(&p);
	peer_respond(&p, req, 486, "c", NULL, NULL);
	mem_deref(req);
	peer_drop(&p, "ACK");
	assert_int_equal(peer_event(&p, INVITE_EV_REDIRECT)->code, 486);
	assert_int_equal(invite_redirect(inv, true, p.now), 0);
	(void)peer_event(&p, INVITE_EV_REDIRECTED);
	req = peer_take(&p, "INVITE");
	assert_int_equal(pl_strcmp(&req->ruri, "sip:low@x"), 0);
	peer_respond(&p, req, 603, "d", NULL, NULL);
	mem_deref(req);
	peer_drop(&p, "ACK");
	check_closed(&p, INVITE_WHY_REFUSED, 603);
	assert_int_equal(invite_redirect(inv, true, p.now), EINVAL);
	mem_deref(inv);
	peer_close(&p);
}

static void say_no(struct peer *p, struct invite *inv)
{
	assert_int_equal(invite_redirect(inv, false, p->now), 0);
	check_closed(p, INVITE_WHY_REFUSED, 302);
}

static void say_nothing(struct peer *p, struct invite *inv)
{
	(void)inv;

	peer_run(p, PATIENCE - CLOCK_MS);
	peer_calm(p);
	peer_run(p, CLOCK_MS);
	check_closed(p, INVITE_WHY_REFUSED, 302);
}

static void hang_up(struct peer *p, struct invite *inv)
{
	invite_hangup(inv, NULL, p->now);
	check_closed(p, INVITE_WHY_HANGUP, 0);
}

static void lose_the_way(struct peer *p, struct invite *inv)
{
	ua_flow(p->ua, false, p->now);
	peer_calm(p);
	assert_int_equal(invite_redirect(inv, true, p->now), 0);
	check_closed(p, INVITE_WHY_REFUSED, 302);
}

static void stop(struct peer *p, struct invite *inv)
{
	(void)inv;

	ua_stop(p->ua, 0, peer_on_stopped, p, p->now);
	check_closed(p, INVITE_WHY_HANGUP, 0);
	assert_true(p->stopped);
}

static void test_redirect_goes_nowhere_unasked(void **state)
{
	static void (*const endv[])(struct peer *, struct invite *) = {
		say_no, say_nothing, hang_up, lose_the_way, stop,
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(endv); i++) {
		struct invite *inv;
		struct peer p;

		mem_deref(begin_asking(&p, &inv));
		endv[i](&p, inv);
		peer_silent(&p);
		mem_deref(inv);
		peer_close(&p);
	}
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_redirect_goes_to_the_best_first),
		cmocka_unit_test(test_redirect_uses_a_proxy_when_told),
		cmocka_unit_test(test_redirect_goes_nowhere_else),
		cmocka_unit_test(test_redirect_asks_for_each_place),
		cmocka_unit_test(test_redirect_goes_nowhere_unasked),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
