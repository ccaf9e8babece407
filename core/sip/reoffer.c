/**
 * @file core/sip/reoffer.c  Reoffer
 */
#include "core/base/entropy.h"
#include "core/sip/message.h"
#include "core/sip/reoffer.h"
#include "core/sip/server.h"

/* Pauses after 491, RFC 3261 section 14.1 [us] */
enum {
	RETRY_OWNER_MIN = 2100 * CLOCK_MS,
	RETRY_OWNER_MAX = 4000 * CLOCK_MS,
	RETRY_OTHER_MAX = 2000 * CLOCK_MS,
	RETRY_AFTER_MAX = 10, /* Waited for after a 500 [s], section 14.2 */
};

static void on_server(struct server *s, enum server_event event,
		      const struct sip_msg *msg, uint64_t now, void *arg)
{
	struct invite *inv = arg;
	struct invite_event ev;

	if (event != SERVER_CANCEL && event != SERVER_LOST)
		return;

	/* A 2xx that cannot be repeated: unless it was an offer all is said */
	if (s == inv->rerepeat.server && !inv->rerepeat.offer)
		reoffer_acked(inv, NULL, now);
	if (s != inv->reserver)
		return;

	if (event == SERVER_CANCEL)
		(void)leg_reply(inv, s, LEG_TERMINATED, NULL, NULL, now);
	inv->reserver = server_release(inv->reserver);
	leg_event(&ev, INVITE_EV_WITHDRAWN, msg);
	leg_tell(inv, &ev, now);
}

/* Whether the first offer is ours, and not answered early */
static bool is_asking(const struct invite *inv)
{
	return inv->state != INVITE_UP && !inv->agreed &&
	       inv->offerless == inv->incoming &&
	       (!inv->incoming || inv->rel.session);
}

/* Why an offer cannot be taken now: the code, or 0 */
static unsigned glare(const struct invite *inv)
{
	if (inv->state == INVITE_ENDING || inv->state == INVITE_CANCELLING)
		return LEG_NO_DIALOG;

	/* Not answered by the peer yet */
	if (is_asking(inv))
		return LEG_PENDING;

	/* Not answered by us yet */
	if ((inv->state != INVITE_UP && !inv->agreed) || inv->reserver)
		return LEG_INTERNAL;

	if (inv->repending || inv->ack.waits || inv->reack.waits ||
	    (inv->repeat.server && inv->repeat.offer) ||
	    (inv->rerepeat.server && inv->rerepeat.offer))
		return LEG_PENDING;

	return 0;
}

void reoffer_recv(struct invite *inv, struct server *s,
		  const struct sip_msg *msg, uint64_t now)
{
	struct invite_event ev;
	bool update = !message_is(msg, "INVITE");
	bool body = message_body(msg).l != 0;
	struct dialog *d = leg_find(inv, msg);
	unsigned code = glare(inv);

	/* One of a fork whose media are not those that we hear */
	if (!code && d != leg_dialog(inv))
		code = LEG_INTERNAL;

	/* UPDATE without an offer only says that the peer lives, or where */
	if (update && !body && inv->state != INVITE_ENDING) {
		(void)dialog_refresh(d, msg);
		(void)leg_reply(inv, s, LEG_OK, NULL, NULL, now);
		return;
	}

	if (!code && !inv->h)
		code = LEG_NOT_ACCEPTABLE;
	if (code == LEG_INTERNAL) {
		leg_reply_later(s, now);
		return;
	}
	if (code) {
		(void)server_reply_code(s, (uint16_t)code, NULL, now);
		return;
	}

	leg_learn(inv, msg);
	inv->reserver = mem_ref(s);
	inv->reupdate = update;
	server_set_handler(s, on_server, inv);
	leg_event(&ev, INVITE_EV_OFFER, msg);
	ev.update = update;
	leg_tell(inv, &ev, now);
}

void reoffer_acked(struct invite *inv, const struct sip_msg *ack, uint64_t now)
{
	struct invite_event ev;

	leg_repeat_stop(&inv->rerepeat);
	leg_event(&ev, INVITE_EV_REACK, ack);
	leg_tell(inv, &ev, now);
}

int reoffer_answer(struct invite *inv, unsigned code, const char *reason,
		   struct mbuf *body, uint64_t now)
{
	struct server *s = inv->reserver;
	bool offerless;
	int err;

	if (!s || code < 200 || code >= 700)
		return EINVAL;

	offerless = !message_body(server_msg(s)).l;
	err = leg_reply(inv, s, code, reason, body, now);
	if (err && server_pending(s))
		return err;

	/* Said, even if it went nowhere: nobody waits for it any more */
	if (code < 300)
		(void)dialog_refresh(leg_dialog(inv), server_msg(s));
	inv->reserver = NULL;
	if (code < 300 && !inv->reupdate && !err)
		leg_repeat_start(&inv->rerepeat, s, offerless, now);
	else
		server_release(s);
	return err;
}

