/**
 * @file core/call/doubt.c  Doubt
 */
#include "core/call/call_parts.h"
#include "core/call/doubt.h"

static void timer_handler(uint64_t now, void *arg)
{
	struct call *c = mem_ref(arg);

	if (c->state == CALL_UP)
		negotiation_renew(&c->neg, c->inv, now);
	line_wake(c->line);
	mem_deref(c);
}

void doubt_init(struct call *c)
{
	loop_timer_init(&c->doubt.timer, "doubt", timer_handler, c);
}

bool doubt_raise(uint64_t now, void *arg)
{
	struct call *c = arg;

	if (c->state != CALL_UP || c->hold.on || c->hold.remote)
		return false;

	c->doubt.since = now;
	return line_probe(c->line, now);
}

void doubt_renew(struct call *c, uint64_t now)
{
	const bool recent = c->doubt.since &&
			    now - c->doubt.since < DOUBT_RECENT;

	/* What we have to say of ourselves, such as another address, is said
	   at once */
	if (recent && !c->neg.wanted && !c->neg.lost)
		loop_timer_arm(&c->doubt.timer, now + DOUBT_COURTESY);
	else
		negotiation_renew(&c->neg, c->inv, now);
}

void doubt_stop(struct call *c)
{
	loop_timer_cancel(&c->doubt.timer);
}
