/**
 * @file tests/unit/support/tty.h  A serial line, and who sits at its end
 *
 * A pseudo terminal whose other side is read as fast as a line of some rate
 * carries it, in the real loop. What came is one text.
 */
#ifndef TESTS_UNIT_SUPPORT_TTY_H
#define TESTS_UNIT_SUPPORT_TTY_H

#include "core/base/loop.h"

enum {
	TTY_TEXT = 1 << 20,
	TTY_TICK = 2 * CLOCK_MS,
	TTY_PATIENCE = 20 * CLOCK_S,
	TTY_LAST = 400,
	TTY_BITS = 10, /* Of a byte: start, 8, stop */
};

struct tty {
	int master;
	char name[64];
	unsigned baud; /* 0: as fast as it can be read */
	bool stuck;    /* Nobody reads                 */
	size_t n;
	char text[TTY_TEXT];
	size_t seen; /* Before that, nothing is looked for */
	struct loop_timer timer;
	uint64_t last, credit, until;
	const char *expected;
	bool found;
};

/* Open a line; loop_init() was called */
void tty_open(struct tty *t, unsigned baud);
void tty_close(struct tty *t);

/* Somebody types */
void tty_type(struct tty *t, const char *text);

/* Run the loop until this comes, and go on behind it */
void tty_expect(struct tty *t, const char *text);

/* Run the loop for so long [us] */
void tty_run(struct tty *t, uint64_t time);

#endif
