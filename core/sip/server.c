/**
 * @file core/sip/server.c  Server
 *
 * Keeps its request, for replies and to know it again. The list of
 * transactions.c owns one reference until the end.
 */
#include <assert.h>
#include <errno.h>
#include "core/sip/server.h"

enum state {
	TRYING,	    /* Nothing was replied     */
	PROCEEDING, /* A 1xx was               */
	ACCEPTED,   /* INVITE: a 2xx was       */
	COMPLETED,  /* INVITE: 300 to 699 was  */
	TERMINATED,
};

enum {
	HELD_BY_US = 2, /* References: the list's and server_recv()'s */
};

struct server {
	struct le le;
	struct transactions *t; /* NULL: terminated */
	struct sip_msg *msg;
	struct mbuf *last; /* Last reply */
	server_event_h *h;
	void *arg;
	uint64_t due;
	uint64_t now; /* Of the last input [us] */
	enum state state;
	char tag[TOKEN_SIZE];
	bool invite;
	bool replied; /* The final reply was given */
};

static void server_destructor(void *arg)
{
	struct server *s = arg;

	list_unlink(&s->le);
	mem_deref(s->msg);
	mem_deref(s->last);
}

/* Leave the list; may free s */
static void terminate(struct server *s)
{
	if (s->state == TERMINATED)
		return;

	s->state = TERMINATED;
	s->due = CLOCK_NEVER;
	s->t = NULL;
	list_unlink(&s->le);
	mem_deref(s);
}

/* The last thing done with s: the handler may free all around it */
static void notify(struct server *s, enum server_event event,
		   const struct sip_msg *msg, uint64_t now)
{
	s->now = now;
	if (s->h)
		s->h(s, event, msg, now, s->arg);
}

/* Reply to what gets no transaction */
static void reply_once(struct transactions *t, const struct sip_msg *msg,
		       uint16_t scode)
{
	const struct reply r = { .scode = scode };
	char tag[TOKEN_SIZE];

	if (!token_make(tag))
		(void)transactions_send_reply(t, NULL, msg, &r, tag);
}

/* A branch that RFC 3261 section 8.1.1.7 calls unique */
static bool unique_branch(const struct pl *branch)
{
	static const char magic[] = "z9hG4bK";
	struct pl head = { branch->p, sizeof(magic) - 1 };

	return branch->l > head.l && !pl_strcasecmp(&head, magic);
}

/* RFC 3261 section 17.2.3, but for the method */
static bool same_transaction(const struct sip_msg *a, const struct sip_msg *b)
{
	if (unique_branch(&a->via.branch))
		return !pl_cmp(&a->via.branch, &b->via.branch) &&
		       !pl_casecmp(&a->via.sentby, &b->via.sentby);

	return !pl_cmp(&a->ruri, &b->ruri) &&
	       !pl_cmp(&a->from.tag, &b->from.tag) &&
	       !pl_cmp(&a->callid, &b->callid) && a->cseq.num == b->cseq.num &&
	       !pl_cmp(&a->via.val, &b->via.val);
}

static struct server *find(struct transactions *t, const struct sip_msg *msg,
			   const struct pl *method)
{
	struct le *le;

	LIST_FOREACH(transactions_servers(t), le)
	{
		struct server *s = le->data;

		if (!pl_cmp(&s->msg->met, method) &&
		    same_transaction(msg, s->msg))
			return s;
	}

	return NULL;
}

/* The same request on another way: RFC 3261 section 8.2.2.2 */
static bool is_merged(struct transactions *t, const struct sip_msg *msg)
{
	struct le *le;

	if (msg->to.tag.l || !msg->from.tag.l)
		return false;

	LIST_FOREACH(transactions_servers(t), le)
	{
		const struct sip_msg *other = ((struct server *)le->data)->msg;

		if (!pl_cmp(&msg->from.tag, &other->from.tag) &&
		    !pl_cmp(&msg->callid, &other->callid) &&
		    msg->cseq.num == other->cseq.num &&
		    !pl_cmp(&msg->met, &other->met))
			return true;
	}

	return false;
}

/* Room in the list, if need be at the cost of one that has its final reply and
   that nobody else holds: what comes to it yet is an ACK at most, since the
   flow is reliable. Else who floods us with INVITEs and sends no ACK has the
   BYE of a running call refused for 32 s */
static bool make_room(struct list *list)
{
	struct le *le;

	if (list_count(list) < TRANSACTIONS_MAX)
		return true;

	LIST_FOREACH(list, le)
	{
		struct server *s = le->data;

		if (s->replied && mem_nrefs(s) == 1) {
			terminate(s);
			return true;
		}
	}

	return false;
}

static int server_alloc(struct server **sp, struct transactions *t,
			struct sip_msg *msg, uint64_t now)
{
	struct server *s;
	int err;

	s = mem_zalloc(sizeof(*s), server_destructor);
	if (!s)
		return ENOMEM;

	err = token_make(s->tag);
	if (err) {
		mem_deref(s);
		return err;
	}

	s->t = t;
	s->msg = mem_ref(msg);
	s->invite = message_is(msg, "INVITE");
	s->due = CLOCK_NEVER;
	s->now = now;
	list_append(transactions_servers(t), &s->le, s);
	*sp = s;
	return 0;
}

