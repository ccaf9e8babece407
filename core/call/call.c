/**
 * @file core/call/call.c  Call
 *
 * Three things drive it: the user (call_answer ...), SIP
 * (call_invite_handler) and the media (ready_handler, up_handler,
 * down_handler). All ends meet in end(), which runs once.
 */
#include "core/base/log.h"
#include "core/call/call_parts.h"
#include "core/call/call_show.h"
#include "core/call/doubt.h"
#include "core/call/holding.h"
#include "core/call/incoming.h"
#include "core/call/keypad.h"
#include "core/call/limit.h"
#include "core/call/outgoing.h"
#include "core/call/picture.h"
#include "core/call/redirects.h"
#include "core/call/traffic.h"
#include "core/call/transfer.h"

enum {
	REASON_MAX = 160,	/* A Reason header's value [bytes] */
	BYE_WAIT = 5 * CLOCK_S, /* After the peer closed its media, ours */
};

static void call_destructor(void *arg)
{
	struct call *c = arg;

	loop_timer_cancel(&c->patience);
	loop_timer_cancel(&c->ripe);
	doubt_stop(c);
	limit_stop(c);
	transfer_stop(c);
	(void)voice_tone(c->prm.voice, c, TONES_NONE);
	invite_release(c->inv, clock_now());
	mem_deref(c->session);
	mem_deref(c->refer);
	mem_deref(c->extras);
	json_decref(c->history);
	mem_deref(c->to);
}

void call_emit_code(const struct call *c, enum event_type type, unsigned code,
		    const struct pl *reason)
{
	event_emit(c->events, type, "call", c->id, "code:u reason:r", code,
		   reason);
}

void call_emit(const struct call *c, enum event_type type)
{
	event_emit(c->events, type, "call", c->id, NULL);
}

int call_talk(struct call *c, uint64_t now)
{
	int err;

	call_emit(c, EVENT_M_PERMISSION_REQUESTED);
	err = session_talk(c->session, now);
	call_emit(c, session_deaf(c->session) ? EVENT_M_PERMISSION_REFUSED
					      : EVENT_M_PERMISSION_ACCEPTED);
	return err;
}

/* ---- The end ---- */

/* A word for programs, and a sentence for people where SIP gives none */
static const struct {
	const char *word, *text;
} whyv[] = {
	[INVITE_WHY_HANGUP] = { "hangup", "Hung up" },
	[INVITE_WHY_BYE] = { "bye", "Hung up by the other side" },
	[INVITE_WHY_REFUSED] = { "refused", "Refused" },
	[INVITE_WHY_CANCELLED] = { "cancelled", "Given up by the caller" },
	[INVITE_WHY_NO_ANSWER] = { "no_answer", "Nobody answered" },
	[INVITE_WHY_NO_ACK] = { "no_ack", "The caller did not confirm" },
	[INVITE_WHY_TIMEOUT] = { "timeout", "The server is silent" },
	[INVITE_WHY_FLOW] = { "flow", "The connection is lost" },
	[INVITE_WHY_DIALOG] = { "dialog", "The call is not known there" },
	[INVITE_WHY_EXPIRED] = { "expired", "The other side is silent" },
	[INVITE_WHY_FAULT] = { "fault", "A message of no use" },
};

static void close_media(struct call *c, uint64_t now)
{
	loop_timer_cancel(&c->patience);
	loop_timer_cancel(&c->ripe);
	limit_stop(c);
	(void)voice_tone(c->prm.voice, c, TONES_NONE);
	if (c->media_up)
		event_emit(c->events, EVENT_STATS, "call", c->id, "stats:o",
			   call_stats_json(c));
	session_close(c->session, now);
	if (c->media_up) {
		call_emit(c, EVENT_M_STREAM_AUDIO_LOCAL_REMOVED);
		call_emit(c, EVENT_M_STREAM_AUDIO_REMOTE_REMOVED);
		c->media_up = 0;
		picture_tell(c);
		call_emit(c, EVENT_MEDIA_REMOVED);
	}
}

/* `why` is a word for programs, `reason` a sentence for people */
static void end(struct call *c, unsigned code, const struct pl *reason,
		const char *why, const struct pl *cause, uint64_t now)
{
	struct pl text = *reason;

	if (c->finished)
		return;

	c->finished = true;
	if (*c->fault)
		pl_set_str(&text, c->fault);
	close_media(c, now);
	transfer_over(c, code, now);
	log_info("call %u: over: %H (%u %s)\n", c->id, log_text, &text, code,
		 why);
	event_emit(c->events, EVENT_TERMINATED, "call", c->id,
		   "code:u reason:r why:s cause:r", code, &text, why,
		   cause && cause->l ? cause : NULL);
	c->overh(c, now, c->arg);
}

void call_over(struct call *c, unsigned code, const char *text, uint64_t now)
{
	struct pl reason;

	pl_set_str(&reason, text);
	end(c, code, &reason, "local", NULL, now);
}

