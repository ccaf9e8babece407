/**
 * @file core/call/glyphs.h  Glyphs: letters on a picture, without a desktop
 *
 *     text -> [glyphs] -> I420 frame
 *
 * ASCII in five by seven dots, ours. Letters of Latin-1 lose what stands over
 * them; of any other a box is drawn. Whatever bytes come, they are drawn.
 */
#ifndef CORE_CALL_GLYPHS_H
#define CORE_CALL_GLYPHS_H

#include "core/base/frame.h"

enum {
	GLYPHS_WIDTH = 6,  /**< From one to the next [dots] */
	GLYPHS_HEIGHT = 7, /**< And one more below the line */
};

/**
 * Draw one line of text.
 *
 * @param f     I420; what does not fit is left out
 * @param x     Left and upper edge [pixels]
 * @param dot   Side of a dot [pixels], not 0
 * @param luma  Of the dots; chroma stays as it is
 * @param text  UTF-8, or not
 */
void glyphs_draw(struct frame *f, unsigned x, unsigned y, unsigned dot,
		 uint8_t luma, const char *text);

/** How many letters a text has, each GLYPHS_WIDTH wide */
size_t glyphs_count(const char *text);

#endif
