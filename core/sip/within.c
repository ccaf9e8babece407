/**
 * @file core/sip/within.c  Within
 */
#include "core/sip/called.h"
#include "core/sip/calling.h"
#include "core/sip/message.h"
#include "core/sip/reliable.h"
#include "core/sip/renewal.h"
#include "core/sip/reoffer.h"
#include "core/sip/server.h"
#include "core/sip/within.h"

static void bye_received(struct invite *inv, struct server *s,
			 const struct sip_msg *msg, uint64_t now)
{
	enum invite_why why = INVITE_WHY_BYE;

	if (inv->state == INVITE_ENDING)
		why = inv->why;

	(void)server_reply_code(s, LEG_OK, NULL, now);

	/* What is still to be answered ends with 487: RFC 3261 15.1.2 */
	if (inv->server)
		(void)leg_reply(inv, inv->server, LEG_TERMINATED, NULL, NULL,
				now);
	if (inv->reserver)
		(void)leg_reply(inv, inv->reserver, LEG_TERMINATED, NULL, NULL,
				now);
	referral_end(inv, now);
	leg_close(inv, why, 0, msg, now);
}

static void info_received(struct invite *inv, struct server *s,
			  const struct sip_msg *msg, uint64_t now)
{
	struct invite_event ev;

	(void)server_reply_code(s, LEG_OK, NULL, now);
	if (inv->state != INVITE_UP)
		return;

	leg_event(&ev, INVITE_EV_INFO, msg);
	leg_tell(inv, &ev, now);
}

bool within_matches(const struct invite *inv, const struct sip_msg *msg)
{
	return leg_find(inv, msg) != NULL;
}

static void tell(struct invite *inv, const struct sip_msg *msg, uint64_t now)
{
	const struct sip_hdr *type = sip_msg_hdr(msg, SIP_HDR_CONTENT_TYPE);
	struct invite_request rq = {
		.incoming = true,
		.method = msg->cseq.met,
		.body = message_body(msg),
	};

	if (type)
		rq.ctype = type->val;
	if (!message_is(msg, "PRACK"))
		leg_pass(inv, &rq, now);
}

bool within_takes(struct invite *inv, struct server *s,
		  const struct sip_msg *msg, uint64_t now)
{
	/* Those that only ring have nothing else to say */
	if (!inv->dialog && !message_is(msg, "UPDATE")) {
		leg_reply_later(s, now);
		return false;
	}

	if (dialog_take_cseq(leg_find(inv, msg), msg)) {
		(void)server_reply_code(s, LEG_INTERNAL, NULL, now);
		return false;
	}

	tell(inv, msg, now);
	return true;
}

void within_recv(struct invite *inv, struct server *s,
		 const struct sip_msg *msg, uint64_t now)
{
	if (!within_takes(inv, s, msg, now))
		return;

	if (message_is(msg, "BYE"))
		bye_received(inv, s, msg, now);
	else if (message_is(msg, "INFO"))
		info_received(inv, s, msg, now);
	else if (message_is(msg, "PRACK"))
		reliable_recv(inv, s, msg, now);
	else if (message_is(msg, "REFER"))
		referral_recv(inv, s, msg, now);
	else if (message_is(msg, "NOTIFY"))
		referral_recv_notify(inv, s, msg, now);
	else
		reoffer_recv(inv, s, msg, now);
}

void within_recv_ack(struct invite *inv, const struct sip_msg *msg,
		     uint64_t now)
{
	if (inv->repeat.server && inv->repeat.cseq == msg->cseq.num)
		called_acked(inv, msg, now);
	else if (inv->rerepeat.server && inv->rerepeat.cseq == msg->cseq.num)
		reoffer_acked(inv, msg, now);
}

void within_flow_lost(struct invite *inv, uint64_t now)
{
	/* Who wants to end need not wait for another flow */
	if (inv->state == INVITE_ENDING || inv->state == INVITE_CANCELLING)
		leg_close(inv, inv->why, 0, NULL, now);
}

void within_hasten(struct invite *inv, uint64_t now)
{
	if (inv->bye_waits)
		leg_bye(inv, inv->why, inv->bye_cause, now);
}

static uint64_t repeat_due(const struct leg_repeat *rep)
{
	return rep->server ? clock_min(rep->due, rep->end) : CLOCK_NEVER;
}

uint64_t within_due(const struct invite *inv)
{
	uint64_t due = clock_min(inv->no_answer, inv->retry);

	due = clock_min(due, inv->patience);
	due = clock_min(due, renewal_due(inv));
	due = clock_min(due, reliable_due(inv));
	due = clock_min(due, referral_due(inv));
	due = clock_min(due, repeat_due(&inv->repeat));
	return clock_min(due, repeat_due(&inv->rerepeat));
}

void within_tick(struct invite *inv, uint64_t now)
{
	mem_ref(inv);
	if (now >= inv->no_answer && inv->server)
		called_expired(inv, now);
	else if (now >= inv->no_answer)
		calling_cancel(inv, INVITE_WHY_NO_ANSWER, NULL, now);
	if (inv->state != INVITE_CLOSED)
		reliable_tick(inv, now);
	if (inv->state != INVITE_CLOSED)
		called_tick(inv, now);
	if (inv->state != INVITE_CLOSED)
		reoffer_tick(inv, now);
	if (inv->state != INVITE_CLOSED)
		renewal_tick(inv, now);
	if (inv->state != INVITE_CLOSED)
		referral_tick(inv, now);
	mem_deref(inv);
}
