/**
 * @file tests/loop/support/gremlin.h  Gremlin: SIP that goes wrong at random
 *
 *     phone -> exchange -> [gremlin] -> phone
 *
 * Between the exchange and the phones: loses, doubles, delays and repeats
 * what passes, and makes up requests and responses, mostly of dialogs that
 * there are. What it does is its lottery's.
 */
#ifndef TESTS_LOOP_SUPPORT_GREMLIN_H
#define TESTS_LOOP_SUPPORT_GREMLIN_H

#include "tests/loop/support/exchange.h"

/** A number below n */
typedef uint32_t(gremlin_draw_h)(uint32_t n);

/** Begin; after rig_start() */
void gremlin_start(gremlin_draw_h *draw);

/** Do something to phone i */
void gremlin_act(unsigned i, uint64_t now);

/** From now on all passes; what it holds is lost */
void gremlin_calm(void);

/** Forget everything, before rig_stop() */
void gremlin_stop(void);

/** How often phone i was brought a 2xx to an INVITE */
unsigned gremlin_oks(unsigned i);

#endif
