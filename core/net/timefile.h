/**
 * @file core/net/timefile.h  Timefile: a time that is surely past, on flash
 *
 *     file -> [timefile] -> trust's floor        at start
 *     clock -> [timefile] -> file                registered, every 6 h
 *
 * A board without a clock chip starts in 1970. What it knew when it last was
 * registered keeps it from taking certificates that have expired since the
 * build (SECURITY row 2). The file is one line of fixed length, written over
 * in place: no sector ever holds half of it, so that nothing need be waited
 * for, and a new file (an inode and a directory) would wear the flash more.
 */
#ifndef CORE_NET_TIMEFILE_H
#define CORE_NET_TIMEFILE_H

#include "core/base/re.h"

enum {
	TIMEFILE_EVERY = 6 * 3600, /**< At most as often [s], SECURITY row 44 */
};

/**
 * Read the file into trust_set_floor(). What is no time, or none that can be
 * right, is left alone.
 *
 * @return 0, ENOENT no file yet, EBADMSG no time in it (logged), or errno
 *         (logged)
 */
int timefile_load(const char *path);

/**
 * Save the time and make it the floor, if it can be right and TIMEFILE_EVERY
 * has passed since the floor.
 *
 * @param wall  Time of the clock [s since 1970]
 *
 * @return 0, EAGAIN not yet, or errno (logged): tried again after as long
 */
int timefile_save(const char *path, uint64_t wall);

#endif
