/**
 * @file core/call/screen.h  Screen: the one display, and whose picture it is
 *
 *     sessions' pictures -> [screen] -> display
 *
 * The session that was brought to the front last is shown; the pictures of
 * the others are not drawn. While the display has no screen, calls go on;
 * device_lost and device_back tell of it.
 */
#ifndef CORE_CALL_SCREEN_H
#define CORE_CALL_SCREEN_H

#include "core/base/event.h"
#include "core/device/display.h"

struct screen;

/** A session's share of the display; embed it and zero it */
struct screen_user {
	struct le le;
};

/**
 * Allocate.
 *
 * @param display  A reference is kept
 * @param name     Of it, for people; copied
 * @param events   For device_lost and device_back; may be NULL
 *
 * @return 0, ENOMEM
 */
int screen_alloc(struct screen **sp, struct display *display, const char *name,
		 struct event_bus *events);

/** Attach a user, in front of all; harmless when attached */
void screen_attach(struct screen *s, struct screen_user *u);

/** Detach; harmless when not attached. Dark after the last */
void screen_detach(struct screen *s, struct screen_user *u);

/** Show a picture, if its user is in front */
void screen_show(struct screen *s, const struct screen_user *u, struct frame *f,
		 uint64_t now);

/** As struct display_table has it */
void screen_overlay(struct screen *s, const struct display_overlay *o,
		    uint64_t now);

/** Print the display on one line, for %H */
int screen_print(struct re_printf *pf, const struct screen *s);

#endif
