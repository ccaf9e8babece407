/**
 * @file tests/unit/test_referral.c  Tests of REFER of ours, and its NOTIFYs
 *
 * A scripted peer is asked (RFC 3515, 4488).
 */
#include "tests/unit/support/talk.h"
#include "core/sip/referral.h"
#include "core/sip/sipfrag.h"

#define ACTIVE "Subscription-State: active;expires=60\r\n"
#define LAST   "Subscription-State: terminated;reason=noresource\r\n"

/* NOTIFY of the peer. @return what it gets for it */
static unsigned notify(struct peer *p, const char *lines, const char *ctype,
		       const char *body)
{
	struct sip_msg *msg;
	char text[PEER_TEXT];
	unsigned code;

	(void)re_snprintf(text, sizeof(text),
			  "NOTIFY %s SIP/2.0\r\n"
			  "Via: SIP/2.0/WSS proxy.example.org;"
			  "branch=z9hG4bKn%u\r\n"
			  "From: <sip:bob@example.org>;tag=%s\r\n"
			  "To: <sip:alice@example.org>;tag=%s\r\n"
			  "Call-ID: %s\r\nCSeq: %u NOTIFY\r\n"
			  "Contact: <sip:bob@far.invalid>\r\n%s%s%s%s"
			  "Content-Length: %zu\r\n\r\n%s",
			  p->target, p->cseq, p->remote_tag, p->local_tag,
			  p->callid, p->cseq, lines,
			  ctype ? "Content-Type: " : "", ctype ? ctype : "",
			  ctype ? "\r\n" : "", body ? strlen(body) : 0,
			  body ? body : "");
	++p->cseq;
	peer_send(p, text);
	assert_true(p->head != p->tail);
	msg = p->sentv[p->head++ % PEER_QUEUE];
	assert_false(msg->req);
	code = msg->scode;
	mem_deref(msg);
	return code;
}

static unsigned frag(struct peer *p, const char *state, const char *body)
{
	char lines[256];

	(void)re_snprintf(lines, sizeof(lines), "Event: refer\r\n%s", state);
	return notify(p, lines, SIPFRAG_TYPE, body);
}

static void sent(struct peer *p, struct sip_msg **msgp)
{
	assert_int_equal(referral_send(p->inv, "carol", NULL, p->now), 0);
	*msgp = peer_take(p, "REFER");
}

static void test_referral_asks_and_hears_how_it_goes(void **state)
{
	struct sip_msg *req;
	struct peer p;
	(void)state;

	talk_up(&p, peer_on_invite);
	sent(&p, &req);
	assert_string_equal(peer_header(req, "Refer-To"),
			    "<sip:carol@example.org>");
	assert_string_equal(peer_header(req, "Referred-By"),
			    "<sip:alice@example.org>");
	assert_true(*peer_header(req, "Contact"));
	assert_int_equal(referral_send(p.inv, "dora", NULL, p.now), EBUSY);
	peer_respond(&p, req, 202, NULL, NULL, NULL);
	assert_int_equal(peer_event(&p, INVITE_EV_REFERRED)->code, 202);
	assert_int_equal(frag(&p, ACTIVE, "SIP/2.0 100 Trying"), 200);
	assert_int_equal(peer_event(&p, INVITE_EV_NOTIFIED)->code, 100);
	assert_int_equal(frag(&p, ACTIVE, "SIP/2.0 180 Ringing\r\n"), 200);
	assert_int_equal(peer_event(&p, INVITE_EV_NOTIFIED)->code, 180);
	assert_int_equal(frag(&p, LAST, "SIP/2.0 200 OK\r\n"), 200);
	assert_int_equal(peer_event(&p, INVITE_EV_NOTIFIED)->code, 200);
	assert_int_equal(frag(&p, LAST, "SIP/2.0 200 OK\r\n"), 481);
	mem_deref(req);

	/* And once more */
	sent(&p, &req);
	peer_respond(&p, req, 603, NULL, NULL, NULL);
	assert_int_equal(peer_event(&p, INVITE_EV_REFERRED)->code, 603);
	assert_int_equal(frag(&p, ACTIVE, "SIP/2.0 100 Trying"), 481);
	mem_deref(req);
	talk_down(&p);
}

