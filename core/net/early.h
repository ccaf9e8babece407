/**
 * @file core/net/early.h  Early: checks before the peer's description
 *
 *     peer's checks -> agent -> [early] -> checks, once its ufrag is known
 *
 * The answerer's checks are faster than its 200 OK. Their senders have
 * proved to know our password, so what they send is let through; when the
 * description comes, those with its ufrag become triggered checks. With a
 * forked call the ufrags differ, and the others are forgotten.
 */
#ifndef CORE_NET_EARLY_H
#define CORE_NET_EARLY_H

#include "core/net/base.h"
#include "core/net/check.h"
#include "core/net/checks.h"

enum {
	EARLY_MAX = 16, /**< Ours */
};

/** A check that came early */
struct early_check {
	struct base *base; /**< A reference is kept */
	struct sa src;
	struct check_in in;
};

/** The checks; embed it, zeroed */
struct early {
	struct early_check *v[EARLY_MAX];
	size_t count;
	uint32_t refused; /**< Over the limit */
};

/** Keep one; the same sender's is replaced. @return 0, ENOBUFS, ENOMEM */
int early_put(struct early *e, struct base *base, const struct sa *src,
	      const struct check_in *in);

/** Whether the sender has proved to know our password */
bool early_proven(const struct early *e, const struct base *base,
		  const struct sa *src);

/** Take the oldest; the caller owns it. NULL none */
struct early_check *early_take(struct early *e);

/** The description is there: hand over its peer's, forget all */
void early_hear(struct early *e, struct checks *checks, uint64_t now);

/** Forget all */
void early_flush(struct early *e);

#endif
