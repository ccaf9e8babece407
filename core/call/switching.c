/**
 * @file core/call/switching.c  Switching
 */
#include "core/call/call_parts.h"
#include "core/call/robot.h"
#include "core/call/switching.h"

/* ---- Which one ---- */

static bool ending(const struct call *c)
{
	return call_state(c) == CALL_ENDING;
}

/* Not the one that is meant, if there is another: it waits */
static bool waits(const struct call *c)
{
	return c->hold.on || call_state(c) == CALL_INCOMING;
}

static struct call *newest(const struct calls *cs,
			   bool (*skip)(const struct call *))
{
	for (unsigned i = cs->callc; i--;) {
		if (!skip(cs->callv[i]) && !ending(cs->callv[i]))
			return cs->callv[i];
	}

	return NULL;
}

static bool silent(const struct call *c)
{
	return call_state(c) != CALL_INCOMING;
}

static bool unheld(const struct call *c)
{
	return !c->hold.on;
}

struct call *calls_find(const struct calls *cs, unsigned id, bool ringing)
{
	struct call *c;

	for (unsigned i = 0; id && i < cs->callc; i++) {
		if (call_id(cs->callv[i]) == id)
			return cs->callv[i];
	}
	if (id)
		return NULL;

	c = newest(cs, ringing ? silent : waits);
	return c || ringing ? c : newest(cs, ending);
}

/* ---- Who talks ---- */

static bool is_up(const struct call *c)
{
	return call_state(c) == CALL_UP || call_state(c) == CALL_ANSWERING;
}

/* Who only watches is in nobody's way */
static bool watches(const struct call *c)
{
	return is_up(c) && c->session && !session_sounds(c->session);
}

/* With the far end's consent or not: we would hear each other */
static bool talking(const struct call *c)
{
	return !call_line(c)->shared && !c->hold.on && is_up(c) && !watches(c);
}

/* The newest that is talked in, but for one */
static struct call *active(const struct calls *cs, const struct call *but)
{
	for (unsigned i = cs->callc; i--;) {
		if (cs->callv[i] != but && talking(cs->callv[i]))
			return cs->callv[i];
	}

	return NULL;
}

bool switching_busy(const struct calls *cs, const struct call *c)
{
	for (unsigned i = 0; i < cs->callc; i++) {
		const struct call *o = cs->callv[i];

		if (o != c && !call_line(o)->shared && !waits(o) &&
		    !ending(o) && !watches(o))
			return true;
	}

	return false;
}

static void hold_others(struct calls *cs, const struct call *c, uint64_t now)
{
	if (call_line(c)->shared)
		return;

	for (unsigned i = cs->callc; i--;) {
		struct call *o = cs->callv[i];

		if (o == c || !talking(o))
			continue;
		(void)call_hold(o, true, now);
		line_wake(call_line(o));
	}
}

/* The user has decided who is talked to: who waits stays held, until told */
static void settle(struct calls *cs)
{
	for (unsigned i = 0; i < cs->callc; i++)
		cs->callv[i]->hold.parked = false;
}

void switching_follow(struct calls *cs)
{
	for (unsigned i = 0; i < cs->callc; i++) {
		struct call *c = cs->callv[i];

		if (call_state(c) != CALL_INCOMING || call_line(c)->shared ||
		    c->replaces)
			continue;
		(void)voice_tone(cs->voice, c,
				 active(cs, c) ? TONES_WAITING : TONES_NONE);
	}
}

void switching_ring(struct calls *cs, struct call *c)
{
	const struct call *other = active(cs, c);

	if (!other || call_line(c)->shared || c->replaces)
		return;

	event_emit(cs->prm.events, EVENT_CALL_WAITING, "call", call_id(c),
		   "active:u", call_id(other));
	switching_follow(cs);
}

/* ---- Who is called while one talks ---- */

void switching_dial(struct calls *cs, struct call *c, uint64_t now)
{
	if (call_line(c)->shared || !c->prm.audio)
		return;

	for (unsigned i = cs->callc; i--;) {
		struct call *o = cs->callv[i];

		if (o == c || !talking(o) || call_hold(o, true, now))
			continue;
		o->hold.parked = true;
		line_wake(call_line(o));
	}
}

void switching_answered(struct calls *cs, struct call *c, uint64_t now)
{
	/* The referrer of this one hangs up by himself */
	if (call_line(c)->shared || c->refer || watches(c))
		return;

	hold_others(cs, c, now);
	settle(cs);
}

/* Somebody of ours is being called, or talked to */
static bool engaged(const struct calls *cs)
{
	for (unsigned i = 0; i < cs->callc; i++) {
		const struct call *c = cs->callv[i];

		if (talking(c) ||
		    (!call_line(c)->shared && call_state(c) < CALL_INCOMING))
			return true;
	}

	return false;
}

void switching_back(struct calls *cs, uint64_t now)
{
	if (cs->stopping || engaged(cs))
		return;

	for (unsigned i = 0; i < cs->callc; i++) {
		struct call *c = cs->callv[i];

		if (!c->hold.parked || call_hold(c, false, now))
			continue;
		line_wake(call_line(c));
	}
	settle(cs);
	switching_follow(cs);
}

/* ---- What a user does ---- */

int calls_answer(struct calls *cs, unsigned id, enum calls_media media,
		 uint64_t now)
{
	struct call *c = calls_find(cs, id, true);
	const struct line *line;
	int err;

	if (!c)
		return ENOENT;
	if (call_state(c) != CALL_INCOMING)
		return EINVAL;

	(void)voice_tone(cs->voice, c, TONES_NONE);
	loop_timer_cancel(&c->ripe);
	hold_others(cs, c, now);
	settle(cs);
	line = call_line(c);
	robot_sign(c, false);
	err = call_answer(c, media, now);
	line_wake(line);
	switching_follow(cs);
	return err;
}

int calls_hold(struct calls *cs, unsigned id, bool on, uint64_t now)
{
	struct call *c = id || on ? calls_find(cs, id, false)
				  : newest(cs, unheld);
	const struct line *line;
	int err;

	if (!c)
		c = calls_find(cs, id, false);
	if (!c)
		return ENOENT;

	line = call_line(c);
	c->hold.parked = false;
	if (!on)
		settle(cs);
	err = call_hold(c, on, now);
	line_wake(line);
	switching_follow(cs);
	return err;
}

int calls_switch(struct calls *cs, unsigned id, uint64_t now)
{
	struct call *c = id ? calls_find(cs, id, false) : newest(cs, unheld);

	if (!c)
		return ENOENT;
	if (call_state(c) != CALL_UP)
		return EINVAL;
	if (!c->hold.on && !active(cs, c))
		return EALREADY;

	hold_others(cs, c, now);
	settle(cs);
	if (c->hold.on)
		(void)call_hold(c, false, now);
	else
		session_set_front(c->session, true);
	line_wake(call_line(c));
	switching_follow(cs);
	return 0;
}
