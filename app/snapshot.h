/**
 * @file app/snapshot.h  Snapshot: a picture of the camera into a file
 *
 *     command -> [snapshot] -> studio -> JPEG -> file, event
 */
#ifndef APP_SNAPSHOT_H
#define APP_SNAPSHOT_H

#include "core/base/event.h"
#include "core/call/studio.h"

/**
 * Take one. The file is complete, or not there; the event `snapshot` says
 * which, and why.
 *
 * @param path  Of the file, as it is opened by this process
 *
 * @return 0, ENAMETOOLONG, ENOMEM, or as studio_snapshot()
 */
int snapshot_take(struct studio *st, const char *path, struct event_bus *events,
		  uint64_t now);

#endif
