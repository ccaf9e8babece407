/**
 * @file app/press.c  Press
 */
#include "app/press.h"

const char *press_name(enum press_kind kind)
{
	static const char *const namev[PRESS_KINDS] = { NULL, "short", "long",
							"double" };

	return namev[kind];
}

static enum press_kind pressed_now(struct press *p, uint64_t now)
{
	const bool again = p->state == PRESS_WAIT;

	p->due = 0;
	p->state = PRESS_DONE;
	if (again)
		return PRESS_DOUBLE;
	if (!p->longs && !p->doubles)
		return PRESS_SHORT;

	p->state = PRESS_HELD;
	if (p->longs)
		p->due = now + PRESS_HOLD;
	return PRESS_NONE;
}

enum press_kind press_change(struct press *p, bool pressed, uint64_t now)
{
	const bool held = p->state == PRESS_HELD;

	if (pressed)
		return pressed_now(p, now);
	if (p->state == PRESS_WAIT)
		return PRESS_NONE;

	p->state = held && p->doubles ? PRESS_WAIT : PRESS_UP;
	p->due = p->state == PRESS_WAIT ? now + PRESS_AGAIN : 0;
	return held && !p->doubles ? PRESS_SHORT : PRESS_NONE;
}

enum press_kind press_expire(struct press *p)
{
	const bool held = p->state == PRESS_HELD;

	p->due = 0;
	p->state = held ? PRESS_DONE : PRESS_UP;
	return held ? PRESS_LONG : PRESS_SHORT;
}
