/**
 * @file core/net/remotes.h  Remotes: the peer's candidates
 *
 *     peer's description -> [remotes] -> pairs with our bases -> checks
 */
#ifndef CORE_NET_REMOTES_H
#define CORE_NET_REMOTES_H

#include "core/net/checks.h"
#include "core/net/gather.h"

/** The candidates of one generation; embed it, zeroed */
struct remotes {
	struct candidate v[CANDIDATE_MAX];
	size_t count;
	uint32_t skipped; /**< That are not allowed, or too many */
};

/** Add those that are allowed. @param loopback  Loopback addresses are */
void remotes_add(struct remotes *r, const struct candidate *cv, size_t count,
		 bool loopback);

/** Pair each with each base of ours, if they are not paired yet */
void remotes_pair(const struct remotes *r, struct checks *checks,
		  const struct gather *g);

#endif
