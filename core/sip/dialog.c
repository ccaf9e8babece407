/**
 * @file core/sip/dialog.c  Dialog
 *
 * Copies of texts. From and To are kept as whole values, display name,
 * parameters and tag included, as peers want to see them again.
 */
#include <assert.h>
#include "core/sip/dialog.h"

struct dialog {
	char *callid;
	char *local;  /* From of our requests, whole value        */
	char *remote; /* To of our requests, whole value          */
	char *local_tag;
	char *remote_tag; /* "" for a peer that sends none (RFC 2543) */
	char *target;	  /* Contact of the peer                      */
	char **routev;	  /* URIs with brackets, first hop first      */
	size_t routec;
	char *ruri;    /* What requests go to: target or hop 0     */
	uint32_t lseq; /* Last CSeq number sent                    */
	uint32_t rseq; /* Last CSeq number received                */
	bool rseq_known;
	bool strict; /* First hop is a strict router             */
	bool confirmed;
	bool calling;
	uint32_t misordered; /* Counter                                 */
};

/* A route set while it is built: it replaces the old one only when whole */
struct build {
	char **routev;
	size_t routec;
	int err;
};

static void build_destructor(void *arg)
{
	struct build *b = arg;

	for (size_t i = 0; i < b->routec; i++)
		mem_deref(b->routev[i]);
	mem_deref(b->routev);
}

static void routes_free(struct dialog *d)
{
	for (size_t i = 0; i < d->routec; i++)
		mem_deref(d->routev[i]);
	d->routec = 0;
	d->routev = mem_deref(d->routev);
}

static void dialog_destructor(void *arg)
{
	struct dialog *d = arg;

	routes_free(d);
	mem_deref(d->callid);
	mem_deref(d->local);
	mem_deref(d->remote);
	mem_deref(d->local_tag);
	mem_deref(d->remote_tag);
	mem_deref(d->target);
	mem_deref(d->ruri);
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
	struct build *b = arg;
	struct sip_addr addr;
	struct pl pl;
	(void)msg;

	if (b->routec == DIALOG_ROUTES_MAX) {
		b->err = E2BIG;
		return true;
	}

	b->err = sip_addr_decode(&addr, &hdr->val);
	if (b->err)
		return true;

	/* The whole value: parameters behind the bracket belong to it */
	pl = hdr->val;
	b->err = text_dup(&b->routev[b->routec], &pl, DIALOG_TEXT_MAX);
	if (!b->err)
		++b->routec;
	return b->err != 0;
}

static bool is_strict(const char *route)
{
	struct sip_addr addr;
	struct pl pl, val;

	pl_set_str(&pl, route);
	if (sip_addr_decode(&addr, &pl))
		return false;

	return uri_param_get(&addr.uri.params, &(struct pl)PL("lr"), &val) != 0;
}

/* RFC 3261 section 12.2.1.1: a strict first hop is the request URI */
static int ruri_set(struct dialog *d)
{
	struct sip_addr addr;
	struct pl pl;

	d->strict = d->routec && is_strict(d->routev[0]);
	pl_set_str(&pl, d->target);
	if (d->strict) {
		pl_set_str(&pl, d->routev[0]);
		if (sip_addr_decode(&addr, &pl))
			return EBADMSG;
		pl = addr.auri;
	}

	return text_dup(&d->ruri, &pl, DIALOG_TEXT_MAX);
}

/* Record-Route: as it stands for the called side, reversed for the calling */
static int routes_set(struct dialog *d, const struct sip_msg *msg)
{
	struct build *b;
	int err = 0;

	b = mem_zalloc(sizeof(*b), build_destructor);
	if (!b)
		return ENOMEM;

	b->routev = mem_zalloc(DIALOG_ROUTES_MAX * sizeof(char *), NULL);
	if (!b->routev) {
		err = ENOMEM;
		goto out;
	}

	(void)sip_msg_hdr_apply(msg, !d->calling, SIP_HDR_RECORD_ROUTE,
				route_put, b);
	err = b->err;
	if (err)
		goto out;

	routes_free(d);
	d->routev = b->routev;
	d->routec = b->routec;
	b->routev = NULL;
	b->routec = 0;
out:
	mem_deref(b);
	return err;
}

static int target_set(struct dialog *d, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	struct sip_addr addr;

	if (!hdr || sip_addr_decode(&addr, &hdr->val))
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
	err = err ? err : ruri_set(d);
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
	err = err ? err : ruri_set(d);

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
	return ruri_set(d);
}

int dialog_refresh(struct dialog *d, const struct sip_msg *msg)
{
	int err = target_set(d, msg);

	return err ? err : ruri_set(d);
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

void dialog_used_cseq(struct dialog *d, uint32_t cseq)
{
	if (cseq > d->lseq)
		d->lseq = cseq;
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

int dialog_headers(struct re_printf *pf, const struct dialog *d)
{
	int err = 0;

	for (size_t i = d->strict ? 1 : 0; i < d->routec; i++)
		err |= re_hprintf(pf, "Route: %s\r\n", d->routev[i]);
	if (d->strict)
		err |= re_hprintf(pf, "Route: <%s>\r\n", d->target);

	return err | re_hprintf(pf,
				"From: %s\r\n"
				"To: %s\r\n"
				"Call-ID: %s\r\n",
				d->local, d->remote, d->callid);
}

int dialog_print(struct re_printf *pf, const struct dialog *d)
{
	return re_hprintf(pf, "%s %s lseq=%u rseq=%u routes=%zu misordered=%u",
			  d->calling ? "calling" : "called",
			  d->confirmed ? "confirmed" : "early", d->lseq,
			  d->rseq, d->routec, d->misordered);
}
