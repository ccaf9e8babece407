/**
 * @file core/net/checks.h  Checks: the check list at work
 *
 *     agent -> [checks: pairs, keys] -> base -> peer
 *     peer's checks and answers -> agent -> [checks] -> valid, selected
 *
 * One generation: from an ICE restart to the next. Paces and repeats the
 * checks, learns peer-reflexive candidates, nominates when controlling and
 * obeys when controlled: RFC 8445 sections 6 to 8.
 *
 * Pacing. Ordinary checks go to addresses a stranger has named: one each
 * 50 ms, the first at once. Triggered checks go to addresses that have
 * proved to know our password: 5 ms apart (RFC 8445 section 14.2), so that
 * on a LAN nothing waits for the pacing.
 */
#ifndef CORE_NET_CHECKS_H
#define CORE_NET_CHECKS_H

#include "core/net/check.h"
#include "core/net/pair.h"

enum {
	CHECKS_TA = 50 * CLOCK_MS,	    /**< RFC 8445 section 14.2        */
	CHECKS_TA_TRIGGERED = 5 * CLOCK_MS, /**< RFC 8445 section 14.2     */
	CHECKS_BYTES = 200000, /**< Sent to unproven addresses, SECURITY 24 */
	CHECKS_RELAY_WAIT = 250 * CLOCK_MS, /**< For a direct pair before a
				relayed one is nominated [us], ours        */
	CHECKS_STALE = 3 * CLOCK_S, /**< Without a nomination for so long, a
				pair yields to one that gets them: more than
				the 2.5 s at which browsers repeat them    */
};

struct checks;

/** A pair became valid, or was selected */
typedef void(checks_event_h)(struct pair *p, bool selected, uint64_t now,
			     void *arg);

/** The check list at work; embed it, zeroed, checks_init() it */
struct checks {
	struct pairs pairs;
	struct check_keys keys;
	bool begun;
	uint64_t ordinary, triggered;	 /**< Not before [us]                 */
	uint64_t order;			 /**< Last place in triggered queue   */
	uint64_t first_valid;		 /**< [us], 0 none yet                */
	struct pair *nominating;	 /**< Not a reference                 */
	struct pair *selected;		 /**< Not a reference                 */
	uint32_t bytes;			 /**< Spent of CHECKS_BYTES           */
	uint32_t learnt;		 /**< Peer-reflexive candidates       */
	uint32_t sent, answered, failed; /**< Checks                       */
	checks_event_h *h;
	void *arg;
};

/** Begin a generation: new keys. */
void checks_init(struct checks *c, bool controlling, checks_event_h *h,
		 void *arg);

/** Release all */
void checks_close(struct checks *c);

/** Add a pair of base and candidate, if they fit. @return 0 or errno */
int checks_add(struct checks *c, struct base *base,
	       const struct candidate *remote);

/** The peer's keys are set and pairs added: go */
void checks_begin(struct checks *c, uint64_t now);

/**
 * An authentic request of the peer came: triggered check, nomination.
 *
 * @param in  What it says, of this generation
 */
void checks_heard(struct checks *c, struct base *base, const struct sa *src,
		  const struct check_in *in, uint64_t now);

/** An answer came. @return true when it was to one of our checks */
bool checks_answer(struct checks *c, const struct base *base,
		   const struct sa *src, const struct stun_msg *msg,
		   uint64_t now);

/** Our role is another one: RFC 8445 section 7.3.1.1 */
void checks_set_role(struct checks *c, bool controlling);

/** Whether bytes from there may be believed to be the peer's */
bool checks_proven(const struct checks *c, const struct base *base,
		   const struct sa *src);

/** When to call checks_tick() next [us]; CLOCK_NEVER when not */
uint64_t checks_due(const struct checks *c, uint64_t now);

/** Send what is due */
void checks_tick(struct checks *c, uint64_t now);

/** Print counters, for %H */
int checks_print(struct re_printf *pf, const struct checks *c);

#endif
