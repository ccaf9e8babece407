/**
 * @file tests/unit/test_registrar.c  Who is registered on a flow, and who not
 */
#include "tests/unit/test.h"
#include "tests/support/memory.h"
#include "tests/unit/support/desk.h"
#include "core/sip/message.h"

#define CONTACT(more) "Contact: <" DESK_CONTACT ">" more "\r\n"

static void visit(struct desk *d)
{
	const struct desk_request plain = { .method = NULL };

	desk_open(d, "192.0.2.1", NULL);
	assert_int_equal(desk_ask(d, &plain), 401);
}

/* Ask, and answer the challenge */
static unsigned ask(struct desk *d, const struct desk_request *request)
{
	struct desk_request r = *request;

	assert_int_equal(desk_ask(d, &r), 401);
	r.password = DESK_PASSWORD;
	return desk_ask(d, &r);
}

static void check_event(struct desk *d, enum registrar_what what)
{
	assert_int_equal(d->eventc, 1);
	assert_int_equal(d->eventv[0], what);
	assert_string_equal(d->contact, DESK_CONTACT);
	d->eventc = 0;
}

static void test_registrar_registers_and_removes(void **state)
{
	const struct desk_request query = { .method = NULL };
	const struct desk_request removal = { .lines = CONTACT(";expires=0") };
	const struct registrar_binding *b;
	struct desk d;
	(void)state;

	desk_open(&d, "192.0.2.1", NULL);
	assert_true(registrar_due(d.r) == CLOCK_NEVER);
	desk_register(
		&d,
		"User-Agent: JsSIP 3\r\nSupported: outbound\r\n" DESK_BINDING);
	check_event(&d, REGISTRAR_EV_REGISTERED);
	assert_string_equal(d.instance, DESK_INSTANCE);
	assert_true(desk_has(&d, "Contact: <" DESK_CONTACT
				 ">;+sip.instance=\"<" DESK_INSTANCE
				 ">\";reg-id=1;expires=120\r\n"));
	assert_true(desk_has(&d, "\r\nRequire: outbound\r\n"));
	b = registrar_binding(d.r);
	assert_string_equal(b->contact, DESK_CONTACT);
	assert_string_equal(b->instance, DESK_INSTANCE);
	assert_string_equal(b->agent, "JsSIP 3");
	assert_int_equal(b->reg_id, 1);
	assert_true(b->since == d.now);
	assert_true(b->until == d.now + 120ULL * CLOCK_S);

	desk_run(&d, 50ULL * CLOCK_S);
	assert_int_equal(ask(&d, &query), 200);
	assert_true(desk_has(&d, ";expires=70\r\n"));
	desk_register(&d, DESK_BINDING);
	assert_false(desk_has(&d, "Require"));
	check_event(&d, REGISTRAR_EV_REFRESHED);
	b = registrar_binding(d.r);
	assert_true(b->since == d.now - 50ULL * CLOCK_S);
	assert_true(b->until == d.now + 120ULL * CLOCK_S);

	assert_int_equal(ask(&d, &removal), 200);
	assert_false(desk_has(&d, "Contact"));
	check_event(&d, REGISTRAR_EV_REMOVED);
	assert_null(registrar_binding(d.r));
	assert_true(registrar_due(d.r) == CLOCK_NEVER);
	assert_int_equal(ask(&d, &removal), 200);
	assert_int_equal(ask(&d, &query), 200);
	assert_int_equal(d.eventc, 0);
	desk_close(&d);
}

static void test_registrar_expires_after_a_grace(void **state)
{
	struct desk d;
	(void)state;

	desk_open(&d, "192.0.2.1", NULL);
	desk_register(&d, DESK_BINDING);
	d.eventc = 0;
	assert_true(registrar_due(d.r) ==
		    d.now + 120ULL * CLOCK_S + REGISTRAR_GRACE);
	registrar_tick(d.r, d.now);
	desk_run(&d, 120ULL * CLOCK_S + REGISTRAR_GRACE - 1);
	assert_int_equal(d.eventc, 0);
	desk_run(&d, 1);
	check_event(&d, REGISTRAR_EV_EXPIRED);
	assert_null(registrar_binding(d.r));
	desk_register(&d, DESK_BINDING);
	check_event(&d, REGISTRAR_EV_REGISTERED);
	desk_close(&d);
}

