/**
 * @file tests/loop/support/party.h  Party: a board, and browsers on its page
 *
 *     test -> [party] -> phone 0: the board <- doorstep, ether -> other phones
 *
 * Whole phones in virtual time; the others act as browsers: they register at
 * the board, and call it. Each hears a tone of its own. Events are kept in
 * order; a test waits for one.
 */
#ifndef TESTS_LOOP_SUPPORT_PARTY_H
#define TESTS_LOOP_SUPPORT_PARTY_H

#include "core/call/phone.h"
#include "tests/loop/support/ether.h"
#include "tests/loop/support/doorstep.h"
#include "tests/unit/test.h"

enum {
	PARTY_PHONES = DOORSTEP_VISITORS,
	PARTY_WAIT = 5 * CLOCK_S, /**< Usual patience of a test [us] */
};

/** The tone in the microphone of phone i [Hz] */
unsigned party_tone(unsigned i);

/**
 * Start the board.
 *
 * @param extra  Further lines of its configuration, in section [page] first;
 *               NULL: the password that party_visit() knows
 */
void party_start(const char *extra);

/**
 * Start browser i, from 1: it connects and registers.
 *
 * @param password  NULL: the right one, and it is waited for
 */
void party_visit(unsigned i, const char *password);

/** End browser i without a word, as a crash does */
void party_crash(unsigned i);

/** Stop the board in order, before the others */
void party_end_board(void);

/** Stop all in order, and check that nothing is left */
void party_stop(void);

struct phone *party_phone(unsigned i);
struct event_bus *party_events(unsigned i);

/** Let time pass [us] */
void party_run(uint64_t us);

/**
 * Wait at most `us` for an event since the last wait of this phone.
 *
 * @param name  "connected", or "connected:call" for one session only
 *
 * @return The event, until the next wait of this phone; NULL: it did not come
 */
const json_t *party_wait(unsigned i, const char *name, uint64_t us);

/** How often an event came */
unsigned party_count(unsigned i, const char *name);

/** What phone i's loudspeaker heard */
void party_heard(unsigned i, struct sound_heard *heard);

/** Phone i answers what rings there. @return as phone_answer() */
int party_answer(unsigned i);

#endif
