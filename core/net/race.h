/**
 * @file core/net/race.h  Race: a TCP connection to the fastest address
 *
 *     stream: addresses -> [race] -> connected socket
 *
 * Happy eyeballs (RFC 8305 section 5): a new attempt each 250 ms, or at once
 * when one fails; the first that connects wins, the others are closed.
 */
#ifndef CORE_NET_RACE_H
#define CORE_NET_RACE_H

#include "core/base/clock.h"
#include "core/net/addresses.h"

enum {
	RACE_DELAY = 250 * CLOCK_MS, /**< RFC 8305 section 8 [us]           */
	RACE_TIMEOUT = 10 * CLOCK_S, /**< After the last attempt, ours [us] */
};

struct race;

/**
 * The race is over. May free the race.
 *
 * @param err   0, or errno of the last attempt, ETIMEDOUT
 * @param fd    Non-blocking connected socket, now owned by the handler; or -1
 * @param peer  Its address, or that of the last attempt
 */
typedef void(race_h)(int err, int fd, const struct sa *peer, uint64_t now,
		     void *arg);

/**
 * Start. The handler is called from the loop, never from here. mem_deref()
 * ends the race.
 *
 * @param addrv  Addresses in order; copied
 * @param n      1 to ADDRESSES_MAX
 *
 * @return 0, ENOMEM
 */
int race_start(struct race **rp, const struct sa *addrv, unsigned n, race_h *h,
	       void *arg, uint64_t now);

/**
 * The addresses that were not the winner, in order: for another race when
 * the winner turns out to be useless.
 *
 * @param addrv  At least ADDRESSES_MAX
 *
 * @return Number of addresses
 */
unsigned race_rest(const struct race *r, struct sa *addrv);

#endif
