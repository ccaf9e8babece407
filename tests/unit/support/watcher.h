/**
 * @file tests/unit/support/watcher.h  An owner who watches, and a notifier
 *
 *     test -> [watcher] -> presence      ua -> peer -> [watcher] -> test
 *
 * One user agent at a time, with what its owner hears in order.
 */
#ifndef TESTS_UNIT_SUPPORT_WATCHER_H
#define TESTS_UNIT_SUPPORT_WATCHER_H

#include "tests/unit/support/peer.h"

/** Something that the owner heard */
struct watcher_heard {
	enum subscription_what what;
	unsigned code, id;
	uint64_t retry;
	char reason[32], body[64];
};

/** A ua that watches nobody, and its end: nothing was missed */
void watcher_open(struct peer *p);
void watcher_close(struct peer *p);

/** One that watches bob, who is on */
void watcher_open_on(struct peer *p);

/** The handler ends the watching of bob when it is notified; NULL: no */
void watcher_ends(struct peer *p);

/** The next thing heard is this */
const struct watcher_heard *watcher_hears(enum subscription_what what,
					  unsigned code);

/** Nothing more was heard, nor sent */
void watcher_calm(const struct peer *p);

int watcher_watch(struct peer *p, const char *to);
int watcher_unwatch(struct peer *p, const char *to);

/** The next SUBSCRIBE: the far end learns its dialog when it is the first */
struct sip_msg *watcher_take(struct peer *p, bool first, const char *expires);

/** Answer, and forget it */
void watcher_respond(struct peer *p, struct sip_msg *req, unsigned code,
		     const char *lines);

/** A NOTIFY with this Subscription-State, and the answer to it */
void watcher_notify(struct peer *p, const char *state, unsigned code);

#endif
