/**
 * @file tests/unit/test_transactions.c  Server transactions, virtual time
 */
#include "tests/unit/support/wire.h"
#include "tests/unit/test.h"
#include "core/sip/client.h"
#include "core/sip/server.h"

enum {
	START = 1000 * CLOCK_S,
	EVENTS = 4,
	SEEDS = 200,
	STEPS = 300,
};

/* A user agent that replies `scode` at once, or keeps the transaction */
struct agent {
	struct wire wire;
	struct transactions *t;
	struct server *s; /* The last one kept */
	unsigned scode;	  /* 0: do not reply  */
	bool keep;
	bool free_all; /* In the next handler */
	unsigned requests, acks;
	unsigned eventv[EVENTS];
};

static void free_all(struct agent *a)
{
	a->free_all = false;
	a->t = mem_deref(a->t);
	a->s = server_release(a->s);
}

static void event_handler(struct server *s, enum server_event event,
			  const struct sip_msg *msg, uint64_t now, void *arg)
{
	struct agent *a = arg;
	(void)s;
	(void)now;

	assert_true(!!msg == (event == SERVER_CANCEL || event == SERVER_ACK));
	++a->eventv[event];
	if (a->free_all)
		free_all(a);
}

static void request_handler(struct server *s, const struct sip_msg *msg,
			    uint64_t now, void *arg)
{
	struct agent *a = arg;

	if (!s) {
		assert_true(message_is(msg, "ACK"));
		++a->acks;
		return;
	}

	++a->requests;
	assert_ptr_equal(server_msg(s), msg);
	if (a->keep) {
		a->s = server_release(a->s);
		a->s = mem_ref(s);
		server_set_handler(s, event_handler, a);
	}
	if (a->scode)
		(void)server_reply_code(s, (uint16_t)a->scode, NULL, now);
	if (a->free_all)
		free_all(a);
}

static void agent_init(struct agent *a, unsigned scode, bool keep)
{
	memset(a, 0, sizeof(*a));
	a->scode = scode;
	a->keep = keep;
	assert_int_equal(
		transactions_alloc(&a->t, wire_send, request_handler, a), 0);
}

static void agent_close(struct agent *a)
{
	a->t = mem_deref(a->t);
	a->s = server_release(a->s);
	wire_clear(&a->wire);
}

/* A request in the dialog-to-be of call n */
static void ask(struct agent *a, const char *method, unsigned n, uint64_t now)
{
	const bool invite = !strcmp(method, "ACK") || !strcmp(method, "CANCEL");

	wire_recv(a->t, now,
		  "%s sip:me@x.invalid SIP/2.0\r\n"
		  "Via: SIP/2.0/WSS proxy;branch=z9hG4bK%s%u\r\n"
		  "Via: SIP/2.0/WSS them;branch=z9hG4bKthem\r\n"
		  "Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n"
		  "From: \"Bob\" <sip:bob@example.org>;tag=f%u\r\n"
		  "To: <sip:me@example.org>\r\nCall-ID: call-%u\r\n"
		  "CSeq: 5 %s\r\nTimestamp: 54\r\nContent-Length: 0\r\n\r\n",
		  method, invite ? "INVITE" : method, n, n, n, method);
}

static void test_transactions_replies_as_rfc3261_wants(void **state)
{
	struct sip_msg *msg;
	struct agent a;
	(void)state;

	agent_init(&a, 0, true);
	ask(&a, "INVITE", 1, START);
	assert_int_equal(wire_code(&a.wire, 0), 100);
	assert_true(wire_has(&a.wire, 0, "\r\nTimestamp: 54\r\n"));
	assert_false(wire_has(&a.wire, 0, "Record-Route"));
	assert_true(wire_has(&a.wire, 0, "\r\nTo: <sip:me@example.org>\r\n"));

	assert_int_equal(server_reply_code(a.s, 180, NULL, START), 0);
	msg = wire_msg(&a.wire, 1);
	assert_int_equal(msg->scode, 180);
	assert_int_equal(sip_msg_hdr_count(msg, SIP_HDR_VIA), 2);
	assert_int_equal(sip_msg_hdr_count(msg, SIP_HDR_RECORD_ROUTE), 2);
	assert_int_equal(pl_strcmp(&msg->to.tag, server_tag(a.s)), 0);
	mem_deref(msg);

	assert_int_equal(server_reply_code(a.s, 486, "No\r\nX: y", START),
			 EINVAL);
	assert_int_equal(server_reply_code(a.s, 486, "Not Now", START), 0);
	assert_true(wire_has(&a.wire, 2, "SIP/2.0 486 Not Now\r\n"));
	assert_false(wire_has(&a.wire, 2, "Record-Route"));
	assert_int_equal(server_reply_code(a.s, 200, NULL, START), EALREADY);
	assert_int_equal(a.wire.sentc, 3);
	agent_close(&a);
}

