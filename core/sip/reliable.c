/**
 * @file core/sip/reliable.c  Reliable
 */
#include "core/base/entropy.h"
#include "core/sip/called.h"
#include "core/sip/message.h"
#include "core/sip/prack.h"
#include "core/sip/reliable.h"
#include "core/sip/reoffer.h"
#include "core/sip/server.h"

enum {
	FIRST_MAX = INT32_MAX, /* RFC 3262 section 3 */
};

void reliable_begin(struct invite *inv, const struct sip_msg *req)
{
	struct leg_reliable *rel = &inv->rel;

	rel->cseq = req->cseq.num;
	rel->required = message_lists(req, SIP_HDR_REQUIRE, "100rel");
	rel->wanted = origin_reliable(inv->o) &&
		      message_lists(req, SIP_HDR_SUPPORTED, "100rel");
}

/* Whether our offer is still to be made: it must be in the first one */
static bool owes_offer(const struct invite *inv)
{
	return inv->offerless && !inv->rel.rseq;
}

bool reliable_applies(const struct invite *inv, const struct mbuf *body)
{
	const struct leg_reliable *rel = &inv->rel;

	return rel->required ||
	       (rel->wanted && (!owes_offer(inv) || leg_body(body).l));
}

static void next_clear(struct leg_reliable *rel)
{
	rel->code = 0;
	rel->reason = mem_deref(rel->reason);
	rel->body = mem_deref(rel->body);
}

/* A body that waits already is not lost */
static int next_set(struct leg_reliable *rel, unsigned code, const char *reason,
		    struct mbuf *body)
{
	rel->code = code;
	rel->reason = mem_deref(rel->reason);
	if (body) {
		mem_deref(rel->body);
		rel->body = mem_ref(body);
	}
	return reason ? str_dup(&rel->reason, reason) : 0;
}

static int make_headers(struct mbuf **mbp, const struct invite *inv,
			uint32_t rseq)
{
	struct mbuf *mb = NULL;
	int err = leg_headers(&mb, inv);

	err = err ? err : header_add(mb, "Require", "100rel");
	err = err ? err : header_add(mb, "RSeq", "%u", rseq);
	if (err)
		mem_deref(mb);
	else
		*mbp = mb;
	return err;
}

static int send_now(struct invite *inv, unsigned code, const char *reason,
		    struct mbuf *body, uint64_t now)
{
	struct leg_reliable *rel = &inv->rel;
	const uint32_t rseq = rel->rseq
				      ? rel->rseq + 1
				      : (uint32_t)entropy_between(1, FIRST_MAX);
	struct reply r = {
		.scode = (uint16_t)code,
		.reason = reason,
		.body = leg_body(body),
	};
	struct mbuf *mb = NULL;
	int err;

	if (r.body.l)
		r.ctype = "application/sdp";
	err = make_headers(&mb, inv, rseq);
	r.headers = mb;
	err = err ? err : server_reply(inv->server, &r, now);
	mem_deref(mb);
	if (err)
		return err;

	rel->rseq = rseq;
	rel->waits = true;
	rel->session = r.body.l != 0;
	rel->step = TRANSACTIONS_T1;
	rel->due = now + rel->step;
	rel->end = now + TRANSACTIONS_TIMEOUT;
	return 0;
}

int reliable_send(struct invite *inv, unsigned code, const char *reason,
		  struct mbuf *body, uint64_t now)
{
	if (owes_offer(inv) && !leg_body(body).l)
		return EINVAL;
	if (inv->rel.waits)
		return next_set(&inv->rel, code, reason, body);

	return send_now(inv, code, reason, body, now);
}

bool reliable_delays(struct invite *inv, struct mbuf *body)
{
	if (!inv->rel.waits || !inv->rel.session)
		return false;

	(void)next_set(&inv->rel, LEG_OK, NULL, body);
	return true;
}

static void rest(struct leg_reliable *rel)
{
	next_clear(rel);
	rel->due = rel->end = CLOCK_NEVER;
}

void reliable_end(struct invite *inv)
{
	rest(&inv->rel);
}

void reliable_stop(struct invite *inv)
{
	rest(&inv->rel);
	inv->rel.waits = false;
}

/* What has waited for the PRACK */
static void go_on(struct invite *inv, uint64_t now)
{
	struct leg_reliable *rel = &inv->rel;
	struct mbuf *body = mem_ref(rel->body);
	char *reason = mem_ref(rel->reason);
	unsigned code = rel->code;

	next_clear(rel);
	if (code >= LEG_OK)
		(void)called_accept(inv, body, now);
	else if (code)
		(void)send_now(inv, code, reason, body, now);
	mem_deref(reason);
	mem_deref(body);
}

/* Our 1xx is confirmed; an offer in it is answered, or one in the PRACK is
   to be */
static void confirmed(struct invite *inv, struct server *s,
		      const struct sip_msg *msg, uint64_t now)
{
	const bool answer = inv->rel.session && inv->offerless && !inv->agreed;
	struct invite_event ev;

	leg_event(&ev, INVITE_EV_PRACKED, msg);
	inv->agreed |= inv->rel.session && (!answer || ev.body.l);
	if (!answer && ev.body.l) {
		ev.body = pl_null;
		leg_tell(inv, &ev, now);
		if (inv->state != INVITE_CLOSED)
			reoffer_recv(inv, s, msg, now);
		return;
	}

	(void)server_reply_code(s, LEG_OK, NULL, now);
	leg_tell(inv, &ev, now);
}

void reliable_recv(struct invite *inv, struct server *s,
		   const struct sip_msg *msg, uint64_t now)
{
	struct leg_reliable *rel = &inv->rel;

	if (!rel->waits || !inv->incoming ||
	    !prack_names(msg, rel->rseq, rel->cseq)) {
		(void)server_reply_code(s, LEG_NO_DIALOG, NULL, now);
		return;
	}

	mem_ref(inv);
	rel->waits = false;
	rel->due = rel->end = CLOCK_NEVER;
	confirmed(inv, s, msg, now);
	if (inv->server && inv->state == INVITE_RINGING)
		go_on(inv, now);
	mem_deref(inv);
}

uint64_t reliable_due(const struct invite *inv)
{
	return clock_min(inv->rel.due, inv->rel.end);
}

void reliable_tick(struct invite *inv, uint64_t now)
{
	struct leg_reliable *rel = &inv->rel;

	if (!inv->server)
		return;

	if (now >= rel->end) {
		(void)leg_reply(inv, inv->server, LEG_TIME_OUT, NULL, NULL,
				now);
		leg_close(inv, INVITE_WHY_NO_ACK, LEG_TIME_OUT, NULL, now);
		return;
	}
	if (now < rel->due)
		return;

	/* No limit of T2 here, unlike that of a 2xx: RFC 3262 section 3 */
	(void)server_repeat(inv->server);
	rel->step *= 2;
	rel->due = now + rel->step;
}
