/**
 * @file tests/loop/support/dice.h  Dice: entropy that repeats with its seed
 *
 *     [dice] -> entropy -> keys, tags, SSRCs, jitter of timers
 *
 * In virtual time nothing else differs from one run of a test to the next:
 * neither the machine's load nor its speed does. So long as it is thrown, a
 * test gives the same figures always, and its limits need no room for chance.
 */
#ifndef TESTS_LOOP_SUPPORT_DICE_H
#define TESTS_LOOP_SUPPORT_DICE_H

#include <stdint.h>

/** Take the kernel's place, until dice_put_away() */
void dice_throw(uint32_t seed);

/** Entropy is the kernel's again */
void dice_put_away(void);

#endif