/* End it for a reason of ours that the peer may know (RFC 3326) */
void call_abandon(struct call *c, unsigned code, const char *text, uint64_t now)
{
	char cause[REASON_MAX];

	if (c->finished || c->state == CALL_ENDING)
		return;

	if (!*c->fault)
		str_ncpy(c->fault, text, sizeof(c->fault));
	call_emit(c, EVENT_TERMINATING);
	close_media(c, now);
	c->state = CALL_ENDING;
	if (!c->inv) {
		call_over(c, code, text, now);
		return;
	}

	(void)re_snprintf(cause, sizeof(cause), "SIP;cause=%u;text=\"%s\"",
			  code, text);
	invite_hangup(c->inv, cause, now);
}

/* Nobody answers here, or the peer closed its media and no BYE came */
static void patience_handler(uint64_t now, void *arg)
{
	struct call *c = mem_ref(arg);

	if (c->state == CALL_INCOMING) {
		str_ncpy(c->fault, "Nobody answered", sizeof(c->fault));
		(void)invite_reject(c->inv, 480, NULL, now);
	} else {
		call_abandon(c, 480, "Media closed by the other side", now);
	}
	line_wake(c->line);
	mem_deref(c);
}

static void ripe_handler(uint64_t now, void *arg)
{
	struct call *c = mem_ref(arg);

	c->kinh(c, CALL_KIN_RIPE, 0, now, c->arg);
	line_wake(c->line);
	mem_deref(c);
}

/* ---- Media ---- */

static void fail(struct call *c, int err, uint64_t now)
{
	traffic_fault(c, err);
	call_over(c, 500, strerror(err), now);
}

static void ready_handler(uint64_t now, void *arg)
{
	struct call *c = mem_ref(arg);
	int err = 0;

	if (c->state == CALL_GATHERING)
		err = outgoing_invite(c, now);
	else if (c->state == CALL_INCOMING)
		incoming_ring(c, now);
	else if (c->state == CALL_ANSWERING)
		(void)incoming_accept(c, now);
	else if (c->inv)
		negotiation_go_on(&c->neg, c->inv, now);

	if (c->dialing)
		c->err = err;
	else if (err)
		fail(c, err, now);
	line_wake(c->line);
	mem_deref(c);
}

/* Others may listen: in each such call somebody is told */
static void warn_insecure(const struct call *c)
{
	const char *kind = session_keying(c->session);

	if (!kind || !strcmp(kind, "dtls"))
		return;

	log_warning("call: %u: others can listen: %s\n", c->id,
		    strcmp(kind, "rtp") ? "the keys stand in the SDP"
					: "it is not encrypted");
	event_emit(c->events, EVENT_INSECURE_MEDIA, "call", c->id, "kind:s",
		   kind);
}

static void up_handler(uint64_t now, void *arg)
{
	struct call *c = arg;

	c->media_up = now;
	warn_insecure(c);
	call_emit(c, EVENT_MEDIA_ADDED);
	call_emit(c, EVENT_M_STREAM_AUDIO_LOCAL_ADDED);
	call_emit(c, EVENT_M_STREAM_AUDIO_REMOTE_ADDED);
	picture_tell(c);
}

static void down_handler(int err, const char *reason, uint64_t now, void *arg)
{
	struct call *c = mem_ref(arg);

	/* close_notify a moment before the BYE: the BYE will say it better,
	   if there is still a server that brings it */
	if (!err) {
		loop_timer_arm(&c->patience, now + BYE_WAIT);
	} else {
		log_info("call %u: media lost: %s\n", c->id, reason);
		event_emit(c->events, EVENT_TRANSPORT_ERROR, "call", c->id,
			   "reason:s", reason);
		call_abandon(c, 480, reason, now);
	}
	line_wake(c->line);
	mem_deref(c);
}

static void digit_handler(char digit, uint64_t now, void *arg)
{
	keypad_digit(arg, digit, "rtp", now);
}

/* ---- SIP ---- */

/* The answer, whatever it is, to a re-INVITE of ours */
static void on_reanswer(struct call *c, const struct invite_event *ev,
			uint64_t now)
{
	if (ev->what == INVITE_EV_REFUSED) {
		log_info("call %u: re-INVITE refused: %u %H\n", c->id, ev->code,
			 log_text, &ev->reason);
		negotiation_refused(&c->neg, ev);
	} else if (negotiation_reanswered(&c->neg, ev, now)) {
		log_warning("call %u: answer to re-INVITE of no use: %s\n",
			    c->id, session_why(c->session));
	}
}

static void on_closed(struct call *c, const struct invite_event *ev,
		      uint64_t now)
{
	struct pl text = ev->reason;

	if (ev->why == INVITE_WHY_CANCELLED)
		call_emit(c, EVENT_CANCELLED_REQUEST);

	if (!text.l)
		pl_set_str(&text, whyv[ev->why].text);
	end(c, ev->code, &text, whyv[ev->why].word, &ev->cause, now);
}

