/**
 * @file core/sip/referral.c  Referral
 */
#include <assert.h>
#include "core/sip/grammar.h"
#include "core/sip/leg.h"
#include "core/sip/message.h"
#include "core/sip/referral.h"
#include "core/sip/scan.h"
#include "core/sip/screen.h"
#include "core/sip/server.h"
#include "core/sip/sipfrag.h"

enum {
	HEADERS = 512, /* Usual size of header lines [bytes] */
};

/* ---- We ask ---- */

static void tell_code(struct invite *inv, enum invite_what what, unsigned code,
		      bool over, const struct sip_msg *msg, uint64_t now)
{
	struct invite_event ev;

	leg_event(&ev, what, msg);
	ev.code = code;
	ev.over = over;
	if (!msg || what == INVITE_EV_NOTIFIED)
		pl_set_str(&ev.reason, reply_reason((uint16_t)code));
	leg_tell(inv, &ev, now);
}

static void on_response(int err, const struct sip_msg *msg, uint64_t now,
			void *arg)
{
	struct invite *inv = arg;
	struct referral *r = &inv->referral;
	unsigned code = err		   ? LEG_NO_SERVICE
			: msg->scode < 200 ? 0
					   : msg->scode;

	if (!code)
		return;

	r->id = exchange_cseq(r->x);
	r->x = exchange_release(r->x);
	r->end = now + TRANSACTIONS_TIMEOUT; /* RFC 6665 section 4.1.2.4 */
	if (err == ETIMEDOUT)
		code = LEG_TIMEOUT;
	if (code == LEG_NO_DIALOG && inv->state == INVITE_UP) {
		leg_close(inv, INVITE_WHY_DIALOG, 0, msg, now);
		return;
	}

	/* RFC 4488 section 4: it will not say how it went */
	if (code >= 300 || refer_silent(msg))
		r->asks = false;
	tell_code(inv, INVITE_EV_REFERRED, code, !r->asks, msg, now);
}

const char *referral_target(const struct invite *inv)
{
	const char *target = inv->dialog ? dialog_target(inv->dialog) : "";

	return refer_is_gruu(target) ? target : inv->peer_uri;
}

static int make_refer(struct mbuf **mbp, const struct invite *inv,
		      const char *to, const struct invite *replaced)
{
	struct mbuf *mb = NULL;
	char *value = NULL;
	int err;

	err = refer_encode(&value, to, replaced ? replaced->dialog : NULL);
	err = err ? err : leg_headers(&mb, inv);
	err = err ? err : header_add(mb, "Refer-To", "%s", value);
	err = err ? err
		  : header_add(mb, "Referred-By", "<%s>", origin_aor(inv->o));
	mem_deref(value);
	if (err)
		mem_deref(mb);
	else
		*mbp = mb;
	return err;
}

int referral_send(struct invite *inv, const char *to,
		  const struct invite *replaced, uint64_t now)
{
	struct request rq = { .method = "REFER" };
	struct referral *r = &inv->referral;
	struct mbuf *mb = NULL;
	char *uri = NULL;
	int err;

	if (inv->state != INVITE_UP ||
	    (replaced && replaced->state != INVITE_UP))
		return EINVAL;
	if (r->x || r->asks)
		return EBUSY;
	if (!invite_peer_allows(inv, "REFER") ||
	    !screen_allows(origin_policy(inv->o), "NOTIFY"))
		return ENOTSUP;

	err = origin_complete(&uri, inv->o, to);
	err = err ? err : make_refer(&mb, inv, uri, replaced);
	rq.headers = mb;
	err = err ? err : leg_request(&r->x, inv, &rq, on_response, inv, now);
	mem_deref(mb);
	mem_deref(uri);
	if (err)
		return err;

	r->asks = true;
	r->told = false;
	r->id = exchange_cseq(r->x);
	r->end = CLOCK_NEVER;
	return 0;
}

static unsigned refuse_code(struct server *s, unsigned code, const char *name,
			    const char *value, uint64_t now)
{
	struct reply rp = { .scode = (uint16_t)code };
	struct mbuf *mb = mbuf_alloc(HEADERS);

	if (mb && name)
		(void)header_add(mb, name, "%s", value);
	rp.headers = mb;
	(void)server_reply(s, &rp, now);
	mem_deref(mb);
	return code;
}

