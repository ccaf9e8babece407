/**
 * @file app/refusal.h  Refusal: a configuration that is wrong, and not in force
 *
 *     reload, FILE.refused -> [refusal] -> events -> lamps; status
 *
 * Two bring a configuration: the reload of the file, and whoever makes that
 * file of another one, as the card does (board/image/import). The latter, when
 * the other one is wrong, says why in a file beside it, FILE.refused.
 */
#ifndef APP_REFUSAL_H
#define APP_REFUSAL_H

#include "core/base/event.h"

enum {
	REFUSAL_TEXT = 512, /**< Why, its first line [bytes], ours */
};

struct refusal;

/**
 * Allocate; nothing is looked at before refusal_look().
 *
 * @param path    The configuration in force
 * @param events  Borrowed
 *
 * @return 0, ENOMEM
 */
int refusal_alloc(struct refusal **rp, const char *path,
		  struct event_bus *events);

/** See whether the card's is refused, once there is somebody to hear of it */
void refusal_look(struct refusal *r);

/**
 * The file was read again; looks as well.
 *
 * @param why  What was wrong; NULL: it is right
 */
void refusal_reload(struct refusal *r, const struct mbuf *why);

/** A line for each that is refused, for `status`; and as a list */
int refusal_print(struct re_printf *pf, const struct refusal *r);
json_t *refusal_json(const struct refusal *r);

#endif
