/**
 * @file core/sip/client.c  Client
 *
 * Keeps its own request, decoded, for the CANCEL and the ACK that must look
 * like it. The list of transactions.c owns one reference until the end.
 */
#include <assert.h>
#include <errno.h>
#include "core/sip/client.h"

enum state {
	CALLING,    /* No response yet                     */
	PROCEEDING, /* A 1xx came                          */
	ACCEPTED,   /* INVITE: a 2xx came, more may follow */
	TERMINATED,
};

struct client {
	struct le le;
	struct transactions *t; /* NULL: terminated */
	struct sip_msg *req;
	struct mbuf *cancel_headers;
	client_response_h *h;
	void *arg;
	uint64_t due;
	enum state state;
	char branch[CLIENT_BRANCH_SIZE];
	bool invite;
	bool cancel;	/* It shall be cancelled */
	bool cancelled; /* CANCEL was sent       */
};

static void client_destructor(void *arg)
{
	struct client *c = arg;

	list_unlink(&c->le);
	mem_deref(c->req);
	mem_deref(c->cancel_headers);
}

int client_branch(char branch[CLIENT_BRANCH_SIZE])
{
	char token[TOKEN_SIZE];
	int err = token_make(token);

	if (!err)
		(void)re_snprintf(branch, CLIENT_BRANCH_SIZE, "z9hG4bK%s",
				  token);
	return err;
}

/* Leave the list; may free c */
static void terminate(struct client *c)
{
	if (c->state == TERMINATED)
		return;

	c->state = TERMINATED;
	c->due = CLOCK_NEVER;
	c->t = NULL;
	list_unlink(&c->le);
	mem_deref(c);
}

/* The last thing done with c: the handler may free all around it */
static void notify(const struct client *c, int err, const struct sip_msg *msg,
		   uint64_t now)
{
	if (c->h)
		c->h(err, msg, now, c->arg);
}

/* Room in the list, if need be at the cost of one that has its 2xx */
static bool make_room(struct list *list)
{
	struct le *le;

	if (list_count(list) < TRANSACTIONS_MAX)
		return true;

	LIST_FOREACH(list, le)
	{
		struct client *c = le->data;

		if (c->state == ACCEPTED) {
			terminate(c);
			return true;
		}
	}

	return false;
}

/* Encode it, decode that again for later, and send it */
static int launch(struct client *c, struct transactions *t,
		  const struct request *r)
{
	struct mbuf *mb = NULL, *view = NULL;
	int err;

	err = transactions_encode(t, &mb, r, c->branch);
	if (err)
		return err;

	/* The flow may move mb's position: look at it through a second one */
	view = mbuf_alloc_ref(mb);
	err = view ? message_decode(&c->req, view, NULL) : ENOMEM;
	if (err == EBADMSG)
		err = EINVAL;
	if (!err)
		err = transactions_send(t, mb);

	mem_deref(view);
	mem_deref(mb);
	return err;
}

static int client_alloc(struct client **cp, struct transactions *t,
			const struct request *r, const char *branch,
			uint64_t now)
{
	struct client *c;
	int err = 0;

	c = mem_zalloc(sizeof(*c), client_destructor);
	if (!c)
		return ENOMEM;

	if (branch)
		(void)str_ncpy(c->branch, branch, sizeof(c->branch));
	else
		err = client_branch(c->branch);
	if (!err)
		err = launch(c, t, r);
	if (err) {
		mem_deref(c);
		return err;
	}

	c->t = t;
	c->invite = !strcmp(r->method, "INVITE");
	c->due = now + TRANSACTIONS_TIMEOUT;
	list_append(transactions_clients(t), &c->le, c);
	*cp = c;
	return 0;
}

int client_start(struct client **cp, struct transactions *t,
		 const struct request *r, client_response_h *h, void *arg,
		 uint64_t now)
{
	struct client *c;
	int err;

	if (!make_room(transactions_clients(t)))
		return ENOBUFS;

	err = client_alloc(&c, t, r, NULL, now);
	if (err)
		return err;

	c->h = h;
	c->arg = arg;
	if (cp)
		*cp = mem_ref(c);

	return 0;
}

/* What a CANCEL and an ACK take over from their INVITE */
struct copy {
	struct request r;
	char *uri, *from, *to, *callid;
	char *routev[REQUEST_ROUTES];
};

static bool route_handler(const struct sip_hdr *hdr, const struct sip_msg *msg,
			  void *arg)
{
	struct copy *copy = arg;
	(void)msg;

	if (copy->r.routec < REQUEST_ROUTES &&
	    !pl_strdup(&copy->routev[copy->r.routec], &hdr->val))
		++copy->r.routec;

	return false;
}

static void copy_close(struct copy *copy)
{
	for (size_t i = 0; i < copy->r.routec; i++)
		mem_deref(copy->routev[i]);
	mem_deref(copy->uri);
	mem_deref(copy->from);
	mem_deref(copy->to);
	mem_deref(copy->callid);
}

