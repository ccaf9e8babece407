/**
 * @file core/net/pair.h  Pair: the check list, RFC 8445 section 6.1.2
 *
 *     bases x remote candidates -> [pairs] -> checks
 *
 * A pair is a base of ours and an address of the peer. The list is sorted
 * by priority and limited; it holds states and no more: checks sends.
 */
#ifndef CORE_NET_PAIR_H
#define CORE_NET_PAIR_H

#include "core/net/base.h"
#include "core/net/query.h"

enum {
	PAIR_MAX = 100, /**< RFC 8445 section 6.1.2.5, SECURITY row 24 */
};

/** RFC 8445 section 6.1.2.6 */
enum pair_state {
	PAIR_FROZEN,
	PAIR_WAITING,
	PAIR_PROGRESS,
	PAIR_SUCCEEDED, /**< Valid: a check of ours was answered */
	PAIR_FAILED,
};

/** A pair; checks changes all but base, remote and priority */
struct pair {
	struct base *base; /**< A reference is kept */
	struct candidate remote;
	uint64_t priority;
	enum pair_state state;
	bool heard;	    /**< An authentic check came from there        */
	uint64_t triggered; /**< Place in the triggered queue, 0 not in it */
	bool nominate;	    /**< Our next check nominates it               */
	bool wanted;	    /**< The controlling peer nominated it         */
	uint64_t wanted_at; /**< When it last did so [us]                  */
	struct query q;	    /**< The check under way                       */
	bool q_nominates;   /**< It carries USE-CANDIDATE                  */
	bool q_controlling; /**< Our role in it                            */
	uint8_t prev[STUN_TID_SIZE]; /**< The check before it: its answer
					  still makes the pair valid       */
	uint64_t rtt;		     /**< Of the last check [us]           */
};

/** A check list; embed it, zeroed */
struct pairs {
	struct pair *v[PAIR_MAX]; /**< The best first */
	size_t count;
	uint32_t refused; /**< Pairs over the limit */
};

/**
 * Add a pair, frozen. When the list is full the worst untouched pair gives
 * way, if it is worse.
 *
 * @param pp  Set to the pair, or to the one that was there already
 *
 * @return 0, ENOBUFS, ENOMEM
 */
int pairs_add(struct pairs *ps, struct pair **pp, struct base *base,
	      const struct candidate *remote, bool controlling);

/** The pair of base and address; NULL none */
struct pair *pairs_find(const struct pairs *ps, const struct base *base,
			const struct sa *addr);

/** Priorities anew, after our role or a remote candidate has changed */
void pairs_sort(struct pairs *ps, bool controlling);

/** First states: the best pair of each foundation waits */
void pairs_thaw(struct pairs *ps);

/** A pair has succeeded: those of its foundation wait too */
void pairs_thaw_like(struct pairs *ps, const struct pair *p);

/**
 * The next ordinary check: the best that waits and is permitted, or, when
 * none waits, the best that is frozen. Sooner than RFC 8445 section 6.1.4.2,
 * which lets those of a foundation under way stay frozen. NULL none.
 */
struct pair *pairs_next(struct pairs *ps, uint64_t now);

/** The oldest triggered check that is permitted; NULL none */
struct pair *pairs_next_triggered(const struct pairs *ps, uint64_t now);

/** The best valid pair; NULL none */
struct pair *pairs_best(const struct pairs *ps);

/** How many are waiting or under way */
unsigned pairs_busy(const struct pairs *ps);

/** Remove all */
void pairs_flush(struct pairs *ps);

/** Whether the pair goes through a relay on either side */
bool pair_is_relayed(const struct pair *p);

#endif