static const struct {
	const char *uri, *to, *lines;
	unsigned code;
	const char *has;
	bool binds;
} registerv[] = {
	{ NULL, NULL, CONTACT(""), 200, ";expires=600\r\n", true },
	{ NULL, NULL, CONTACT(";expires=60"), 200, ";expires=60\r\n", true },
	{ NULL, NULL, CONTACT(";expires=59"), 423, "\r\nMin-Expires: 60\r\n",
	  false },
	{ NULL, NULL, CONTACT("") "Expires: 1\r\n", 423, "Min-Expires: 60",
	  false },
	{ NULL, NULL, CONTACT(";expires=90") "Expires: 70\r\n", 200,
	  ";expires=90\r\n", true },
	{ NULL, NULL, CONTACT(";expires=99999999999"), 200, ";expires=3600\r\n",
	  true },
	{ NULL, NULL, CONTACT(";expires=soon"), 200, ";expires=600\r\n", true },
	{ NULL, NULL, "m: <sip:c@d>\r\nExpires: 4294967295\r\n", 200,
	  "<sip:c@d>;expires=3600", true },
	{ NULL, NULL, "Contact: sip:c@d;expires=77\r\n", 200,
	  "<sip:c@d>;expires=77", true },
	{ NULL, NULL, CONTACT(";reg-id=1"), 200, DESK_CONTACT ">;expires=600",
	  true },
	{ NULL, NULL, CONTACT(";+sip.instance=\"<x>\""), 200,
	  ">;+sip.instance=\"<x>\";expires=600", true },
	{ NULL, NULL, CONTACT(";+sip.instance=\"<x>\";reg-id=0"), 400,
	  "Bad Contact", false },
	{ NULL, NULL, CONTACT(";+sip.instance=\"<x>\";reg-id=a"), 400,
	  "Bad Contact", false },
	{ NULL, NULL, CONTACT(";+sip.instance=x"), 400, "Bad Contact", false },
	{ NULL, NULL, CONTACT(";+sip.instance=\"<>\""), 400, "Bad Contact",
	  false },
	{ NULL, NULL, "Contact: tel:123\r\n", 400, "Bad Contact", false },
	{ NULL, NULL, "Contact: <sip:c@d?Subject=x>\r\n", 400, "Bad Contact",
	  false },
	{ NULL, NULL, "Contact: <sip:a@b>, <sip:c@d>\r\n", 400,
	  "More Than One Contact", false },
	{ NULL, NULL, "Contact: *, <sip:c@d>\r\nExpires: 0\r\n", 400,
	  "More Than One Contact", false },
	{ NULL, NULL, "Contact: *\r\n", 400, "Expires: 0", false },
	{ NULL, NULL, "Contact: *\r\nExpires: 5\r\n", 400, "Expires: 0",
	  false },
	{ NULL, NULL, "Contact: *\r\nExpires: 0\r\n", 200,
	  "Supported: outbound", false },
	{ NULL, NULL, "Contact: *;+sip.ice;reg-id=1\r\nExpires: 0\r\n", 200,
	  "Supported: outbound", false },
	{ NULL, NULL, "", 200, "Supported: outbound", false },
	{ "sip:elsewhere", NULL, CONTACT(""), 404, NULL, false },
	{ "sip:home@boardphone", NULL, CONTACT(""), 404, NULL, false },
	{ "sip:BoardPhone", NULL, CONTACT(""), 200, NULL, true },
	{ NULL, "sip:thief@boardphone", CONTACT(""), 404, NULL, false },
	{ NULL, "sip:home@elsewhere", CONTACT(""), 404, NULL, false },
};

static void test_registrar_goes_by_RFC_3261_10_3(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(registerv); i++) {
		const struct desk_request r = { .uri = registerv[i].uri,
						.to = registerv[i].to,
						.lines = registerv[i].lines };
		const char *has = registerv[i].has;
		unsigned code;
		struct desk d;

		desk_open(&d, "192.0.2.1", NULL);
		code = ask(&d, &r);
		if (code != registerv[i].code || (has && !desk_has(&d, has)))
			print_error("step %zu: %u\n", i, code);
		assert_int_equal(code, registerv[i].code);
		assert_true(!has || desk_has(&d, has));
		assert_int_equal(registrar_binding(d.r) != NULL,
				 registerv[i].binds);
		assert_int_equal(d.eventc, registerv[i].binds);
		desk_close(&d);
	}
}

