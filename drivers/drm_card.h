/**
 * @file drivers/drm_card.h  DRM card: a connector, its mode, two buffers
 *
 *     drm_display -> [drm_card] -> libdrm -> /dev/dri/cardN
 *
 * What of a graphics card is needed to show a picture on one screen, without
 * its help in drawing.
 */
#ifndef DRIVERS_DRM_CARD_H
#define DRIVERS_DRM_CARD_H

#include "core/base/re.h"
#include "drivers/drm_lib.h"

enum {
	DRM_CARD_MAX = 16,    /**< Cards that are looked at, ours */
	DRM_CARD_BUFFERS = 2, /**< Shown and drawn into           */
	DRM_CARD_PATH = 64,
};

/** Memory of a picture, XRGB8888 */
struct drm_card_buffer {
	uint32_t handle, fb; /**< The kernel's numbers of it, 0 for none */
	uint8_t *mem;
	size_t size, stride; /**< [bytes] */
};

/** An open card */
struct drm_card {
	int fd; /**< -1 when closed */
	char path[DRM_CARD_PATH];
	uint32_t connector, crtc;
	drmModeModeInfo mode;
	drmModeCrtc *before; /**< What was shown, when something was */
	struct drm_card_buffer bufv[DRM_CARD_BUFFERS];
	bool set; /**< Our mode is set */
};

/**
 * Open a card that has a connected screen; nothing is shown yet.
 *
 * @param path  "/dev/dri/cardN", or "" for the first that has one
 *
 * @return 0, ENODEV no screen is connected, EBUSY somebody else draws,
 *         ENOENT, EACCES, ENOMEM, errno
 */
int drm_card_open(struct drm_card *c, const char *path);

/** Put back what was shown before, and close it; harmless when closed */
void drm_card_close(struct drm_card *c);

/** Whether the screen is still connected; quick, nothing is measured */
bool drm_card_connected(const struct drm_card *c);

/** Whether it is another one now, or gone: what it says of itself is read,
    which may take a while */
bool drm_card_changed(const struct drm_card *c);

/**
 * Show a buffer. The first one is shown at once, the others when the screen
 * is between two pictures, which the descriptor then tells.
 *
 * @param waits  Set to whether it will be told
 * @param arg    For the handler of the event
 *
 * @return 0, EBUSY the last one still waits, errno
 */
int drm_card_show(struct drm_card *c, unsigned index, bool *waits, void *arg);

/**
 * The descriptor of the card that is open now, if it is that one: it is the
 * card's master, to whom the kernel tells what others are not to know.
 *
 * @param path  As drm_card_open()
 *
 * @return The card's own, not to be closed nor kept; -1: there is none
 */
int drm_card_master(const char *path);

/** The buffer that is shown was drawn into: cards that copy it, copy it */
void drm_card_touch(const struct drm_card *c, unsigned index);

/** Print cards, connectors and modes, a line each */
int drm_card_list(struct re_printf *pf);

#endif
