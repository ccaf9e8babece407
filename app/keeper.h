/**
 * @file app/keeper.h  Keeper: writes a file, and the loop goes on
 *
 *     reload -> [keeper] -> child -> keepfile
 *
 * A card takes a second to write what then is safe; in a call that would be
 * heard.
 */
#ifndef APP_KEEPER_H
#define APP_KEEPER_H

#include "app/child.h"

/**
 * Begin to write, as keepfile_write(). mem_deref() waits until it is written.
 *
 * @param h  It is written, or the old one is as it was: 0 or errno
 *
 * @return as child_start()
 */
int keeper_write(struct child **cp, const char *path, const uint8_t *p,
		 size_t len, child_h *h, void *arg);

#endif
