/**
 * @file app/press.h  Press: short, long or double
 *
 *     button's handler -> [press] -> which command of the button
 *
 * A button that only has a command for a short press does not wait to see
 * what becomes of it. Holds no clock.
 */
#ifndef APP_PRESS_H
#define APP_PRESS_H

#include "core/base/clock.h"

enum {
	PRESS_HOLD = 800 * CLOCK_MS,  /**< It is long from here on [us], ours */
	PRESS_AGAIN = 400 * CLOCK_MS, /**< Till then a second one makes it
					   double [us], ours */
};

/** What it was */
enum press_kind {
	PRESS_NONE, /**< Nothing yet */
	PRESS_SHORT,
	PRESS_LONG,
	PRESS_DOUBLE,
	PRESS_KINDS,
};

/** A button's press; begin with zeros and what there are commands for */
struct press {
	bool longs, doubles;
	enum {
		PRESS_UP,
		PRESS_HELD,
		PRESS_WAIT, /**< Was short, or becomes double */
		PRESS_DONE, /**< Held, but told already       */
	} state;
	uint64_t due; /**< When to call press_expire() [us]; 0: never */
};

/** It was pressed or released. @return what it was */
enum press_kind press_change(struct press *p, bool pressed, uint64_t now);

/** The time was up. @return what it was */
enum press_kind press_expire(struct press *p);

/** As in events: "short", "long", "double"; NULL for none */
const char *press_name(enum press_kind kind);

#endif
