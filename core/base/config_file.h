/**
 * @file core/base/config_file.h  The configuration's file, read as a whole
 *
 *     /etc/boardphone.conf -> [config_file] -> config_parse()
 *
 * config_load() is here, which config.h declares.
 */
#ifndef CORE_BASE_CONFIG_FILE_H
#define CORE_BASE_CONFIG_FILE_H

#include <sys/types.h>
#include "core/base/config.h"

/**
 * Read a file up to one byte more than may be, so that too long is seen.
 *
 * @param text  Of CONFIG_FILE_MAX + 1 bytes; wipe it
 * @param mode  Set to that of the file
 *
 * @return 0, EISDIR, EINVAL it is no file, or errno
 */
int config_file_read(const char *path, char *text, size_t *len, mode_t *mode);

#endif
