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

/** Print what was seen since the program began */
void witness_print(void);

#endif
