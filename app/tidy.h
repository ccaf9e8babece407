/**
 * @file app/tidy.h  Tidy: memory of ended calls goes back to the kernel
 *
 *     event "terminated" -> [tidy] -> 40 s later malloc_trim()
 *
 * Transactions of a call outlive it by 32 s (RFC 3261 timer H, RFC 6026
 * timer L), on top of what it left behind, so that free() alone gives little
 * back: after 60 calls in a row the heap would stay twice as large as it has
 * to be, for years. For the same reason all threads share one heap, and large
 * blocks are outside of it.
 */
#ifndef APP_TIDY_H
#define APP_TIDY_H

#include "core/base/event.h"

struct tidy;

/** Start. Free with mem_deref(). @return 0, ENOMEM, or as event_listen() */
int tidy_alloc(struct tidy **tp, struct event_bus *events);

#endif
