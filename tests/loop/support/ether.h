/**
 * @file tests/loop/support/ether.h  Ether: a datagram network in virtual time
 *
 *     phone A -> network -> [ether] -> network -> phone B
 *
 * Hosts with an address each on one link, with delay, jitter, loss and
 * duplicates from a seeded generator: the same seed gives the same weather.
 */
#ifndef TESTS_LOOP_SUPPORT_ETHER_H
#define TESTS_LOOP_SUPPORT_ETHER_H

#include "core/net/network.h"

enum {
	ETHER_HOSTS = 4,
	ETHER_DELAY = 5 * CLOCK_MS, /**< Default, one way [us] */
};

/** What the link does to datagrams, both ways */
struct ether_weather {
	uint64_t delay;	    /**< One way [us]                    */
	uint64_t jitter;    /**< Uniform, added to it [us]       */
	unsigned loss;	    /**< [1/1000]                        */
	unsigned duplicate; /**< [1/1000]                        */
};

/** Counters */
struct ether_stats {
	uint64_t sent, lost, delivered;
};

/** An empty network; the seed decides all that is random */
void ether_reset(uint32_t seed);

/** Change the weather */
void ether_set(const struct ether_weather *w);

/** The network of host i, 10.0.0.(i+1) */
const struct network *ether_host(unsigned i);

/** Address of the oldest open socket of host i. @return whether there is one */
bool ether_address(unsigned i, struct sa *addr);

/** Put a datagram on the line, whoever it is said to be from */
void ether_forge(const struct sa *src, const struct sa *dst,
		 const struct mbuf *mb);

/**
 * Host i gets another address, ETHER_HOSTS further each time: sockets on the
 * old one are cut off.
 */
void ether_move(unsigned i);

/** Host i has no file descriptor left, or has some again */
void ether_exhaust(unsigned i, bool full);

/** Host i sends a datagram, from mb->pos */
typedef void(ether_tap_h)(unsigned i, const struct mbuf *mb);

/** Look at what is sent, until ether_reset(); NULL: nobody */
void ether_set_tap(ether_tap_h *h);

/** What went through since the reset */
const struct ether_stats *ether_stats(void);

/** Sockets that are open now: 0 after a test */
unsigned ether_sockets(void);

#endif
