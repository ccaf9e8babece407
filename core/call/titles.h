/**
 * @file core/call/titles.h  Titles: what is said of the calls on the display
 *
 *     calls, events -> [titles] -> glyphs -> screen
 *     mirror, placard -> [titles] -> screen
 *
 * Above the picture: who it is, and whether it rings, for how long we talk,
 * who holds, why it ended, and that our camera is off. Below on the right our
 * own picture, or a crossed-out camera. [video] titles and self_view take
 * them away.
 */
#ifndef CORE_CALL_TITLES_H
#define CORE_CALL_TITLES_H

#include "core/base/event.h"
#include "core/call/calls.h"
#include "core/call/mirror.h"
#include "core/call/screen.h"

enum {
	TITLES_LINE = 96,	   /**< Of a line of text [bytes], ours   */
	TITLES_END = 5 * CLOCK_S,  /**< It is said why it ended [us], ours */
	TITLES_TICK = CLOCK_S / 5, /**< Between two looks [us], ours       */
};

/** What is said; "": nothing */
struct titles_text {
	char who[TITLES_LINE];
	char what[TITLES_LINE];
};

struct titles;

/**
 * Allocate. Free with mem_deref().
 *
 * @param calls   Outlives it
 * @param screen  A reference is kept
 * @param mirror  Likewise; NULL: our own picture is not shown
 * @param band    Whether there is text
 * @param events  To look at once
 *
 * @return 0, ENOMEM, ENOSPC
 */
int titles_alloc(struct titles **tp, const struct calls *calls,
		 struct screen *screen, struct mirror *mirror, bool band,
		 struct event_bus *events);

/** What is said now */
const struct titles_text *titles_text(const struct titles *t);

#endif