static int copy_init(struct copy *copy, const struct client *c,
		     const char *method, const struct pl *to)
{
	const struct sip_msg *req = c->req;
	int err;

	memset(copy, 0, sizeof(*copy));
	err = pl_strdup(&copy->uri, &req->ruri);
	err |= pl_strdup(&copy->callid, &req->callid);
	err |= re_sdprintf(&copy->from, "%H", header_value, &req->from.val);
	err |= re_sdprintf(&copy->to, "%H", header_value, to);
	(void)sip_msg_hdr_apply(req, true, SIP_HDR_ROUTE, route_handler, copy);

	copy->r.method = method;
	copy->r.uri = copy->uri;
	copy->r.from = copy->from;
	copy->r.to = copy->to;
	copy->r.callid = copy->callid;
	copy->r.cseq = req->cseq.num;
	copy->r.routev = (const char *const *)copy->routev;

	return err ? ENOMEM : 0;
}

/* RFC 3261 section 9.1; the CANCEL is a transaction of its own */
static void send_cancel(struct client *c, uint64_t now)
{
	struct client *cancel;
	struct copy copy;

	c->cancelled = true;
	c->due = now + TRANSACTIONS_TIMEOUT;

	if (!copy_init(&copy, c, "CANCEL", &c->req->to.val)) {
		copy.r.headers = c->cancel_headers;
		(void)client_alloc(&cancel, c->t, &copy.r, c->branch, now);
	}
	copy_close(&copy);
}

/* RFC 3261 section 17.1.1.3: the ACK of what is not a 2xx */
static void send_ack(const struct client *c, const struct sip_msg *msg)
{
	struct mbuf *mb = NULL;
	struct copy copy;

	if (!copy_init(&copy, c, "ACK", &msg->to.val) &&
	    !transactions_encode(c->t, &mb, &copy.r, c->branch))
		(void)transactions_send(c->t, mb);

	mem_deref(mb);
	copy_close(&copy);
}

void client_cancel(struct client *c, struct mbuf *headers, uint64_t now)
{
	if (!c || !c->invite || c->cancel)
		return;

	c->cancel = true;
	c->cancel_headers = mem_ref(headers);
	if (c->state == PROCEEDING)
		send_cancel(c, now);
}

struct client *client_release(struct client *c)
{
	if (!c)
		return NULL;

	/* Nobody has patience for it now: it ends as a silent one does, from
	   the next tick on */
	c->h = NULL;
	if (c->state != TERMINATED && c->due == CLOCK_NEVER)
		c->due = 0;
	mem_deref(c);
	return NULL;
}

bool client_pending(const struct client *c)
{
	return c && c->state != TERMINATED;
}

static void recv_provisional(struct client *c, const struct sip_msg *msg,
			     uint64_t now)
{
	if (c->state == ACCEPTED)
		return;

	if (c->state == CALLING) {
		c->state = PROCEEDING;
		if (c->invite && c->h)
			c->due = CLOCK_NEVER; /* The caller's patience rules */
	}
	if (c->cancel && !c->cancelled)
		send_cancel(c, now);

	notify(c, 0, msg, now);
}

static void recv_final(struct client *c, const struct sip_msg *msg,
		       uint64_t now)
{
	const bool accepted = msg->scode < REPLY_REDIRECT;

	if (c->state == ACCEPTED && !accepted)
		return;

	if (!c->invite) {
		terminate(c);
	} else if (!accepted) {
		send_ack(c, msg);
		terminate(c);
	} else if (c->state != ACCEPTED) {
		c->state = ACCEPTED;
		c->due = now + TRANSACTIONS_TIMEOUT;
	}

	notify(c, 0, msg, now);
}

/* RFC 3261 section 17.1.3 */
static struct client *find(const struct list *list, const struct sip_msg *msg)
{
	struct le *le;

	LIST_FOREACH(list, le)
	{
		struct client *c = le->data;

		if (!pl_strcmp(&msg->via.branch, c->branch) &&
		    !pl_cmp(&msg->cseq.met, &c->req->cseq.met))
			return c;
	}

	return NULL;
}

bool client_recv(struct transactions *t, const struct sip_msg *msg,
		 uint64_t now)
{
	struct client *c = find(transactions_clients(t), msg);

	if (!c)
		return false;

	mem_ref(c);
	if (msg->scode < REPLY_OK)
		recv_provisional(c, msg, now);
	else
		recv_final(c, msg, now);
	mem_deref(c);

	return true;
}

uint64_t client_due(const struct client *c)
{
	return c->due;
}

void client_tick(struct client *c, uint64_t now)
{
	const bool accepted = c->state == ACCEPTED;

	if (!c->due) {
		c->due = now + TRANSACTIONS_TIMEOUT;
		return;
	}

	mem_ref(c);
	if (!accepted)
		transactions_count(c->t, TRANSACTIONS_TIMEOUTS);
	terminate(c);
	if (!accepted)
		notify(c, ETIMEDOUT, NULL, now);
	mem_deref(c);
}

void client_lost(struct client *c, uint64_t now)
{
	const bool accepted = c->state == ACCEPTED;

	mem_ref(c);
	terminate(c);
	if (!accepted)
		notify(c, ECONNRESET, NULL, now);
	mem_deref(c);
}

void client_detach(struct client *c)
{
	terminate(c);
}
