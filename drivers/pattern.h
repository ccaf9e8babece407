/**
 * @file drivers/pattern.h  Pattern: a test picture that can be read back
 *
 *     sim_camera -> [pattern] -> frame ... decoder -> frame -> [pattern]
 *
 * A frame is divided into 16 columns and 12 rows of cells, from edge n * side
 * / count to the next. Rows from the top:
 *
 *     0      frame number, 16 bits, the highest left, a cell for each
 *     1, 2   wall-clock time [ms since 1970], the low 32 bits, likewise
 *     3      check word: number ^ high half of time ^ low half ^ 0xa5c3
 *     4..7   eight bars, two columns each: white, yellow, cyan, green,
 *            magenta, red, blue, black; 75 % (RGB 191), BT.601, limited
 *     8..11  grey; a bright box that goes to and fro, and number and time
 *            of day (UTC) for people
 *
 * A slide looks the same, and its number tells it from the camera's frames:
 * PATTERN_SLIDE is set in it; the time is when it was put up.
 *
 * A bit that is set has luma 235, one that is not luma 16, chroma is 128. The
 * browser's reader is tests/interop/page/eye.js.
 */
#ifndef DRIVERS_PATTERN_H
#define DRIVERS_PATTERN_H

#include "core/base/frame.h"

enum {
	PATTERN_COLUMNS = 16,
	PATTERN_ROWS = 12,
	PATTERN_BARS = 8,
	PATTERN_SLIDE = 0x8000, /**< In the number */
	PATTERN_TEXT_MAX = 20,	/**< Text for people, with final 0 [bytes] */
};

/** What a frame shows, to draw only what changes; zeroed: nothing yet */
struct pattern {
	bool drawn;
	uint16_t wordv[4]; /**< Cell rows 0 to 3           */
	unsigned box;	   /**< Left edge of it [pixels]   */
	char text[PATTERN_TEXT_MAX];
};

/**
 * Draw.
 *
 * @param p       What `f` shows, from the last call with this frame
 * @param f       I420, always the same with this `p`
 * @param number  Of the frame; its low 16 bits are drawn
 * @param wall    Wall-clock time [ms since 1970]
 */
void pattern_draw(struct pattern *p, struct frame *f, uint32_t number,
		  uint64_t wall);

/**
 * Read a frame that shows the pattern, maybe scaled, and blurred by a codec.
 *
 * @param f       I420 or NV12
 * @param number  Set to the low 16 bits of the frame's number
 * @param time    Set to the low 32 bits of the time [ms]
 *
 * @return 0, EBADMSG the check word does not fit: another picture, or a
 *         damaged one; EINVAL another format
 */
int pattern_read(const struct frame *f, uint32_t *number, uint32_t *time);

/**
 * How wrong the colours of the bars are: the largest mean difference from
 * what was drawn, of luma or chroma in the middle of a bar.
 *
 * @param f  I420
 *
 * @return Percent of full scale (255); 100 for another format
 */
double pattern_colour_error(const struct frame *f);

#endif
