/**
 * @file tests/loop/support/crew.h  Crew: a test that uses every processor
 *
 *     test -> [crew] -> the same test, a part of it in each process
 */
#ifndef TESTS_LOOP_SUPPORT_CREW_H
#define TESTS_LOOP_SUPPORT_CREW_H

#include <stdbool.h>
#include <stddef.h>

enum {
	CREW_MAX = 64, /**< Processes */
};

/** How many processors there are */
unsigned crew_processors(void);

/** Zeroed memory that the crew shares, until the end. @return NULL: none */
void *crew_share(size_t size);

/**
 * Have h(0), h(1), ... run, each in a process of its own, and wait for them.
 * One alone runs in this process. A test that fails there tells so there.
 *
 * @param lost  Called for each that failed; may be NULL
 *
 * @return Whether each came to its end
 */
bool crew_run(unsigned n, void (*h)(unsigned i), void (*lost)(unsigned i));

#endif
