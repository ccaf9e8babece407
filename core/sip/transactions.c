/**
 * @file core/sip/transactions.c  Transactions
 *
 * Two lists, the way in, and the way out. What a transaction does is in
 * client.c and server.c.
 */
#include <assert.h>
#include <errno.h>
#include "core/base/log.h"
#include "core/sip/client.h"
#include "core/sip/scan.h"
#include "core/sip/server.h"
#include "core/sip/transactions.h"

enum {
	HEADERS_HINT = 256, /* [bytes] */
};

static const char suffix[] = ".invalid"; /* RFC 7118 section 5 */

struct transactions {
	struct list clientl; /* struct client */
	struct list serverl; /* struct server */
	transactions_send_h *sendh;
	transactions_request_h *requesth;
	void *arg;
	struct mbuf *requests; /* Header lines */
	struct mbuf *replies;
	const char *transport;
	char host[TOKEN_SIZE + sizeof(suffix)];
	uint32_t countv[TRANSACTIONS_COUNTS];
	unsigned depth; /* Of enter() */
};

static void transactions_destructor(void *arg)
{
	struct transactions *t = arg;

	while (t->clientl.head)
		client_detach(t->clientl.head->data);
	while (t->serverl.head)
		server_detach(t->serverl.head->data);

	mem_deref(t->requests);
	mem_deref(t->replies);
}

int transactions_alloc(struct transactions **tp, transactions_send_h *sendh,
		       transactions_request_h *requesth, void *arg)
{
	struct transactions *t;
	char token[TOKEN_SIZE];
	int err;

	assert(sendh && requesth);

	t = mem_zalloc(sizeof(*t), transactions_destructor);
	if (!t)
		return ENOMEM;

	err = token_make(token);
	if (err) {
		mem_deref(t);
		return err;
	}

	(void)re_snprintf(t->host, sizeof(t->host), "%s%s", token, suffix);
	t->sendh = sendh;
	t->requesth = requesth;
	t->arg = arg;
	t->transport = "WSS";
	*tp = t;
	return 0;
}

void transactions_set_transport(struct transactions *t, const char *transport)
{
	t->transport = transport;
}

void transactions_set_headers(struct transactions *t, struct mbuf *requests,
			      struct mbuf *replies)
{
	mem_ref(requests);
	mem_ref(replies);
	mem_deref(t->requests);
	mem_deref(t->replies);
	t->requests = requests;
	t->replies = replies;
}

void transactions_count(struct transactions *t, enum transactions_count c)
{
	++t->countv[c];
}

struct list *transactions_clients(struct transactions *t)
{
	return &t->clientl;
}

struct list *transactions_servers(struct transactions *t)
{
	return &t->serverl;
}

const char *transactions_host(const struct transactions *t)
{
	return t->host;
}

/* Around all that calls handlers: one of them may free t */
static void enter(struct transactions *t)
{
	mem_ref(t);
	++t->depth;
}

static void leave(struct transactions *t)
{
	--t->depth;
	mem_deref(t);
}

/* Whether somebody but enter() holds it */
bool transactions_alive(const struct transactions *t)
{
	return mem_nrefs(t) > t->depth;
}

int transactions_send(struct transactions *t, struct mbuf *mb)
{
	int err;

	if (!transactions_alive(t))
		return ECONNRESET;

	mb->pos = 0;
	err = t->sendh(mb, t->arg);
	if (err)
		transactions_count(t, TRANSACTIONS_UNSENT);

	return err;
}

/* The lines of both, either may be missing */
static int join(struct mbuf **mbp, const struct mbuf *a, const struct mbuf *b)
{
	struct mbuf *mb = mbuf_alloc(HEADERS_HINT);
	int err = 0;

	if (!mb)
		return ENOMEM;

	if (a && a->end)
		err = mbuf_write_mem(mb, a->buf, a->end);
	if (!err && b && b->end)
		err = mbuf_write_mem(mb, b->buf, b->end);
	if (err)
		mb = mem_deref(mb);

	*mbp = mb;
	return err;
}

int transactions_encode(const struct transactions *t, struct mbuf **mbp,
			const struct request *r, const char *branch)
{
	const struct request_via via = { t->transport, t->host, branch };
	struct request whole = *r;
	struct mbuf *headers = NULL;
	int err;

	err = join(&headers, r->headers, t->requests);
	if (err)
		return err;

	whole.headers = headers;
	err = request_encode(mbp, &whole, &via);
	mem_deref(headers);

	return err;
}

int transactions_send_reply(struct transactions *t, struct mbuf **mbp,
			    const struct sip_msg *msg, const struct reply *r,
			    const char *tag)
{
	struct reply whole = *r;
	struct mbuf *headers = NULL, *mb = NULL;
	int err;

	err = join(&headers, r->headers, t->replies);
	if (err)
		return err;

	whole.headers = headers;
	err = reply_encode(&mb, msg, &whole, tag);
	mem_deref(headers);
	if (err)
		return err;

	err = transactions_send(t, mb);
	if (mbp)
		*mbp = mb;
	else
		mem_deref(mb);

	return err;
}

int transactions_ack(struct transactions *t, const struct request *r,
		     struct mbuf **mbp)
{
	char branch[CLIENT_BRANCH_SIZE];
	struct request ack = *r;
	struct mbuf *mb = NULL;
	int err;

	err = client_branch(branch);
	if (err)
		return err;

