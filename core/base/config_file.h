/**
 * @file core/base/config_file.h  The bytes of a configuration file
 *
 *     /etc/boardphone.conf, a board's file -> [config_file] -> config
 *
 * A part of config, for its own use.
 */
#ifndef CORE_BASE_CONFIG_FILE_H
#define CORE_BASE_CONFIG_FILE_H

#include <sys/types.h>
#include "core/base/config.h"

/**
 * Read a file, up to one byte more than may be, so that too long is seen. What
 * was read may be secret: wipe it.
 *
 * @param text  CONFIG_FILE_MAX + 1 bytes
 * @param len   Set to how many were read
 * @param mode  Set to that of the file
 *
 * @return 0, EINVAL not a plain file, or errno of opening and reading
 */
int config_file_read(const char *path, char *text, size_t *len, mode_t *mode);

#endif