static void test_referral_takes_a_notify_for_the_2xx(void **state)
{
	struct sip_msg *req;
	struct peer p;
	(void)state;

	talk_up(&p, peer_on_invite);
	sent(&p, &req);
	assert_int_equal(frag(&p, LAST, "SIP/2.0 486 Busy Here"), 200);
	assert_int_equal(peer_event(&p, INVITE_EV_REFERRED)->code, 202);
	assert_int_equal(peer_event(&p, INVITE_EV_NOTIFIED)->code, 486);
	peer_respond(&p, req, 202, NULL, NULL, NULL);
	peer_calm(&p);
	mem_deref(req);
	talk_down(&p);
}

/* As SIP.js 0.21 says it, of each response that it gets */
static void test_referral_goes_on_after_an_end_without_reason(void **state)
{
	static const char ended[] = "Subscription-State: terminated\r\n";
	struct sip_msg *req;
	struct peer p;
	(void)state;

	talk_up(&p, peer_on_invite);
	sent(&p, &req);
	peer_respond(&p, req, 202, NULL, NULL, NULL);
	(void)peer_event(&p, INVITE_EV_REFERRED);
	assert_int_equal(frag(&p, ended, "SIP/2.0 100 Trying"), 200);
	assert_int_equal(peer_event(&p, INVITE_EV_NOTIFIED)->code, 100);
	assert_int_equal(frag(&p, ended, "SIP/2.0 200 OK"), 200);
	assert_int_equal(peer_event(&p, INVITE_EV_NOTIFIED)->code, 200);
	assert_int_equal(frag(&p, ended, "SIP/2.0 200 OK"), 481);
	mem_deref(req);
	talk_down(&p);
}

static void test_referral_answers_a_challenge(void **state)
{
	struct sip_msg *req, *again;
	char event[128];
	struct peer p;
	(void)state;

	talk_up(&p, peer_on_invite);
	sent(&p, &req);
	peer_respond(&p, req, 401, NULL,
		     "WWW-Authenticate: Digest realm=\"example.org\", "
		     "nonce=\"n1\", qop=\"auth\", algorithm=MD5\r\n",
		     NULL);
	again = peer_take(&p, "REFER");
	assert_non_null(
		strstr(peer_header(again, "Authorization"), "response="));
	peer_respond(&p, again, 202, NULL, NULL, NULL);
	(void)peer_event(&p, INVITE_EV_REFERRED);

	/* The id is the CSeq number of the one that was accepted */
	for (unsigned i = 0; i < 2; i++) {
		(void)re_snprintf(event, sizeof(event),
				  "Event: refer;id=%u\r\n" LAST,
				  req->cseq.num + i);
		assert_int_equal(
			notify(&p, event, SIPFRAG_TYPE, "SIP/2.0 200 OK\r\n"),
			i ? 200 : 481);
	}
	assert_int_equal(peer_event(&p, INVITE_EV_NOTIFIED)->code, 200);
	talk_down(&p);
	mem_deref(req);
	mem_deref(again);
}

static void test_referral_refuses_notifies_of_no_use(void **state)
{
	static const struct {
		const char *lines, *ctype, *body;
		unsigned code;
	} casev[] = {
		{ ACTIVE, SIPFRAG_TYPE, "SIP/2.0 100 Trying", 489 },
		{ "Event: presence\r\n" ACTIVE, SIPFRAG_TYPE,
		  "SIP/2.0 100 Trying", 489 },
		{ "Event: refer;id=1\r\n" ACTIVE, SIPFRAG_TYPE,
		  "SIP/2.0 100 Trying", 481 },
		{ "Event: refer;id=x\r\n" ACTIVE, SIPFRAG_TYPE,
		  "SIP/2.0 100 Trying", 481 },
		{ "Event: refer\r\n", SIPFRAG_TYPE, "SIP/2.0 100 Trying", 400 },
		{ "Event: refer\r\n" ACTIVE, "text/plain", "SIP/2.0 100 Trying",
		  415 },
		{ "Event: refer\r\n" ACTIVE, SIPFRAG_TYPE, "100 Trying", 400 },
	};
	struct sip_msg *req;
	struct peer p;
	(void)state;

	talk_up(&p, peer_on_invite);
	assert_int_equal(frag(&p, ACTIVE, "SIP/2.0 100 Trying"), 481);
	sent(&p, &req);
	peer_respond(&p, req, 202, NULL, NULL, NULL);
	(void)peer_event(&p, INVITE_EV_REFERRED);
	for (size_t i = 0; i < ARRAY_SIZE(casev); i++)
		assert_int_equal(notify(&p, casev[i].lines, casev[i].ctype,
					casev[i].body),
				 casev[i].code);
	peer_calm(&p);
	mem_deref(req);
	talk_down(&p);
}

