/**
 * @file core/sip/exchange.c  Exchange
 *
 * While something may come, the origin's list holds one reference and the
 * caller another; released ones live by the list's alone.
 */
#include <assert.h>
#include "core/sip/client.h"
#include "core/sip/dialog.h"
#include "core/sip/exchange.h"

enum {
	UNAUTHORIZED = 401,	   /* RFC 3261 section 21.4.2  */
	PROXY_AUTHENTICATION = 407 /* RFC 3261 section 21.4.8  */
};

struct exchange {
	struct le le; /* In the origin's list, with a reference   */
	struct origin *o;
	struct client *client;
	struct dialog *dialog; /* NULL: the texts below                    */
	char *method;
	char *uri;
	char *routev[REQUEST_ROUTES];
	size_t routec;
	char *from, *to, *callid;
	uint32_t cseq;
	struct mbuf *headers; /* Without Authorization                    */
	char *ctype;
	struct mbuf *body;
	enum credentials_kind kind;
	struct credentials_try try;
	bool cancelled;
	exchange_h *h; /* NULL when released                       */
	void *arg;
};

static void exchange_destructor(void *arg)
{
	struct exchange *x = arg;

	list_unlink(&x->le);
	client_release(x->client);
	mem_deref(x->dialog);
	mem_deref(x->method);
	mem_deref(x->uri);
	while (x->routec)
		mem_deref(x->routev[--x->routec]);
	mem_deref(x->from);
	mem_deref(x->to);
	mem_deref(x->callid);
	mem_deref(x->headers);
	mem_deref(x->ctype);
	mem_deref(x->body);
}

static int copy_addresses(struct exchange *x, const struct request *r)
{
	int err;

	if (r->routec > REQUEST_ROUTES)
		return EINVAL;

	err = str_dup(&x->uri, r->uri);
	err = err ? err : str_dup(&x->from, r->from);
	err = err ? err : str_dup(&x->to, r->to);
	err = err ? err : str_dup(&x->callid, r->callid);
	for (size_t i = 0; i < r->routec && !err; i++) {
		err = str_dup(&x->routev[i], r->routev[i]);
		if (!err)
			++x->routec;
	}
	x->cseq = r->cseq;
	return err;
}

static int copy_content(struct exchange *x, const struct request *r)
{
	int err;

	err = str_dup(&x->method, r->method);
	if (!err && r->ctype)
		err = str_dup(&x->ctype, r->ctype);
	if (err)
		return err;

	x->body = mbuf_alloc(r->body.l + 1);
	x->headers = mbuf_alloc(1);
	if (!x->body || !x->headers)
		return ENOMEM;

	if (r->headers && r->headers->end)
		err = mbuf_write_mem(x->headers, r->headers->buf,
				     r->headers->end);
	if (!err && r->body.l)
		err = mbuf_write_mem(x->body, (const uint8_t *)r->body.p,
				     r->body.l);
	return err;
}

static void fill(struct request *r, struct exchange *x)
{
	memset(r, 0, sizeof(*r));
	if (x->dialog) {
		dialog_fill(x->dialog, r);
		x->cseq = dialog_next_cseq(x->dialog);
	} else {
		r->uri = x->uri;
		r->routev = (const char *const *)x->routev;
		r->routec = x->routec;
		r->from = x->from;
		r->to = x->to;
		r->callid = x->callid;
	}
	r->method = x->method;
	r->cseq = x->cseq;
	r->ctype = x->ctype;
	r->body.p = (const char *)x->body->buf;
	r->body.l = x->body->end;
}

static struct credentials_target target_of(const struct exchange *x,
					   const char *uri)
{
	struct credentials_target t = {
		.kind = x->kind,
		.method = x->method,
		.uri = uri,
	};

	return t;
}

static void on_response(int err, const struct sip_msg *msg, uint64_t now,
			void *arg);

static int send_request(struct exchange *x, uint64_t now)
{
	struct credentials_target t;
	struct request r;
	struct mbuf *headers;
	int err;

	if (!origin_up(x->o))
		return ENOTCONN;

	headers = mbuf_alloc(x->headers->end + 1);
	if (!headers)
		return ENOMEM;

	fill(&r, x);
	r.headers = headers;
	t = target_of(x, r.uri);
	err = mbuf_write_mem(headers, x->headers->buf, x->headers->end);

	/* Inside a dialog the far end reads along: nothing before it is
	   asked for */
	if (!err && (x->try.challenges || !x->dialog))
		err = credentials_write(origin_credentials(x->o), headers, &t);
	if (!err)
		err = client_start(&x->client, origin_transactions(x->o), &r,
				   on_response, x, now);
	mem_deref(headers);
	return err;
}

