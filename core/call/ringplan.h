/**
 * @file core/call/ringplan.h  Ring plan: who is rung, in which order
 *
 *     [buttons] press=ring:PLAN -> [ringplan] -> ring
 *
 *     browsers/20s,sip:home@example.org|anna/30s
 *
 * Steps are separated by `,` and come one after the other, each for its time;
 * the targets of a step are separated by `|` and ring together. A target is
 * `browsers` (all that are registered), a user of the account's domain, or a
 * SIP URI; `home:anna` is rung over the account of that name. Of those three
 * characters an URI writes %2C, %7C and %2F.
 */
#ifndef CORE_CALL_RINGPLAN_H
#define CORE_CALL_RINGPLAN_H

#include "core/base/clock.h"

enum {
	RINGPLAN_STEPS = 8,    /**< Steps, ours                    */
	RINGPLAN_TARGETS = 8,  /**< Targets in a step, ours        */
	RINGPLAN_LENGTH = 512, /**< Length of a plan [bytes], ours */
};

/** A step rings so long if it does not say [us], ours */
#define RINGPLAN_TIME (30ULL * CLOCK_S)

/** The target that means all browsers */
extern const char ringplan_browsers[];

struct ringplan_step {
	const char *targetv[RINGPLAN_TARGETS];
	unsigned targetc; /**< At least 1 */
	uint64_t time;	  /**< [us]       */
};

struct ringplan {
	char *text; /**< What targets point into */
	struct ringplan_step stepv[RINGPLAN_STEPS];
	unsigned stepc; /**< At least 1 */
};

/**
 * Read a plan. Free it with mem_deref().
 *
 * @param why   Set to what is wrong and would be right, after EINVAL
 * @param size  Of why
 *
 * @return 0, EINVAL, ENOMEM
 */
int ringplan_alloc(struct ringplan **rp, const char *text, char *why,
		   size_t size);

/**
 * The address in a target.
 *
 * @param account  Set to the name of the account, not set if it has none
 */
const char *ringplan_address(const char *target, struct pl *account);

/** Whether a plan rings a target that an account is needed for */
bool ringplan_needs_account(const struct ringplan *p);

/** Whether a plan rings browsers */
bool ringplan_needs_page(const struct ringplan *p);

#endif
