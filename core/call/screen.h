/**
 * @file core/call/screen.h  Screen: the one display, and whose picture it is
 *
 *     sessions' pictures -> [screen] -> display
 *
 * The session that was brought to the front last is shown; the pictures of
 * the others are not drawn.
 */
#ifndef CORE_CALL_SCREEN_H
#define CORE_CALL_SCREEN_H

#include "core/device/display.h"

struct screen;

/** A session's share of the display; embed it and zero it */
struct screen_user {
	struct le le;
};

/** Allocate. A reference to the display is kept. @return 0, ENOMEM */
int screen_alloc(struct screen **sp, struct display *display);

/** Attach a user, in front of all; harmless when attached */
void screen_attach(struct screen *s, struct screen_user *u);

/** Detach; harmless when not attached. Dark after the last */
void screen_detach(struct screen *s, struct screen_user *u);

/** Show a picture, if its user is in front */
void screen_show(struct screen *s, const struct screen_user *u, struct frame *f,
		 uint64_t now);

/** Print the display on one line, for %H */
int screen_print(struct re_printf *pf, const struct screen *s);

#endif
