/**
 * @file tests/unit/test_referred.c  Tests of REFER of the peer's
 *
 * A scripted peer asks (RFC 3515, 4488), and is told how it goes.
 */
#include "tests/unit/support/talk.h"
#include "core/sip/referral.h"
#include "core/sip/sipfrag.h"

static struct refer *wish; /* Of the last REFER, accepted */
static unsigned refusal;   /* REFER is refused with       */
static bool deaf;	   /* ... or not answered at all  */

static void on_invite(struct invite *inv, const struct invite_event *ev,
		      uint64_t now, void *arg)
{
	peer_on_invite(inv, ev, now, arg);
	if (ev->what != INVITE_EV_REFER || deaf)
		return;
	if (refusal)
		referral_refuse(inv, refusal, now);
	else
		assert_int_equal(referral_accept(inv, &wish, now), 0);
}

static void check_notify(struct peer *p, const char *body, bool last)
{
	struct sip_msg *msg = peer_take(p, "NOTIFY");
	struct pl text = message_body(msg);
	char event[32];

	(void)re_snprintf(event, sizeof(event), "refer;id=%u", p->cseq);
	assert_string_equal(peer_header(msg, "Event"), event);
	assert_string_equal(peer_header(msg, "Subscription-State"),
			    last ? "terminated;reason=noresource"
				 : "active;expires=1800");
	assert_true(message_body_is(msg, SIPFRAG_TYPE));
	assert_true(*peer_header(msg, "Contact"));
	assert_int_equal(pl_strcmp(&text, body), 0);
	peer_respond(p, msg, 200, NULL, NULL, NULL);
	mem_deref(msg);
}

static void test_referred_is_accepted_and_tells(void **state)
{
	struct sip_msg *ok;
	struct peer p;
	(void)state;

	talk_up(&p, on_invite);
	peer_request(&p, "REFER", "r1",
		     "Refer-To: <sip:carol@example.org>\r\n"
		     "Referred-By: <sip:bob@example.org>\r\n",
		     NULL);
	(void)peer_event(&p, INVITE_EV_REFER);
	ok = peer_take_code(&p, 202, "REFER");
	assert_true(*peer_header(ok, "Contact"));
	assert_string_equal(peer_header(ok, "Refer-Sub"), "");
	mem_deref(ok);
	check_notify(&p, "SIP/2.0 100 Trying\r\n", false);
	assert_string_equal(wish->uri, "sip:carol@example.org");
	assert_string_equal(wish->by, "<sip:bob@example.org>");
	wish = mem_deref(wish);
	referral_notify(p.inv, 180, p.now);
	check_notify(&p, "SIP/2.0 180 Ringing\r\n", false);
	referral_notify(p.inv, 180, p.now);
	peer_silent(&p);
	referral_notify(p.inv, 486, p.now);
	check_notify(&p, "SIP/2.0 486 Busy Here\r\n", true);
	referral_notify(p.inv, 200, p.now);
	peer_silent(&p);
	talk_down(&p);
}

static void test_referred_ends_with_the_call_not_without_a_word(void **state)
{
	struct peer p;
	(void)state;

	for (unsigned i = 0; i < 2; i++) {
		talk_up(&p, on_invite);
		peer_request(&p, "REFER", "r1",
			     "Refer-To: <sip:carol@example.org>\r\n", NULL);
		(void)peer_event(&p, INVITE_EV_REFER);
		peer_drop_code(&p, 202, "REFER");
		check_notify(&p, "SIP/2.0 100 Trying\r\n", false);
		wish = mem_deref(wish);
		if (i)
			invite_hangup(p.inv, NULL, p.now);
		else
			peer_request(&p, "BYE", "b1", NULL, NULL);
		if (!i) {
			peer_drop_code(&p, 200, "BYE");
			--p.cseq;
		}
		check_notify(&p, "SIP/2.0 100 Trying\r\n", true);
		if (i) {
			peer_drop(&p, "BYE");
			talk_down(&p);
			continue;
		}
		(void)peer_event(&p, INVITE_EV_CLOSED);
		p.inv = mem_deref(p.inv);
		peer_close(&p);
	}
}

