/**
 * @file core/call/mirror.h  Mirror: our own picture, small
 *
 *     camera -> [mirror] -> studio
 *                  '-----> titles -> display
 *
 * A camera that is another one, and keeps a small picture of what that one
 * makes, of I420, NV12 and YUYV: of what a camera has coded it keeps none.
 */
#ifndef CORE_CALL_MIRROR_H
#define CORE_CALL_MIRROR_H

#include "core/device/camera.h"

enum {
	MIRROR_WIDTH = 160, /**< Of the small picture at most [pixels], ours */
	MIRROR_FPS = 10,    /**< Of these in a second at most, ours          */
};

struct mirror;

/**
 * Allocate. Free with mem_deref().
 *
 * @param camera  Closed; a reference is kept
 *
 * @return 0, ENOMEM
 */
int mirror_alloc(struct mirror **mp, struct camera *camera);

/** As a camera; lives as long as the mirror */
struct camera *mirror_camera(struct mirror *m);

/** The last small picture, while the camera is open; NULL: there is none */
struct frame *mirror_picture(const struct mirror *m);

/** Draw a picture small: by points, each of them the nearest. dst is I420;
    @return whether src is of a format that can be */
bool mirror_draw(struct frame *dst, const struct frame *src);

#endif
