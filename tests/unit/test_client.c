/**
 * @file tests/unit/test_client.c  Client transactions, in virtual time
 */
#include "tests/unit/support/wire.h"
#include "tests/unit/test.h"
#include "core/sip/client.h"

enum {
	START = 1000 * CLOCK_S,
};

/* A user agent that only counts */
struct agent {
	struct wire wire;
	struct transactions *t;
	struct client *c;
	unsigned called; /* Response handler */
	uint16_t scode;	 /* Of the last response */
	int err;	 /* Of the last call */
	bool free_all;	 /* In the handler */
};

static void request_handler(struct server *s, const struct sip_msg *msg,
			    uint64_t now, void *arg)
{
	(void)s;
	(void)msg;
	(void)now;
	(void)arg;
	fail();
}

static void response_handler(int err, const struct sip_msg *msg, uint64_t now,
			     void *arg)
{
	struct agent *a = arg;

	assert_true(now >= START);
	assert_true(!err == !!msg);
	++a->called;
	a->err = err;
	a->scode = msg ? msg->scode : 0;
	if (a->free_all) {
		a->c = client_release(a->c);
		a->t = mem_deref(a->t);
	}
}

static void agent_init(struct agent *a)
{
	memset(a, 0, sizeof(*a));
	assert_int_equal(
		transactions_alloc(&a->t, wire_send, request_handler, &a->wire),
		0);
}

static void agent_close(struct agent *a)
{
	a->c = client_release(a->c);
	a->t = mem_deref(a->t);
	wire_clear(&a->wire);
}

static int start(struct agent *a, const char *method, struct client **cp)
{
	static const char *const routev[] = { "<sip:p1;lr>", "<sip:p2;lr>" };
	const struct request r = {
		.method = method,
		.uri = "sip:bob@example.org",
		.routev = routev,
		.routec = ARRAY_SIZE(routev),
		.from = "\"A\" <sip:alice@example.org>;tag=ft",
		.to = "<sip:bob@example.org>",
		.callid = "call-1",
		.cseq = 7,
	};

	return client_start(cp, a->t, &r, response_handler, a, START);
}

/* Respond to the i-th message that was sent */
static void respond(struct agent *a, size_t i, unsigned scode, uint64_t now)
{
	struct sip_msg *msg = wire_msg(&a->wire, i);

	wire_recv(a->t, now,
		  "SIP/2.0 %u X\r\nVia: %r\r\nFrom: %r\r\n"
		  "To: %r%s\r\nCall-ID: %r\r\nCSeq: %u %r\r\n"
		  "Content-Length: 0\r\n\r\n",
		  scode, &msg->via.val, &msg->from.val, &msg->to.val,
		  scode > 100 ? ";tag=tt" : "", &msg->callid, msg->cseq.num,
		  &msg->cseq.met);
	mem_deref(msg);
}

static void test_client_gets_a_final_response_once(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a);
	assert_int_equal(start(&a, "OPTIONS", &a.c), 0);
	assert_int_equal(transactions_due(a.t), START + TRANSACTIONS_TIMEOUT);
	respond(&a, 0, 100, START);
	assert_int_equal(a.scode, 100);
	assert_true(client_pending(a.c));

	respond(&a, 0, 404, START);
	assert_int_equal(a.scode, 404);
	assert_int_equal(a.called, 2);
	assert_false(client_pending(a.c));
	assert_int_equal(transactions_due(a.t), CLOCK_NEVER);

	respond(&a, 0, 404, START); /* Stray now */
	assert_int_equal(a.called, 2);
	assert_int_equal(a.wire.sentc, 1);
	agent_close(&a);
}

static void test_client_writes_a_request_as_rfc7118_wants(void **state)
{
	struct sip_msg *msg;
	struct agent a;
	(void)state;

	agent_init(&a);
	assert_int_equal(start(&a, "INVITE", &a.c), 0);
	msg = wire_msg(&a.wire, 0);
	assert_true(message_is(msg, "INVITE"));
	assert_int_equal(msg->via.tp, SIP_TRANSP_WSS);
	assert_int_equal(pl_strcmp(&msg->via.sentby, transactions_host(a.t)),
			 0);
	assert_non_null(strstr(transactions_host(a.t), ".invalid"));
	assert_int_equal(msg->via.branch.l, CLIENT_BRANCH_SIZE - 1);
	assert_int_equal(sip_msg_hdr_count(msg, SIP_HDR_ROUTE), 2);
	assert_int_equal(pl_strcmp(&msg->maxfwd, "70"), 0);
	mem_deref(msg);
	agent_close(&a);
}

