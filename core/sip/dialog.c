/**
 * @file core/sip/dialog.c  Dialog
 *
 * Copies of texts. From and To are kept as whole values, display name,
 * parameters and tag included, as peers want to see them again.
 */
#include <assert.h>
#include "core/sip/dialog.h"
#include "core/sip/grammar.h"

/* A route set: replaced whole or not at all */
struct routes {
	char *v[DIALOG_ROUTES_MAX]; /* Values, first hop first */
	size_t c;
	int err;
};

struct dialog {
	char *callid;
	char *local;  /* From of our requests, whole value        */
	char *remote; /* To of our requests, whole value          */
	char *local_tag;
	char *remote_tag; /* "" for a peer that sends none (RFC 2543) */
	char *target;	  /* Contact of the peer                      */
	char *last;	  /* <target>, after a strict first hop       */
	char *ruri;	  /* What requests go to: target or first hop */
	struct routes *routes;
	const char *hopv[DIALOG_ROUTES_MAX]; /* Route of requests     */
	uint32_t lseq;			     /* Last CSeq number sent */
	uint32_t rseq;			     /* ... and received      */
	bool rseq_known;
	bool confirmed;
	bool calling;
	uint32_t misordered; /* Counter */
};

static void routes_destructor(void *arg)
{
	struct routes *r = arg;

	for (size_t i = 0; i < r->c; i++)
		mem_deref(r->v[i]);
}

static void dialog_destructor(void *arg)
{
	struct dialog *d = arg;

	mem_deref(d->callid);
	mem_deref(d->local);
	mem_deref(d->remote);
	mem_deref(d->local_tag);
	mem_deref(d->remote_tag);
	mem_deref(d->target);
	mem_deref(d->last);
	mem_deref(d->ruri);
	mem_deref(d->routes);
}

/* Copy a text; each folded line break becomes one space */
static int text_dup(char **strp, const struct pl *pl, size_t max)
{
	char *str, *w;

	if (pl->l > max)
		return E2BIG;

	w = str = mem_alloc(pl->l + 1, NULL);
	if (!str)
		return ENOMEM;

	for (size_t i = 0; i < pl->l; i++) {
		const char c = pl->p[i];

		if (c != '\r' && c != '\n')
			*w++ = c;
		else if (w != str && w[-1] != ' ')
			*w++ = ' ';
	}
	*w = '\0';

	mem_deref(*strp);
	*strp = str;
	return 0;
}

static bool route_put(const struct sip_hdr *hdr, const struct sip_msg *msg,
		      void *arg)
{
	struct routes *r = arg;
	struct sip_taddr addr;
	(void)msg;

	if (r->c == DIALOG_ROUTES_MAX)
		r->err = E2BIG;
	else
		r->err = grammar_addr(&addr, &hdr->val);
	if (r->err)
		return true;

	/* The whole value: parameters behind the bracket belong to it */
	r->err = text_dup(&r->v[r->c], &hdr->val, DIALOG_TEXT_MAX);
	if (!r->err)
		++r->c;
	return r->err != 0;
}

/* Record-Route: as it stands for the called side, reversed for the calling */
static int routes_set(struct dialog *d, const struct sip_msg *msg)
{
	struct routes *r = mem_zalloc(sizeof(*r), routes_destructor);
	int err;

	if (!r)
		return ENOMEM;

	(void)sip_msg_hdr_apply(msg, !d->calling, SIP_HDR_RECORD_ROUTE,
				route_put, r);
	err = r->err;
	if (err) {
		mem_deref(r);
		return err;
	}

	mem_deref(d->routes);
	d->routes = r;
	return 0;
}

/* The URI of the first hop when it is a strict router */
static bool strict_hop(struct pl *uri, const struct dialog *d)
{
	struct sip_taddr addr;
	struct pl pl;

	if (!d->routes->c)
		return false;

	pl_set_str(&pl, d->routes->v[0]);
	if (grammar_addr(&addr, &pl))
		return false;

	*uri = addr.auri;
	return grammar_param(NULL, &addr.uri.params, "lr") != 0;
}

