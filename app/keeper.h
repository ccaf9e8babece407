/**
 * @file app/keeper.h  Keeper: writes a file, and the loop goes on
 *
 *     reload -> [keeper] -> a process of its own -> keepfile
 *
 * A card takes a second to write what then is safe; in a call that would be
 * heard.
 */
#ifndef APP_KEEPER_H
#define APP_KEEPER_H

#include "core/base/loop.h"

/** It is written, or the old one is as it was: 0 or errno; the keeper may be
    freed inside */
typedef void(keeper_h)(int err, uint64_t now, void *arg);

struct keeper;

/**
 * Begin to write, as keepfile_write(). mem_deref() does not wait.
 *
 * @return 0, ENOMEM, or errno of fork
 */
int keeper_write(struct keeper **kp, const char *path, const uint8_t *p,
		 size_t len, keeper_h *h, void *arg);

#endif
