/**
 * @file tests/fuzz/fuzz_transactions.c  Fuzz target: a flow of SIP messages
 *
 * A row of steps: one byte says what, more bytes may follow. Random numbers
 * are all zero, so that the corpus can hold responses that match.
 */
#include <stdlib.h>
#include "core/base/entropy.h"
#include "core/base/log.h"
#include "core/sip/client.h"
#include "core/sip/server.h"

enum {
	STEP_RECV,     /* 2 bytes length, message */
	STEP_INVITE,   /* Start one               */
	STEP_REGISTER, /* Start one               */
	STEP_CANCEL,   /* The last INVITE         */
	STEP_TICK,     /* 1 byte [s]              */
	STEP_LOST,     /* The flow                */
	STEP_REPLY,    /* 1 byte: code / 4        */
	STEP_RELEASE,  /* The kept server         */
	STEPS,
};

struct agent {
	struct transactions *t;
	struct client *c;
	struct server *s;
	uint64_t now;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void zeroes(uint8_t *p, size_t n, void *arg)
{
	(void)arg;
	memset(p, 0, n);
}

static int send_handler(struct mbuf *mb, void *arg)
{
	(void)arg;

	/* Whatever was received: no reply is longer than it */
	if (mb->end > 2 * MESSAGE_MAX)
		abort();
	return 0;
}

static void event_handler(struct server *s, enum server_event event,
			  const struct sip_msg *msg, uint64_t now, void *arg)
{
	(void)msg;
	(void)arg;
	if (event == SERVER_CANCEL)
		(void)server_reply_code(s, 487, NULL, now);
}

static void request_handler(struct server *s, const struct sip_msg *msg,
			    uint64_t now, void *arg)
{
	struct agent *a = arg;

	if (!s)
		return;

	server_set_handler(s, event_handler, a);
	if (message_is(msg, "INVITE")) {
		a->s = server_release(a->s);
		a->s = mem_ref(s);
		(void)server_reply_code(s, 180, NULL, now);
	} else {
		(void)server_reply_code(s, 200, NULL, now);
	}
}

static void response_handler(int err, const struct sip_msg *msg, uint64_t now,
			     void *arg)
{
	(void)now;
	(void)arg;
	if (!err == !msg)
		abort();
}

static void start(struct agent *a, const char *method)
{
	const struct request r = {
		.method = method,
		.uri = "sip:b@c",
		.from = "<sip:a@c>;tag=1",
		.to = "<sip:b@c>",
		.callid = "d",
		.cseq = 1,
	};

	a->c = client_release(a->c);
	(void)client_start(&a->c, a->t, &r, response_handler, a, a->now);
}

/* Do a step; returns the bytes that it took */
static size_t step(struct agent *a, const uint8_t *p, size_t left)
{
	struct mbuf *mb;
	size_t n;

	switch (p[0] % STEPS) {
	case STEP_RECV:
		if (left < 3)
			return left;
		n = (size_t)p[1] << 8 | p[2];
		n = n < left - 3 ? n : left - 3;
		mb = mbuf_alloc(n + 1);
		(void)mbuf_write_mem(mb, p + 3, n);
		mb->pos = 0;
		transactions_recv(a->t, mb, a->now);
		mem_deref(mb);
		return n + 3;
	case STEP_INVITE:
		start(a, "INVITE");
		return 1;
	case STEP_REGISTER:
		start(a, "REGISTER");
		return 1;
	case STEP_CANCEL:
		client_cancel(a->c, NULL, a->now);
		return 1;
	case STEP_TICK:
		a->now += left > 1 ? p[1] * (uint64_t)CLOCK_S : 0;
		transactions_tick(a->t, a->now);
		if (transactions_due(a->t) <= a->now)
			abort();
		return 2;
	case STEP_LOST:
		transactions_flow_lost(a->t, a->now);
		return 1;
	case STEP_REPLY:
		n = left > 1 ? 100 + p[1] * 2U : 200;
		if (a->s)
			(void)server_reply_code(a->s, (uint16_t)n, NULL,
						a->now);
		return 2;
	default:
		a->s = server_release(a->s);
		return 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct agent a = { .now = CLOCK_S };

	entropy_set_source(zeroes, NULL);
	log_set_level(LOG_LEVEL_WARNING);
	if (transactions_alloc(&a.t, send_handler, request_handler, &a))
		abort();

	for (size_t i = 0; i < size;)
		i += step(&a, data + i, size - i);

	if (list_count(transactions_clients(a.t)) > 2 * TRANSACTIONS_MAX ||
	    list_count(transactions_servers(a.t)) > TRANSACTIONS_MAX)
		abort();

	mem_deref(a.t);
	client_release(a.c);
	server_release(a.s);
	return 0;
}
