/**
 * @file tests/loop/support/doorstep.h  Doorstep: between browsers and a board
 *
 *     board -> gate -> [doorstep] <- trunk <- phones that act as browsers
 *
 * What one sends arrives at the other as it is, a moment later, in virtual
 * time. A connection can be cut, and the browser makes another one.
 */
#ifndef TESTS_LOOP_SUPPORT_DOORSTEP_H
#define TESTS_LOOP_SUPPORT_DOORSTEP_H

#include "core/call/gate.h"
#include "core/call/trunk.h"

enum {
	DOORSTEP_VISITORS = 16,
	DOORSTEP_DELAY = 5 * CLOCK_MS,	 /**< A message's way [us]          */
	DOORSTEP_RETRY = 500 * CLOCK_MS, /**< A browser connects again [us] */
};

/** The board's gate; one board at a time */
const struct gate_driver *doorstep_gate(void);

/** The trunk of a phone that is to be made now: browser i */
const struct trunk_driver *doorstep_trunk(unsigned i);

/** Before a test */
void doorstep_reset(void);

/** Cut the connection of browser i; it makes another one */
void doorstep_cut(unsigned i);

/** Browser i makes another connection, while the board believes the old one
    alive */
void doorstep_slip(unsigned i);

/** Let no browser connect, or again */
void doorstep_lock(bool on);

/** Connections that the board holds */
unsigned doorstep_conns(void);

/** How often the board trusted one */
unsigned doorstep_trusted(void);

/** What the page is told, as JSON */
const char *doorstep_info(void);

#endif
