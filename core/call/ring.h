/**
 * @file core/call/ring.h  Ring: a plan is rung until somebody answers
 *
 *     button -> phone_ring() -> [ring] -> dial, hangup -> calls
 *                                 ^-- answered, over <------'
 *
 * The targets of a step are called at once; the first that answers wins, and
 * the others are told that it was answered elsewhere (RFC 3326). A step that
 * all have refused, or whose time is over, gives way to the next. One with
 * browsers that were lost lasts its time: who comes meanwhile joins. Holds no
 * clock and knows no call but its number.
 */
#ifndef CORE_CALL_RING_H
#define CORE_CALL_RING_H

#include "core/call/ringplan.h"

enum {
	RING_LEGS = 16, /**< Calls of a step, ours */
};

/** How a ring ended */
enum ring_end {
	RING_ANSWERED,	/**< By the call of that id             */
	RING_NO_ANSWER, /**< The last step is over               */
	RING_STOPPED,	/**< ring_stop()                         */
};

/** Why a call is hung up */
enum ring_cause {
	RING_ELSEWHERE, /**< Another one has answered            */
	RING_TIME,	/**< The step's time is over, or stopped */
};

/** Calls of a target; ids are put there */
struct ring_legs {
	unsigned idv[RING_LEGS];
	unsigned n;
};

/** What a ring does and tells; nothing of the ring is freed inside */
struct ring_handlers {
	/** Call all that a target means: append to `legs` what rings */
	void (*dial)(const char *target, struct ring_legs *legs, uint64_t now,
		     void *arg);

	/** Hang up a call; ring_over() may be called inside */
	void (*hangup)(unsigned id, enum ring_cause cause, uint64_t now,
		       void *arg);

	/** A step began, from 0, with that many calls (0: the next follows) */
	void (*step)(const struct ringplan *plan, unsigned step, unsigned calls,
		     uint64_t now, void *arg);

	/** It is over; last, ring_start() is allowed inside */
	void (*end)(enum ring_end end, unsigned id, uint64_t now, void *arg);

	void *arg;
};

struct ring;

/** Allocate. Free with mem_deref(), which is silent. @return 0, ENOMEM */
int ring_alloc(struct ring **rp, const struct ring_handlers *h);

/**
 * Ring; the first step is dialled before this returns, and it may be over by
 * then.
 *
 * @param plan  A reference is kept while it rings
 *
 * @return 0, EALREADY it rings: nothing new
 */
int ring_start(struct ring *r, struct ringplan *plan, uint64_t now);

/** Stop ringing; harmless when it does not */
void ring_stop(struct ring *r, uint64_t now);

/** A call was answered; any call may be told of */
void ring_answered(struct ring *r, unsigned id, uint64_t now);

/**
 * A call is over; same.
 *
 * @param lost  The other side has not refused it, it is gone
 */
void ring_over(struct ring *r, unsigned id, bool lost, uint64_t now);

/** Whether browsers are being rung, and one that comes may join */
bool ring_wants_browsers(const struct ring *r);

/** Another call rings too, of a browser that came meanwhile */
void ring_join(struct ring *r, unsigned id);

/** Whether it rings */
bool ring_active(const struct ring *r);

/** Whether a call is one that rings */
bool ring_has(const struct ring *r, unsigned id);

/** When to call ring_tick() [us]; CLOCK_NEVER when nothing rings */
uint64_t ring_due(const struct ring *r);
void ring_tick(struct ring *r, uint64_t now);

/** Print the state, for %H: "step 1 of 2, 3 calls" or "idle" */
int ring_print(struct re_printf *pf, const struct ring *r);

#endif
