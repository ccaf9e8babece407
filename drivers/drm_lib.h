/**
 * @file drivers/drm_lib.h  DRM library: loaded with the first screen
 *
 *     drm_card, drm_display -> [drm_lib] -> libdrm.so.2
 *
 * drmX() is called as drm.X(), after drm_lib_load(). A phone without a
 * screen does not pay for it.
 */
#ifndef DRIVERS_DRM_LIB_H
#define DRIVERS_DRM_LIB_H

#include <xf86drm.h>
#include <xf86drmMode.h>

/** The functions that are used, without drm */
#define DRM_LIB(X)                                                             \
	X(DropMaster)                                                          \
	X(GetCap)                                                              \
	X(HandleEvent)                                                         \
	X(Ioctl)                                                               \
	X(ModeAddFB)                                                           \
	X(ModeDirtyFB)                                                         \
	X(ModeFreeConnector)                                                   \
	X(ModeFreeCrtc)                                                        \
	X(ModeFreeEncoder)                                                     \
	X(ModeFreeFB2)                                                         \
	X(ModeFreeResources)                                                   \
	X(ModeGetConnector)                                                    \
	X(ModeGetConnectorCurrent)                                             \
	X(ModeGetCrtc)                                                         \
	X(ModeGetEncoder)                                                      \
	X(ModeGetFB2)                                                          \
	X(ModeGetResources)                                                    \
	X(ModePageFlip)                                                        \
	X(ModeRmFB)                                                            \
	X(ModeSetCrtc)                                                         \
	X(PrimeHandleToFD)                                                     \
	X(SetMaster)

/** A pointer to each */
#define DRM_LIB_POINTER(x) __typeof__(drm##x) *x;
struct drm_lib {
	DRM_LIB(DRM_LIB_POINTER)
};

extern struct drm_lib drm;

/**
 * Load it; harmless when called again.
 *
 * @return 0, ENOENT it is not installed; a warning was written
 */
int drm_lib_load(void);

#endif
