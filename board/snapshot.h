/**
 * @file board/snapshot.h  Snapshot: a JPEG of whatever a camera makes
 *
 *     frame -> [snapshot] -> JPEG
 *
 * A camera's JPEG is made anew, too: those often lack the tables that all but
 * cameras need, and are of any quality.
 */
#ifndef BOARD_SNAPSHOT_H
#define BOARD_SNAPSHOT_H

#include "core/device/coder.h"

/** As struct optics; also EBADMSG for a broken JPEG of a camera */
coder_jpeg_h snapshot_jpeg;

#endif