	ack.method = "ACK";
	err = transactions_encode(t, &mb, &ack, branch);
	if (!err)
		err = transactions_send(t, mb);
	if (err || !mbp)
		mem_deref(mb);
	else
		*mbp = mb;

	return err;
}

/* A request that is wrong, but has all that a reply needs */
static void refuse(struct transactions *t, const struct sip_msg *msg,
		   const struct message_fault *fault)
{
	const struct reply r = { .scode = fault->scode,
				 .reason = fault->reason };
	char tag[TOKEN_SIZE];

	if (!token_make(tag))
		(void)transactions_send_reply(t, NULL, msg, &r, tag);
}

static void recv_bad(struct transactions *t, const struct sip_msg *msg,
		     const struct message_fault *fault)
{
	/* Once: what repeats is the counter */
	if (!t->countv[TRANSACTIONS_MALFORMED])
		log_info("transactions: message refused: %u %s\n", fault->scode,
			 fault->reason ? fault->reason
				       : reply_reason(fault->scode));

	transactions_count(t, TRANSACTIONS_MALFORMED);
	if (msg)
		refuse(t, msg, fault);
}

/* RFC 5626 section 3.5.1: an empty line answers two of them */
static void recv_empty(struct transactions *t, const struct mbuf *mb)
{
	struct mbuf *pong;
	struct pl pl;

	pl_set_mbuf(&pl, mb);
	if (pl_strcmp(&pl, "\r\n\r\n"))
		return;

	pong = mbuf_alloc(2);
	if (pong && !mbuf_write_str(pong, "\r\n"))
		(void)transactions_send(t, pong);
	mem_deref(pong);
}

static void recv_response(struct transactions *t, const struct sip_msg *msg,
			  uint64_t now)
{
	/* More than one Via: not for us, RFC 3261 section 8.1.3.3 */
	if (sip_msg_hdr_count(msg, SIP_HDR_VIA) != 1 ||
	    pl_strcasecmp(&msg->via.sentby, t->host) ||
	    !client_recv(t, msg, now))
		transactions_count(t, TRANSACTIONS_STRAY);
}

void transactions_recv(struct transactions *t, struct mbuf *mb, uint64_t now)
{
	struct message_fault fault = { 0, NULL };
	struct sip_msg *msg = NULL;
	int err;

	enter(t);
	transactions_count(t, TRANSACTIONS_RECEIVED);

	err = message_decode(&msg, mb, &fault);
	if (err == ENODATA)
		recv_empty(t, mb);
	else if (err == EBADMSG)
		recv_bad(t, msg, &fault);
	else if (!err && !msg->req)
		recv_response(t, msg, now);
	else if (!err)
		server_recv(t, msg, t->requesth, t->arg, now);

	mem_deref(msg);
	leave(t);
}

static void move(struct list *to, struct list *from)
{
	while (from->head) {
		struct le *le = from->head;
		void *data = le->data;

		list_unlink(le);
		list_append(to, le, data);
	}
}

void transactions_flow_lost(struct transactions *t, uint64_t now)
{
	struct list clientl, serverl;

	/* What handlers start now belongs to the next flow. The lists are
	   emptied one by one, since a handler may free anything */
	enter(t);
	list_init(&clientl);
	list_init(&serverl);
	move(&clientl, &t->clientl);
	move(&serverl, &t->serverl);

	while (clientl.head && transactions_alive(t))
		client_lost(clientl.head->data, now);
	while (serverl.head && transactions_alive(t))
		server_lost(serverl.head->data, now);

	move(&t->clientl, &clientl); /* Silently, by the destructor */
	move(&t->serverl, &serverl);
	leave(t);
}

uint64_t transactions_due(const struct transactions *t)
{
	uint64_t due = CLOCK_NEVER;
	struct le *le;

	LIST_FOREACH(&t->clientl, le)
	due = clock_min(due, client_due(le->data));
	LIST_FOREACH(&t->serverl, le)
	due = clock_min(due, server_due(le->data));

	return due;
}

static bool tick_client(struct transactions *t, uint64_t now)
{
	struct le *le;

	LIST_FOREACH(&t->clientl, le)
	{
		if (client_due(le->data) <= now) {
			client_tick(le->data, now);
			return true;
		}
	}

	return false;
}

static bool tick_server(struct transactions *t, uint64_t now)
{
	struct le *le;

	LIST_FOREACH(&t->serverl, le)
	{
		if (server_due(le->data) <= now) {
			server_tick(le->data, now);
			return true;
		}
	}

	return false;
}

void transactions_tick(struct transactions *t, uint64_t now)
{
	/* Each tick ends the transaction; its handler may change the lists */
	enter(t);
	while (transactions_alive(t) &&
	       (tick_client(t, now) || tick_server(t, now)))
		;
	leave(t);
}

int transactions_print(struct re_printf *pf, const struct transactions *t)
{
	static const char *const namev[TRANSACTIONS_COUNTS] = {
		"received", "malformed", "stray",    "repeated",
		"refused",  "merged",	 "timeouts", "unsent"
	};
	int err;

	err = re_hprintf(pf, "clients=%u servers=%u", list_count(&t->clientl),
			 list_count(&t->serverl));
	for (size_t i = 0; i < TRANSACTIONS_COUNTS; i++)
		err |= re_hprintf(pf, " %s=%u", namev[i], t->countv[i]);

	return err;
}
