/**
 * @file tests/unit/test_ua.c  Tests of the user agent: dispatch, end, limits
 */
#include "tests/support/memory.h"
#include "tests/unit/support/peer.h"

static const struct ua_params account = {
	.origin = { .user = "alice", .realm = "example.org" },
	.password = "secret",
};

static void register_now(struct peer *p)
{
	struct sip_msg *req;

	ua_register(p->ua, p->now);
	req = peer_take(p, "REGISTER");
	peer_respond(p, req, 200, "r", "Expires: 600\r\n", NULL);
	(void)peer_reg_event(p, REGISTRATION_EV_REGISTERED);
	mem_deref(req);
}

static struct invite *call_up(struct peer *p)
{
	struct invite_params prm = { .to = "bob" };
	struct invite *inv = NULL;
	struct sip_msg *req;

	assert_int_equal(ua_call(&inv, p->ua, &prm, peer_on_invite, p, p->now),
			 0);
	req = peer_take(p, "INVITE");
	peer_respond(p, req, 200, "b", "Contact: <sip:bob@far.invalid>\r\n",
		     "offer");
	(void)peer_event(p, INVITE_EV_ANSWERED);
	assert_int_equal(invite_ack(inv, NULL, p->now), 0);
	peer_drop(p, "ACK");
	mem_deref(req);
	return inv;
}

static void test_ua_answers_what_is_in_no_dialog(void **state)
{
	static const struct {
		const char *method, *lines;
		unsigned code;
		const char *header, *value;
	} stepv[] = {
		{ "OPTIONS", NULL, 200, "Accept", "application/sdp" },
		{ "BYE", NULL, 481, "Allow", "" },
		{ "INFO", NULL, 481, "Allow", "" },
		{ "UPDATE", NULL, 481, "Allow", "" },
		{ "PRACK", "RAck: 1 1 INVITE\r\n", 481, "Allow", "" },
		{ "MESSAGE", NULL, 405, "Allow",
		  "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK" },
		{ "REFER", NULL, 405, NULL, NULL },
		{ "NOTIFY", NULL, 405, NULL, NULL },
		{ "SUBSCRIBE", NULL, 405, NULL, NULL },
		{ "REGISTER", NULL, 405, NULL, NULL },
		{ "JUMP", NULL, 501, NULL, NULL },
		{ "INVITE", "Require: precondition, answermode\r\n", 420,
		  "Unsupported", "precondition" },
		{ "INVITE", "Require: timer, x-y\r\n", 420, "Unsupported",
		  NULL },
		{ "OPTIONS", "Require: nothing\r\n", 420, "Unsupported",
		  "nothing" },
		{ "CANCEL", NULL, 481, NULL, NULL },
	};
	struct peer p;
	(void)state;

	peer_open(&p, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(stepv); i++) {
		struct sip_msg *msg;
		char branch[16];

		(void)re_snprintf(branch, sizeof(branch), "o%zu", i);
		peer_request(&p, stepv[i].method, branch, stepv[i].lines, NULL);
		msg = peer_take_code(&p, stepv[i].code, stepv[i].method);
		if (stepv[i].value && stepv[i].code != 481)
			assert_string_equal(peer_header(msg, stepv[i].header),
					    stepv[i].value);
		mem_deref(msg);
		peer_silent(&p);
	}
	peer_request(&p, "ACK", "stray", NULL, NULL);
	peer_calm(&p);
	peer_close(&p);
}

static void test_ua_survives_garbage(void **state)
{
	static const char *const textv[] = {
		"",
		"\r\n",
		"\r\n\r\n",
		"x",
		"SIP/2.0 200 OK\r\n\r\n",
		"INVITE\r\n\r\n",
		"BYE sip:a SIP/2.0\r\nVia: x\r\n\r\n",
	};
	struct invite *inv;
	struct peer p;
	(void)state;

	peer_open(&p, NULL);
	inv = call_up(&p);
	for (size_t i = 0; i < ARRAY_SIZE(textv); i++)
		peer_send(&p, textv[i]);
	assert_int_equal(invite_state(inv), INVITE_UP);
	mem_deref(inv);
	peer_close(&p);
}