/* What is under way has ended, maybe */
static void go_on(struct call *c, enum invite_what what, uint64_t now)
{
	if (c->finished || !call_negotiable(c))
		return;

	if (c->state == CALL_UP)
		holding_follow(c, what, now);
	negotiation_go_on(&c->neg, c->inv, now);
	picture_tell(c);
}

/* Offers and answers of a call that is up */
static void on_offer(struct call *c, const struct invite_event *ev,
		     uint64_t now)
{
	switch (ev->what) {
	case INVITE_EV_OFFER:
		doubt_stop(c); /* Our answer says what an offer would */
		negotiation_reoffer(&c->neg, c->inv, ev, now);
		break;
	case INVITE_EV_REACK:
		negotiation_reack(&c->neg, ev, now);
		break;
	case INVITE_EV_REANSWERED:
	case INVITE_EV_REFUSED:
		on_reanswer(c, ev, now);
		break;
	case INVITE_EV_WITHDRAWN:
		session_rollback(c->session);
		break;
	case INVITE_EV_REFRESH:
		c->neg.wanted = true;
		break;
	case INVITE_EV_RETRY:
		c->neg.pausing = false;
		break;
	default:
		break;
	}
}

void call_invite_handler(struct invite *inv, const struct invite_event *ev,
			 uint64_t now, void *arg)
{
	struct call *c = mem_ref(arg);
	(void)inv;

	switch (ev->what) {
	case INVITE_EV_PROGRESS:
		outgoing_progress(c, ev, now);
		break;
	case INVITE_EV_ANSWERED:
		outgoing_answered(c, ev, now);
		break;
	case INVITE_EV_CONFIRMED:
		incoming_confirmed(c, ev, now);
		break;
	case INVITE_EV_INFO:
		keypad_info(c, ev, now);
		break;
	case INVITE_EV_CLOSED:
		on_closed(c, ev, now);
		break;
	case INVITE_EV_RESPONSE:
		traffic_answered(c, ev);
		keypad_answered(c, ev, now);
		break;
	case INVITE_EV_REDIRECT:
	case INVITE_EV_REDIRECTED:
		redirects_follow(c, ev);
		break;
	case INVITE_EV_PRACKED:
		incoming_pracked(c, ev, now);
		break;
	case INVITE_EV_REFER:
	case INVITE_EV_REFERRED:
	case INVITE_EV_NOTIFIED:
		transfer_follow(c, ev, now);
		break;
	default:
		on_offer(c, ev, now);
		break;
	}

	go_on(c, ev->what, now);
	mem_deref(c);
}

/* ---- What a user does ---- */

int call_alloc(struct call **cp, const struct call_params *prm, uint64_t now)
{
	const struct session_handlers h = {
		.ready = ready_handler,
		.up = up_handler,
		.down = down_handler,
		.digit = digit_handler,
		.heard = outgoing_heard,
		.silent = doubt_raise,
	};
	struct session_handlers sh = h;
	struct call *c;
	int err;

	c = mem_zalloc(sizeof(*c), call_destructor);
	if (!c)
		return ENOMEM;

	c->id = prm->id;
	c->line = prm->line;
	c->events = prm->events;
	c->prm = *prm->session;
	c->overh = prm->overh;
	c->answeredh = prm->answeredh;
	c->digith = prm->digith;
	c->kinh = prm->kinh;
	c->refer = mem_ref(prm->refer);
	c->extras = mem_ref(prm->extras);
	c->referrer = prm->referrer;
	c->replaces = prm->replaces;
	c->arg = prm->arg;
	c->begun = now;
	transfer_init(c);
	doubt_init(c);
	limit_init(c);
	loop_timer_init(&c->ripe, "answer", ripe_handler, c);
	loop_timer_init(&c->patience, "call", patience_handler, c);

	sh.arg = c;
	err = session_alloc(&c->session, &c->prm, &sh, now);
	c->neg.session = c->session;
	if (err)
		mem_deref(c);
	else
		*cp = c;
	return err;
}

void call_hangup(struct call *c, uint64_t now)
{
	if (c->finished || c->state == CALL_ENDING)
		return;

	call_emit(c, EVENT_TERMINATING);
	close_media(c, now);
	c->state = CALL_ENDING;
	if (c->inv)
		invite_hangup(c->inv, NULL, now);
	else
		call_over(c, 0, "Hung up", now);
}

void call_renew(struct call *c, uint64_t now)
{
	if (c->state == CALL_UP)
		doubt_renew(c, now);
}

void call_resume(struct call *c, uint64_t now)
{
	if (c->state == CALL_UP)
		negotiation_resume(&c->neg, c->inv, now);
}

void call_move(struct call *c, uint64_t now)
{
	if (call_negotiable(c))
		negotiation_move(&c->neg, c->inv, now);
}

void call_set_mute(struct call *c, bool mute)
{
	c->muted = mute;
	session_set_mute(c->session, mute);
}

unsigned call_id(const struct call *c)
{
	return c->id;
}

enum call_state call_state(const struct call *c)
{
	return c->state;
}

const struct line *call_line(const struct call *c)
{
	return c->line;
}
