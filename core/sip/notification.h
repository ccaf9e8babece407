/**
 * @file core/sip/notification.h  Notification: what a NOTIFY says
 *
 *     presence -> [notification] -> subscription
 *
 * Event and Subscription-State of RFC 6665, and what follows for whoever
 * subscribed from the reason of an end (section 4.1.3).
 */
#ifndef CORE_SIP_NOTIFICATION_H
#define CORE_SIP_NOTIFICATION_H

#include "core/base/re.h"

enum notification_state {
	NOTIFICATION_ACTIVE, /**< Also what we do not know                 */
	NOTIFICATION_PENDING,
	NOTIFICATION_TERMINATED,
};

/** What to do after the end */
enum notification_next {
	NOTIFICATION_NOW,   /**< Subscribe again at once                   */
	NOTIFICATION_LATER, /**< ... after retry_after, or a pause of ours */
	NOTIFICATION_NEVER,
};

/** Points into the message */
struct notification {
	enum notification_state state;
	struct pl reason;     /**< Of the end; may be empty               */
	uint32_t expires;     /**< [s]; 0 not said                        */
	uint32_t retry_after; /**< [s]; 0 not said, or without a meaning  */
	enum notification_next next;
	struct pl package; /**< "presence"                             */
};

/**
 * Read its headers.
 *
 * @return 0, EBADMSG no Event or Subscription-State (400)
 */
int notification_decode(struct notification *n, const struct sip_msg *msg);

/** What to do after a first SUBSCRIBE was refused with this code: never again
    where that would only get the same answer, or later */
enum notification_next notification_after(unsigned scode);

#endif
