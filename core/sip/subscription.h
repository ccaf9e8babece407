/**
 * @file core/sip/subscription.h  Subscription: being told of what changes
 *
 *     presence -> [subscription] -> exchange -> SUBSCRIBE
 *     NOTIFY -> presence -> [subscription] -> event handler
 *
 * SUBSCRIBE and NOTIFY of RFC 6665, of two packages: somebody's presence (RFC
 * 3856), and the messages that wait (RFC 3842). The dialog begins with the
 * first NOTIFY, which may overtake the 2xx. Refreshed while it is wanted;
 * when it ends, the reason says whether and when it is begun anew. Every one
 * ends within 32 s of being asked to, and says so.
 */
#ifndef CORE_SIP_SUBSCRIPTION_H
#define CORE_SIP_SUBSCRIPTION_H

#include "core/base/clock.h"
#include "core/sip/notification.h"
#include "core/sip/package.h"

struct origin;
struct server;
struct subscription;

enum {
	SUBSCRIPTION_EXPIRES = 200, /**< Asked for [s] (A-4.9)            */
	SUBSCRIPTION_STEADY = 60,   /**< What lived longer is begun anew at
				       once when it may be [s], ours      */
};

enum subscription_state {
	SUBSCRIPTION_WAITING, /**< No way, or pause after failure         */
	SUBSCRIPTION_TRYING,  /**< SUBSCRIBE sent, no NOTIFY yet          */
	SUBSCRIPTION_PENDING, /**< The far end has not been asked yet     */
	SUBSCRIPTION_ON,
	SUBSCRIPTION_LEAVING, /**< Asked to end                           */
	SUBSCRIPTION_ENDED,   /**< Nothing more comes                     */
};

enum subscription_what {
	SUBSCRIPTION_EV_ON,	/**< Accepted, active or pending          */
	SUBSCRIPTION_EV_NOTIFY, /**< Something to tell                    */
	SUBSCRIPTION_EV_FAILED, /**< Not on; `retry` says when it tries
				     again; CLOCK_NEVER: with the next way */
	SUBSCRIPTION_EV_ENDED,	/**< The last event                       */
};

/** One event; texts are valid during the call only */
struct subscription_event {
	enum subscription_what what;
	unsigned code; /**< SIP code; 408 silent, 503 no flow, 0 of none */
	struct pl
		reason; /**< Reason phrase, or that of the end: foreign text */
	uint64_t retry; /**< [us]                                       */
	const struct sip_msg *msg; /**< The NOTIFY of EV_NOTIFY           */
};

/** Called last; the subscription may be freed inside */
typedef void(subscription_h)(struct subscription *s,
			     const struct subscription_event *ev, uint64_t now,
			     void *arg);

/**
 * Make a subscription, waiting for a way. mem_deref() frees it, silent.
 *
 * @param o   Borrowed, must outlive it
 * @param to  As origin_complete() takes it
 *
 * @return 0, ENOMEM, EINVAL nothing that can be asked
 */
int subscription_alloc(struct subscription **sp, struct origin *o,
		       enum package package, const char *to, subscription_h *h,
		       void *arg);

/** End it; ENDED follows, at once if there is nothing to be taken back */
void subscription_stop(struct subscription *s, uint64_t now);

/** Requests can leave now, on a new flow; or no longer */
void subscription_way(struct subscription *s, bool up, uint64_t now);

/** Whether a NOTIFY is for it */
bool subscription_matches(const struct subscription *s,
			  const struct sip_msg *msg,
			  const struct notification *n);

/** Take such a NOTIFY, and answer it */
void subscription_recv(struct subscription *s, struct server *server,
		       const struct sip_msg *msg, const struct notification *n,
		       uint64_t now);

enum subscription_state subscription_state(const struct subscription *s);

/** Whom it asks, lives as long as it */
const char *subscription_uri(const struct subscription *s);

/** "on", "waiting" ... */
const char *subscription_state_name(enum subscription_state state);

/** When to call subscription_tick() [us]; CLOCK_NEVER for not at all */
uint64_t subscription_due(const struct subscription *s);
void subscription_tick(struct subscription *s, uint64_t now);

/** Print the state on one line, for %H */
int subscription_print(struct re_printf *pf, const struct subscription *s);

#endif
