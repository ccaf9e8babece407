/**
 * @file tests/loop/support/rig.h  Rig: two whole phones in virtual time
 *
 *     test -> [rig] -> phone 0 <- exchange, ether -> phone 1
 *
 * Each phone hears a tone of its own: what arrives in the other's ear tells
 * whether sound passes. Events are kept in order; a test waits for one.
 */
#ifndef TESTS_LOOP_SUPPORT_RIG_H
#define TESTS_LOOP_SUPPORT_RIG_H

#include "core/call/phone.h"
#include "tests/loop/support/ether.h"
#include "tests/loop/support/exchange.h"
#include "tests/unit/test.h"

enum {
	RIG_PHONES = 2,
	RIG_MAX = 3, /**< With the third, of rig_join() */
};

/** What a phone's loudspeaker is to hear: the other one's tone [Hz] */
extern const double rig_tonev[RIG_PHONES];

/** How fast a phone's sound card is [ppm], to be set before rig_start() */
extern int rig_ppmv[RIG_PHONES];

/**
 * Other networks than the ether's hosts, and the kernel's clock: for tests
 * with the kernel, which have called loop_init(). NULL for the ether again.
 */
void rig_use(const struct network *const netv[RIG_PHONES]);

/**
 * Two phones, "a" and "b", registered. What is random repeats with the seed,
 * also the phones' entropy, until rig_stop().
 *
 * @param extra  Further lines of configuration for phone i, or NULL
 */
void rig_start(uint32_t seed, const char *const extra[RIG_PHONES]);

/** A third phone, "c", which has the tone of the first. Call it after
    rig_start() */
void rig_join(const char *extra);

/** Stop all and check that nothing is left: memory, sockets, timers */
void rig_stop(void);

/** The phone */
struct phone *rig_phone(unsigned i);

/** Its configuration, which may be changed */
struct config *rig_config(unsigned i);

/** Let virtual time pass [us] */
void rig_run(uint64_t us);

/**
 * Wait at most `us` for an event since the last rig_wait() of this phone.
 *
 * @param name  "connected", or "connected:call" for one session only
 *
 * @return The event, until the next wait of this phone; NULL: it did not come
 */
const json_t *rig_wait(unsigned i, const char *name, uint64_t us);

/** How often an event came since the start */
unsigned rig_count(unsigned i, const char *name);

/** Something happened to phone i */
typedef void(rig_event_h)(unsigned i, const json_t *ev);

/** Who hears of events as they come; NULL: nobody */
void rig_set_listener(rig_event_h *h);

/** Forget the events so far, of all */
void rig_forget(void);

/** What the phone's loudspeaker heard */
void rig_heard(unsigned i, struct sound_heard *heard);

/** The first call's `stats --json`; json_decref() it */
json_t *rig_stats(unsigned i);

/** Phone i answers what rings there. @return as phone_answer() */
int rig_answer(unsigned i);

#endif
