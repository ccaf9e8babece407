/**
 * @file core/base/keepfile.h  Keepfile: a small file, kept or not at all
 *
 *     pagecert, secrets -> [keepfile] -> state folder
 *
 * For what a phone makes once and needs for years: it is written beside the
 * old one, brought to the disk and then takes its place (SECURITY row 35), and
 * only the owner may read it. Both functions wait for the disk: at start, and
 * when a person asks for something new, not in between.
 */
#ifndef CORE_BASE_KEEPFILE_H
#define CORE_BASE_KEEPFILE_H

#include "core/base/re.h"

enum {
	KEEPFILE_PATH_MAX = 4096, /**< Name with its end [bytes], PATH_MAX */
};

/**
 * Put the name of a file in a folder together.
 *
 * @param path  Set to FOLDER/NAME, size KEEPFILE_PATH_MAX
 *
 * @return 0, ENAMETOOLONG
 */
int keepfile_path(char *path, const char *folder, const char *name);

/**
 * Make a folder for such files, mode 0700; its parent must be there.
 *
 * @return 0, also when there is one; ENOTDIR; errno of mkdir
 */
int keepfile_folder(const char *folder);

/**
 * Read a whole file as text. Wipe the buffer when it was secret.
 *
 * @param buf   Set to its bytes and a final 0
 * @param size  Of buf [bytes]
 * @param lenp  Set to the length without the final 0, may be NULL
 *
 * @return 0, ENOENT, EACCES, EFBIG longer than buf, EISDIR, errno
 */
int keepfile_read(const char *path, uint8_t *buf, size_t size, size_t *lenp);

/**
 * Write a whole file, mode 0600. After an error the old one is as it was.
 *
 * @return 0, ENOSPC, EACCES, EROFS, errno of the file system
 */
int keepfile_write(const char *path, const uint8_t *p, size_t len);

#endif