static void test_registrar_keeps_one_contact(void **state)
{
	const struct desk_request all = { .lines = "Contact: *\r\n"
						   "Expires: 0\r\n" };
	const struct desk_request old = { .lines = CONTACT(";expires=0") };
	struct desk d;
	(void)state;

	desk_open(&d, "192.0.2.1", NULL);
	desk_register(&d, DESK_BINDING);
	desk_register(&d, "Contact: <sip:new@b.invalid>\r\n");
	assert_int_equal(d.eventv[1], REGISTRAR_EV_REGISTERED);
	assert_string_equal(registrar_binding(d.r)->contact,
			    "sip:new@b.invalid");

	/* The first is gone already */
	assert_int_equal(ask(&d, &old), 200);
	assert_true(desk_has(&d, "<sip:new@b.invalid>"));
	assert_int_equal(ask(&d, &all), 200);
	assert_int_equal(d.eventc, 3);
	assert_int_equal(d.eventv[2], REGISTRAR_EV_REMOVED);
	desk_close(&d);
}

static void test_registrar_minds_the_order(void **state)
{
	struct desk_request r = { .lines = DESK_BINDING,
				  .password = DESK_PASSWORD };
	struct desk d;
	(void)state;

	visit(&d);
	d.cseq = 100;
	assert_int_equal(desk_ask(&d, &r), 200);
	d.cseq = 90;
	r.nc = 2;
	assert_int_equal(desk_ask(&d, &r), 500);
	d.cseq = 101;
	r.nc = 3;
	assert_int_equal(desk_ask(&d, &r), 200);
	desk_close(&d);
}

