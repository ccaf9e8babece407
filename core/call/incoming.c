/**
 * @file core/call/incoming.c  Incoming
 */
#include "core/base/log.h"
#include "core/call/incoming.h"
#include "core/call/limit.h"
#include "core/call/traffic.h"
#include "core/call/transfer.h"

/* Whether our offer or answer is to go with the ringing */
static bool wants_early(const struct call *c)
{
	return invite_owes_offer(c->inv) ||
	       (invite_reliable(c->inv) &&
		config_is(c->prm.cfg, "call", "reliable", "media"));
}

void incoming_ring(struct call *c, uint64_t now)
{
	struct mbuf *mb = NULL;
	int err = 0;

	if (!c->rings)
		return; /* call_ring() comes here */

	if (session_ready(c->session) && !c->neg.early && wants_early(c)) {
		err = negotiation_accept(&c->neg, &mb, now);
		c->neg.early = !err;
	}

	if (err)
		(void)invite_reject(c->inv, 488, session_why(c->session), now);
	else if (mb || (!c->rung && !invite_owes_offer(c->inv)))
		c->rung = !invite_progress(c->inv, 180, NULL, mb, now);
	mem_deref(mb);
	negotiation_go_on(&c->neg, c->inv, now);
}

void incoming_pracked(struct call *c, const struct invite_event *ev,
		      uint64_t now)
{
	int err = negotiation_pracked(&c->neg, ev, now);

	if (!err && c->state == CALL_ANSWERING && c->neg.early)
		err = call_talk(c, now);
	if (err && c->state == CALL_INCOMING)
		(void)invite_reject(c->inv, 488, session_why(c->session), now);
	else if (err)
		call_abandon(c, 488, "Answer not acceptable", now);
}

/* Refuses it if that cannot be */
static int take_offer(struct call *c, const struct sip_msg *msg, uint64_t now)
{
	int err = 0;

	c->neg.offerless = !mbuf_get_left(msg->mb);
	if (!c->neg.offerless)
		err = session_take_offer(c->session, msg->mb, now);
	if (err) {
		log_info("call %u: offer of no use: %s\n", c->id,
			 session_why(c->session));
		(void)invite_reject(c->inv, 488, NULL, now);
		return err;
	}

	err = session_gather(c->session, now);
	if (err) {
		traffic_fault(c, err);
		(void)invite_reject(c->inv, 500, NULL, now);
	}
	return err;
}

int call_ring(struct call **cp, const struct call_params *prm,
	      struct invite *inv, const struct sip_msg *msg, uint64_t now)
{
	struct call *c;
	uint64_t time;
	int err;

	err = call_alloc(&c, prm, now);
	if (err)
		return err;

	c->incoming = true;
	c->state = CALL_INCOMING;
	c->inv = mem_ref(inv);
	err = take_offer(c, msg, now);
	if (err) {
		mem_deref(c);
		return err;
	}

	invite_set_handler(inv, call_invite_handler, c);
	invite_set_requests(inv, traffic_handler);
	event_emit(c->events, EVENT_I_NEW_CALL, "call", c->id,
		   "line:s from:s name:s to:r replaces:o", c->line->name,
		   invite_peer_uri(inv), invite_peer_name(inv), &msg->to.auri,
		   c->replaces ? json_integer(c->replaces) : NULL);
	c->rings = !c->replaces;
	incoming_ring(c, now);
	if (c->finished) { /* The owner did not know it yet */
		mem_deref(c);
		return ECONNABORTED;
	}

	*cp = c;
	if (!c->replaces)
		call_emit(c, EVENT_RINGING);
	time = config_number(c->prm.cfg, "call", "ring_time");
	if (!time)
		time = config_number(c->prm.cfg, "call", "no_answer");
	loop_timer_arm(&c->patience, now + time);
	return 0;
}

static int accept_or_refuse(struct call *c, uint64_t now)
{
	struct mbuf *mb = NULL;
	int err = 0;

	if (!c->neg.early)
		err = negotiation_accept(&c->neg, &mb, now);

	/* Without an offer in the INVITE nothing is agreed before the ACK */
	if (!err && !c->neg.offerless)
		err = call_talk(c, now);
	if (!err)
		err = invite_accept(c->inv, mb, now);
	mem_deref(mb);
	if (!err || c->finished)
		return err;

	if (session_deaf(c->session))
		(void)invite_reject(c->inv, 603,
				    "Media stream permission denied", now);
	else
		(void)invite_reject(c->inv, 488, session_why(c->session), now);

	return err;
}

/* Answer an incoming call, everything being ready */
int incoming_accept(struct call *c, uint64_t now)
{
	int err;

	mem_ref(c); /* It may be over, and freed, inside */
	err = accept_or_refuse(c, now);
	mem_deref(c);
	return err;
}

int call_answer(struct call *c, enum calls_media media, uint64_t now)
{
	if (c->state != CALL_INCOMING)
		return EINVAL;

	c->media = media;
	if (media == CALLS_AUDIO) {
		(void)session_set_video(c->session, false);

		/* What was said early is taken back as soon as it can be */
		if (c->neg.early) {
			c->neg.wanted = c->veiled = true;
			session_set_video_mute(c->session, true);
		}
	} else if (media == CALLS_SCREEN) {
		int err = session_set_screen(c->session, true);

		if (err && err != EALREADY)
			return err;
		c->neg.wanted = c->neg.early;
	} else if (media == CALLS_AV && session_shares(c->session)) {
		(void)session_set_video(c->session, true);
		c->neg.wanted = c->neg.early;
	}
	loop_timer_cancel(&c->patience);
	c->state = CALL_ANSWERING;
	return session_ready(c->session) ? incoming_accept(c, now) : 0;
}

int call_reject(struct call *c, unsigned code, uint64_t now)
{
	if (c->state != CALL_INCOMING)
		return EINVAL;

	return invite_reject(c->inv, code ? code : 603, NULL, now);
}

void incoming_confirmed(struct call *c, const struct invite_event *ev,
			uint64_t now)
{
	static const struct pl ok = PL("OK");
	int err;

	c->state = CALL_UP;
	c->answered = now;
	err = negotiation_confirmed(&c->neg, ev, now);
	if (!err && c->neg.offerless)
		err = call_talk(c, now);

	if (err) {
		call_abandon(c, 488, "Answer not acceptable", now);
		return;
	}
	call_emit_code(c, EVENT_CONNECTED, 200, &ok);
	limit_start(c, now);
	transfer_took(c, now);
}
