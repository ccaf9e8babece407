/**
 * @file core/sip/leg.c  Leg
 */
#include <assert.h>
#include "core/base/entropy.h"
#include "core/sip/leg.h"
#include "core/sip/message.h"
#include "core/sip/reliable.h"
#include "core/sip/server.h"

enum {
	RETRY_MAX = 10, /* Retry-After [s], RFC 3261 section 14.2 */
	HEADERS = 512,	/* Usual size of header lines [bytes]     */
};

void leg_forget_early(struct invite *inv)
{
	while (inv->earlyc) {
		struct leg_early *e = &inv->earlyv[--inv->earlyc];

		e->dialog = mem_deref(e->dialog);
		e->rseq = 0;
		e->body = mem_deref(e->body);
	}
	inv->prack.early = NULL;
}

static void parts_free(struct invite *inv)
{
	inv->x = exchange_abort(inv->x);
	inv->rex = exchange_abort(inv->rex);
	inv->refx = exchange_abort(inv->refx);
	refresh_stop(&inv->refresh);
	inv->byex = exchange_release(inv->byex);
	list_flush(&inv->requestl);
	referral_stop(inv);
	inv->server = server_release(inv->server);
	inv->reserver = server_release(inv->reserver);
	leg_repeat_stop(&inv->repeat);
	leg_repeat_stop(&inv->rerepeat);
	inv->ack.sent = mem_deref(inv->ack.sent);
	inv->reack.sent = mem_deref(inv->reack.sent);
	inv->ack.waits = inv->reack.waits = false;
	leg_forget_early(inv);
	redirect_reset(&inv->redirect);
	reliable_stop(inv);
	inv->dialog = mem_deref(inv->dialog);
	inv->no_answer = inv->retry = inv->patience = CLOCK_NEVER;
	inv->bye_waits = inv->repending = false;
}

static void leg_destructor(void *arg)
{
	struct invite *inv = arg;

	list_unlink(&inv->le);
	parts_free(inv);
	mem_deref(inv->callid);
	mem_deref(inv->peer_uri);
	mem_deref(inv->peer_name);
	mem_deref(inv->caps);
	mem_deref(inv->allow);
	mem_deref(inv->bye_cause);
	mem_deref(inv->ruri);
	mem_deref(inv->headers);
}

int leg_alloc(struct invite **ip, struct list *legs, struct origin *o)
{
	struct invite *inv;

	assert(ip && legs && o);

	inv = mem_zalloc(sizeof(*inv), leg_destructor);
	if (!inv)
		return ENOMEM;

	inv->o = o;
	inv->chosen = INVITE_EARLY_MAX;
	inv->rel.due = inv->rel.end = CLOCK_NEVER;
	refresh_init(&inv->refresh, origin_session_timer(o));
	inv->no_answer = inv->retry = inv->patience = CLOCK_NEVER;
	list_append(legs, &inv->le, inv);
	*ip = inv;
	return 0;
}

void leg_tell(struct invite *inv, const struct invite_event *ev, uint64_t now)
{
	if (inv->h)
		inv->h(inv, ev, now, inv->arg);
}

void leg_pass(struct invite *inv, const struct invite_request *rq, uint64_t now)
{
	const bool refresh = !rq->body.l && !pl_strcmp(&rq->method, "UPDATE");

	if (inv->h && inv->requesth && !refresh)
		inv->requesth(rq, now, inv->arg);
}

void leg_event(struct invite_event *ev, enum invite_what what,
	       const struct sip_msg *msg)
{
	const struct sip_hdr *hdr;

	memset(ev, 0, sizeof(*ev));
	ev->what = what;
	ev->msg = msg;
	if (!msg)
		return;

	ev->code = msg->scode;
	ev->reason = msg->reason;
	ev->method = msg->cseq.met;
	ev->body = message_body(msg);
	hdr = sip_msg_hdr(msg, SIP_HDR_CONTENT_TYPE);
	if (hdr)
		ev->ctype = hdr->val;
	hdr = sip_msg_hdr(msg, SIP_HDR_REASON);
	if (hdr)
		ev->cause = hdr->val;
}

void leg_close(struct invite *inv, enum invite_why why, unsigned code,
	       const struct sip_msg *msg, uint64_t now)
{
	struct invite_event ev;

	if (inv->state == INVITE_CLOSED)
		return;

	leg_event(&ev, INVITE_EV_CLOSED, msg);
	ev.why = why;
	if (code)
		ev.code = code;
	if (ev.code && (!msg || msg->req))
		pl_set_str(&ev.reason, reply_reason((uint16_t)ev.code));

	if (inv->dialog)
		origin_bury(inv->o, inv->dialog);
	inv->state = INVITE_CLOSED;
	parts_free(inv);
	inv->o = NULL;
	list_unlink(&inv->le);
	leg_tell(inv, &ev, now);
	mem_deref(inv);
}