static void test_transactions_answers_500_when_nobody_does(void **state)
{
	static const char *const methodv[] = { "INVITE", "OPTIONS" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(methodv); i++) {
		struct agent a;

		agent_init(&a, 0, false);
		ask(&a, methodv[i], 1, START);
		assert_int_equal(wire_code(&a.wire, 0), 500);
		assert_int_equal(a.wire.sentc, 1);
		agent_close(&a);

		/* Kept, and given back without a reply */
		agent_init(&a, 0, true);
		ask(&a, methodv[i], 1, START);
		a.s = server_release(a.s);
		assert_int_equal(wire_code(&a.wire, a.wire.sentc - 1), 500);
		agent_close(&a);
	}
}

static void test_transactions_repeats_its_reply_and_ends_by_ack(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a, 0, true);
	ask(&a, "INVITE", 1, START);
	ask(&a, "INVITE", 1, START);
	assert_int_equal(wire_code(&a.wire, 1), 100);
	ask(&a, "ACK", 1, START); /* Of nothing */
	assert_int_equal(a.eventv[SERVER_ACK], 0);

	assert_int_equal(server_reply_code(a.s, 603, NULL, START), 0);
	ask(&a, "INVITE", 1, START);
	assert_int_equal(wire_code(&a.wire, 2), 603);
	assert_int_equal(wire_code(&a.wire, 3), 603);
	assert_int_equal(a.requests, 1);
	assert_int_equal(transactions_due(a.t), START + TRANSACTIONS_TIMEOUT);

	ask(&a, "ACK", 1, START);
	assert_int_equal(a.eventv[SERVER_ACK], 1);
	assert_int_equal(a.acks, 0);
	assert_int_equal(transactions_due(a.t), CLOCK_NEVER);
	assert_int_equal(server_repeat(a.s), ECONNRESET);
	agent_close(&a);
}

static void test_transactions_gives_up_waiting_for_ack_after_32_s(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a, 486, true);
	ask(&a, "INVITE", 1, START);
	transactions_tick(a.t, START + TRANSACTIONS_TIMEOUT - 1);
	assert_int_equal(a.eventv[SERVER_TIMEOUT], 0);
	transactions_tick(a.t, START + TRANSACTIONS_TIMEOUT);
	assert_int_equal(a.eventv[SERVER_TIMEOUT], 1);
	assert_int_equal(transactions_due(a.t), CLOCK_NEVER);
	agent_close(&a);
}

static void test_transactions_leaves_a_2xx_to_its_owner(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a, 200, true);
	ask(&a, "INVITE", 1, START);
	ask(&a, "INVITE", 1, START); /* Absorbed */
	assert_int_equal(a.wire.sentc, 1);
	assert_int_equal(a.requests, 1);
	assert_int_equal(server_repeat(a.s), 0);
	assert_int_equal(wire_code(&a.wire, 1), 200);

	ask(&a, "ACK", 1, START);
	assert_int_equal(a.acks, 1);
	transactions_tick(a.t, START + TRANSACTIONS_TIMEOUT);
	assert_int_equal(a.eventv[SERVER_TIMEOUT], 1);
	assert_int_equal(server_repeat(a.s), ECONNRESET);
	agent_close(&a);
}

static void test_transactions_tells_of_a_cancel(void **state)
{
	struct sip_msg *msg;
	struct agent a;
	(void)state;

	agent_init(&a, 180, true);
	ask(&a, "INVITE", 1, START);
	assert_int_equal(wire_code(&a.wire, 0), 100);
	assert_int_equal(wire_code(&a.wire, 1), 180);

	ask(&a, "CANCEL", 1, START);
	assert_int_equal(a.eventv[SERVER_CANCEL], 1);
	msg = wire_msg(&a.wire, 2);
	assert_int_equal(msg->scode, 200);
	assert_true(message_cseq_is(msg, "CANCEL"));
	assert_int_equal(pl_strcmp(&msg->to.tag, server_tag(a.s)), 0);
	mem_deref(msg);

	assert_int_equal(server_reply_code(a.s, 487, NULL, START), 0);
	ask(&a, "CANCEL", 1, START); /* Too late: 200, and nothing else */
	assert_int_equal(a.eventv[SERVER_CANCEL], 1);
	ask(&a, "ACK", 1, START);
	assert_int_equal(a.eventv[SERVER_ACK], 1);

	ask(&a, "CANCEL", 2, START);
	assert_int_equal(wire_code(&a.wire, a.wire.sentc - 1), 481);
	assert_int_equal(a.requests, 1);
	agent_close(&a);
}

