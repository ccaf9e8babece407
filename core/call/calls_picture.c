/**
 * @file core/call/calls_picture.c  Calls: what of them is seen
 */
#include "core/call/calls_picture.h"

int calls_video_mute(struct calls *cs, unsigned id, bool on)
{
	struct call *c = calls_find(cs, id, false);

	if (!c)
		return ENOENT;

	call_set_video_mute(c, on);
	return 0;
}

/* The line is woken even if the call is gone then */
static int change(struct calls *cs, unsigned id,
		  int (*h)(struct call *c, bool on, uint64_t now), bool on,
		  uint64_t now)
{
	struct call *c = calls_find(cs, id, false);
	const struct line *line;
	int err;

	if (!c)
		return ENOENT;

	line = call_line(c);
	err = h(c, on, now);
	line_wake(line);
	return err;
}

int calls_video(struct calls *cs, unsigned id, bool on, uint64_t now)
{
	return change(cs, id, call_video, on, now);
}

int calls_screen(struct calls *cs, unsigned id, bool on, uint64_t now)
{
	return change(cs, id, call_screen, on, now);
}

int calls_keyframe(struct calls *cs, unsigned id, uint64_t now)
{
	struct call *c = id ? calls_find(cs, id, false) : NULL;

	if (id && !c)
		return ENOENT;

	for (unsigned i = 0; i < cs->callc; i++) {
		if (!c || c == cs->callv[i])
			call_keyframe(cs->callv[i], now);
	}
	return 0;
}

struct studio *calls_studio(const struct calls *cs)
{
	return cs->studio;
}
