/**
 * @file tests/loop/support/witness.h  Witness: what must hold, whatever happens
 *
 *     events of the phones, datagrams of the ether, camera -> [witness]
 *
 * RTP leaves a phone, and its camera is open, only in a call that was
 * answered; afterwards nothing of it is left. Asserts at once.
 */
#ifndef TESTS_LOOP_SUPPORT_WITNESS_H
#define TESTS_LOOP_SUPPORT_WITNESS_H

#include "core/call/line.h"

/** What was seen, so far */
struct witness_sum {
	uint64_t checks;      /**< Of what must hold               */
	uint64_t events;      /**< That the phones told of         */
	uint64_t packets;     /**< Of media                        */
	uint64_t calls;	      /**< That ended                      */
	uint64_t established; /**< How often one was, at one side */
};

/** What must hold, and how often that was looked at */
#define WITNESS_HOLDS(what)                                                    \
	do {                                                                   \
		witness_count();                                               \
		assert_true(what);                                             \
	} while (0)

/** Begin; after rig_start(), film_reset() and gremlin_start() */
void witness_start(void);

/** The user of phone i has answered, or is about to */
void witness_answered(unsigned i, unsigned id);

/** Look at the cameras */
void witness_look(void);

/** Nothing is left in phone i. @param line Of its account, or NULL */
void witness_left(unsigned i, const struct line *line);

/** Look no more, before rig_stop() */
void witness_stop(void);

/** How many descriptors are open */
unsigned witness_descriptors(void);

/** One more thing that must hold was looked at */
void witness_count(void);

/** Count into this from now on */
void witness_sum_in(struct witness_sum *sum);

#endif