static void test_ua_stops_as_A_5_6_says(void **state)
{
	struct sip_msg *bye, *reg;
	struct invite *inv;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	register_now(&p);
	inv = call_up(&p);
	ua_stop(p.ua, 0, peer_on_stopped, &p, p.now);
	bye = peer_take(&p, "BYE");
	peer_silent(&p);
	peer_request(&p, "INVITE", "late", NULL, "offer");
	peer_drop_code(&p, 480, "INVITE");
	peer_respond(&p, bye, 200, NULL, NULL, NULL);
	(void)peer_event(&p, INVITE_EV_CLOSED);
	reg = peer_take(&p, "REGISTER");
	assert_string_equal(peer_header(reg, "Expires"), "0");
	assert_false(p.stopped);
	peer_respond(&p, reg, 200, "r", NULL, NULL);
	(void)peer_reg_event(&p, REGISTRATION_EV_REMOVED);
	assert_true(p.stopped);
	assert_true(ua_due(p.ua) > p.now + 30 * CLOCK_S);
	mem_deref(bye);
	mem_deref(reg);
	mem_deref(inv);
	peer_close(&p);
}

static void test_ua_stops_though_the_server_is_silent(void **state)
{
	struct invite *inv;
	struct peer p;
	uint64_t start;
	(void)state;

	peer_open(&p, &account);
	register_now(&p);
	inv = call_up(&p);
	start = p.now;
	ua_stop(p.ua, 2 * CLOCK_S, peer_on_stopped, &p, p.now);
	peer_drop(&p, "BYE");
	peer_run(&p, CLOCK_S);
	(void)peer_event(&p, INVITE_EV_CLOSED);
	peer_drop(&p, "REGISTER");
	peer_run(&p, 5 * CLOCK_S);
	assert_true(p.stopped);
	assert_true(p.stopped_at == start + 2 * CLOCK_S);
	mem_deref(inv);
	peer_close(&p);
}

static void test_ua_stops_at_once_without_a_flow(void **state)
{
	struct invite *inv;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	register_now(&p);
	inv = call_up(&p);
	ua_flow(p.ua, false, p.now);
	(void)peer_reg_event(&p, REGISTRATION_EV_FAILED);
	ua_stop(p.ua, 0, peer_on_stopped, &p, p.now);
	(void)peer_event(&p, INVITE_EV_CLOSED);
	(void)peer_reg_event(&p, REGISTRATION_EV_REMOVED);
	assert_true(p.stopped);
	mem_deref(inv);
	peer_close(&p);
}

static void test_ua_makes_no_call_beyond_its_limits(void **state)
{
	struct invite_params prm = { .to = "bob" };
	struct invite *v[UA_CALLS_MAX], *inv = NULL;
	struct peer p;
	(void)state;

	peer_open(&p, NULL);
	for (unsigned i = 0; i < UA_CALLS_MAX; i++)
		v[i] = call_up(&p);
	assert_int_equal(ua_call(&inv, p.ua, &prm, NULL, NULL, p.now), EBUSY);

	/* One that ends makes room */
	v[0] = invite_release(v[0], p.now);
	peer_drop(&p, "BYE");
	assert_int_equal(ua_call(&inv, p.ua, &prm, NULL, NULL, p.now), 0);
	peer_drop(&p, "INVITE");
	mem_deref(inv);
	for (unsigned i = 1; i < UA_CALLS_MAX; i++)
		mem_deref(v[i]);
	ua_flow(p.ua, false, p.now);
	assert_int_equal(ua_call(&inv, p.ua, &prm, NULL, NULL, p.now),
			 ENOTCONN);
	peer_close(&p);
}