/* When the same may be offered again, by what refused it [us] */
static uint64_t retry_at(struct invite *inv, const struct sip_msg *msg,
			 uint64_t now)
{
	const bool own = !inv->incoming;
	uint32_t after;

	switch (msg->scode) {
	case LEG_PENDING:
		return now +
		       entropy_between(own ? RETRY_OWNER_MIN : 0,
				       own ? RETRY_OWNER_MAX : RETRY_OTHER_MAX);
	case LEG_INTERNAL: /* It has not answered another one yet */
		after = message_seconds(msg, SIP_HDR_RETRY_AFTER, UINT32_MAX,
					UINT32_MAX);
		return after <= RETRY_AFTER_MAX ? now + after * CLOCK_S
						: CLOCK_NEVER;
	case REFRESH_TOO_SMALL:
		return refresh_take_refusal(&inv->refresh, msg) ? now
								: CLOCK_NEVER;
	default:
		return CLOCK_NEVER;
	}
}

/* Our offer is refused. 481 is the end of the dialog, others are not */
static void refused(struct invite *inv, int err, const struct sip_msg *msg,
		    uint64_t now)
{
	struct invite_event ev;

	if (msg && msg->scode == LEG_NO_DIALOG && inv->state == INVITE_UP) {
		leg_close(inv, INVITE_WHY_DIALOG, 0, msg, now);
		return;
	}

	if (msg)
		inv->retry = retry_at(inv, msg, now);
	leg_event(&ev, INVITE_EV_REFUSED, msg);
	ev.again = inv->retry != CLOCK_NEVER;
	if (inv->reweary && ev.code == LEG_TERMINATED)
		err = ETIMEDOUT; /* That only answers our CANCEL */
	if (err) {
		ev.lost = err != ETIMEDOUT;
		ev.code = err == ETIMEDOUT ? LEG_TIMEOUT : LEG_NO_SERVICE;
		pl_set_str(&ev.reason, reply_reason((uint16_t)ev.code));
	}
	leg_tell(inv, &ev, now);
}

static void settled(struct invite *inv)
{
	inv->repending = false;
	inv->patience = CLOCK_NEVER;
}

static void accepted(struct invite *inv, const struct sip_msg *msg,
		     uint64_t now)
{
	struct invite_event ev;
	bool update = message_cseq_is(msg, "UPDATE");

	if (!inv->repending) {
		if (inv->reack.sent)
			(void)transactions_send(origin_transactions(inv->o),
						inv->reack.sent);
		return;
	}

	settled(inv);
	leg_learn(inv, msg);
	(void)dialog_refresh(leg_dialog(inv), msg);
	refresh_take_reply(&inv->refresh, msg, now);
	inv->reack.cseq = msg->cseq.num;
	if (!update && inv->reofferless)
		inv->reack.waits = true;
	else if (!update)
		(void)leg_send_ack(inv, &inv->reack, NULL, now);
	if (update)
		inv->rex = exchange_release(inv->rex);
	leg_event(&ev, INVITE_EV_REANSWERED, msg);
	leg_tell(inv, &ev, now);
}

static void on_response(int err, const struct sip_msg *msg, uint64_t now,
			void *arg)
{
	struct invite *inv = arg;

	if (!err && msg->scode < 200)
		return;

	if (!err && msg->scode < 300) {
		accepted(inv, msg, now);
		return;
	}

	inv->rex = exchange_release(inv->rex);
	if (!inv->repending)
		return;

	settled(inv);
	refused(inv, err, msg, now);
}

int reoffer_start(struct invite *inv, bool update, struct mbuf *body,
		  uint64_t now)
{
	struct request r = { .method = update ? "UPDATE" : "INVITE" };
	struct mbuf *headers = NULL;
	int err;

	if (inv->state != INVITE_UP && !(update && invite_early(inv)))
		return EINVAL;
	if (glare(inv) || inv->repeat.server || inv->rerepeat.server)
		return EBUSY;

	inv->rex = exchange_abort(inv->rex);
	inv->retry = CLOCK_NEVER;
	r.body = leg_body(body);
	if (r.body.l)
		r.ctype = "application/sdp";
	err = leg_headers_again(&headers, inv);
	err = err ? err : refresh_add_request(&inv->refresh, headers);
	r.headers = headers;
	err = err ? err
		  : leg_request(&inv->rex, inv, &r, on_response, inv, now);
	mem_deref(headers);
	if (err)
		return err;

	inv->repending = true;
	inv->reweary = false;
	inv->patience = update ? CLOCK_NEVER : now + REOFFER_PATIENCE;
	inv->reofferless = !r.body.l;
	return 0;
}

void reoffer_tick(struct invite *inv, uint64_t now)
{
	struct invite_event ev;

	if (!leg_repeat_tick(&inv->rerepeat, now)) {
		leg_bye(inv, INVITE_WHY_NO_ACK, NULL, now);
		return;
	}

	/* A 2xx that crosses the CANCEL is as good as any (section 9.1) */
	if (now >= inv->patience) {
		inv->patience = CLOCK_NEVER;
		inv->reweary = true;
		exchange_cancel(inv->rex, NULL, now);
	}
	if (now < inv->retry)
		return;

	inv->retry = CLOCK_NEVER;
	leg_event(&ev, INVITE_EV_RETRY, NULL);
	leg_tell(inv, &ev, now);
}
