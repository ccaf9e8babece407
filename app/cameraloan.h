/**
 * @file app/cameraloan.h  Camera loan: the camera, lent to a check meanwhile
 *
 *     camera -> [cameraloan] -> phone
 *                     '-------> check, loopback
 *
 * As app/soundloan.h, for pictures.
 */
#ifndef APP_CAMERALOAN_H
#define APP_CAMERALOAN_H

#include "core/device/camera.h"

/** The phone needs it: no handler is called any more */
typedef void(cameraloan_recall_h)(void *arg);

/** Allocate. @param inner  Closed; a reference is kept. @return 0, ENOMEM */
int cameraloan_alloc(struct camera **cp, struct camera *inner);

/** Borrow it; as camera_start(). @return also EBUSY the phone has it, EALREADY
    another check has */
int cameraloan_borrow(struct camera *c, const struct camera_prefs *prefs,
		      struct camera_format *fmt, camera_frame_h *fh,
		      cameraloan_recall_h *recallh, void *arg);

/** Give it back; harmless when it was recalled */
void cameraloan_return(struct camera *c);

#endif
