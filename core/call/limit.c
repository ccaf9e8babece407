/**
 * @file core/call/limit.c  Limit
 */
#include "core/call/limit.h"

enum {
	TONE = 1200,	   /* To the other side [ms]       */
	UNAVAILABLE = 480, /* RFC 3261 section 21.4.18     */
};

static void warn(struct call *c, uint64_t now)
{
	const uint64_t left = config_number(c->prm.cfg, "call", "warning_time");

	c->limit.warned = true;
	loop_timer_arm(&c->limit.timer, now + left);
	(void)voice_tone(c->prm.voice, c, TONES_LIMIT);
	session_tone(c->session, TONES_LIMIT, TONE);
	event_emit(c->events, EVENT_TIME_WARNING, "call", c->id, "left:u",
		   (unsigned)(left / CLOCK_S));
}

static void timer_handler(uint64_t now, void *arg)
{
	struct call *c = mem_ref(arg);

	if (c->limit.warned)
		call_abandon(c, UNAVAILABLE, "Call time limit", now);
	else
		warn(c, now);
	line_wake(c->line);
	mem_deref(c);
}

void limit_init(struct call *c)
{
	loop_timer_init(&c->limit.timer, "limit", timer_handler, c);
}

void limit_start(struct call *c, uint64_t now)
{
	const uint64_t most = config_number(c->prm.cfg, "call", "time_limit");

	if (most && !c->finished && c->state == CALL_UP)
		loop_timer_arm(&c->limit.timer,
			       now + most -
				       config_number(c->prm.cfg, "call",
						     "warning_time"));
}

void limit_stop(struct call *c)
{
	loop_timer_cancel(&c->limit.timer);
}
