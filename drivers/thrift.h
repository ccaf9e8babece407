/**
 * @file drivers/thrift.h  Thrift: codecs that leave alone what they don't use
 *
 *     openh264, libvpx -> [thrift] -> malloc()
 *
 * The codecs clear far more memory than a telephone's picture ever needs: 3
 * MB for input of openh264's, 7 MB for what libvpx counts. A page that was
 * written to is a page that is missing elsewhere, so this clears large blocks
 * by giving their pages back to the kernel, which has zeros for them. Some
 * blocks are filled by a picture, most of all by a key frame, and mean nothing
 * when it is done; they are cleared again.
 *
 * CMakeLists.txt makes the linker ask here first (--wrap), for functions of
 * the libraries' archives; with shared libraries nothing is saved and nothing
 * is broken. The names are those of openh264's memory_align.h and libvpx's
 * vpx_mem.h and alloccommon.h.
 */
#ifndef DRIVERS_THRIFT_H
#define DRIVERS_THRIFT_H

#include "core/base/re.h"

enum {
	THRIFT_BLOCKS = 4,    /**< Remembered of a codec; it has 2 at most */
	THRIFT_PICTURES = 30, /**< After so many it clears again, ours */
	THRIFT_LEAST = 65536, /**< Smaller blocks are just cleared [bytes] */
};

/** A codec's blocks which mean nothing between pictures. Zeroed at first */
struct thrift {
	struct thrift_block {
		void *mem;
		size_t size; /**< [bytes] */
	} blockv[THRIFT_BLOCKS];
	size_t tokens;	   /**< libvpx: from this size on it's tokens [bytes] */
	unsigned pictures; /**< Since it was cleared */
	struct thrift_block latest; /**< libvpx: last one given           */
};

/** Note what a codec is given and gives back in this thread from now on */
void thrift_enter(struct thrift *t);

/** No longer */
void thrift_leave(void);

/** A picture is done, and what was noted means nothing: now and then, and
    after a key frame at once, it is cleared */
void thrift_picture(struct thrift *t, bool key);

#endif
