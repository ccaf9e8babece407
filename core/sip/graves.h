/**
 * @file core/sip/graves.h  Graves: dialogs that ended a while ago
 *
 *     origin -> [graves] -> whether a Replaces names one of them (RFC 3891)
 *
 * The last few; a part of origin.
 */
#ifndef CORE_SIP_GRAVES_H
#define CORE_SIP_GRAVES_H

#include <stdbool.h>

struct dialog;
struct replaces;

enum {
	GRAVES_MAX = 8, /**< Ended dialogs remembered, ours */
};

/** All zero: nobody is dead */
struct graves {
	struct dialog *dialogv[GRAVES_MAX]; /**< NULL: empty      */
	unsigned next;			    /**< Whose turn it is */
};

/** One more; a reference is kept until others need the place */
void graves_put(struct graves *g, struct dialog *d);

/** Whether it names one of them */
bool graves_have(const struct graves *g, const struct replaces *r);

/** Forget them all */
void graves_clear(struct graves *g);

#endif
