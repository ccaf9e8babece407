/**
 * @file app/eyecheck.h  Eye check: camera and encoder, as they really are
 *
 *     `check video` -> [eyecheck] -> borrowed camera -> encoder
 *     `loopback video` ---^                               '-> decoder, display
 *
 * What they do is counted and said in words; with a display it is shown, too,
 * encoded and decoded as in a call.
 */
#ifndef APP_EYECHECK_H
#define APP_EYECHECK_H

#include "app/answer.h"
#include "core/base/config.h"
#include "core/base/loop.h"
#include "core/device/coder.h"

enum {
	EYECHECK_TIME = 5, /**< Of a check [s] */
};

/**
 * Check. Ends with answer_end(): 0, EIO something is wrong, ECANCELED a call
 * needs the camera.
 *
 * @param o        Its camera as app/cameraloan.h
 * @param show     On the display
 * @param seconds  How long
 *
 * @return 0 it goes on, ENODEV no camera, ENOTSUP no display, EBUSY there is a
 *         call, EALREADY another check, or errno of the camera
 */
int eyecheck_start(const struct optics *o, const struct config *cfg, bool show,
		   unsigned seconds, struct answer *answer);

#endif