/* Leave the list, and say why */
static void finish(struct exchange *x, int err, const struct sip_msg *msg,
		   uint64_t now)
{
	exchange_h *h = x->h;
	bool listed = x->le.list != NULL;

	x->client = client_release(x->client);
	x->h = NULL;
	list_unlink(&x->le);
	if (h)
		h(err, msg, now, x->arg);
	if (listed)
		mem_deref(x);
}

/* Whether it goes on with another request. What cannot be sent ends it */
static bool challenged(struct exchange *x, const struct sip_msg *msg,
		       uint64_t now)
{
	struct credentials_target t;
	struct request r;
	int err;

	if (x->cancelled ||
	    (msg->scode != UNAUTHORIZED && msg->scode != PROXY_AUTHENTICATION))
		return false;

	memset(&r, 0, sizeof(r));
	r.uri = x->uri;
	if (x->dialog)
		dialog_fill(x->dialog, &r);
	t = target_of(x, r.uri);
	if (credentials_challenge(origin_credentials(x->o), &x->try, &t, msg))
		return false;

	x->client = client_release(x->client);
	++x->cseq;
	err = send_request(x, now);
	if (err)
		finish(x, err, NULL, now);
	return true;
}

static void on_response(int err, const struct sip_msg *msg, uint64_t now,
			void *arg)
{
	struct exchange *x = arg;
	bool success;

	if (err) {
		finish(x, err, NULL, now);
		return;
	}

	if (challenged(x, msg, now))
		return;

	success = msg->scode < 300 && !strcmp(x->method, "INVITE");
	if (msg->scode >= 200 && !success)
		finish(x, 0, msg, now);
	else if (x->h)
		x->h(0, msg, now, x->arg);
}

int exchange_start(struct exchange **xp, struct origin *o,
		   const struct exchange_params *prm, exchange_h *h, void *arg,
		   uint64_t now)
{
	struct exchange *x;
	int err;

	assert(o && prm && prm->request.method && (xp || !h));

	x = mem_zalloc(sizeof(*x), exchange_destructor);
	if (!x)
		return ENOMEM;

	x->o = o;
	x->dialog = mem_ref(prm->dialog);
	x->kind = prm->kind;
	x->h = h;
	x->arg = arg;
	err = copy_content(x, &prm->request);
	if (!err && !x->dialog)
		err = copy_addresses(x, &prm->request);
	err = err ? err : send_request(x, now);
	if (err) {
		mem_deref(x);
		return err;
	}

	list_append(origin_exchanges(o), &x->le, x);
	if (xp)
		*xp = mem_ref(x);
	return 0;
}

/* Out of the handler, the list has let it go */
static int resume(struct exchange *x, exchange_h *h, uint64_t now)
{
	int err;

	++x->cseq;
	err = send_request(x, now);
	if (err)
		return err;

	x->h = h;
	list_append(origin_exchanges(x->o), &x->le, mem_ref(x));
	return 0;
}

int exchange_redirect(struct exchange *x, const char *uri, const char *route,
		      exchange_h *h, uint64_t now)
{
	char *copy = NULL;
	int err;

	assert(!x->le.list && !x->dialog);

	if (route && x->routec == REQUEST_ROUTES)
		return EINVAL;

	err = str_dup(&copy, uri);
	if (!err && route)
		err = str_dup(&x->routev[x->routec], route);
	if (err) {
		mem_deref(copy);
		return err;
	}

	x->routec += route != NULL;
	mem_deref(x->uri);
	x->uri = copy;
	memset(&x->try, 0, sizeof(x->try));
	return resume(x, h, now);
}

int exchange_again(struct exchange *x, const struct mbuf *headers,
		   exchange_h *h, uint64_t now)
{
	struct mbuf *mb = mbuf_alloc(headers->end + 1);
	int err;

	assert(!x->le.list);

	if (!mb)
		return ENOMEM;

	err = mbuf_write_mem(mb, headers->buf, headers->end);
	if (err) {
		mem_deref(mb);
		return err;
	}

	mem_deref(x->headers);
	x->headers = mb;
	return resume(x, h, now);
}

void exchange_cancel(struct exchange *x, struct mbuf *headers, uint64_t now)
{
	x->cancelled = true;
	if (x->client)
		client_cancel(x->client, headers, now);
}

uint32_t exchange_cseq(const struct exchange *x)
{
	return x->cseq;
}

struct exchange *exchange_release(struct exchange *x)
{
	if (!x)
		return NULL;

	x->h = NULL;

	/* After a 2xx to INVITE only the caller knows what to do */
	if (!strcmp(x->method, "INVITE"))
		exchange_drop(x);
	mem_deref(x);
	return NULL;
}

struct exchange *exchange_abort(struct exchange *x)
{
	if (x)
		exchange_drop(x);
	mem_deref(x);
	return NULL;
}

void exchange_drop(struct exchange *x)
{
	x->client = client_release(x->client);
	x->h = NULL;
	if (x->le.list) {
		list_unlink(&x->le);
		mem_deref(x);
	}
}
