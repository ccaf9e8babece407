/**
 * @file core/net/homes.h  Homes: the addresses that are ours now
 *
 *     network -> [homes] -> linkwatch, trunk: what has changed
 *     network, gather -> [homes] -> agent: whether media are cut off
 *
 * Asks the network each time: addresses change rarely and are few.
 */
#ifndef CORE_NET_HOMES_H
#define CORE_NET_HOMES_H

#include "core/net/gather.h"

/** Whether an address is one of ours. Link-local IPv6, never listed, is */
bool homes_has(const struct network *n, const struct sa *addr);

/** A number that is another when addresses or their order are others */
uint32_t homes_hash(const struct network *n);

/**
 * Whether ICE has to begin anew: the address of the pair in use is gone, and
 * there is another one to use.
 *
 * @param used      Base of the selected pair; NULL before there is one, then
 *                  all bases must be gone
 * @param loopback  Loopback addresses are to be used, too
 */
bool homes_lost(const struct network *n, const struct gather *g,
		const struct base *used, bool loopback);

#endif
