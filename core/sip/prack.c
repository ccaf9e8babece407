/**
 * @file core/sip/prack.c  PRACK
 */
#include "core/sip/message.h"
#include "core/sip/prack.h"
#include "core/sip/scan.h"

enum {
	HEADERS = 64, /* Usual size of header lines [bytes] */
};

bool prack_wanted(const struct sip_msg *msg)
{
	return message_lists(msg, SIP_HDR_REQUIRE, "100rel");
}

/* RSeq, 0: there is none of use */
static uint32_t rseq_of(const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_RSEQ);
	uint32_t n;

	return hdr && !grammar_number(&n, &hdr->val, UINT32_MAX) ? n : 0;
}

/* Nobody waits for its outcome: the 1xx is repeated if it got lost */
static int send_prack(struct invite *inv, const struct leg_early *early,
		      uint32_t cseq, struct mbuf *body, uint64_t now)
{
	struct exchange_params prm = {
		.request = { .method = "PRACK", .body = leg_body(body) },
		.dialog = early->dialog,
		.kind = leg_kind(inv),
	};
	struct mbuf *mb = mbuf_alloc(HEADERS);
	int err;

	if (!mb)
		return ENOMEM;

	err = header_add(mb, "RAck", "%u %u INVITE", early->rseq, cseq);
	prm.request.headers = mb;
	if (prm.request.body.l)
		prm.request.ctype = "application/sdp";
	err = err ? err : exchange_start(NULL, inv->o, &prm, NULL, NULL, now);
	mem_deref(mb);
	return err;
}

static void agree(struct invite *inv, struct leg_early *early)
{
	const unsigned i = (unsigned)(early - inv->earlyv);

	if (inv->chosen == INVITE_EARLY_MAX)
		inv->chosen = i;
	inv->agreed |= inv->chosen == i;
}

bool prack_take(struct invite *inv, struct leg_early *early,
		const struct sip_msg *msg, uint64_t now)
{
	const uint32_t rseq = rseq_of(msg);
	const struct pl body = message_body(msg);
	const bool first = body.l && !early->body;

	if (!rseq || (early->rseq && rseq != early->rseq + 1))
		return false;

	early->rseq = rseq;
	if (first)
		early->body = leg_copy(&body);
	if (first && inv->offerless && inv->state == INVITE_CALLING) {
		inv->prack.early = early;
		inv->prack.cseq = msg->cseq.num;
		return true;
	}

	if (first && !inv->offerless)
		agree(inv, early);
	(void)send_prack(inv, early, msg->cseq.num, NULL, now);
	return true;
}

int prack_answer(struct invite *inv, struct mbuf *body, uint64_t now)
{
	struct leg_early *early = inv->prack.early;

	if (!early)
		return EINVAL;

	inv->prack.early = NULL;
	if (leg_body(body).l)
		agree(inv, early);
	return send_prack(inv, early, inv->prack.cseq, body, now);
}

void prack_end(struct invite *inv, uint64_t now)
{
	(void)prack_answer(inv, NULL, now);
}

/* Cut a number, and the white space behind it */
static bool take_number(struct pl *rest, uint32_t wanted)
{
	const struct pl num = scan_token(rest);
	uint32_t n;

	scan_skip_lws(rest);
	return !grammar_number(&n, &num, UINT32_MAX) && n == wanted;
}

bool prack_names(const struct sip_msg *msg, uint32_t rseq, uint32_t cseq)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_RACK);
	struct pl rest;

	if (!hdr)
		return false;

	rest = hdr->val;
	return take_number(&rest, rseq) && take_number(&rest, cseq) &&
	       !pl_strcmp(&rest, "INVITE");
}
