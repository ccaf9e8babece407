/**
 * @file tests/unit/test_refresh.c  Tests of session timers (RFC 4028)
 */
#include "tests/unit/support/peer.h"

enum {
	WANTED = 1800, /* [s] */
};

#define CONTACT "Contact: <sip:bob@far.invalid>\r\n"
#define ALLOW	"Allow: INVITE, ACK, BYE, UPDATE\r\n"

static const uint64_t second = CLOCK_S;

static void open_with(struct peer *p, uint32_t wanted)
{
	const struct ua_params prm = { .origin = {
					       .user = "alice",
					       .realm = "example.org",
					       .session_timer = wanted * second,
				       } };

	peer_open(p, &prm);
}

/* We call; the 2xx has these lines */
static void call(struct peer *p, uint32_t wanted, const char *lines)
{
	struct invite_params prm = { .to = "bob", .body = peer_mbuf("offer") };
	struct sip_msg *msg;

	open_with(p, wanted);
	assert_int_equal(
		ua_call(&p->inv, p->ua, &prm, peer_on_invite, p, p->now), 0);
	mem_deref(prm.body);
	msg = peer_take(p, "INVITE");
	assert_string_equal(peer_header(msg, "Session-Expires"),
			    wanted ? "1800" : "");
	peer_learn_request(p, msg, "b");
	peer_respond(p, msg, 200, "b", lines, "answer");
	(void)peer_event(p, INVITE_EV_ANSWERED);
	peer_drop(p, "ACK");
	mem_deref(msg);
}

/* We are called with these lines; what our 2xx says */
static void called(struct peer *p, uint32_t wanted, const char *lines,
		   const char *expires, const char *require)
{
	struct sip_msg *msg;

	open_with(p, wanted);
	peer_request(p, "INVITE", "inv", lines, "offer");
	peer_drop_code(p, 100, "INVITE");
	assert_int_equal(invite_accept(p->inv, NULL, p->now), 0);
	msg = peer_take_code(p, 200, "INVITE");
	assert_string_equal(peer_header(msg, "Session-Expires"), expires);
	assert_string_equal(peer_header(msg, "Require"), require);
	peer_learn(p, msg);
	peer_request(p, "ACK", "ack", NULL, NULL);
	(void)peer_event(p, INVITE_EV_CONFIRMED);
	mem_deref(msg);
}

static void ends_at(struct peer *p, uint64_t seconds)
{
	struct sip_msg *bye;

	peer_run(p, seconds * second - 1);
	peer_silent(p);
	peer_run(p, 1);
	bye = peer_take(p, "BYE");
	assert_non_null(strstr(peer_header(bye, "Reason"), "expired"));
	peer_respond(p, bye, 200, NULL, NULL, NULL);
	assert_int_equal(peer_event(p, INVITE_EV_CLOSED)->why,
			 INVITE_WHY_EXPIRED);
	mem_deref(bye);
}