/* RFC 3261 section 12.2.1.1: a strict first hop is the request URI. What
   fails leaves pointers that are still good */
static int hops_set(struct dialog *d)
{
	const struct routes *r = d->routes;
	char *last = NULL;
	struct pl pl;
	bool strict = strict_hop(&pl, d);
	int err;

	for (size_t i = 0; i < r->c; i++)
		d->hopv[i] = r->v[strict ? (i + 1) % r->c : i];
	if (!strict)
		pl_set_str(&pl, d->target);

	err = text_dup(&d->ruri, &pl, DIALOG_TEXT_MAX);
	if (err || !strict)
		return err;

	err = re_sdprintf(&last, "<%s>", d->target);
	if (err)
		return err;

	mem_deref(d->last);
	d->last = last;
	d->hopv[r->c - 1] = last;
	return 0;
}

static int target_set(struct dialog *d, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	struct sip_taddr addr;

	if (!hdr || grammar_addr(&addr, &hdr->val))
		return EBADMSG;

	return text_dup(&d->target, &addr.auri, DIALOG_TEXT_MAX);
}

int dialog_alloc_called(struct dialog **dp, const struct sip_msg *req,
			const char *tag)
{
	struct dialog *d;
	char *to = NULL;
	int err;

	assert(dp && req && req->req && tag);

	if (!pl_isset(&req->from.tag) || pl_isset(&req->to.tag))
		return EBADMSG;

	d = mem_zalloc(sizeof(*d), dialog_destructor);
	if (!d)
		return ENOMEM;

	d->rseq = req->cseq.num;
	d->rseq_known = true;
	err = str_dup(&d->local_tag, tag);
	err = err ? err : text_dup(&to, &req->to.val, DIALOG_TEXT_MAX);
	err = err ? err : re_sdprintf(&d->local, "%s;tag=%s", to, tag);
	err = err ? err : text_dup(&d->remote, &req->from.val, DIALOG_TEXT_MAX);
	err = err ? err
		  : text_dup(&d->remote_tag, &req->from.tag, DIALOG_TOKEN_MAX);
	err = err ? err : text_dup(&d->callid, &req->callid, DIALOG_TOKEN_MAX);
	err = err ? err : target_set(d, req);
	err = err ? err : routes_set(d, req);
	err = err ? err : hops_set(d);
	mem_deref(to);

	if (err)
		mem_deref(d);
	else
		*dp = d;
	return err;
}

int dialog_alloc_calling(struct dialog **dp, const struct sip_msg *resp,
			 const char *ruri)
{
	struct dialog *d;
	int err;

	assert(dp && resp && !resp->req && ruri);

	if (!pl_isset(&resp->to.tag) && resp->scode < 200)
		return EBADMSG;

	d = mem_zalloc(sizeof(*d), dialog_destructor);
	if (!d)
		return ENOMEM;

	d->calling = true;
	d->lseq = resp->cseq.num;
	d->confirmed = resp->scode >= 200;
	err = text_dup(&d->local, &resp->from.val, DIALOG_TEXT_MAX);
	err = err ? err : text_dup(&d->remote, &resp->to.val, DIALOG_TEXT_MAX);
	err = err ? err
		  : text_dup(&d->local_tag, &resp->from.tag, DIALOG_TOKEN_MAX);
	err = err ? err
		  : text_dup(&d->remote_tag, &resp->to.tag, DIALOG_TOKEN_MAX);
	err = err ? err : text_dup(&d->callid, &resp->callid, DIALOG_TOKEN_MAX);
	if (!err && target_set(d, resp))
		err = str_dup(&d->target, ruri);
	err = err ? err : routes_set(d, resp);
	err = err ? err : hops_set(d);

	if (err)
		mem_deref(d);
	else
		*dp = d;
	return err;
}

