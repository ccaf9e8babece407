/**
 * @file core/media/gaps.h  Gaps: missing packets, and when to ask for them
 *
 *     packet, rtx -> [gaps] -> feedback_nack -> SRTCP
 *
 * A number that is passed over is asked for once GAPS_WAIT has gone by or
 * GAPS_AHEAD packets have come after it, then once in a round trip, until it
 * comes, is no longer wanted, or is given up. Then a key frame is needed.
 */
#ifndef CORE_MEDIA_GAPS_H
#define CORE_MEDIA_GAPS_H

#include "core/base/clock.h"
#include "core/base/re.h"

enum {
	GAPS_MAX = 256,			  /**< Numbers missed, ours           */
	GAPS_TRIES = 10,		  /**< Asked for so often, ours       */
	GAPS_AGE = CLOCK_S,		  /**< Asked for so long [us], ours   */
	GAPS_WAIT = 10 * CLOCK_MS,	  /**< It may be late only [us], ours */
	GAPS_AHEAD = 3,			  /**< The same [packets], ours; as in
					    RFC 5681 section 3.2           */
	GAPS_AGAIN = 20 * CLOCK_MS,	  /**< Not sooner, however short the
					    round trip [us], ours          */
	GAPS_ROUND_TRIP = 100 * CLOCK_MS, /**< Until it is known [us], ours */
};

struct gaps_stats {
	uint32_t missing; /**< Now                                         */
	uint32_t missed;  /**< Numbers passed over                         */
	uint32_t late;	  /**< Came before they were asked for             */
	uint32_t found;	  /**< Came after they were asked for              */
	uint32_t asked;	  /**< Numbers asked for, each time counted        */
	uint32_t lost;	  /**< Given up                                    */
	uint32_t resync;  /**< Sequence jumped                             */
};

struct gaps;

/** Allocate. Free with mem_deref(). @return 0, ENOMEM */
int gaps_alloc(struct gaps **gp);

/** Forget all; the next packet is the first. Another source begins */
void gaps_reset(struct gaps *g);

/** What a round trip is [us]; 0 for GAPS_ROUND_TRIP */
void gaps_set_round_trip(struct gaps *g, uint32_t rtt);

/**
 * A packet came, also one that was sent again.
 *
 * @return 0, EOVERFLOW so many are missing that all were given up: a key
 *         frame is needed
 */
int gaps_put(struct gaps *g, uint16_t seq, uint64_t now);

/**
 * Which to ask for now; those are not due again for a round trip.
 *
 * @param seqv  Filled with their numbers, ascending
 * @param max   How many fit
 *
 * @return how many
 */
unsigned gaps_get(struct gaps *g, uint16_t *seqv, unsigned max, uint64_t now);

/** When to call gaps_get() next [us], CLOCK_NEVER when none is missing */
uint64_t gaps_due(const struct gaps *g);

/** What is before this number is no longer wanted: see reorder_next() */
void gaps_forget(struct gaps *g, uint16_t seq);

/** Whether any was given up since the last call: a key frame is needed */
bool gaps_take_lost(struct gaps *g);

/** Numbers so far */
void gaps_stats(const struct gaps *g, struct gaps_stats *stats);

/** Print the numbers on one line, for %H */
int gaps_print(struct re_printf *pf, const struct gaps *g);

#endif
