/**
 * @file core/net/probe.h  Probe: how a STUN server sees a base
 *
 *     gather -> [probe] -> base -> STUN server
 *
 * One Binding request, and then indications that keep a NAT's binding alive
 * until checks begin.
 */
#ifndef CORE_NET_PROBE_H
#define CORE_NET_PROBE_H

#include "core/net/base.h"
#include "core/net/query.h"

enum {
	PROBE_KEEPALIVE = 15 * CLOCK_S, /**< Tr, RFC 8445 section 11 [us] */
};

/** A probe; embed it, zeroed */
struct probe {
	struct query q;
	struct base *base; /**< A reference is kept */
	struct sa server;
	bool answered;
	uint64_t keepalive; /**< [us], CLOCK_NEVER when not */
};

/** Start; the first probe_tick() sends. @return 0, ENOMEM */
int probe_start(struct probe *p, struct base *base, const struct sa *server,
		uint64_t now);

/**
 * A STUN message came to a base.
 *
 * @param mapped  Set to our address as the server sees it, or unset
 *
 * @return true when it was the answer
 */
bool probe_recv(struct probe *p, const struct base *base, const struct sa *src,
		const struct stun_msg *msg, struct sa *mapped, uint64_t now);

/** Stop, and release the base */
void probe_stop(struct probe *p);

/** When to call probe_tick() next [us]; CLOCK_NEVER when not */
uint64_t probe_due(const struct probe *p);

/** Send what is due */
void probe_tick(struct probe *p, uint64_t now);

#endif
