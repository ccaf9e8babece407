/**
 * @file core/call/silence.h  Silence: when media that came have ceased
 *
 *     session -> packets -> [silence] -> call -> line: is the server there?
 *
 * Who loses both media and the server, as when the board that is both moves,
 * learns of the one by the other in a second. A peer that is silent by right
 * costs a question rarely: each one doubles the wait for the next, until media
 * flow again, or our own network changes. Holds no clock.
 */
#ifndef CORE_CALL_SILENCE_H
#define CORE_CALL_SILENCE_H

#include "core/base/clock.h"

enum {
	SILENCE_LONG = 700 * CLOCK_MS, /**< More than Opus is quiet in DTX:
					    400 ms (RFC 6716 section 2.1.9),
					    one of them lost; ours [us]     */
	SILENCE_LEAST = 2 * CLOCK_S,   /**< Between questions, also such as
					    nobody was asked; ours [us]     */
	SILENCE_MOST = 60 * CLOCK_S,   /**< In the end, ours [us]           */
	SILENCE_STEADY = 3 * CLOCK_S,  /**< Media for so long: all is
					    forgotten, ours [us]            */
};

/** Embed it and zero it */
struct silence {
	uint64_t last;	/* Packet [us], 0: none yet          */
	uint64_t since; /* No gap from then to the last one  */
	uint64_t due;	/* The next question                 */
	uint64_t least; /* ... is not before                 */
	uint64_t wait;	/* After it; 0: SILENCE_LEAST        */
};

/** A packet of media came */
void silence_heard(struct silence *s, uint64_t now);

/** When to call silence_tick() [us]; CLOCK_NEVER before the first packet */
uint64_t silence_due(const struct silence *s);

/** Time has come. @return whether to ask now */
bool silence_tick(struct silence *s, uint64_t now);

/** It was asked; not to be called when nobody was there to be asked */
void silence_asked(struct silence *s, uint64_t now);

/** The network has changed: what was asked before was asked elsewhere */
void silence_forget(struct silence *s, uint64_t now);

#endif