/* Whether an Event header means the REFER that we sent */
static bool is_ours(const struct referral *r, struct pl params)
{
	struct pl id;
	uint32_t n;

	if (!r->asks)
		return false;
	if (grammar_param(&id, &params, "id"))
		return true;

	return !grammar_number(&n, &id, UINT32_MAX) &&
	       n == (r->x ? exchange_cseq(r->x) : r->id);
}

/* What is wrong with a NOTIFY is answered. @return 0: nothing */
static unsigned check_notify(const struct referral *r, struct server *s,
			     const struct sip_msg *msg, struct sipfrag *f,
			     uint64_t now)
{
	const struct sip_hdr *event = sip_msg_hdr(msg, SIP_HDR_EVENT);
	const struct pl body = message_body(msg);
	struct pl rest = event ? event->val : pl_null, package;

	package = grammar_trim(scan_until(&rest, ';'));
	if (pl_strcasecmp(&package, "refer"))
		return refuse_code(s, LEG_BAD_EVENT, "Allow-Events", "refer",
				   now);
	if (!is_ours(r, rest))
		return refuse_code(s, LEG_NO_DIALOG, NULL, NULL, now);
	if (!sip_msg_hdr(msg, SIP_HDR_SUBSCRIPTION_STATE))
		return refuse_code(s, LEG_BAD_REQUEST, NULL, NULL, now);
	if (!body.l)
		return 0;
	if (!message_body_is(msg, SIPFRAG_TYPE))
		return refuse_code(s, LEG_MEDIA_TYPE, "Accept", SIPFRAG_TYPE,
				   now);
	return sipfrag_decode(f, &body)
		       ? refuse_code(s, LEG_BAD_REQUEST, NULL, NULL, now)
		       : 0;
}

/* Whether it was the last one; else when the subscription ends is set. SIP.js
 * says terminated each time, even of a 100, and goes on: only with a reason
 * is that believed of what is not final (RFC 6665 section 4.1.3) */
static bool take_state(struct referral *r, const struct sip_msg *msg,
		       unsigned code, uint64_t now)
{
	struct pl rest = sip_msg_hdr(msg, SIP_HDR_SUBSCRIPTION_STATE)->val;
	const struct pl state = grammar_trim(scan_until(&rest, ';'));
	struct pl text;
	uint32_t expires = REFERRAL_EXPIRES;

	if (!pl_strcasecmp(&state, "terminated") &&
	    (!code || code >= 200 || !grammar_param(NULL, &rest, "reason")))
		return true;

	/* More than the limit gives the limit */
	if (!grammar_param(&text, &rest, "expires"))
		(void)grammar_number(&expires, &text, REFERRAL_EXPIRES_MAX);
	r->end = now + (uint64_t)expires * CLOCK_S;
	return false;
}

void referral_recv_notify(struct invite *inv, struct server *s,
			  const struct sip_msg *msg, uint64_t now)
{
	struct referral *r = &inv->referral;
	struct sipfrag f = { 0, PL_INIT };
	struct exchange *x = r->x;
	bool over;

	if (check_notify(r, s, msg, &f, now))
		return;

	(void)server_reply_code(s, LEG_OK, NULL, now);
	mem_ref(inv);
	if (x) {
		/* It comes before the 2xx, which it stands for */
		r->id = exchange_cseq(x);
		r->x = exchange_release(x);
		tell_code(inv, INVITE_EV_REFERRED, LEG_ACCEPTED, false, NULL,
			  now);
	}
	over = take_state(r, msg, f.code, now);
	r->asks = !over;
	if (!r->told && (f.code || over)) {
		r->told = f.code >= 200;
		tell_code(inv, INVITE_EV_NOTIFIED, f.code, over, msg, now);
	}
	mem_deref(inv);
}

/* ---- We are asked ---- */

static int reply_accepted(struct invite *inv, struct server *s, bool silent,
			  uint64_t now)
{
	struct reply rp = { .scode = LEG_ACCEPTED };
	struct mbuf *mb = NULL;
	int err;

	err = leg_headers(&mb, inv);
	if (!err && silent)
		err = header_add(mb, "Refer-Sub", "false");
	rp.headers = mb;
	err = err ? err : server_reply(s, &rp, now);
	mem_deref(mb);
	return err;
}

