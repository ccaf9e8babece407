/**
 * @file core/net/addresses.h  Addresses: several of one name, in order
 *
 *     resolver -> [addresses] -> race
 *
 * The order in which to try them, and the text of a hosts file. Pure but
 * for the question whether the kernel has a route.
 */
#ifndef CORE_NET_ADDRESSES_H
#define CORE_NET_ADDRESSES_H

#include "core/base/re.h"

enum {
	ADDRESSES_MAX = 16, /**< Of one name, ours */
};

/** Says whether an address can be reached */
typedef bool(addresses_reach_h)(const struct sa *addr);

/**
 * Put addresses into the order of RFC 8305 section 4: those that can be
 * reached first, families taking turns, IPv6 first.
 *
 * @param n      At most ADDRESSES_MAX
 * @param reach  NULL asks the kernel whether there is a route
 */
void addresses_sort(struct sa *addrv, unsigned n, addresses_reach_h *reach);

/**
 * Find a name in the text of a hosts file.
 *
 * @param addrv  Set to what is found, at most max, without port
 *
 * @return Number of addresses
 */
unsigned addresses_hosts(const char *text, size_t size, const char *host,
			 struct sa *addrv, unsigned max);

/** Whether an address is among others; ports do not count */
bool addresses_has(const struct sa *addrv, unsigned n, const struct sa *a);

#endif
