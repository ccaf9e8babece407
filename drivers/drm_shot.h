/**
 * @file drivers/drm_shot.h  DRM shot: what a screen shows now
 *
 *     /dev/dri/cardN -> framebuffer -> dmabuf -> [drm_shot] -> drm_screen
 *
 * The buffer that the kernel says is shown, lent for a moment: nothing is
 * copied. The kernel lends it to who draws on the card (its master) and to
 * who may administer the system (CAP_SYS_ADMIN), to nobody else.
 */
#ifndef DRIVERS_DRM_SHOT_H
#define DRIVERS_DRM_SHOT_H

#include "core/base/frame.h"
#include "drivers/drm_lib.h"

struct drm_shot {
	struct frame frame; /**< FRAME_XRGB or FRAME_RGB565, all that is seen;
				 planes are within the mapping, all else 0  */
	void *mem;	    /**< NULL: there is none                        */
	size_t size;	    /**< Of the mapping [bytes]                     */
	int dmabuf;
};

/**
 * What is shown on the first connected screen that shows anything, of its
 * primary plane: what other planes lay over it, as players of films may do,
 * is not in it.
 *
 * @param s   Set to it; drm_shot_free() when it was used
 * @param fd  Of a card. It may be its master's; is it nobody's, this becomes
 *            it for a moment, if it must
 *
 * @return 0, ENODEV nothing is shown, EACCES the kernel does not lend it,
 *         ENOTSUP it is of a format or layout that cannot be read, errno
 */
int drm_shot_take(struct drm_shot *s, int fd);

/** Around reading, for caches; from any thread. @return 0, errno */
int drm_shot_begin(const struct drm_shot *s);
void drm_shot_end(const struct drm_shot *s);

/** Give it back; harmless when there is none */
void drm_shot_free(struct drm_shot *s);

/** The size of what is shown [pixels]. @return 0, ENODEV nothing is */
int drm_shot_size(int fd, unsigned *width, unsigned *height);

#endif