/* Keeps all of them, ringing */
static struct server *keptv[TRANSACTIONS_MAX];
static unsigned keptc;

static void keeping_handler(struct server *s, const struct sip_msg *msg,
			    uint64_t now, void *arg)
{
	(void)msg;
	(void)arg;

	assert_in_range(keptc, 0, TRANSACTIONS_MAX - 1);
	(void)server_reply_code(s, 180, NULL, now);
	keptv[keptc++] = mem_ref(s);
}

static void test_transactions_list_has_a_limit(void **state)
{
	struct agent a;
	(void)state;

	memset(&a, 0, sizeof(a));
	keptc = 0;
	assert_int_equal(
		transactions_alloc(&a.t, wire_send, keeping_handler, &a), 0);
	for (unsigned i = 0; i < TRANSACTIONS_MAX; i++)
		ask(&a, "INVITE", i, START);
	assert_int_equal(keptc, TRANSACTIONS_MAX);
	wire_clear(&a.wire);
	ask(&a, "INVITE", 100, START);
	assert_int_equal(wire_code(&a.wire, 0), 503);
	ask(&a, "BYE", 100, START);
	assert_int_equal(wire_code(&a.wire, 1), 503);

	while (keptc)
		(void)server_release(keptv[--keptc]);
	agent_close(&a);
}

/* That they are not confirmed must not be in the way of others: over a
   reliable flow nobody repeats such an INVITE */
static void test_transactions_refused_ones_yield(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a, 486, false);
	for (unsigned i = 0; i < 200; i++) {
		ask(&a, "INVITE", i, START);
		assert_int_equal(wire_code(&a.wire, i), 486);
	}
	ask(&a, "BYE", 200, START);
	assert_int_equal(a.requests, 201);

	/* The oldest went first: its ACK finds nobody, the newest's does */
	ask(&a, "ACK", 199, START);
	assert_int_equal(a.acks, 0);
	ask(&a, "ACK", 0, START);
	assert_int_equal(a.acks, 1);
	agent_close(&a);
}

static void test_transactions_list_holds_many_answered_calls(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a, 200, true);
	for (unsigned i = 0; i < 200; i++)
		ask(&a, "INVITE", i, START);
	assert_int_equal(a.requests, 200);
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(wire_code(&a.wire, i), 200);
	agent_close(&a);
}

static void test_transactions_sees_a_merged_request(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a, 0, true);
	ask(&a, "INVITE", 1, START);
	wire_recv(a.t, START,
		  "INVITE sip:me@x.invalid SIP/2.0\r\n"
		  "Via: SIP/2.0/WSS proxy;branch=z9hG4bKanother\r\n"
		  "From: \"Bob\" <sip:bob@example.org>;tag=f1\r\n"
		  "To: <sip:me@example.org>\r\nCall-ID: call-1\r\n"
		  "CSeq: 5 INVITE\r\n\r\n");
	assert_int_equal(wire_code(&a.wire, a.wire.sentc - 1), 482);
	assert_int_equal(a.requests, 1);
	agent_close(&a);
}

static void test_transactions_knows_requests_without_a_branch(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a, 486, true);
	for (unsigned i = 0; i < 4; i++)
		wire_recv(a.t, START,
			  "%s sip:me@x.invalid SIP/2.0\r\n"
			  "Via: SIP/2.0/WSS old%u;branch=z9hG4bK\r\n"
			  "From: <sip:bob@example.org>;tag=f%u\r\n"
			  "To: <sip:me@example.org>%s\r\nCall-ID: old\r\n"
			  "CSeq: 1 %s\r\n\r\n",
			  i == 3 ? "ACK" : "INVITE", i == 1 ? 1 : 0,
			  i == 1 ? 1 : 0, i == 3 ? ";tag=x" : "",
			  i == 3 ? "ACK" : "INVITE");

	/* Two different ones, the first twice and acknowledged */
	assert_int_equal(a.requests, 2);
	assert_int_equal(a.wire.sentc, 3);
	assert_int_equal(a.acks, 0);
	agent_close(&a);
}