static void test_refresh_is_agreed_with_who_calls(void **state)
{
	static const struct {
		uint32_t wanted;
		const char *lines, *expires, *require;
	} casev[] = {
		{ 0, NULL, "", "" },
		{ WANTED, NULL, "1800;refresher=uas", "" },
		{ WANTED, "Supported: timer\r\nMin-SE: 2000\r\n",
		  "2000;refresher=uas", "" },
		{ WANTED, "Supported: timer\r\nSession-Expires: 300\r\n",
		  "300;refresher=uas", "" },
		{ 0, "Supported: timer\r\nx: 300;refresher=uac\r\n",
		  "300;refresher=uac", "timer" },
		{ 0, "Session-Expires: 300;refresher=uac\r\n",
		  "300;refresher=uas", "" },
		{ 0, "Session-Expires: 5\r\n", "", "" },
		{ 0, "Session-Expires: none\r\n", "", "" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct peer p;

		called(&p, casev[i].wanted, casev[i].lines, casev[i].expires,
		       casev[i].require);
		peer_calm(&p);
		peer_close(&p);
	}
}

static void test_refresh_too_often_is_refused(void **state)
{
	struct sip_msg *msg;
	struct peer p;
	(void)state;

	open_with(&p, 0);
	peer_request(&p, "INVITE", "inv",
		     "Supported: timer\r\nSession-Expires: 60\r\n", "offer");
	msg = peer_take_code(&p, 422, "INVITE");
	assert_string_equal(peer_header(msg, "Min-SE"), "90");
	assert_null(p.inv);
	mem_deref(msg);
	peer_request(&p, "ACK", "inv", NULL, NULL);
	peer_close(&p);
}

static void test_refresh_of_the_peer_is_waited_for(void **state)
{
	struct sip_msg *msg;
	struct peer p;
	(void)state;

	call(&p, WANTED, CONTACT "Session-Expires: 300;refresher=uas\r\n");
	for (unsigned i = 0; i < 5; i++) {
		peer_run(&p, 150 * second);
		peer_request(&p, "UPDATE", i % 2 ? "u1" : "u2",
			     "Supported: timer\r\n"
			     "Session-Expires: 300;refresher=uac\r\n",
			     NULL);
		msg = peer_take_code(&p, 200, "UPDATE");
		assert_string_equal(peer_header(msg, "Session-Expires"),
				    "300;refresher=uac");
		mem_deref(msg);
	}
	ends_at(&p, 300 - 32);
	peer_close(&p);

	/* A third of a short one */
	call(&p, WANTED, CONTACT "Session-Expires: 90;refresher=uas\r\n");
	ends_at(&p, 90 - 30);
	peer_close(&p);
}

static void test_refresh_of_ours_is_an_update_at_half_time(void **state)
{
	struct peer p;
	(void)state;

	call(&p, WANTED, CONTACT ALLOW "Session-Expires: 1800\r\n");
	for (unsigned i = 0; i < 5; i++) {
		struct sip_msg *msg;

		peer_run(&p, 900 * second - 1);
		peer_silent(&p);
		peer_run(&p, 1);
		msg = peer_take(&p, "UPDATE");
		assert_string_equal(peer_header(msg, "Session-Expires"),
				    "1800;refresher=uac");
		assert_string_equal(peer_header(msg, "Content-Length"), "0");
		peer_respond(&p, msg, 200, NULL,
			     CONTACT "Session-Expires: 1800;refresher=uac\r\n",
			     NULL);
		mem_deref(msg);
	}
	peer_calm(&p);
	peer_close(&p);
}

static void test_refresh_is_asked_of_the_owner_without_update(void **state)
{
	struct sip_msg *msg;
	struct mbuf *mb = peer_mbuf("same");
	struct peer p;
	(void)state;

	call(&p, WANTED,
	     CONTACT "Allow: INVITE, ACK, BYE\r\nSession-Expires: 200\r\n");
	peer_run(&p, 100 * second);
	(void)peer_event(&p, INVITE_EV_REFRESH);
	assert_int_equal(invite_reoffer(p.inv, false, mb, p.now), 0);
	msg = peer_take(&p, "INVITE");
	assert_string_equal(peer_header(msg, "Session-Expires"),
			    "200;refresher=uac");
	peer_respond(&p, msg, 422, NULL, "Min-SE: 400\r\n", NULL);
	peer_drop(&p, "ACK");
	(void)peer_event(&p, INVITE_EV_REFUSED);
	mem_deref(msg);
	peer_run(&p, 0);
	(void)peer_event(&p, INVITE_EV_RETRY);
	assert_int_equal(invite_reoffer(p.inv, false, mb, p.now), 0);
	msg = peer_take(&p, "INVITE");
	assert_string_equal(peer_header(msg, "Session-Expires"),
			    "400;refresher=uac");
	assert_string_equal(peer_header(msg, "Min-SE"), "400");
	peer_respond(&p, msg, 200, NULL, CONTACT "Session-Expires: 400\r\n",
		     "answer");
	(void)peer_event(&p, INVITE_EV_REANSWERED);
	peer_drop(&p, "ACK");
	mem_deref(msg);

	/* Nobody answers: the session ends */
	peer_run(&p, 200 * second);
	(void)peer_event(&p, INVITE_EV_REFRESH);
	peer_run(&p, 84 * second);
	(void)peer_event(&p, INVITE_EV_REFRESH);
	peer_run(&p, 84 * second);
	while (p.seen < p.eventc)
		(void)peer_event(&p, INVITE_EV_REFRESH);
	peer_drop(&p, "BYE");
	mem_deref(mb);
	peer_close(&p);
}

static void test_refresh_of_an_invite_is_tried_again(void **state)
{
	struct invite_params prm = { .to = "bob", .body = peer_mbuf("offer") };
	struct sip_msg *msg, *second_msg;
	struct peer p;
	(void)state;

	open_with(&p, WANTED);
	assert_int_equal(ua_call(&p.inv, p.ua, &prm, peer_on_invite, &p, p.now),
			 0);
	msg = peer_take(&p, "INVITE");
	peer_respond(&p, msg, 422, "b", "Min-SE: 3600\r\n", NULL);
	peer_drop(&p, "ACK");
	second_msg = peer_take(&p, "INVITE");
	assert_int_equal(second_msg->cseq.num, msg->cseq.num + 1);
	assert_int_equal(pl_cmp(&second_msg->callid, &msg->callid), 0);
	assert_int_equal(pl_cmp(&second_msg->from.tag, &msg->from.tag), 0);
	assert_string_equal(peer_header(second_msg, "Session-Expires"), "3600");
	assert_string_equal(peer_header(second_msg, "Min-SE"), "3600");

	/* The same again is the end */
	peer_respond(&p, second_msg, 422, "b", "Min-SE: 3600\r\n", NULL);
	peer_drop(&p, "ACK");
	assert_int_equal(peer_event(&p, INVITE_EV_CLOSED)->code, 422);
	mem_deref(msg);
	mem_deref(second_msg);
	mem_deref(prm.body);
	peer_close(&p);
}

static void test_refresh_update_that_fails_has_a_way_out(void **state)
{
	struct sip_msg *msg;
	struct peer p;
	(void)state;

	call(&p, WANTED, CONTACT ALLOW "Session-Expires: 100\r\n");
	peer_run(&p, 50 * second);
	msg = peer_take(&p, "UPDATE");
	peer_respond(&p, msg, 422, NULL, "Min-SE: 120\r\n", NULL);
	mem_deref(msg);
	msg = peer_take(&p, "UPDATE");
	assert_string_equal(peer_header(msg, "Session-Expires"),
			    "120;refresher=uac");
	peer_respond(&p, msg, 405, NULL, NULL, NULL);
	mem_deref(msg);
	(void)peer_event(&p, INVITE_EV_REFRESH);
	peer_close(&p);

	call(&p, WANTED, CONTACT ALLOW "Session-Expires: 100\r\n");
	peer_run(&p, 50 * second);
	msg = peer_take(&p, "UPDATE");
	peer_respond(&p, msg, 481, NULL, NULL, NULL);
	mem_deref(msg);
	assert_int_equal(peer_event(&p, INVITE_EV_CLOSED)->why,
			 INVITE_WHY_DIALOG);
	peer_close(&p);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_refresh_is_agreed_with_who_calls),
		cmocka_unit_test(test_refresh_too_often_is_refused),
		cmocka_unit_test(test_refresh_of_the_peer_is_waited_for),
		cmocka_unit_test(
			test_refresh_of_ours_is_an_update_at_half_time),
		cmocka_unit_test(
			test_refresh_is_asked_of_the_owner_without_update),
		cmocka_unit_test(test_refresh_of_an_invite_is_tried_again),
		cmocka_unit_test(test_refresh_update_that_fails_has_a_way_out),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}
