/**
 * @file core/call/holding.c  Holding
 */
#include "core/base/log.h"
#include "core/call/holding.h"

int call_hold(struct call *c, bool on, uint64_t now)
{
	if (c->state != CALL_UP)
		return EINVAL;
	if (c->hold.on == on)
		return EALREADY;

	c->hold.on = on;
	c->hold.asked = true;
	session_set_hold(c->session, on, now);
	session_set_front(c->session, !on);
	negotiation_renew(&c->neg, c->inv, now);
	return 0;
}

/* The peer has answered an offer that said what is wanted now */
static void done(struct call *c)
{
	c->hold.asked = false;
	call_emit(c,
		  c->hold.on ? EVENT_M_LOCAL_HOLD_OK : EVENT_M_LOCAL_RESUME_OK);
}

/* It would not: what was before goes on */
static void undo(struct call *c, uint64_t now)
{
	const bool on = c->hold.on;

	c->hold.asked = false;
	c->hold.on = session_held(c->session);
	log_info("call %u: %s refused\n", c->id, on ? "hold" : "resume");
	session_set_hold(c->session, c->hold.on, now);

	/* A refused hold does not push away who is talked to by now */
	if (c->hold.on)
		session_set_front(c->session, false);
	call_emit(c, on ? EVENT_M_LOCAL_HOLD_NOK : EVENT_M_LOCAL_RESUME_NOK);
}

/* Hold is what ends something: who never wanted our media does not hold */
static void follow_peer(struct call *c)
{
	const enum wishes_ear ear = session_ear(c->session);

	if (ear == WISHES_OPEN && c->hold.remote) {
		c->hold.remote = false;
		call_emit(c, EVENT_M_REMOTE_RESUME);
	} else if (ear == WISHES_SHUT && c->hold.wanted && !c->hold.remote) {
		c->hold.remote = true;
		call_emit(c, EVENT_M_REMOTE_HOLD);
	}
	c->hold.wanted |= ear == WISHES_OPEN;
}

void holding_follow(struct call *c, enum invite_what what, uint64_t now)
{
	const bool answer = what == INVITE_EV_REANSWERED ||
			    what == INVITE_EV_REFUSED;

	/* Unless an offer is to come that says it. What failed may have been
	   another change, after the hold was agreed */
	if (answer && c->hold.asked && !c->neg.wanted) {
		if (c->hold.on == session_held(c->session))
			done(c);
		else
			undo(c, now);
	}
	if (!c->hold.asked)
		follow_peer(c);
}