static void test_registrar_lets_nobody_in_without_password(void **state)
{
	static const struct {
		const char *method;
		unsigned before, after;
	} stepv[] = {
		{ "INVITE", 401, 180 },	   { "MESSAGE", 401, 200 },
		{ "OPTIONS", 403, 200 },   { "BYE", 403, 481 },
		{ "INFO", 403, 481 },	   { "UPDATE", 403, 481 },
		{ "SUBSCRIBE", 405, 405 }, { "NOTIFY", 405, 405 },
		{ "REFER", 405, 405 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(stepv); i++) {
		struct desk_request r = {
			.method = stepv[i].method,
			.lines = CONTACT(""),
		};
		struct desk d;

		desk_open(&d, "192.0.2.1", NULL);
		assert_int_equal(desk_ask(&d, &r), stepv[i].before);
		assert_null(d.inv);
		assert_int_equal(d.messages, 0);
		desk_register(&d, DESK_BINDING);
		if (stepv[i].after == 180) {
			assert_int_equal(desk_ask(&d, &r), 100);
			assert_non_null(d.inv);
		} else {
			assert_int_equal(desk_ask(&d, &r), stepv[i].after);
		}
		desk_close(&d);
	}
}

static void test_registrar_admits_a_call_by_its_own_password(void **state)
{
	struct desk_request r = { .method = "INVITE",
				  .lines = CONTACT(""),
				  .password = "guess" };
	const struct desk_request options = { .method = "OPTIONS" };
	struct desk d;
	(void)state;

	visit(&d);
	assert_int_equal(desk_ask(&d, &r), 401);
	assert_null(d.inv);
	r.password = DESK_PASSWORD;
	assert_int_equal(desk_ask(&d, &r), 100);
	assert_non_null(d.inv);
	assert_null(registrar_binding(d.r));
	assert_int_equal(desk_ask(&d, &options), 200);
	desk_close(&d);
}

static void test_registrar_understands_jssip(void **state)
{
	const struct desk_request query = { .method = NULL };
	struct mbuf *mb;
	struct desk d;
	(void)state;

	/* Challenged as it comes, and bound once the nonce is ours */
	desk_open(&d, "192.0.2.1", NULL);
	assert_int_equal(desk_vector(&d, "jssip/register.sip"), 401);
	assert_int_equal(desk_vector(&d, "jssip/invite.sip"), 401);
	assert_int_equal(desk_vector(&d, "jssip/message.sip"), 401);
	assert_int_equal(ask(&d, &query), 200);
	assert_int_equal(desk_vector(&d, "jssip/invite-auth.sip"), 100);
	assert_int_equal(desk_vector(&d, "jssip/message.sip"), 200);
	assert_string_equal(d.body,
			    "{\"command\":\"door\",\"relay\":\"door\"}");
	mb = wire_vector("jssip/cancel.sip");
	ua_recv(d.ua, mb, d.now);
	mem_deref(mb);
	assert_int_equal(wire_code(&d.wire, d.wire.sentc - 2), 200);
	assert_int_equal(wire_code(&d.wire, d.wire.sentc - 1), 487);
	desk_close(&d);
}

static void test_registrar_may_go_in_its_handler(void **state)
{
	struct desk_request r = { .lines = DESK_BINDING,
				  .password = DESK_PASSWORD };
	struct desk d;
	(void)state;

	visit(&d);
	d.leaves = true;
	assert_int_equal(desk_ask(&d, &r), 200);
	assert_null(d.ua);
	assert_string_equal(d.contact, DESK_CONTACT);
	assert_string_equal(d.instance, DESK_INSTANCE);
	desk_close(&d);
}

/* The board's flow, taken over by a ua that was there before */
static void test_registrar_moves_to_another_ua(void **state)
{
	struct desk d, again;
	struct registrar *r;
	(void)state;

	desk_open(&d, "192.0.2.1", NULL);
	desk_register(&d, DESK_BINDING);
	ua_flow(d.ua, false, d.now);
	desk_open(&again, "192.0.2.9", d.v);
	desk_register(&again, DESK_BINDING);
	assert_string_equal(registrar_binding(again.r)->instance,
			    registrar_binding(d.r)->instance);
	r = d.r;
	d.r = again.r;
	again.r = r;
	ua_flow(d.ua, true, d.now);
	memcpy(d.nonce, again.nonce, sizeof(d.nonce));
	d.cseq = 50;
	d.eventc = again.eventc = 0;
	registrar_set_handler(again.r, NULL, NULL);
	desk_register(&d, DESK_BINDING);
	assert_int_equal(again.eventc, 1);
	assert_int_equal(again.eventv[0], REGISTRAR_EV_REFRESHED);
	desk_close(&again);
	desk_close(&d);
}

static void test_registrar_prints_itself_safely(void **state)
{
	char text[1024], agent[REGISTRAR_TEXT_MAX + 64], lines[2048];
	struct desk d;
	(void)state;

	desk_open(&d, "192.0.2.1", NULL);
	(void)re_snprintf(text, sizeof(text), "%H", registrar_print, d.r);
	assert_string_equal(text, "unknown registered=0 refused=0");
	memset(agent, 'a', sizeof(agent) - 1);
	agent[sizeof(agent) - 1] = '\0';
	memcpy(agent, "\xff\\", 2);
	(void)re_snprintf(lines, sizeof(lines), "User-Agent: %s\r\n%s", agent,
			  DESK_BINDING);
	desk_register(&d, lines);
	assert_int_equal(strlen(registrar_binding(d.r)->agent),
			 REGISTRAR_TEXT_MAX);
	(void)re_snprintf(text, sizeof(text), "%H", registrar_print, d.r);
	assert_non_null(strstr(text, DESK_CONTACT " agent=\"\\xff\\x5caaa"));
	assert_true(strlen(text) < 300);
	desk_close(&d);
}

static bool lives_without(long n, bool once)
{
	const struct desk_request plain = { .lines = DESK_BINDING };
	const struct desk_request right = { .lines = DESK_BINDING,
					    .password = DESK_PASSWORD };
	size_t before = memory_blocks();
	struct mbuf *askv[2];
	struct desk d;
	bool failed;

	visit(&d);
	askv[0] = desk_make(&d, &plain);
	askv[1] = desk_make(&d, &right);
	d.deaf = true;
	memory_fail_after(n, once);
	(void)desk_give(&d, askv[0]);
	(void)desk_give(&d, askv[1]);
	failed = memory_failed();
	memory_fail_after(-1, false);
	desk_close(&d);
	assert_int_equal(memory_blocks(), before);
	return failed;
}

static void test_registrar_lives_without_memory(void **state)
{
	bool some = true, one = true;
	(void)state;

	for (long n = 0; some || one; n++) {
		some = lives_without(n, false);
		one = lives_without(n, true);
		assert_true(n < 10000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registrar_registers_and_removes),
		cmocka_unit_test(test_registrar_expires_after_a_grace),
		cmocka_unit_test(test_registrar_goes_by_RFC_3261_10_3),
		cmocka_unit_test(test_registrar_keeps_one_contact),
		cmocka_unit_test(test_registrar_minds_the_order),
		cmocka_unit_test(
			test_registrar_lets_nobody_in_without_password),
		cmocka_unit_test(
			test_registrar_admits_a_call_by_its_own_password),
		cmocka_unit_test(test_registrar_understands_jssip),
		cmocka_unit_test(test_registrar_may_go_in_its_handler),
		cmocka_unit_test(test_registrar_moves_to_another_ua),
		cmocka_unit_test(test_registrar_prints_itself_safely),
		cmocka_unit_test(test_registrar_lives_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