void leg_drop(struct invite *inv)
{
	inv->h = NULL;
	leg_close(inv, INVITE_WHY_FLOW, 0, NULL, 0);
}

void leg_close_err(struct invite *inv, enum invite_why why, int err,
		   uint64_t now)
{
	leg_close(inv, why, err == ETIMEDOUT ? LEG_TIMEOUT : LEG_NO_SERVICE,
		  NULL, now);
}

enum credentials_kind leg_kind(const struct invite *inv)
{
	/* Who called us could ask for a digest over a nonce of his own
	   choice, with the BYE as the occasion: no answer there */
	return inv->incoming ? (enum credentials_kind)0 : CREDENTIALS_DIALOG;
}

struct dialog *leg_dialog(const struct invite *inv)
{
	if (inv->dialog || inv->chosen >= inv->earlyc)
		return inv->dialog;

	return inv->earlyv[inv->chosen].dialog;
}

struct dialog *leg_find(const struct invite *inv, const struct sip_msg *msg)
{
	if (inv->dialog)
		return dialog_matches(inv->dialog, msg) ? inv->dialog : NULL;

	for (unsigned i = 0; i < inv->earlyc; i++) {
		if (dialog_matches(inv->earlyv[i].dialog, msg))
			return inv->earlyv[i].dialog;
	}

	return NULL;
}

int leg_request(struct exchange **xp, struct invite *inv,
		const struct request *r, exchange_h *h, void *arg, uint64_t now)
{
	struct exchange_params prm = {
		.request = *r,
		.dialog = leg_dialog(inv),
		.kind = leg_kind(inv),
	};
	struct invite_request rq = { .body = r->body };
	int err;

	pl_set_str(&rq.method, r->method);
	pl_set_str(&rq.ctype, r->ctype ? r->ctype : "");
	leg_pass(inv, &rq, now);
	err = exchange_start(xp, inv->o, &prm, h, arg, now);
	rq.sent = true;
	if (!err)
		leg_pass(inv, &rq, now);
	return err;
}

static void on_bye(int err, const struct sip_msg *msg, uint64_t now, void *arg)
{
	struct invite *inv = arg;

	if (err)
		leg_close_err(inv, inv->why, err, now);
	else if (msg->scode >= 200)
		leg_close(inv, inv->why, 0, msg, now);
}

static int bye_headers(struct mbuf **mbp, const char *cause)
{
	struct mbuf *mb = mbuf_alloc(HEADERS);

	if (!mb)
		return ENOMEM;

	/* A cause that cannot be a header is not worth a call that stays */
	if (str_isset(cause))
		(void)header_add(mb, "Reason", "%s", cause);
	*mbp = mb;
	return 0;
}

void leg_bye(struct invite *inv, enum invite_why why, const char *cause,
	     uint64_t now)
{
	struct request r = { .method = "BYE" };
	struct mbuf *mb = NULL;
	int err;

	if (inv->byex)
		return;

	if (inv->reserver)
		(void)leg_reply(inv, inv->reserver, LEG_TERMINATED, NULL, NULL,
				now);
	inv->reserver = server_release(inv->reserver);
	inv->rex = exchange_abort(inv->rex);
	inv->refx = exchange_abort(inv->refx);
	leg_repeat_stop(&inv->repeat);
	leg_repeat_stop(&inv->rerepeat);
	referral_end(inv, now);
	inv->retry = inv->patience = CLOCK_NEVER;
	inv->bye_waits = false;
	inv->state = INVITE_ENDING;
	inv->why = why;
	err = bye_headers(&mb, cause);
	r.headers = mb;
	err = err ? err : leg_request(&inv->byex, inv, &r, on_bye, inv, now);
	mem_deref(mb);
	if (err)
		leg_close(inv, why, 0, NULL, now);
}

int leg_send_ack(struct invite *inv, struct leg_ack *ack, struct mbuf *body,
		 uint64_t now)
{
	struct request r = { .method = "ACK" };
	(void)now;

	/* No Authorization, though RFC 3261 section 22.1 repeats that of the
	   INVITE: nobody can challenge an ACK, but the far end could read */
	dialog_fill(inv->dialog, &r);
	r.cseq = ack->cseq;
	r.body = leg_body(body);
	if (r.body.l)
		r.ctype = "application/sdp";

	ack->waits = false;
	ack->sent = mem_deref(ack->sent);
	return transactions_ack(origin_transactions(inv->o), &r, &ack->sent);
}

static int make_headers(struct mbuf **mbp, const struct invite *inv,
			bool reliable)
{
	struct mbuf *mb = mbuf_alloc(HEADERS);
	int err;

	if (!mb)
		return ENOMEM;

	err = origin_add_contact(mb, inv->o, inv->caps);
	if (!err)
		err = reliable ? origin_add_allow(mb, inv->o)
			       : origin_add_allow_unreliable(mb, inv->o);
	if (err)
		mem_deref(mb);
	else
		*mbp = mb;
	return err;
}

