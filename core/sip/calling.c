/**
 * @file core/sip/calling.c  Calling
 */
#include <assert.h>
#include "core/sip/calling.h"
#include "core/sip/message.h"
#include "core/sip/prack.h"
#include "core/sip/server.h"
#include "core/sip/token.h"

enum {
	HEADERS = 512, /* Usual size of header lines [bytes] */
};

static void on_response(int err, const struct sip_msg *msg, uint64_t now,
			void *arg);

static int addresses(struct invite *inv, struct exchange_params *prm,
		     char **fromp, char **top)
{
	char tag[TOKEN_SIZE], callid[TOKEN_SIZE];
	int err;

	err = token_make(tag);
	err = err ? err : token_make(callid);
	err = err ? err : token_cseq(&prm->request.cseq);
	err = err ? err : str_dup(&inv->callid, callid);
	err = err ? err
		  : re_sdprintf(fromp, "%s;tag=%s", origin_from(inv->o), tag);
	err = err ? err : re_sdprintf(top, "<%s>", inv->ruri);
	if (err)
		return err;

	prm->kind = CREDENTIALS_INITIAL;
	prm->request.method = "INVITE";
	prm->request.uri = inv->ruri;
	prm->request.from = *fromp;
	prm->request.to = *top;
	prm->request.callid = inv->callid;
	origin_fill_routes(inv->o, &prm->request, true);
	return 0;
}

/* All header lines: ours, and those of the session timer */
static int make_headers(struct mbuf **mbp, const struct invite *inv)
{
	struct mbuf *mb = mbuf_alloc(inv->headers->end + 1);
	int err;

	if (!mb)
		return ENOMEM;

	err = mbuf_write_mem(mb, inv->headers->buf, inv->headers->end);
	err = err ? err : refresh_add_request(&inv->refresh, mb);
	if (err)
		mem_deref(mb);
	else
		*mbp = mb;
	return err;
}

/* After a 422: whether it asks for the same with a longer interval */
static bool again(struct invite *inv, const struct sip_msg *msg, uint64_t now)
{
	struct mbuf *headers = NULL;
	int err;

	if (msg->scode != REFRESH_TOO_SMALL || inv->state != INVITE_CALLING ||
	    !refresh_take_refusal(&inv->refresh, msg))
		return false;

	err = make_headers(&headers, inv);
	err = err ? err : exchange_again(inv->x, headers, on_response, now);
	mem_deref(headers);
	return !err;
}

/* Send the INVITE there. The event has code and reason of what led to it */
static int go_to(struct invite *inv, const char *uri, struct invite_event *ev,
		 uint64_t now)
{
	struct redirect *r = &inv->redirect;
	char *route = NULL, *ruri = NULL;
	int err;

	err = r->proxy ? re_sdprintf(&route, "<%s;lr>", uri)
		       : str_dup(&ruri, uri);
	if (!err)
		err = exchange_redirect(inv->x, ruri ? ruri : inv->ruri, route,
					on_response, now);
	mem_deref(route);
	if (err) {
		mem_deref(ruri);
		return err;
	}

	leg_forget_early(inv);
	if (ruri) {
		mem_deref(inv->ruri);
		inv->ruri = ruri;
		mem_deref(inv->peer_uri);
		inv->peer_uri = mem_ref(ruri);
	}
	pl_set_str(&ev->method, uri);
	leg_tell(inv, ev, now);
	return 0;
}

/* Whether it goes on with another one, or may. Not when media of the first are
   there already: their answer was to the offer that would be sent again */
static bool redirected(struct invite *inv, const struct sip_msg *msg,
		       uint64_t now)
{
	struct redirect *r = &inv->redirect;
	struct invite_event ev;
	const char *uri;

	if (inv->state != INVITE_CALLING || inv->chosen != INVITE_EARLY_MAX ||
	    inv->agreed)
		return false;

	uri = redirect_next(r, msg, inv->ruri);
	if (!uri)
		return false;

	if (r->policy != REDIRECT_ASK) {
		leg_event(&ev, INVITE_EV_REDIRECTED, msg);
		return !go_to(inv, uri, &ev, now);
	}

	r->asked = uri;
	r->code = msg->scode;
	inv->no_answer = now + r->patience;
	leg_event(&ev, INVITE_EV_REDIRECT, msg);
	pl_set_str(&ev.method, uri);
	leg_tell(inv, &ev, now);
	return true;
}

int calling_redirect(struct invite *inv, bool yes, uint64_t now)
{
	struct redirect *r = &inv->redirect;
	const char *uri = r->asked;
	struct invite_event ev;

	if (!uri)
		return EINVAL;

	r->asked = NULL;
	leg_event(&ev, INVITE_EV_REDIRECTED, NULL);
	ev.code = r->code;
	pl_set_str(&ev.reason, reply_reason((uint16_t)r->code));
	inv->no_answer = now + r->patience;
	if (!yes || go_to(inv, uri, &ev, now))
		leg_close(inv, INVITE_WHY_REFUSED, r->code, NULL, now);
	return 0;
}

