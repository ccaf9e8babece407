/**
 * @file core/call/transfer.c  Transfer
 */
#include "core/base/log.h"
#include "core/call/transfer.h"
#include "core/sip/referral.h"
#include "core/sip/reply.h"

enum {
	BYE_WAIT = 5 *
		   CLOCK_S, /* For the referrer's, after all is well, ours */
	HANGUP = 487,	    /* RFC 3261 section 21.4.25 */
	BUSY = 486,
	DECLINE = 603,
};

static void emit(const struct call *c, enum event_type type, unsigned code)
{
	struct pl reason;

	pl_set_str(&reason, reply_reason((uint16_t)code));
	call_emit_code(c, type, code, &reason);
}

/* ---- We transfer the peer ---- */

int transfer_send(struct call *c, const char *to, const struct call *other,
		  uint64_t now)
{
	int err;

	/* Some refuse a REFER in the middle of it, JsSIP with 403 */
	if (c->state != CALL_UP || session_offering(c->session))
		return EINVAL;
	if (other && (other == c || other->state != CALL_UP))
		return EINVAL;

	if (other)
		to = referral_target(other->inv);
	err = referral_send(c->inv, to, other ? other->inv : NULL, now);
	if (err)
		return err;

	c->transfer.other = other ? other->id : 0;
	c->transfer.sent = true;
	event_emit(c->events, EVENT_O_ECT_TRYING, "call", c->id, "to:s", to);
	return 0;
}

static void on_referred(struct call *c, const struct invite_event *ev)
{
	const bool taken = ev->code < 300;

	c->transfer.sent = !ev->over;
	call_emit_code(c, taken ? EVENT_O_ECT_ACCEPTED : EVENT_O_ECT_FAILED,
		       ev->code, &ev->reason);
}

static void on_notified(struct call *c, const struct invite_event *ev,
			uint64_t now)
{
	const bool done = ev->code >= 200 && ev->code < 300;

	if (ev->code)
		call_emit_code(c, EVENT_O_ECT_NOTIFY, ev->code, &ev->reason);
	if (ev->code < 200 && !ev->over)
		return;

	c->transfer.sent = false;
	call_emit_code(c, done ? EVENT_O_ECT_COMPLETED : EVENT_O_ECT_FAILED,
		       ev->code, &ev->reason);
	if (!done)
		return;

	/* RFC 5589 section 6: who transferred hangs up */
	c->kinh(c, CALL_KIN_SENT_ON, 0, now, c->arg);
	call_hangup(c, now);
}

/* ---- The peer transfers us ---- */

bool transfer_asked(const struct call *c)
{
	return c->transfer.refer && !c->transfer.made;
}

static void forget(struct call *c)
{
	loop_timer_cancel(&c->transfer.timer);
	c->transfer.refer = mem_deref(c->transfer.refer);
	c->transfer.made = 0;
}

void transfer_news(struct call *c, unsigned code, uint64_t now)
{
	const bool done = code < 300;

	if (!c->transfer.refer)
		return;

	emit(c, EVENT_I_ECT_NOTIFY, code);
	if (c->inv)
		referral_notify(c->inv, code, now);
	if (code < 200)
		return;

	forget(c);
	emit(c, done ? EVENT_I_ECT_COMPLETED : EVENT_I_ECT_FAILED, code);
	c->transfer.done = done;
	if (done)
		loop_timer_arm(&c->transfer.timer, now + BYE_WAIT);
}

static void go(struct call *c, uint64_t now)
{
	loop_timer_cancel(&c->transfer.timer);
	c->kinh(c, CALL_KIN_WANTED, 0, now, c->arg);
	if (!c->transfer.made)
		transfer_news(c, BUSY, now);
}

void transfer_made(struct call *c, unsigned id)
{
	c->transfer.made = id;
}

int transfer_consent(struct call *c, bool yes, uint64_t now)
{
	if (!transfer_asked(c))
		return EINVAL;

	if (yes)
		go(c, now);
	else
		transfer_news(c, DECLINE, now);
	return 0;
}

/* Nobody said a word, or the referrer does not hang up */
static void timer_handler(uint64_t now, void *arg)
{
	struct call *c = mem_ref(arg);

	if (c->transfer.done)
		call_hangup(c, now);
	else if (transfer_asked(c))
		transfer_news(c, DECLINE, now);
	line_wake(c->line);
	mem_deref(c);
}

/* The new call would go where the peer says: the default is that it does not
   come so far (SECURITY row 10) */
static void on_refer(struct call *c, uint64_t now)
{
	struct call_transfer *t = &c->transfer;
	const char *policy = config_text(c->prm.cfg, "call", "transfer");

	if (c->state != CALL_UP || t->refer || t->done ||
	    !strcmp(policy, "no")) {
		referral_refuse(c->inv, DECLINE, now);
		return;
	}
	if (referral_accept(c->inv, &t->refer, now))
		return;

	event_emit(c->events, EVENT_I_ECT_REQUESTED, "call", c->id,
		   "to:s by:s attended:b", t->refer->uri, t->refer->by,
		   (int)(t->refer->replaces != NULL));
	if (!strcmp(policy, "yes")) {
		go(c, now);
		return;
	}

	loop_timer_arm(&t->timer,
		       now + config_number(c->prm.cfg, "call", "no_answer"));
}

void transfer_tell(struct call *c, unsigned code, uint64_t now)
{
	if (!c->referrer || code == 100)
		return;

	c->kinh(c, CALL_KIN_NEWS, code, now, c->arg);
	if (code >= 200)
		c->referrer = 0;
}

/* ---- The peer wants another one ---- */

struct calls_way transfer_way(const struct call *old)
{
	const bool video = old->prm.video && old->media != CALLS_AUDIO;
	const struct calls_way way = {
		.send = old->prm.send,
		.recv = old->prm.recv,
		.media = session_shares(old->session) ? CALLS_SCREEN
			 : !video		      ? CALLS_AUDIO
			 : !old->prm.audio	      ? CALLS_VIDEO
						      : CALLS_AV,
	};

	return way;
}

void transfer_inherit(struct call *c, const struct call *old, uint64_t now)
{
	call_set_mute(c, old->muted);
	call_set_video_mute(c, old->black);
	if (!old->hold.on)
		return;

	/* The answer will say so */
	c->hold.on = true;
	c->hold.parked = old->hold.parked;
	session_set_hold(c->session, true, now);
}

void transfer_took(struct call *c, uint64_t now)
{
	if (c->replaces)
		c->kinh(c, CALL_KIN_TOOK, 0, now, c->arg);
	c->replaces = 0;
}

/* ---- All ---- */

void transfer_follow(struct call *c, const struct invite_event *ev,
		     uint64_t now)
{
	if (c->state != CALL_UP && ev->what != INVITE_EV_REFER)
		return;

	if (ev->what == INVITE_EV_REFER)
		on_refer(c, now);
	else if (ev->what == INVITE_EV_REFERRED)
		on_referred(c, ev);
	else
		on_notified(c, ev, now);
}

void transfer_over(struct call *c, unsigned code, uint64_t now)
{
	struct call_transfer *t = &c->transfer;

	transfer_tell(c, code < 300 ? (unsigned)HANGUP : code, now);
	if (t->sent)
		emit(c, EVENT_O_ECT_FAILED, HANGUP);
	t->sent = false;
	if (transfer_asked(c))
		emit(c, EVENT_I_ECT_FAILED, HANGUP);
	forget(c);
}

void transfer_init(struct call *c)
{
	loop_timer_init(&c->transfer.timer, "transfer", timer_handler, c);
}

void transfer_stop(struct call *c)
{
	forget(c);
}