int leg_headers(struct mbuf **mbp, const struct invite *inv)
{
	return make_headers(mbp, inv, true);
}

int leg_headers_again(struct mbuf **mbp, const struct invite *inv)
{
	return make_headers(mbp, inv, false);
}

int leg_reply(struct invite *inv, struct server *s, unsigned code,
	      const char *reason, struct mbuf *body, uint64_t now)
{
	struct reply r = {
		.scode = (uint16_t)code,
		.reason = reason,
		.body = leg_body(body),
	};
	const bool plain = message_is(server_msg(s), "PRACK");
	struct mbuf *mb = NULL;
	int err = 0;

	if (r.body.l)
		r.ctype = "application/sdp";
	if (code < 300 && !plain)
		err = leg_headers(&mb, inv);
	if (!err && mb && code >= 200) {
		refresh_take_request(&inv->refresh, server_msg(s), now);
		err = refresh_add_reply(&inv->refresh, mb);
		if (!err && s == inv->server && inv->mode)
			err = header_add(mb, "Answer-Mode", "%s", inv->mode);
	}
	r.headers = mb;
	err = err ? err : server_reply(s, &r, now);
	mem_deref(mb);
	return err;
}

void leg_reply_later(struct server *s, uint64_t now)
{
	struct reply r = { .scode = LEG_INTERNAL };
	struct mbuf *mb = mbuf_alloc(HEADERS);

	if (!mb)
		return;

	(void)header_add(mb, "Retry-After", "%u",
			 (unsigned)entropy_between(0, RETRY_MAX));
	r.headers = mb;
	(void)server_reply(s, &r, now);
	mem_deref(mb);
}

void leg_repeat_start(struct leg_repeat *rep, struct server *s, bool offer,
		      uint64_t now)
{
	leg_repeat_stop(rep);
	rep->server = s;
	rep->cseq = server_msg(s)->cseq.num;
	rep->step = TRANSACTIONS_T1;
	rep->due = now + rep->step;
	rep->end = now + TRANSACTIONS_TIMEOUT;
	rep->offer = offer;
}

void leg_repeat_stop(struct leg_repeat *rep)
{
	rep->server = server_release(rep->server);
	rep->due = rep->end = CLOCK_NEVER;
}

bool leg_repeat_tick(struct leg_repeat *rep, uint64_t now)
{
	if (!rep->server)
		return true;

	if (now >= rep->end) {
		leg_repeat_stop(rep);
		return false;
	}

	if (now < rep->due)
		return true;

	(void)server_repeat(rep->server);
	if (rep->step < TRANSACTIONS_T2)
		rep->step *= 2;
	rep->due = now + rep->step;
	return true;
}

static bool allow_put(const struct sip_hdr *hdr, const struct sip_msg *msg,
		      void *arg)
{
	struct mbuf *mb = arg;
	(void)msg;

	return mb->end + hdr->val.l > HEADERS ||
	       mbuf_printf(mb, "%s%r", mb->end ? ", " : "", &hdr->val);
}

void leg_learn(struct invite *inv, const struct sip_msg *msg)
{
	struct mbuf *mb;

	if (!sip_msg_hdr(msg, SIP_HDR_ALLOW))
		return;

	mb = mbuf_alloc(HEADERS);
	if (!mb)
		return;

	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_ALLOW, allow_put, mb);
	mb->pos = 0;
	inv->allow = mem_deref(inv->allow);
	(void)mbuf_strdup(mb, &inv->allow, mb->end);
	mem_deref(mb);
}

int leg_add_lines(struct mbuf *headers, const char *const *linev)
{
	int err = 0;

	for (; linev && *linev && !err; linev++) {
		const char *colon = strchr(*linev, ':');
		char *name = NULL;
		struct pl pl;

		if (!colon)
			return EINVAL;

		pl.p = *linev;
		pl.l = (size_t)(colon - *linev);
		err = pl_strdup(&name, &pl);
		if (err)
			return err;

		for (++colon; *colon == ' ';)
			++colon;
		err = header_add(headers, name, "%s", colon);
		mem_deref(name);
	}

	return err;
}

struct mbuf *leg_copy(const struct pl *pl)
{
	struct mbuf *mb = mbuf_alloc(pl->l + 1);

	if (mb && mbuf_write_pl(mb, pl))
		mb = mem_deref(mb);
	if (mb)
		mb->pos = 0;
	return mb;
}

struct pl leg_body(const struct mbuf *body)
{
	struct pl pl = PL_INIT;

	if (body) {
		pl.p = (const char *)mbuf_buf(body);
		pl.l = mbuf_get_left(body);
	}
	return pl;
}
