/**
 * @file core/call/redirects.c  Redirects
 */
#include "core/base/log.h"
#include "core/call/redirects.h"

enum redirect_policy redirects_policy(const struct config *cfg)
{
	if (config_is(cfg, "call", "redirect", "no"))
		return REDIRECT_NO;

	return config_is(cfg, "call", "redirect", "ask") ? REDIRECT_ASK
							 : REDIRECT_YES;
}

static void remember(struct call *c, const struct invite_event *ev)
{
	if (!c->history)
		c->history = json_array();
	(void)json_array_append_new(
		c->history, json_pack("{s:i, s:o}", "code", (int)ev->code, "to",
				      event_string(&ev->method)));
}

void redirects_follow(struct call *c, const struct invite_event *ev)
{
	const bool asks = ev->what == INVITE_EV_REDIRECT;

	log_info("call %u: %s %H (%u)\n", c->id,
		 asks ? "may go on to" : "redirected to", log_text, &ev->method,
		 ev->code);
	(void)voice_tone(c->prm.voice, c, TONES_NONE);
	c->state = CALL_CALLING;
	c->asks = asks;
	if (!asks)
		remember(c, ev);
	event_emit(c->events,
		   asks ? EVENT_REDIRECT_REQUESTED : EVENT_REDIRECTED, "call",
		   c->id, "code:u reason:r to:r", ev->code, &ev->reason,
		   &ev->method);
}

int redirects_consent(struct call *c, bool yes, uint64_t now)
{
	if (!c->asks)
		return EINVAL;

	c->asks = false;
	return invite_redirect(c->inv, yes, now);
}
