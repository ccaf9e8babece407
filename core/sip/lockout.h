/**
 * @file core/sip/lockout.h  Lockout: who guesses too often waits
 *
 *     verifier -> [lockout] -> may this address try?
 *
 * A small table of addresses that gave wrong answers. Five of them, and the
 * address waits for a minute (SECURITY row 9). When the table is full the one
 * that failed longest ago is forgotten, those that wait last. Who has many
 * addresses, as every machine has with IPv6, meets a second limit: too many
 * wrong answers in a minute, and all wait. Whole prefixes do not, or one
 * browser with an old password would shut out a house.
 */
#ifndef CORE_SIP_LOCKOUT_H
#define CORE_SIP_LOCKOUT_H

#include "core/base/clock.h"

enum {
	LOCKOUT_TRIES = 5,		/**< Wrong answers, SECURITY row 9    */
	LOCKOUT_TIME = 60 * CLOCK_S,	/**< [us] SECURITY row 9             */
	LOCKOUT_TOTAL = 30,		/**< Wrong answers of all within
					 LOCKOUT_TIME, ours         */
	LOCKOUT_ADDRESSES = 16,		/**< Kept, ours                       */
	LOCKOUT_FORGET = 600 * CLOCK_S, /**< A wrong answer counts so long
					     [us], ours                    */
};

/** One address */
struct lockout_entry {
	struct sa address; /**< Without port; 0.0.0.0: not known           */
	unsigned failures; /**< Since the last right answer; 0: nobody     */
	uint64_t last;	   /**< The last wrong one [us]                    */
	uint64_t until;	   /**< Waits until then [us]                      */
};

/** Zero it before use */
struct lockout {
	struct lockout_entry entryv[LOCKOUT_ADDRESSES];
	uint64_t start;	   /**< Of the minute that is counted [us] */
	unsigned recent;   /**< Wrong answers since then           */
	uint64_t until;	   /**< All wait until then [us]           */
	uint32_t failures; /**< Counter: wrong answers             */
	uint32_t locks;	   /**< Counter: made to wait              */
	uint32_t dropped;  /**< Counter: forgotten early           */
};

/** How long an address still has to wait [us]; 0: it may try */
uint64_t lockout_left(const struct lockout *l, const struct sa *address,
		      uint64_t now);

/** A wrong answer. @return whether the address has to wait from now on */
bool lockout_fail(struct lockout *l, const struct sa *address, uint64_t now);

/** A right answer: its wrong ones are forgotten */
void lockout_pass(struct lockout *l, const struct sa *address);

/** Print the counters on one line, for %H */
int lockout_print(struct re_printf *pf, const struct lockout *l);

#endif