int referral_accept(struct invite *inv, struct refer **rp, uint64_t now)
{
	struct referral *r = &inv->referral;
	int err;

	if (!r->server)
		return EINVAL;

	err = reply_accepted(inv, r->server, r->refer->silent, now);
	if (err)
		return err;

	r->their_id = server_msg(r->server)->cseq.num;
	r->server = server_release(r->server);
	r->serves = !r->refer->silent;
	r->code = 0;
	*rp = r->refer;
	r->refer = NULL;
	referral_notify(inv, REPLY_TRYING, now);
	return 0;
}

void referral_refuse(struct invite *inv, unsigned code, uint64_t now)
{
	struct referral *r = &inv->referral;

	if (!r->server)
		return;

	(void)server_reply_code(r->server, (uint16_t)code, NULL, now);
	r->server = server_release(r->server);
	r->refer = mem_deref(r->refer);
}

/* Nobody waits for what is said to it */
static void send_notify(struct invite *inv, bool last, uint64_t now)
{
	struct request rq = { .method = "NOTIFY", .ctype = SIPFRAG_TYPE };
	struct referral *r = &inv->referral;
	struct mbuf *mb = NULL;
	char *body = NULL;
	int err;

	err = leg_headers(&mb, inv);
	err = err ? err : header_add(mb, "Event", "refer;id=%u", r->their_id);
	if (!err && last)
		err = header_add(mb, "Subscription-State",
				 "terminated;reason=noresource");
	else if (!err)
		err = header_add(mb, "Subscription-State", "active;expires=%u",
				 (unsigned)REFERRAL_EXPIRES);
	err = err ? err : re_sdprintf(&body, "%H", sipfrag_print, &r->code);
	rq.headers = mb;
	if (!err) {
		pl_set_str(&rq.body, body);
		(void)leg_request(NULL, inv, &rq, NULL, NULL, now);
	}
	mem_deref(body);
	mem_deref(mb);
}

void referral_notify(struct invite *inv, unsigned code, uint64_t now)
{
	struct referral *r = &inv->referral;
	const bool last = code >= 200;

	if (!r->serves || !inv->dialog || code == r->code)
		return;

	r->code = code;
	r->serves = !last;
	send_notify(inv, last, now);
}

static unsigned refusal(const struct invite *inv, int err)
{
	if (inv->state != INVITE_UP || !inv->h)
		return LEG_NO_DIALOG;
	if (inv->referral.serves || inv->referral.server)
		return LEG_PENDING;

	return err == ENOTSUP ? (unsigned)REPLY_URI_SCHEME
	       : err == EPERM ? (unsigned)LEG_FORBIDDEN
	       : err	      ? (unsigned)LEG_BAD_REQUEST
			      : 0;
}

void referral_recv(struct invite *inv, struct server *s,
		   const struct sip_msg *msg, uint64_t now)
{
	struct referral *r = &inv->referral;
	struct invite_event ev;
	struct refer *refer = NULL;
	unsigned code = refusal(inv, refer_decode(&refer, msg));

	if (code) {
		mem_deref(refer);
		(void)server_reply_code(s, (uint16_t)code, NULL, now);
		return;
	}

	mem_ref(inv);
	(void)dialog_refresh(inv->dialog, msg);
	r->refer = refer;
	r->server = mem_ref(s);
	leg_event(&ev, INVITE_EV_REFER, msg);
	leg_tell(inv, &ev, now);
	referral_refuse(inv, LEG_DECLINE, now);
	mem_deref(inv);
}

/* ---- The end ---- */

void referral_end(struct invite *inv, uint64_t now)
{
	struct referral *r = &inv->referral;

	if (!r->serves || !inv->dialog)
		return;

	r->serves = false;
	send_notify(inv, true, now);
}

void referral_stop(struct invite *inv)
{
	struct referral *r = &inv->referral;

	r->x = exchange_abort(r->x);
	r->server = server_release(r->server);
	r->refer = mem_deref(r->refer);
	r->asks = r->serves = false;
}

uint64_t referral_due(const struct invite *inv)
{
	return inv->referral.asks ? inv->referral.end : CLOCK_NEVER;
}

void referral_tick(struct invite *inv, uint64_t now)
{
	struct referral *r = &inv->referral;

	if (now < referral_due(inv))
		return;

	r->asks = false;
	if (!r->told)
		tell_code(inv, INVITE_EV_NOTIFIED, LEG_TIMEOUT, true, NULL,
			  now);
}
