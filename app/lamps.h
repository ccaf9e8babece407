/**
 * @file app/lamps.h  Lamps: each shows how the phone is
 *
 *     events -> mood -> [lamps] -> output -> line of a chip
 *
 * A lamp has words for some of the signs of mood.h, and shows the first of
 * them that is true; it is off when none is.
 */
#ifndef APP_LAMPS_H
#define APP_LAMPS_H

#include "app/mood.h"
#include "app/pin.h"
#include "board/board.h"
#include "core/base/config.h"

/** How a lamp is lit */
enum lamps_pattern {
	LAMPS_NONE, /**< No word: as if it were not so */
	LAMPS_OFF,
	LAMPS_ON,
	LAMPS_SLOW,  /**< One second, and one not        */
	LAMPS_FAST,  /**< Twice a second                 */
	LAMPS_FLASH, /**< A short one every two seconds  */
	LAMPS_PATTERNS,
};

/** What a lamp shows, by enum mood_sign */
struct lamps_words {
	enum lamps_pattern patternv[MOOD_SIGNS];
};

struct lamps;

/**
 * Read a line of [lamps]: CHIP:LINE [low] PATTERN=SIGN[,SIGN]...
 *
 * @param pp  Set to the line, for chip and line
 *
 * @return 0, EINVAL: why says what, ENOMEM
 */
int lamps_read(struct pin **pp, struct lamps_words *words, const char *text,
	       char *why, size_t size);

/** Make those of the configuration. @return 0, or errno (logged) */
int lamps_alloc(struct lamps **lp, const struct config *cfg,
		const struct board *board, struct event_bus *events);

/** Make others in their place, which show what is true. @return likewise, with
    which some are missing */
int lamps_change(struct lamps *ls, const struct config *cfg,
		 const struct board *board);

/** For `status`: a line each; and as a list */
int lamps_print(struct re_printf *pf, const struct lamps *ls);
json_t *lamps_json(const struct lamps *ls);

#endif