static void test_client_gives_up_after_32_s(void **state)
{
	static const char *const methodv[] = { "INVITE", "REGISTER" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(methodv); i++) {
		const uint64_t due = START + TRANSACTIONS_TIMEOUT;
		struct agent a;

		agent_init(&a);
		assert_int_equal(start(&a, methodv[i], &a.c), 0);
		transactions_tick(a.t, due - 1);
		assert_int_equal(a.called, 0);
		transactions_tick(a.t, due);
		assert_int_equal(a.called, 1);
		assert_int_equal(a.err, ETIMEDOUT);
		assert_false(client_pending(a.c));
		transactions_tick(a.t, due + due);
		assert_int_equal(a.called, 1);
		agent_close(&a);
	}
}

static void test_client_waits_for_a_ringing_invite(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a);
	assert_int_equal(start(&a, "INVITE", &a.c), 0);
	respond(&a, 0, 180, START + 1);
	assert_int_equal(transactions_due(a.t), CLOCK_NEVER);
	assert_int_equal(a.called, 1);
	agent_close(&a);
}

static void test_client_passes_every_2xx_for_32_s(void **state)
{
	const uint64_t now = START + CLOCK_S;
	struct agent a;
	(void)state;

	agent_init(&a);
	assert_int_equal(start(&a, "INVITE", &a.c), 0);
	respond(&a, 0, 200, now);
	respond(&a, 0, 200, now + CLOCK_S);
	respond(&a, 0, 180, now + CLOCK_S); /* Late */
	respond(&a, 0, 486, now + CLOCK_S); /* Of another branch */
	assert_int_equal(a.called, 2);
	assert_int_equal(transactions_due(a.t), now + TRANSACTIONS_TIMEOUT);
	transactions_tick(a.t, now + TRANSACTIONS_TIMEOUT);
	assert_int_equal(a.called, 2);
	respond(&a, 0, 200, now + TRANSACTIONS_TIMEOUT);
	assert_int_equal(a.called, 2);
	assert_int_equal(a.wire.sentc, 1); /* The ACK is its user's */
	agent_close(&a);
}

static void test_client_acks_a_refused_invite(void **state)
{
	struct sip_msg *invite, *ack;
	struct agent a;
	(void)state;

	agent_init(&a);
	assert_int_equal(start(&a, "INVITE", &a.c), 0);
	respond(&a, 0, 486, START);
	assert_int_equal(a.scode, 486);
	assert_int_equal(a.wire.sentc, 2);

	invite = wire_msg(&a.wire, 0);
	ack = wire_msg(&a.wire, 1);
	assert_true(message_is(ack, "ACK"));
	assert_int_equal(pl_cmp(&ack->via.val, &invite->via.val), 0);
	assert_int_equal(pl_cmp(&ack->ruri, &invite->ruri), 0);
	assert_int_equal(pl_cmp(&ack->from.val, &invite->from.val), 0);
	assert_int_equal(pl_cmp(&ack->callid, &invite->callid), 0);
	assert_int_equal(pl_strcmp(&ack->to.tag, "tt"), 0);
	assert_int_equal(ack->cseq.num, 7);
	assert_int_equal(sip_msg_hdr_count(ack, SIP_HDR_ROUTE), 2);
	mem_deref(invite);
	mem_deref(ack);
	agent_close(&a);
}

static void test_client_queues_a_cancel_until_a_1xx(void **state)
{
	struct sip_msg *invite, *cancel;
	struct mbuf *headers = mbuf_alloc(64);
	struct agent a;
	(void)state;

	agent_init(&a);
	header_add(headers, "Reason", "SIP;cause=200");
	assert_int_equal(start(&a, "INVITE", &a.c), 0);
	client_cancel(a.c, headers, START);
	client_cancel(a.c, NULL, START);
	assert_int_equal(a.wire.sentc, 1);
	mem_deref(headers);

	respond(&a, 0, 100, START + CLOCK_S);
	assert_int_equal(a.wire.sentc, 2);
	invite = wire_msg(&a.wire, 0);
	cancel = wire_msg(&a.wire, 1);
	assert_true(message_is(cancel, "CANCEL"));
	assert_int_equal(pl_cmp(&cancel->via.val, &invite->via.val), 0);
	assert_int_equal(pl_cmp(&cancel->to.val, &invite->to.val), 0);
	assert_int_equal(cancel->cseq.num, invite->cseq.num);
	assert_int_equal(sip_msg_hdr_count(cancel, SIP_HDR_ROUTE), 2);
	assert_true(wire_has(&a.wire, 1, "\r\nReason: SIP;cause=200\r\n"));
	mem_deref(invite);
	mem_deref(cancel);

	respond(&a, 1, 200, START + CLOCK_S);
	assert_int_equal(a.called, 1); /* The 100, not the CANCEL's 200 */
	respond(&a, 0, 180, START + CLOCK_S);
	respond(&a, 0, 487, START + CLOCK_S);
	assert_int_equal(a.scode, 487);
	assert_true(wire_is(&a.wire, 2, "ACK"));
	assert_int_equal(a.wire.sentc, 3);
	assert_int_equal(transactions_due(a.t), CLOCK_NEVER);
	agent_close(&a);
}

