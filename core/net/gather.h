/**
 * @file core/net/gather.h  Gather: our candidates
 *
 *     network, STUN and TURN servers -> [gather] -> agent
 *
 * Opens a base on each local address, asks STUN servers how they see it,
 * and TURN servers for a relayed one: RFC 8445 section 5.1. Without servers
 * all is there at once; a dead server costs GATHER_MAX, and less when
 * another one has answered.
 */
#ifndef CORE_NET_GATHER_H
#define CORE_NET_GATHER_H

#include "core/net/base.h"
#include "core/net/icehost.h"

enum {
	GATHER_MAX = CLOCK_S,		/**< When there are addresses without a
				     server too: nobody is to wait for a
				     dead one; ours [us]                 */
	GATHER_RELAY = 2 * CLOCK_S,	/**< When nothing but a relay will do:
					 FEATURES A-3.2.1 [us]           */
	GATHER_SETTLE = 100 * CLOCK_MS, /**< For the others, once each
					       kind is there [us], ours    */
	GATHER_BASES = 16,		/**< Local addresses used, ours  */
	GATHER_CANDIDATES = 48,		/**< Of ours, ours               */
	GATHER_PROBES = 16, /**< STUN servers times bases, ours            */
};

struct gather;

/**
 * It is done, a permission was answered, or gather_due() changed. The
 * gather may be freed in the handler.
 */
typedef void(gather_changed_h)(uint64_t now, void *arg);

/** How to gather */
struct gather_params {
	const struct network *network;
	bool relay_only; /**< Tell no address but relayed ones             */
	bool loopback;	 /**< Use loopback addresses too                   */
	const struct icehost *serverv; /**< Copied                          */
	size_t serverc;		       /**< Up to ICEHOST_MAX                */
	base_recv_h *recvh;	       /**< What is not for the gather      */
	gather_changed_h *changedh;    /**< Not called by gather_start()    */
	void *arg;
};

/** Allocate. Free with mem_deref(). @return 0, ENOMEM, EINVAL */
int gather_alloc(struct gather **gp, const struct gather_params *params);

/**
 * Look at the local addresses and begin; once more after a change of them:
 * bases whose address is gone are dropped, others stay as they are.
 *
 * @return 0, EADDRNOTAVAIL no address at all, or errno of the network
 */
int gather_start(struct gather *g, uint64_t now);

/** Whether all candidates are there */
bool gather_done(const struct gather *g);

/** The candidates, the best first */
const struct candidate *gather_candidates(const struct gather *g,
					  size_t *countp);

/** The bases, the best first; NULL after the last one */
struct base *gather_base(const struct gather *g, size_t i);

/** The local address that a base stands on; NULL: its allocation has ended */
const struct sa *gather_local(const struct gather *g, const struct base *b);

/**
 * A pair is in use: stop the keep-alives, and give allocations back except
 * for the one of this base.
 */
void gather_rest(struct gather *g, const struct base *used);

/** When to call gather_tick() next [us]; CLOCK_NEVER when not */
uint64_t gather_due(const struct gather *g);

/** Do what is due. changedh may be called */
void gather_tick(struct gather *g, uint64_t now);

/** Print counts and leases, for %H */
int gather_print(struct re_printf *pf, const struct gather *g);

#endif
