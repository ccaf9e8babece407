/**
 * @file core/net/lease.h  Lease: an allocation and how it is reached
 *
 *     gather -> [lease: relay + base or conduit] -> base of the relayed address
 *
 * Brings a relay together with the datagram base it works through, or with
 * a TCP connection of its own, which it opens. The owner feeds datagrams
 * that come to the base, and ticks.
 */
#ifndef CORE_NET_LEASE_H
#define CORE_NET_LEASE_H

#include "core/net/base.h"
#include "core/net/icehost.h"

struct lease;

/**
 * The lease was allocated, was refused or has ended, or a permission was
 * answered: see lease_base() and lease_pending(). It may be freed here.
 */
typedef void(lease_changed_h)(struct lease *l, uint64_t now, void *arg);

/** How to make a lease */
struct lease_params {
	const struct network *network;
	const struct icehost *server; /**< Copied; kind is TURN             */
	struct base *via;    /**< Over UDP: a reference is kept           */
	int af;		     /**< Of the relayed address                  */
	uint16_t preference; /**< Of its base                             */
	bool loopback;	     /**< Alternate servers may be on loopback    */
	base_recv_h *recvh;  /**< Datagrams of peers, from lease_base()   */
	lease_changed_h *changedh;
	void *arg;
};

/** Allocate, and send or connect at once. @return 0, ENOMEM, or errno */
int lease_alloc(struct lease **lp, const struct lease_params *params,
		uint64_t now);

/**
 * Give the allocation back. The owner's handlers are not called any more,
 * even when the lease outlives its mem_deref(): it may be receiving.
 */
void lease_stop(struct lease *l);

/** A datagram came to the base. @return true when it was the server's */
bool lease_recv(struct lease *l, const struct base *via, const struct sa *src,
		struct mbuf *mb, uint64_t now);

/** The relayed base; NULL before it is allocated and after it has ended */
struct base *lease_base(const struct lease *l);

/** Our address as the server sees it; unset when not known, or over TCP */
const struct sa *lease_mapped(const struct lease *l);

/** The base it works through; NULL over TCP */
struct base *lease_via(const struct lease *l);

/** Our own address toward the server */
const struct sa *lease_local(const struct lease *l);

/** The server of the configuration */
const struct sa *lease_server(const struct lease *l);

/** Whether the first answer is still awaited */
bool lease_pending(const struct lease *l);

/** When to call lease_tick() next [us]; CLOCK_NEVER when not */
uint64_t lease_due(const struct lease *l);

/** Do what is due */
void lease_tick(struct lease *l, uint64_t now);

/** Print the relay's state, for %H */
int lease_print(struct re_printf *pf, const struct lease *l);

#endif