static void test_client_ends_32_s_after_an_unheard_cancel(void **state)
{
	const uint64_t now = START + 60ULL * CLOCK_S;
	struct agent a;
	(void)state;

	agent_init(&a);
	assert_int_equal(start(&a, "INVITE", &a.c), 0);
	respond(&a, 0, 180, START);
	client_cancel(a.c, NULL, now);
	assert_true(wire_is(&a.wire, 1, "CANCEL"));
	transactions_tick(a.t, now + TRANSACTIONS_TIMEOUT - 1);
	assert_int_equal(a.called, 1);
	transactions_tick(a.t, now + TRANSACTIONS_TIMEOUT);
	assert_int_equal(a.called, 2);
	assert_int_equal(a.err, ETIMEDOUT);
	agent_close(&a);
}

static void test_client_does_not_cancel_what_is_answered(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a);
	assert_int_equal(start(&a, "INVITE", &a.c), 0);
	respond(&a, 0, 200, START);
	client_cancel(a.c, NULL, START);
	client_cancel(NULL, NULL, START);
	respond(&a, 0, 200, START);
	assert_int_equal(a.wire.sentc, 1);
	assert_int_equal(a.called, 2);
	agent_close(&a);
}

static void test_client_released_is_silent_and_still_acks(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a);
	assert_int_equal(start(&a, "INVITE", &a.c), 0);
	a.c = client_release(a.c);
	assert_null(a.c);
	respond(&a, 0, 603, START);
	assert_int_equal(a.called, 0);
	assert_true(wire_is(&a.wire, 1, "ACK"));
	agent_close(&a);
}

/* After or before its 1xx: nobody has the patience for it any more */
static void test_client_released_ends_by_itself(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a);
	assert_int_equal(start(&a, "INVITE", &a.c), 0);
	respond(&a, 0, 180, START);
	a.c = client_release(a.c);
	assert_int_equal(start(&a, "INVITE", &a.c), 0);
	a.c = client_release(a.c);
	respond(&a, 1, 180, START);
	transactions_tick(a.t, START);
	assert_int_equal(transactions_due(a.t), START + TRANSACTIONS_TIMEOUT);
	transactions_tick(a.t, START + TRANSACTIONS_TIMEOUT);
	assert_int_equal(transactions_due(a.t), CLOCK_NEVER);
	agent_close(&a);
}

static void test_client_hears_of_a_lost_flow_unless_accepted(void **state)
{
	struct client *accepted = NULL;
	struct agent a;
	(void)state;

	agent_init(&a);
	assert_int_equal(start(&a, "INVITE", &accepted), 0);
	respond(&a, 0, 200, START);
	assert_int_equal(a.called, 1);
	assert_int_equal(start(&a, "REGISTER", &a.c), 0);
	transactions_flow_lost(a.t, START);
	assert_int_equal(a.called, 2);
	assert_int_equal(a.err, ECONNRESET);
	assert_false(client_pending(a.c));
	assert_false(client_pending(accepted));
	assert_int_equal(transactions_due(a.t), CLOCK_NEVER);
	accepted = client_release(accepted);
	agent_close(&a);
}

static void test_client_list_has_a_limit_that_accepted_ones_yield(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a);
	for (unsigned i = 0; i < TRANSACTIONS_MAX; i++)
		assert_int_equal(start(&a, "INVITE", NULL), 0);
	assert_int_equal(start(&a, "OPTIONS", NULL), ENOBUFS);
	assert_int_equal(a.wire.sentc, TRANSACTIONS_MAX);

	respond(&a, 5, 200, START);
	assert_int_equal(start(&a, "OPTIONS", NULL), 0);
	assert_int_equal(start(&a, "OPTIONS", NULL), ENOBUFS);
	agent_close(&a);
}

