/**
 * @file core/net/base.h  Base: an address of ours that sends and receives
 *
 *     gather makes -> [base] -> dgram | relay
 *     check list, path -> [base]
 *
 * Either a socket on a local address, or an allocation at a TURN server.
 * The check list and the path in use keep references; gather makes them.
 */
#ifndef CORE_NET_BASE_H
#define CORE_NET_BASE_H

#include "core/net/candidate.h"
#include "core/net/network.h"
#include "core/net/relay.h"

struct base;

/** A datagram arrived at the base; it may be freed in the handler */
typedef void(base_recv_h)(struct base *b, const struct sa *src, struct mbuf *mb,
			  uint64_t now, void *arg);

/** A base; the fields are for reading */
struct base {
	enum candidate_type type; /**< HOST or RELAY                     */
	struct sa addr;		  /**< Bound or relayed address          */
	uint16_t preference;	  /**< Local preference, 65535 the best  */
	struct dgram *dgram;	  /**< HOST                              */
	struct relay *relay;	  /**< RELAY; NULL once it has ended     */
	base_recv_h *recvh;
	void *arg;
};

/**
 * Open a base on a local address, any port.
 *
 * @return 0, ENOMEM, or errno of the network
 */
int base_open(struct base **bp, const struct network *n, const struct sa *local,
	      uint16_t preference, base_recv_h *h, void *arg);

/**
 * Make a base of an allocation; keeps a reference to it.
 *
 * @return 0, ENOMEM
 */
int base_relayed(struct base **bp, struct relay *relay, uint16_t preference,
		 base_recv_h *h, void *arg);

/** Whether the base can send to the address: family, loopback or not */
bool base_reaches(const struct base *b, const struct sa *dst);

/**
 * Whether a datagram would pass now; if a permission is missing it is asked
 * for.
 */
bool base_permitted(struct base *b, const struct sa *dst, uint64_t now);

/** Send. @return 0, ENOTCONN, or errno of network or relay */
int base_send(struct base *b, const struct sa *dst, struct mbuf *mb);

#endif
