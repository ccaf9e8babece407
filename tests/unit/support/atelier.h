/**
 * @file tests/unit/support/atelier.h  A studio with all that it needs
 *
 *     test -> [atelier] -> studio -> optics, which the test drives
 */
#ifndef TESTS_UNIT_SUPPORT_ATELIER_H
#define TESTS_UNIT_SUPPORT_ATELIER_H

#include "core/base/loop.h"
#include "core/call/studio.h"
#include "tests/unit/support/optics.h"

enum {
	ATELIER_FRAME = CLOCK_S / 30, /**< [us]    */
	ATELIER_RATE = 800000,	      /**< [bit/s] */
};

struct atelier {
	struct config *cfg;
	struct optics_camera *cam;
	struct event_bus *bus;
	struct event_listener *listener;
	struct studio *st;
	unsigned lost, back; /**< Events                   */
	bool silent;	     /**< The camera makes nothing */
};

/** Somebody who sees it */
struct atelier_user {
	struct studio_user u;
	struct studio *st;
	unsigned units, keys, width;
	bool key;    /**< The last one was     */
	bool fresh;  /**< The next one must be */
	bool leaves; /**< In its handler       */
};

/** All but the studio */
struct atelier atelier_make(void);

/** Set a key of [video] */
void atelier_set(struct atelier *r, const char *key, const char *value);

/** Make the studio */
void atelier_begin(struct atelier *r);

/** Both, and wait until the probe is over */
struct atelier *atelier_up(struct atelier *r);

/** Nobody is attached: all is closed and freed */
void atelier_down(struct atelier *r);

/** Frames come, and are encoded */
void atelier_pass(struct atelier *r, uint64_t time);

/** Attach somebody, which works */
void atelier_attach(struct atelier *r, struct atelier_user *u,
		    const char *codec);

/** The handler of a struct atelier_user */
encoder_unit_h atelier_unit;

#endif