static void test_client_ignores_responses_of_others(void **state)
{
	static const char *const viav[] = {
		"SIP/2.0/WSS %s;branch=z9hG4bKother",
		"SIP/2.0/WSS other.invalid;branch=%s",
		"SIP/2.0/WSS %s;branch=%s, SIP/2.0/WSS x;branch=z9hG4bKx",
	};
	struct agent a;
	(void)state;

	agent_init(&a);
	assert_int_equal(start(&a, "OPTIONS", &a.c), 0);
	for (size_t i = 0; i < ARRAY_SIZE(viav); i++) {
		struct sip_msg *msg = wire_msg(&a.wire, 0);
		char via[256], branch[64];

		pl_strcpy(&msg->via.branch, branch, sizeof(branch));
		re_snprintf(via, sizeof(via), viav[i],
			    i == 1 ? branch : transactions_host(a.t), branch);
		wire_recv(a.t, START,
			  "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %r\r\n"
			  "To: %r;tag=1\r\nCall-ID: %r\r\n"
			  "CSeq: 7 OPTIONS\r\n\r\n",
			  via, &msg->from.val, &msg->to.val, &msg->callid);
		mem_deref(msg);
	}

	assert_int_equal(a.called, 0);
	respond(&a, 0, 200, START);
	assert_int_equal(a.called, 1);
	agent_close(&a);
}

static void test_client_tells_when_the_flow_takes_nothing(void **state)
{
	struct agent a;
	(void)state;

	agent_init(&a);
	a.wire.err = ENOTCONN;
	assert_int_equal(start(&a, "OPTIONS", &a.c), ENOTCONN);
	assert_null(a.c);
	assert_int_equal(transactions_due(a.t), CLOCK_NEVER);
	agent_close(&a);
}

static void test_client_handler_may_free_all(void **state)
{
	(void)state;

	for (unsigned how = 0; how < 4; how++) {
		struct agent a;

		agent_init(&a);
		assert_int_equal(start(&a, "INVITE", NULL), 0);
		assert_int_equal(start(&a, "INVITE", &a.c), 0);
		a.free_all = true;
		if (how == 0)
			respond(&a, 1, 200, START);
		else if (how == 1)
			respond(&a, 1, 500, START);
		else if (how == 2)
			transactions_tick(a.t, START + TRANSACTIONS_TIMEOUT);
		else
			transactions_flow_lost(a.t, START);
		assert_int_equal(a.called, 1);
		agent_close(&a);
	}
}

static void test_client_sends_the_configured_headers(void **state)
{
	struct mbuf *mb = mbuf_alloc(64), *ack = NULL;
	const struct request r = { .uri = "sip:a@b",
				   .from = "<sip:a@b>;tag=1",
				   .to = "<sip:b@b>;tag=2",
				   .callid = "c",
				   .cseq = 3 };
	struct agent a;
	(void)state;

	agent_init(&a);
	header_add(mb, "User-Agent", "phone");
	transactions_set_headers(a.t, mb, NULL);
	transactions_set_transport(a.t, "WS");
	mem_deref(mb);

	assert_int_equal(start(&a, "OPTIONS", &a.c), 0);
	assert_int_equal(transactions_ack(a.t, &r, &ack), 0);
	assert_int_equal(transactions_send(a.t, ack), 0);
	mem_deref(ack);
	for (size_t i = 0; i < 3; i++) {
		assert_true(wire_has(&a.wire, i, "\r\nUser-Agent: phone\r\n"));
		assert_true(wire_has(&a.wire, i, "SIP/2.0/WS "));
	}
	assert_true(wire_is(&a.wire, 2, "ACK"));
	assert_int_equal(a.wire.sentv[1]->end, a.wire.sentv[2]->end);
	agent_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_client_gets_a_final_response_once),
		cmocka_unit_test(test_client_writes_a_request_as_rfc7118_wants),
		cmocka_unit_test(test_client_gives_up_after_32_s),
		cmocka_unit_test(test_client_waits_for_a_ringing_invite),
		cmocka_unit_test(test_client_passes_every_2xx_for_32_s),
		cmocka_unit_test(test_client_acks_a_refused_invite),
		cmocka_unit_test(test_client_queues_a_cancel_until_a_1xx),
		cmocka_unit_test(test_client_ends_32_s_after_an_unheard_cancel),
		cmocka_unit_test(test_client_does_not_cancel_what_is_answered),
		cmocka_unit_test(test_client_released_is_silent_and_still_acks),
		cmocka_unit_test(test_client_released_ends_by_itself),
		cmocka_unit_test(
			test_client_hears_of_a_lost_flow_unless_accepted),
		cmocka_unit_test(
			test_client_list_has_a_limit_that_accepted_ones_yield),
		cmocka_unit_test(test_client_ignores_responses_of_others),
		cmocka_unit_test(test_client_tells_when_the_flow_takes_nothing),
		cmocka_unit_test(test_client_handler_may_free_all),
		cmocka_unit_test(test_client_sends_the_configured_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
