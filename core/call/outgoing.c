/**
 * @file core/call/outgoing.c  Outgoing
 */
#include "core/base/log.h"
#include "core/call/extras.h"
#include "core/call/limit.h"
#include "core/call/outgoing.h"
#include "core/call/redirects.h"
#include "core/call/traffic.h"
#include "core/call/transfer.h"
#include "core/sip/refer.h"

int call_dial(struct call **cp, const struct call_params *prm, const char *to,
	      uint64_t now)
{
	struct call *c;
	int err;

	err = call_alloc(&c, prm, now);
	if (err)
		return err;

	c->state = CALL_GATHERING;
	c->dialing = true;
	err = str_dup(&c->to, to);
	if (!err)
		err = session_gather(c->session, now);
	if (!err)
		err = c->err;
	if (!err && c->finished)
		err = ECONNABORTED;
	c->dialing = false;
	if (err)
		mem_deref(c);
	else
		*cp = c;
	return err;
}

enum {
	TRANSFER_LINES = 3, /* Referred-By, Replaces, Require */
	LINES = TRANSFER_LINES + EXTRAS_HEADERS,
};

/* What the INVITE says of who wanted it (RFC 3892, RFC 3891) */
static int make_lines(char *linev[LINES + 1], const struct refer *r,
		      const struct extras *x)
{
	size_t n = 0;
	int err = 0;

	if (r && r->by)
		err = re_sdprintf(&linev[n++], "Referred-By: %s", r->by);
	if (!err && r && r->replaces)
		err = re_sdprintf(&linev[n++], "Replaces: %s", r->replaces);
	if (!err && r && r->replaces && r->strict)
		err = str_dup(&linev[n++], "Require: replaces");
	for (unsigned i = 0; x && i < x->linec; i++)
		linev[n++] = mem_ref(x->linev[i]);
	return err;
}

int outgoing_invite(struct call *c, uint64_t now)
{
	char *linev[LINES + 1] = { NULL };
	struct invite_params prm = {
		.to = c->to,
		.redirect = redirects_policy(c->prm.cfg),
		.no_answer = config_number(c->prm.cfg, "call", "no_answer"),
	};
	struct mbuf *mb = NULL;
	int err;

	err = session_offer(c->session, &mb);
	if (err)
		return err;

	c->state = CALL_CALLING;
	prm.body = mb;
	prm.caps = c->extras ? c->extras->caps : NULL;
	prm.headerv = (const char *const *)(uintptr_t)linev;
	err = make_lines(linev, c->refer, c->extras);
	err = err ? err
		  : ua_call(&c->inv, c->line->ua, &prm, call_invite_handler, c,
			    now);
	for (size_t i = 0; linev[i]; i++)
		mem_deref(linev[i]);
	mem_deref(mb);
	if (err)
		return err;

	invite_set_requests(c->inv, traffic_handler);
	event_emit(c->events, EVENT_CONNECTING, "call", c->id, "line:s",
		   c->line->name);
	return 0;
}

void outgoing_progress(struct call *c, const struct invite_event *ev,
		       uint64_t now)
{
	if (c->state == CALL_CALLING)
		c->state = CALL_RINGING;

	call_emit_code(c, EVENT_I_AO_REQUEST, ev->code, &ev->reason);
	transfer_tell(c, ev->code, now);

	if (!negotiation_progress(&c->neg, ev, now))
		call_emit_code(c, EVENT_M_EARLY_MEDIA, ev->code, &ev->reason);

	/* An answer may come early without any media: RFC 3960 section 3.2 */
	if (ev->code == 180 && !session_heard(c->session))
		(void)voice_tone(c->prm.voice, c, TONES_RINGBACK);
}

void outgoing_heard(uint64_t now, void *arg)
{
	struct call *c = arg;

	if (c->state != CALL_CALLING && c->state != CALL_RINGING)
		return;

	(void)voice_tone(c->prm.voice, c, TONES_NONE);
	(void)session_listen(c->session, now);
}

void outgoing_answered(struct call *c, const struct invite_event *ev,
		       uint64_t now)
{
	int err;

	(void)voice_tone(c->prm.voice, c, TONES_NONE);
	c->state = CALL_UP;
	c->answered = now;

	err = negotiation_answered(&c->neg, ev, now);
	if (!err)
		err = call_talk(c, now);

	if (!err) {
		call_emit_code(c, EVENT_CONNECTED, ev->code, &ev->reason);
		limit_start(c, now);
		transfer_tell(c, ev->code, now);
		if (c->answeredh)
			c->answeredh(c, now, c->arg);
		negotiation_go_on(&c->neg, c->inv, now);
		return;
	}

	log_warning("call %u: answer of no use: %s\n", c->id,
		    session_why(c->session));
	event_emit(c->events, EVENT_WEBRTC_ERROR, "call", c->id, "reason:s",
		   session_why(c->session));
	call_abandon(c, 488,
		     session_deaf(c->session) ? "Media stream permission denied"
					      : "Answer not acceptable",
		     now);
}