static int first_headers(struct mbuf **mbp, const struct invite *inv)
{
	struct mbuf *mb = mbuf_alloc(HEADERS);
	int err;

	if (!mb)
		return ENOMEM;

	err = origin_add_calling(mb, inv->o, inv->caps);
	err = err ? err : origin_add_allow(mb, inv->o);
	if (err)
		mem_deref(mb);
	else
		*mbp = mb;
	return err;
}

static int send_invite(struct invite *inv, const struct invite_params *ip,
		       uint64_t now)
{
	struct exchange_params prm;
	struct mbuf *headers = NULL;
	char *from = NULL, *to = NULL;
	int err;

	memset(&prm, 0, sizeof(prm));
	err = addresses(inv, &prm, &from, &to);
	if (!err && ip->caps)
		err = header_safe_str(ip->caps) ? str_dup(&inv->caps, ip->caps)
						: EINVAL;
	err = err ? err : first_headers(&inv->headers, inv);
	err = err ? err : leg_add_lines(inv->headers, ip->headerv);
	err = err ? err : make_headers(&headers, inv);
	prm.request.headers = headers;
	prm.request.body = leg_body(ip->body);
	if (prm.request.body.l)
		prm.request.ctype = ip->ctype ? ip->ctype : "application/sdp";
	err = err ? err
		  : exchange_start(&inv->x, inv->o, &prm, on_response, inv,
				   now);
	mem_deref(headers);
	mem_deref(from);
	mem_deref(to);
	return err;
}

int calling_start(struct invite **ip, struct list *legs, struct origin *o,
		  const struct invite_params *prm, invite_h *h, void *arg,
		  uint64_t now)
{
	struct invite *inv = NULL;
	int err;

	assert(prm);

	err = leg_alloc(&inv, legs, o);
	if (err)
		return err;

	inv->state = INVITE_CALLING;
	inv->h = h;
	inv->arg = arg;
	inv->offerless = !leg_body(prm->body).l;
	inv->redirect.policy = prm->redirect;
	inv->redirect.patience = prm->no_answer ? prm->no_answer
						: (uint64_t)INVITE_NO_ANSWER;
	inv->no_answer = now + inv->redirect.patience;
	err = origin_complete(&inv->ruri, o, prm->to);
	err = err ? err : str_dup(&inv->peer_uri, inv->ruri);
	err = err ? err : send_invite(inv, prm, now);
	if (err)
		mem_deref(inv);
	else
		*ip = mem_ref(inv);
	return err;
}

/* Which of those that ring; a new one is remembered. Without a tag there
   is only one */
static unsigned early_find(struct invite *inv, const struct sip_msg *msg)
{
	unsigned i;

	for (i = 0; i < inv->earlyc; i++) {
		if (dialog_matches(inv->earlyv[i].dialog, msg))
			return i;
	}

	if (!pl_isset(&msg->to.tag) || i == INVITE_EARLY_MAX)
		return pl_isset(&msg->to.tag) ? INVITE_EARLY_MAX : 0;
	if (dialog_alloc_calling(&inv->earlyv[i].dialog, msg, inv->ruri))
		return INVITE_EARLY_MAX;

	return inv->earlyc++;
}

/* Whose it is, if it is to be looked at; a reliable one is confirmed */
static bool take_progress(struct invite *inv, const struct sip_msg *msg,
			  unsigned *forkp, uint64_t now)
{
	const unsigned i = early_find(inv, msg);

	*forkp = i;
	if (i == INVITE_EARLY_MAX)
		return false;
	if (!prack_wanted(msg))
		return true;

	return i < inv->earlyc && prack_take(inv, &inv->earlyv[i], msg, now);
}

static void progress(struct invite *inv, const struct sip_msg *msg,
		     uint64_t now)
{
	struct invite_event ev;

	if (inv->dialog || msg->scode == 100)
		return;

	leg_event(&ev, INVITE_EV_PROGRESS, msg);
	if (!take_progress(inv, msg, &ev.fork, now) ||
	    inv->state != INVITE_CALLING)
		return;

	if (ev.body.l && inv->chosen == INVITE_EARLY_MAX && !inv->offerless)
		inv->chosen = ev.fork;
	leg_learn(inv, msg);
	ev.offer = inv->prack.early != NULL;
	mem_ref(inv);
	leg_tell(inv, &ev, now);
	if (inv->state != INVITE_CLOSED)
		prack_end(inv, now);
	mem_deref(inv);
}

/* What was under way with one who did not answer */
static void forget_early(struct invite *inv)
{
	inv->rex = exchange_abort(inv->rex);
	inv->reserver = server_release(inv->reserver);
	inv->repending = inv->agreed = false;
	inv->retry = CLOCK_NEVER;
}

/* The dialog of a 2xx, early until now or not */
static int establish(struct invite *inv, const struct sip_msg *msg,
		     unsigned *forkp)
{
	unsigned i = early_find(inv, msg);

	*forkp = i;
	if (i != inv->chosen)
		forget_early(inv);
	if (i < inv->earlyc && dialog_matches(inv->earlyv[i].dialog, msg)) {
		inv->dialog = mem_ref(inv->earlyv[i].dialog);
		return dialog_confirm(inv->dialog, msg);
	}

	return dialog_alloc_calling(&inv->dialog, msg, inv->ruri);
}