static void test_referred_tells_nothing_where_none_is_wanted(void **state)
{
	struct sip_msg *ok;
	struct peer p;
	(void)state;

	talk_up(&p, on_invite);
	peer_request(&p, "REFER", "r1",
		     "Refer-To: <sip:carol@example.org>\r\n"
		     "Refer-Sub: false\r\nRequire: norefersub\r\n",
		     NULL);
	(void)peer_event(&p, INVITE_EV_REFER);
	ok = peer_take_code(&p, 202, "REFER");
	assert_string_equal(peer_header(ok, "Refer-Sub"), "false");
	mem_deref(ok);
	wish = mem_deref(wish);
	referral_notify(p.inv, 200, p.now);
	peer_silent(&p);
	talk_down(&p);
}

static void test_referred_refuses_what_it_cannot_do(void **state)
{
	static const struct {
		const char *lines;
		unsigned code;
	} casev[] = {
		{ "", 400 },
		{ "Refer-To: <sip:a@h?Replaces=x>\r\n", 400 },
		{ "Refer-To: <sip:a@h>\r\nRefer-To: <sip:b@h>\r\n", 400 },
		{ "Refer-To: <http://h/>\r\n", 416 },
		{ "Refer-To: <sip:a@h;method=BYE>\r\n", 403 },
		{ "Refer-To: <sip:a@h>\r\nReplaces: 1;to-tag=1;from-tag=2\r\n",
		  400 },
		{ "Refer-To: <sip:a@h>\r\nRequire: nonsense\r\n", 420 },
	};
	struct peer p;
	char branch[16];
	(void)state;

	talk_up(&p, on_invite);
	for (unsigned i = 0; i < ARRAY_SIZE(casev); i++) {
		(void)re_snprintf(branch, sizeof(branch), "r%u", i);
		peer_request(&p, "REFER", branch, casev[i].lines, NULL);
		peer_drop_code(&p, casev[i].code, "REFER");
	}
	peer_calm(&p);
	talk_down(&p);
}

static void test_referred_refuses_what_the_owner_does(void **state)
{
	struct ua_params plain = talk_account;
	struct peer p;
	char tag[64];
	(void)state;

	talk_up(&p, on_invite);
	refusal = 486;
	peer_request(&p, "REFER", "x", "Refer-To: <sip:a@h>\r\n", NULL);
	(void)peer_event(&p, INVITE_EV_REFER);
	peer_drop_code(&p, refusal, "REFER");
	refusal = 0;
	deaf = true;
	peer_request(&p, "REFER", "y", "Refer-To: <sip:a@h>\r\n", NULL);
	(void)peer_event(&p, INVITE_EV_REFER);
	peer_drop_code(&p, 603, "REFER");
	deaf = false;

	/* One at a time */
	peer_request(&p, "REFER", "v", "Refer-To: <sip:a@h>\r\n", NULL);
	(void)peer_event(&p, INVITE_EV_REFER);
	peer_drop_code(&p, 202, "REFER");
	peer_drop(&p, "NOTIFY");
	wish = mem_deref(wish);
	peer_request(&p, "REFER", "w", "Refer-To: <sip:a@h>\r\n", NULL);
	peer_drop_code(&p, 491, "REFER");

	/* In another dialog, or none */
	(void)str_ncpy(tag, p.local_tag, sizeof(tag));
	for (unsigned i = 0; i < 2; i++) {
		(void)str_ncpy(p.local_tag, i ? "x" : "", sizeof(p.local_tag));
		peer_request(&p, "REFER", i ? "z" : "o",
			     "Refer-To: <sip:a@h>\r\n", NULL);
		peer_drop_code(&p, 481, "REFER");
	}
	(void)str_ncpy(p.local_tag, tag, sizeof(p.local_tag));
	talk_down(&p);

	/* The default */
	plain.origin.transferable = false;
	talk_up_as(&p, &plain, on_invite, "Contact: <sip:bob@far.invalid>\r\n");
	peer_request(&p, "REFER", "q", "Refer-To: <sip:a@h>\r\n", NULL);
	peer_drop_code(&p, 405, "REFER");
	talk_down(&p);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_referred_is_accepted_and_tells),
		cmocka_unit_test(
			test_referred_ends_with_the_call_not_without_a_word),
		cmocka_unit_test(
			test_referred_tells_nothing_where_none_is_wanted),
		cmocka_unit_test(test_referred_refuses_what_it_cannot_do),
		cmocka_unit_test(test_referred_refuses_what_the_owner_does),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