static void recv_new(struct transactions *t, struct sip_msg *msg,
		     transactions_request_h *h, void *arg, uint64_t now)
{
	struct server *s;

	if (is_merged(t, msg)) {
		transactions_count(t, TRANSACTIONS_MERGED);
		reply_once(t, msg, REPLY_LOOP);
		return;
	}
	if (!make_room(transactions_servers(t)) ||
	    server_alloc(&s, t, msg, now)) {
		transactions_count(t, TRANSACTIONS_REFUSED);
		reply_once(t, msg, REPLY_UNAVAILABLE);
		return;
	}

	mem_ref(s);
	h(s, msg, now, arg);

	if (server_pending(s) && mem_nrefs(s) <= HELD_BY_US)
		(void)server_reply_code(s, REPLY_INTERNAL, NULL, now);
	else if (s->state == TRYING && s->invite)
		(void)server_reply_code(s, REPLY_TRYING, NULL, now);
	mem_deref(s);
}

/* The ACK of a 2xx finds its dialog; another one its transaction */
static void recv_ack(struct transactions *t, struct sip_msg *msg,
		     transactions_request_h *h, void *arg, uint64_t now)
{
	static const struct pl invite = PL("INVITE");
	struct server *s = find(t, msg, &invite);

	if (!s || s->state == ACCEPTED) {
		h(NULL, msg, now, arg);
		return;
	}
	if (s->state != COMPLETED) {
		transactions_count(t, TRANSACTIONS_STRAY);
		return;
	}

	mem_ref(s);
	terminate(s);
	notify(s, SERVER_ACK, msg, now);
	mem_deref(s);
}

/* RFC 3261 section 9.2 */
static void recv_cancel(struct transactions *t, struct sip_msg *msg,
			uint64_t now)
{
	static const struct pl invite = PL("INVITE");
	const struct reply ok = { .scode = REPLY_OK };
	struct server *s = find(t, msg, &invite);

	if (!s) {
		reply_once(t, msg, REPLY_NO_DIALOG);
		return;
	}

	mem_ref(s);
	(void)transactions_send_reply(t, NULL, msg, &ok, s->tag);
	if (server_pending(s))
		notify(s, SERVER_CANCEL, msg, now);
	mem_deref(s);
}

void server_recv(struct transactions *t, struct sip_msg *msg,
		 transactions_request_h *h, void *arg, uint64_t now)
{
	struct server *s;

	if (message_is(msg, "ACK")) {
		recv_ack(t, msg, h, arg, now);
		return;
	}
	if (message_is(msg, "CANCEL")) {
		recv_cancel(t, msg, now);
		return;
	}

	s = find(t, msg, &msg->met);
	if (!s) {
		recv_new(t, msg, h, arg, now);
		return;
	}

	/* Repeated: a 2xx is repeated by its owner, not by us */
	transactions_count(t, TRANSACTIONS_REPEATED);
	if (s->last && s->state != ACCEPTED)
		(void)transactions_send(t, s->last);
}

void server_set_handler(struct server *s, server_event_h *h, void *arg)
{
	s->h = h;
	s->arg = arg;
}

/* The state after a reply; may free s */
static void advance(struct server *s, uint16_t scode, uint64_t now)
{
	if (scode < REPLY_OK) {
		s->state = PROCEEDING;
		return;
	}

	s->replied = true;
	if (!s->invite) {
		terminate(s);
		return;
	}

	s->state = scode < REPLY_REDIRECT ? ACCEPTED : COMPLETED;
	s->due = now + TRANSACTIONS_TIMEOUT;
}

int server_reply(struct server *s, const struct reply *r, uint64_t now)
{
	const bool ringing = r->scode > REPLY_TRYING && r->scode < REPLY_OK;
	struct mbuf *mb = NULL;
	int err;

	if (s->replied)
		return EALREADY;
	if (!s->t)
		return ECONNRESET;

	if (s->invite && s->state == TRYING && ringing) {
		err = server_reply_code(s, REPLY_TRYING, NULL, now);
		if (err)
			return err;
	}

	err = transactions_send_reply(s->t, &mb, s->msg, r, s->tag);
	if (!mb)
		return err;

	/* Said, even if the flow did not take it: then the flow is lost */
	mem_deref(s->last);
	s->last = mb;
	s->now = now;
	advance(s, r->scode, now);
	return err;
}

int server_reply_code(struct server *s, uint16_t scode, const char *reason,
		      uint64_t now)
{
	const struct reply r = { .scode = scode, .reason = reason };

	return server_reply(s, &r, now);
}

int server_repeat(struct server *s)
{
	if (!s->t)
		return ECONNRESET;
	if (!s->last)
		return ENOENT;

	return transactions_send(s->t, s->last);
}

const struct sip_msg *server_msg(const struct server *s)
{
	return s->msg;
}

const char *server_tag(const struct server *s)
{
	return s->tag;
}

bool server_pending(const struct server *s)
{
	return s->t && !s->replied;
}

struct server *server_release(struct server *s)
{
	if (!s)
		return NULL;

	s->h = NULL;
	if (server_pending(s))
		(void)server_reply_code(s, REPLY_INTERNAL, NULL, s->now);
	mem_deref(s);

	return NULL;
}

uint64_t server_due(const struct server *s)
{
	return s->due;
}

void server_tick(struct server *s, uint64_t now)
{
	mem_ref(s);
	if (s->state == COMPLETED)
		transactions_count(s->t, TRANSACTIONS_TIMEOUTS);
	terminate(s);
	notify(s, SERVER_TIMEOUT, NULL, now);
	mem_deref(s);
}

void server_lost(struct server *s, uint64_t now)
{
	mem_ref(s);
	terminate(s);
	notify(s, SERVER_LOST, NULL, now);
	mem_deref(s);
}

void server_detach(struct server *s)
{
	terminate(s);
}