int dialog_alloc_notified(struct dialog **dp, const struct sip_msg *notify,
			  uint32_t cseq)
{
	struct dialog *d;
	int err;

	assert(dp && notify && notify->req);

	if (!pl_isset(&notify->from.tag) || !pl_isset(&notify->to.tag))
		return EBADMSG;

	d = mem_zalloc(sizeof(*d), dialog_destructor);
	if (!d)
		return ENOMEM;

	d->confirmed = true;
	d->lseq = cseq;
	d->rseq = notify->cseq.num;
	d->rseq_known = true;
	err = text_dup(&d->local, &notify->to.val, DIALOG_TEXT_MAX);
	err = err ? err
		  : text_dup(&d->remote, &notify->from.val, DIALOG_TEXT_MAX);
	err = err ? err
		  : text_dup(&d->local_tag, &notify->to.tag, DIALOG_TOKEN_MAX);
	err = err ? err
		  : text_dup(&d->remote_tag, &notify->from.tag,
			     DIALOG_TOKEN_MAX);
	err = err ? err
		  : text_dup(&d->callid, &notify->callid, DIALOG_TOKEN_MAX);
	err = err ? err : target_set(d, notify);
	err = err ? err : routes_set(d, notify);
	err = err ? err : hops_set(d);

	if (err)
		mem_deref(d);
	else
		*dp = d;
	return err;
}

int dialog_confirm(struct dialog *d, const struct sip_msg *resp)
{
	int err;

	d->confirmed = true;
	if (!resp)
		return 0;

	err = routes_set(d, resp);
	if (err)
		return err;

	(void)target_set(d, resp);
	return hops_set(d);
}

int dialog_refresh(struct dialog *d, const struct sip_msg *msg)
{
	int err = target_set(d, msg);

	return err ? err : hops_set(d);
}

bool dialog_matches(const struct dialog *d, const struct sip_msg *msg)
{
	const struct sip_taddr *local = msg->req ? &msg->to : &msg->from;
	const struct sip_taddr *remote = msg->req ? &msg->from : &msg->to;

	return !pl_strcmp(&msg->callid, d->callid) &&
	       !pl_strcmp(&local->tag, d->local_tag) &&
	       (pl_isset(&remote->tag) ? !pl_strcmp(&remote->tag, d->remote_tag)
				       : !d->remote_tag[0]);
}

static bool tag_is(const char *tag, const struct pl *pl)
{
	return !pl_strcmp(pl, *tag ? tag : "0");
}

bool dialog_is(const struct dialog *d, const struct pl *callid,
	       const struct pl *local_tag, const struct pl *remote_tag)
{
	return !pl_strcmp(callid, d->callid) &&
	       tag_is(d->local_tag, local_tag) &&
	       tag_is(d->remote_tag, remote_tag);
}

int dialog_take_cseq(struct dialog *d, const struct sip_msg *req)
{
	if (d->rseq_known && req->cseq.num <= d->rseq) {
		++d->misordered;
		return EBADMSG;
	}

	d->rseq = req->cseq.num;
	d->rseq_known = true;
	return 0;
}

uint32_t dialog_next_cseq(struct dialog *d)
{
	return ++d->lseq;
}

bool dialog_confirmed(const struct dialog *d)
{
	return d->confirmed;
}

bool dialog_calling(const struct dialog *d)
{
	return d->calling;
}

const char *dialog_ruri(const struct dialog *d)
{
	return d->ruri;
}

const char *dialog_target(const struct dialog *d)
{
	return d->target;
}

const char *dialog_callid(const struct dialog *d)
{
	return d->callid;
}

const char *dialog_local_tag(const struct dialog *d)
{
	return d->local_tag;
}

const char *dialog_remote_tag(const struct dialog *d)
{
	return d->remote_tag;
}

void dialog_fill(const struct dialog *d, struct request *r)
{
	r->uri = d->ruri;
	r->routev = d->hopv;
	r->routec = d->routes->c;
	r->from = d->local;
	r->to = d->remote;
	r->callid = d->callid;
}

int dialog_print(struct re_printf *pf, const struct dialog *d)
{
	return re_hprintf(pf, "%s %s lseq=%u rseq=%u routes=%zu misordered=%u",
			  d->calling ? "calling" : "called",
			  d->confirmed ? "confirmed" : "early", d->lseq,
			  d->rseq, d->routes->c, d->misordered);
}