/* No NOTIFY within 32 s, none within what the last one said, or an end that
   says nothing */
static void test_referral_gives_up(void **state)
{
	struct sip_msg *req;
	struct peer p;
	(void)state;

	for (unsigned i = 0; i < 3; i++) {
		talk_up(&p, peer_on_invite);
		sent(&p, &req);
		peer_respond(&p, req, 202, NULL, NULL, NULL);
		(void)peer_event(&p, INVITE_EV_REFERRED);
		if (i == 1) {
			(void)frag(&p, ACTIVE, "SIP/2.0 100 Trying");
			(void)peer_event(&p, INVITE_EV_NOTIFIED);
		}
		if (i == 2)
			(void)notify(&p, "Event: refer\r\n" LAST, NULL, NULL);
		peer_run(&p, (i ? 59 : 31) * CLOCK_S);
		if (i < 2)
			peer_calm(&p);
		peer_run(&p, 2 * CLOCK_S);
		assert_int_equal(peer_event(&p, INVITE_EV_NOTIFIED)->code,
				 i == 2 ? 0 : 408);
		assert_int_equal(frag(&p, LAST, "SIP/2.0 200 OK"), 481);
		mem_deref(req);
		talk_down(&p);
	}
}

static void test_referral_hears_nothing_where_none_is_promised(void **state)
{
	struct sip_msg *req;
	struct peer p;
	(void)state;

	talk_up(&p, peer_on_invite);
	sent(&p, &req);
	peer_respond(&p, req, 202, NULL, "Refer-Sub: false\r\n", NULL);
	assert_int_equal(peer_event(&p, INVITE_EV_REFERRED)->code, 202);
	peer_run(&p, 100 * CLOCK_S);
	peer_calm(&p);
	mem_deref(req);
	talk_down(&p);
}

static void test_referral_is_sent_only_where_it_can_be(void **state)
{
	struct ua_params plain = talk_account;
	struct peer p;
	(void)state;

	talk_up_as(&p, &talk_account, peer_on_invite,
		   "Contact: <sip:bob@h;gr=1>\r\nAllow: INVITE, ACK, BYE\r\n");
	assert_int_equal(referral_send(p.inv, "carol", NULL, p.now), ENOTSUP);
	assert_string_equal(referral_target(p.inv), "sip:bob@h;gr=1");
	talk_down(&p);

	talk_up(&p, peer_on_invite);
	assert_string_equal(referral_target(p.inv), "sip:bob@example.org");
	assert_int_equal(referral_send(p.inv, "sip:x?a=b", NULL, p.now),
			 EINVAL);
	ua_flow(p.ua, false, p.now);
	assert_int_equal(referral_send(p.inv, "carol", NULL, p.now), ENOTCONN);
	ua_flow(p.ua, true, p.now);
	invite_hangup(p.inv, NULL, p.now);
	assert_int_equal(referral_send(p.inv, "carol", NULL, p.now), EINVAL);
	talk_down(&p);

	plain.origin.transfers = false;
	talk_up_as(&p, &plain, peer_on_invite,
		   "Contact: <sip:bob@far.invalid>\r\n");
	assert_int_equal(referral_send(p.inv, "carol", NULL, p.now), ENOTSUP);
	talk_down(&p);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_referral_asks_and_hears_how_it_goes),
		cmocka_unit_test(test_referral_takes_a_notify_for_the_2xx),
		cmocka_unit_test(
			test_referral_goes_on_after_an_end_without_reason),
		cmocka_unit_test(test_referral_answers_a_challenge),
		cmocka_unit_test(test_referral_refuses_notifies_of_no_use),
		cmocka_unit_test(test_referral_gives_up),
		cmocka_unit_test(
			test_referral_hears_nothing_where_none_is_promised),
		cmocka_unit_test(test_referral_is_sent_only_where_it_can_be),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
