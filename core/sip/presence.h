/**
 * @file core/sip/presence.h  Presence: what an account tells and watches
 *
 *     core/call -> [presence] -> publication, subscriptions -> exchange
 *     ua (way up, way down, NOTIFY) -> [presence] -> event handlers
 *
 * One publication and a few subscriptions, which share the account's way. A
 * part of ua, which makes and drives it; whoever asks it for something goes
 * through ua_presence().
 */
#ifndef CORE_SIP_PRESENCE_H
#define CORE_SIP_PRESENCE_H

#include "core/sip/publication.h"
#include "core/sip/subscription.h"

enum {
	PRESENCE_WATCHES_MAX = 24, /**< Subscriptions at once, ours: all that
					can be configured, and some more  */
};

struct presence;
struct registration;
struct server;

/** A subscription, to look at */
struct presence_watch {
	unsigned id; /**< From 1 on, never again                           */
	enum package package;
	const char *uri;
	enum subscription_state state;
};

/** Something happened to a subscription; see subscription_event. Watching and
    unwatching is allowed inside, freeing the ua is not */
typedef void(presence_watch_h)(const struct presence_watch *w,
			       const struct subscription_event *ev,
			       uint64_t now, void *arg);

/** What an owner wants to hear of; see there */
struct presence_handlers {
	publication_h *publishh;  /**< May be NULL                         */
	presence_watch_h *watchh; /**< May be NULL                        */
	void *arg;
};

/**
 * Make one that tells and watches nothing. mem_deref() frees it, silent.
 *
 * @param o  Borrowed, must outlive it
 *
 * @return 0, ENOMEM
 */
int presence_alloc(struct presence **pp, struct origin *o,
		   const struct presence_handlers *h);

/** Publish; as publication_set(), ESHUTDOWN after presence_stop() */
int presence_publish(struct presence *pr, enum pidf_basic basic,
		     const char *note, uint64_t now);

/** Publish nothing any more */
void presence_unpublish(struct presence *pr, uint64_t now);

/**
 * Watch somebody, from the next way on if there is none.
 *
 * @param idp  Set to the number of the subscription; may be NULL
 *
 * @return 0, EINVAL nothing that can be asked, EALREADY it is watched, ENOSPC
 *         PRESENCE_WATCHES_MAX are, those that end included, ESHUTDOWN, ENOMEM
 */
int presence_watch(struct presence *pr, enum package package, const char *to,
		   unsigned *idp, uint64_t now);

/** End that. @return 0, ENOENT it is not watched, EINVAL, ENOMEM */
int presence_unwatch(struct presence *pr, enum package package, const char *to,
		     uint64_t now);

/** The i-th subscription. @return 0, ENOENT there are not so many */
int presence_get(const struct presence *pr, unsigned i,
		 struct presence_watch *w);

/** To look at */
const struct publication *presence_publication(const struct presence *pr);

/* For ua.c; pr may be NULL in all of these */

/**
 * The flow or the registration changed. Presence goes the way that registering
 * finds (RFC 3608), where that is wanted; once it is on, a refresh that fails
 * does not matter.
 */
void presence_follow(struct presence *pr, const struct registration *reg,
		     uint64_t now);

/**
 * A NOTIFY or SUBSCRIBE that no call takes, screened. A NOTIFY of a dialog
 * that we do not have gets 481; a SUBSCRIBE 489, for we notify of nothing.
 */
void presence_recv(struct presence *pr, struct server *s,
		   const struct sip_msg *msg, uint64_t now);

/** End everything; nothing begins any more */
void presence_stop(struct presence *pr, uint64_t now);

/** Whether there is nothing, or all has ended */
bool presence_idle(const struct presence *pr);

/** When to call presence_tick() [us] */
uint64_t presence_due(const struct presence *pr);
void presence_tick(struct presence *pr, uint64_t now);

/** Print a line for each, for %H */
int presence_print(struct re_printf *pf, const struct presence *pr);

#endif
