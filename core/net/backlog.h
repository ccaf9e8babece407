/**
 * @file core/net/backlog.h  Backlog: bytes that wait for a socket
 *
 *     stream -> [backlog] -> socket
 *
 * A queue with a limit: a peer that does not read must not cost memory.
 */
#ifndef CORE_NET_BACKLOG_H
#define CORE_NET_BACKLOG_H

#include "core/base/re.h"

enum {
	BACKLOG_KEEP = 16 *
		       1024, /**< Kept allocated when empty, ours [bytes] */
};

struct backlog;

/**
 * Allocate an empty backlog. Free with mem_deref().
 *
 * @param max  Limit [bytes]
 *
 * @return 0, ENOMEM
 */
int backlog_alloc(struct backlog **bp, size_t max);

/** Add bytes; they are copied. @return 0, ENOBUFS over the limit, ENOMEM */
int backlog_put(struct backlog *b, const uint8_t *p, size_t size);

/**
 * Write what the socket takes.
 *
 * @return 0 all is written, EAGAIN some is left, or errno of the socket
 */
int backlog_flush(struct backlog *b, int fd);

/** Drop everything */
void backlog_clear(struct backlog *b);

/** Bytes that wait */
size_t backlog_size(const struct backlog *b);

/** Bytes written so far */
uint64_t backlog_written(const struct backlog *b);

#endif
