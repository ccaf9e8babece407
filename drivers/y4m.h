/**
 * @file drivers/y4m.h  Y4M: files of raw pictures (YUV4MPEG2)
 *
 *     X.y4m -> [y4m] -> sim_camera
 *
 * A line "YUV4MPEG2 W640 H480 F30:1 Ip C420jpeg", then for each picture a line
 * "FRAME" and three planes. Only 4:2:0 of 8 bits, not interlaced. As mjpegtools
 * define it, yuv4mpeg(5). Parsing holds no file; reading goes frame by frame.
 */
#ifndef DRIVERS_Y4M_H
#define DRIVERS_Y4M_H

#include "core/base/frame.h"

enum {
	Y4M_HEADER_MAX = 256, /**< First line, with its end [bytes], ours     */
	Y4M_FRAME_MAX = 80,   /**< A frame's line, likewise                   */
	Y4M_FPS_MAX = 240,    /**< Ours; at least 1                           */
};

/** What the first line says */
struct y4m_header {
	unsigned width, height; /**< [pixels], as frame_alloc() takes them  */
	uint32_t fps_num, fps_den; /**< Frames in a second: num / den         */
};

/**
 * Parse the first line.
 *
 * @param lenp  Set to its length with its end [bytes]
 *
 * @return 0, EBADMSG not a Y4M, or one that says what is not allowed above
 */
int y4m_header_decode(struct y4m_header *h, const uint8_t *p, size_t size,
		      size_t *lenp);

/**
 * Parse a frame's line.
 *
 * @param lenp  Set to its length with its end [bytes]
 *
 * @return 0, EBADMSG
 */
int y4m_frame_decode(const uint8_t *p, size_t size, size_t *lenp);

struct y4m;

/**
 * Open a file. Free with mem_deref().
 *
 * @return 0, ENOMEM, EBADMSG as y4m_header_decode() or without a whole frame;
 *         or errno of open
 */
int y4m_open(struct y4m **yp, const char *path);

/** What its first line says */
const struct y4m_header *y4m_header(const struct y4m *y);

/**
 * Read a frame; after the last one, the first.
 *
 * @param f     I420 of its size
 * @param skip  So many frames before it are left out
 *
 * @return 0, EBADMSG what is there is no frame (the next call begins at the
 *         first one), EIO
 */
int y4m_read(struct y4m *y, struct frame *f, unsigned skip);

#endif
