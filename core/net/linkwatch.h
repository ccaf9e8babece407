/**
 * @file core/net/linkwatch.h  Linkwatch: another address, or another way out
 *
 *     network (the kernel's events) -> [linkwatch] -> phone -> trunk, calls
 *
 * A cable, a Wi-Fi or a DHCP server is the cause of many events at once.
 * They are waited for, and told as one; those that leave all addresses and
 * the default route as they were are not told.
 */
#ifndef CORE_NET_LINKWATCH_H
#define CORE_NET_LINKWATCH_H

#include "core/net/network.h"

enum {
	LINKWATCH_WAIT = 500 * CLOCK_MS, /**< From the first event [us], ours:
					      a part of the 3 s of SECURITY
					      row 40                        */
};

struct linkwatch;

/** Addresses or the default route have changed. May free the linkwatch */
typedef void(linkwatch_h)(uint64_t now, void *arg);

/**
 * Begin to watch. Free with mem_deref().
 *
 * @param n  Must outlive the linkwatch
 *
 * @return 0, ENOTSUP the network never changes, ENOMEM, or errno
 */
int linkwatch_alloc(struct linkwatch **lp, const struct network *n,
		    linkwatch_h *h, void *arg);

#endif