static void test_ua_goes_silently_with_all_it_has(void **state)
{
	size_t before = memory_blocks();
	struct invite *inv;
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	ua_register(p.ua, p.now);
	peer_drop(&p, "REGISTER");
	inv = call_up(&p);
	assert_int_equal(invite_request(inv, "INFO", NULL, NULL, NULL, p.now),
			 0);
	peer_drop(&p, "INFO");
	peer_request(&p, "INVITE", "inv", NULL, "offer");
	peer_drop_code(&p, 100, "INVITE");
	p.ua = mem_deref(p.ua);
	assert_int_equal(invite_state(inv), INVITE_CLOSED);
	assert_int_equal(invite_state(p.inv), INVITE_CLOSED);
	invite_hangup(inv, NULL, p.now);
	assert_int_equal(invite_request(inv, "INFO", NULL, NULL, NULL, p.now),
			 EINVAL);
	assert_int_equal(invite_accept(p.inv, NULL, p.now), EINVAL);
	assert_int_equal(invite_reoffer(inv, false, NULL, p.now), EINVAL);
	mem_deref(inv);
	peer_calm(&p);
	peer_close(&p);
	assert_int_equal(memory_blocks(), before);
}

/* A call there and back, whatever fails on the way */
static void little_life(struct peer *p)
{
	static const struct invite_params prm = { .to = "bob" };
	struct invite *inv = NULL;

	ua_register(p->ua, p->now);
	if (!ua_call(&inv, p->ua, &prm, peer_on_invite, p, p->now))
		invite_hangup(inv, "SIP;cause=1", p->now);
	mem_deref(inv);
	peer_request(p, "INVITE", "inv", NULL, "offer");
	if (p->inv) {
		(void)invite_progress(p->inv, 180, NULL, NULL, p->now);
		(void)invite_accept(p->inv, NULL, p->now);
		(void)invite_reoffer(p->inv, false, NULL, p->now);
		(void)invite_request(p->inv, "INFO", NULL, NULL, NULL, p->now);
	}
	peer_request(p, "OPTIONS", "o", NULL, NULL);
	peer_request(p, "JUMP", "j", NULL, NULL);
	ua_unregister(p->ua, p->now);
}

static bool lives_without(long n, bool once)
{
	size_t before = memory_blocks();
	struct peer p;
	bool failed;

	peer_open(&p, &account);
	p.deaf = true;
	memory_fail_after(n, once);
	little_life(&p);
	failed = memory_failed();
	memory_fail_after(-1, false);
	peer_run(&p, 100ULL * CLOCK_S);
	peer_close(&p);
	assert_int_equal(memory_blocks(), before);
	return failed;
}

static void test_ua_lives_without_memory(void **state)
{
	bool some = true, one = true;
	(void)state;

	for (long n = 0; some || one; n++) {
		some = lives_without(n, false);
		one = lives_without(n, true);
		assert_true(n < 10000);
	}
}

static void test_ua_prints_itself(void **state)
{
	struct invite *inv;
	char text[1024];
	struct peer p;
	(void)state;

	peer_open(&p, &account);
	inv = call_up(&p);
	assert_true(re_snprintf(text, sizeof(text), "%H", ua_print, p.ua) > 0);
	assert_non_null(strstr(text, "sip:alice@example.org flow=up"));
	assert_non_null(strstr(text, "invite: to up sip:bob@example.org"));
	assert_null(strstr(text, "secret"));
	mem_deref(inv);
	peer_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ua_answers_what_is_in_no_dialog),
		cmocka_unit_test(test_ua_survives_garbage),
		cmocka_unit_test(test_ua_stops_as_A_5_6_says),
		cmocka_unit_test(test_ua_stops_though_the_server_is_silent),
		cmocka_unit_test(test_ua_stops_at_once_without_a_flow),
		cmocka_unit_test(test_ua_makes_no_call_beyond_its_limits),
		cmocka_unit_test(test_ua_goes_silently_with_all_it_has),
		cmocka_unit_test(test_ua_lives_without_memory),
		cmocka_unit_test(test_ua_prints_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
