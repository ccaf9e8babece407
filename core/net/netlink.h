/**
 * @file core/net/netlink.h  Netlink: what the kernel says of its network
 *
 *     NETLINK_ROUTE socket -> [netlink] -> linkwatch
 *
 * Links, addresses and routes that come and go (rtnetlink(7)). What exactly
 * they are is looked up elsewhere: here only that something has changed, and
 * whether the default route did, which no list of addresses shows.
 */
#ifndef CORE_NET_NETLINK_H
#define CORE_NET_NETLINK_H

#include "core/net/network.h"

/** network_watch() of the kernel's network. @return 0, ENOMEM, or errno */
int netlink_watch(void **wp, const struct network *n, network_changed_h *h,
		  void *arg);

/**
 * Whether one of these messages is about the default route of the main table.
 *
 * @param data  Messages as received; any bytes
 */
bool netlink_is_default(const uint8_t *data, size_t size);

#endif