static void test_transactions_hears_of_a_lost_flow(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a, 180, true);
	ask(&a, "INVITE", 1, START);
	transactions_flow_lost(a.t, START);
	assert_int_equal(a.eventv[SERVER_LOST], 1);
	assert_int_equal(server_reply_code(a.s, 200, NULL, START), ECONNRESET);
	assert_false(server_pending(a.s));
	assert_int_equal(a.wire.sentc, 2);
	agent_close(&a);
}

static void test_transactions_handlers_may_free_all(void **state)
{
	(void)state;

	for (unsigned how = 0; how < 5; how++) {
		struct agent a;
		size_t sent;

		agent_init(&a, how == 3 ? 486 : 0, true);
		ask(&a, "INVITE", 2, START);
		if (how)
			ask(&a, "INVITE", 1, START);
		a.free_all = true;
		sent = a.wire.sentc;
		if (how == 0)
			ask(&a, "INVITE", 1, START);
		else if (how == 1)
			ask(&a, "CANCEL", 1, START);
		else if (how == 2)
			transactions_flow_lost(a.t, START);
		else if (how == 3)
			transactions_tick(a.t, START + TRANSACTIONS_TIMEOUT);
		else
			ask(&a, "OPTIONS", 1, START);
		assert_null(a.t);
		assert_true(a.wire.sentc <= sent + 1); /* CANCEL's 200 */
		agent_close(&a);
	}
}

static void test_transactions_answers_an_empty_line(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a, 0, false);
	wire_recv(a.t, START, "\r\n\r\n");
	assert_int_equal(a.wire.sentc, 1);
	assert_int_equal(a.wire.sentv[0]->end, 2);
	wire_recv(a.t, START, "\r\n");
	wire_recv(a.t, START, "%s", "");
	assert_int_equal(a.wire.sentc, 1);
	agent_close(&a);
}

/* Whatever comes in whatever order: limits hold, timers are armed, all ends */
static void test_transactions_survives_any_order(void **state)
{
	static const char *const methodv[] = { "INVITE", "ACK", "CANCEL", "BYE",
					       "OPTIONS" };
	(void)state;

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		uint64_t now = START;
		uint32_t x = seed;
		struct agent a;

		agent_init(&a, 0, true);
		for (unsigned i = 0; i < STEPS; i++) {
			x = x * 1664525 + 1013904223;
			a.scode = (x >> 8) % 3 ? 100 + (x >> 10) % 600 : 0;
			a.keep = (x >> 20) & 1;
			ask(&a, methodv[(x >> 4) % 5], (x >> 24) % 48, now);
			now += (x >> 12) % CLOCK_S;
			if (a.s && (x >> 16) % 3 == 0)
				(void)server_reply_code(
					a.s, (uint16_t)(200 + x % 400), NULL,
					now);
			if ((x >> 9) % 64 == 0)
				transactions_flow_lost(a.t, now);
			transactions_tick(a.t, now);
			assert_true(transactions_due(a.t) > now);
			wire_clear(&a.wire);
		}

		a.s = server_release(a.s);
		now += TRANSACTIONS_TIMEOUT;
		transactions_tick(a.t, now);
		assert_int_equal(transactions_due(a.t), CLOCK_NEVER);
		assert_int_equal(list_count(transactions_servers(a.t)), 0);
		agent_close(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transactions_replies_as_rfc3261_wants),
		cmocka_unit_test(
			test_transactions_answers_500_when_nobody_does),
		cmocka_unit_test(
			test_transactions_repeats_its_reply_and_ends_by_ack),
		cmocka_unit_test(
			test_transactions_gives_up_waiting_for_ack_after_32_s),
		cmocka_unit_test(test_transactions_leaves_a_2xx_to_its_owner),
		cmocka_unit_test(test_transactions_tells_of_a_cancel),
		cmocka_unit_test(test_transactions_list_has_a_limit),
		cmocka_unit_test(test_transactions_refused_ones_yield),
		cmocka_unit_test(
			test_transactions_list_holds_many_answered_calls),
		cmocka_unit_test(test_transactions_sees_a_merged_request),
		cmocka_unit_test(
			test_transactions_knows_requests_without_a_branch),
		cmocka_unit_test(test_transactions_hears_of_a_lost_flow),
		cmocka_unit_test(test_transactions_handlers_may_free_all),
		cmocka_unit_test(test_transactions_answers_an_empty_line),
		cmocka_unit_test(test_transactions_survives_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