/* Another peer answered as well: it gets its ACK, and a BYE */
static void refuse_fork(struct invite *inv, const struct sip_msg *msg,
			uint64_t now)
{
	struct exchange_params prm;
	struct request r = { .method = "ACK", .cseq = msg->cseq.num };
	const unsigned i = early_find(inv, msg);
	struct dialog *d = NULL;

	/* Its own CSeq goes on, if it had a PRACK */
	if (i < inv->earlyc && dialog_matches(inv->earlyv[i].dialog, msg)) {
		d = mem_ref(inv->earlyv[i].dialog);
		(void)dialog_confirm(d, msg);
	} else if (dialog_alloc_calling(&d, msg, inv->ruri)) {
		return;
	}

	dialog_fill(d, &r);
	(void)transactions_ack(origin_transactions(inv->o), &r, NULL);
	memset(&prm, 0, sizeof(prm));
	prm.request.method = "BYE";
	prm.dialog = d;
	prm.kind = leg_kind(inv);
	(void)exchange_start(NULL, inv->o, &prm, NULL, NULL, now);
	mem_deref(d);
}

static void repeated(struct invite *inv, const struct sip_msg *msg,
		     uint64_t now)
{
	if (!dialog_matches(inv->dialog, msg))
		refuse_fork(inv, msg, now);
	else if (inv->ack.sent)
		(void)transactions_send(origin_transactions(inv->o),
					inv->ack.sent);
}

/* An answer that came in a reliable 1xx need not come again */
static void answered_early(const struct invite *inv, struct invite_event *ev)
{
	const struct mbuf *body = NULL;

	if (ev->fork < inv->earlyc && !inv->offerless)
		body = inv->earlyv[ev->fork].body;
	if (ev->body.l || !body)
		return;

	ev->body = leg_body(body);
	pl_set_str(&ev->ctype, "application/sdp");
}

static void answered(struct invite *inv, const struct sip_msg *msg,
		     uint64_t now)
{
	struct invite_event ev;
	bool cancelled = inv->state == INVITE_CANCELLING;
	bool owes;

	if (inv->dialog) {
		repeated(inv, msg, now);
		return;
	}

	leg_event(&ev, INVITE_EV_ANSWERED, msg);
	inv->no_answer = CLOCK_NEVER;
	if (establish(inv, msg, &ev.fork)) {
		leg_close(inv, INVITE_WHY_FAULT, LEG_INTERNAL, NULL, now);
		return;
	}
	answered_early(inv, &ev);

	leg_learn(inv, msg);
	refresh_take_reply(&inv->refresh, msg, now);
	inv->ack.cseq = msg->cseq.num;
	owes = inv->offerless && !inv->agreed;
	if (!owes || cancelled)
		(void)leg_send_ack(inv, &inv->ack, NULL, now);
	if (cancelled) {
		leg_bye(inv, inv->why, inv->bye_cause, now);
		return;
	}

	inv->state = INVITE_UP;
	inv->ack.waits = owes;
	leg_tell(inv, &ev, now);
}

static void on_response(int err, const struct sip_msg *msg, uint64_t now,
			void *arg)
{
	struct invite *inv = arg;
	bool cancelled = inv->state == INVITE_CANCELLING;

	/* Once answered, the transaction that ends is no news */
	if (err && inv->dialog)
		return;

	if (err)
		leg_close_err(inv,
			      cancelled		 ? inv->why
			      : err == ETIMEDOUT ? INVITE_WHY_TIMEOUT
						 : INVITE_WHY_FLOW,
			      err, now);
	else if (msg->scode < 200)
		progress(inv, msg, now);
	else if (msg->scode < 300)
		answered(inv, msg, now);
	else if (!again(inv, msg, now) && !redirected(inv, msg, now))
		leg_close(inv, cancelled ? inv->why : INVITE_WHY_REFUSED, 0,
			  msg, now);
}

void calling_cancel(struct invite *inv, enum invite_why why, const char *cause,
		    uint64_t now)
{
	struct mbuf *mb = NULL;

	/* Nothing is under way that could be cancelled */
	if (inv->redirect.asked) {
		if (why == INVITE_WHY_NO_ANSWER)
			(void)calling_redirect(inv, false, now);
		else
			leg_close(inv, why, 0, NULL, now);
		return;
	}

	inv->state = INVITE_CANCELLING;
	inv->why = why;
	inv->no_answer = CLOCK_NEVER;
	inv->rex = exchange_abort(inv->rex);
	inv->repending = false;
	if (str_isset(cause)) {
		mb = mbuf_alloc(strlen(cause) + 1);
		/* A 2xx may be on its way: then a BYE says why */
		(void)str_dup(&inv->bye_cause, cause);
	}
	if (mb)
		(void)header_add(mb, "Reason", "%s", cause);
	if (origin_up(inv->o))
		exchange_cancel(inv->x, mb, now);
	else
		leg_close(inv, why, 0, NULL, now);
	mem_deref(mb);
}
