/**
 * @file core/sip/summary.h  Summary: the messages that wait at a server
 *
 *     NOTIFY -> [summary] -> event i_notify
 *
 * The message summary of RFC 3842 section 5.2, of which the voice messages
 * are counted. What it does not know is passed over.
 */
#ifndef CORE_SIP_SUMMARY_H
#define CORE_SIP_SUMMARY_H

#include "core/base/re.h"

#define SUMMARY_TYPE "application/simple-message-summary"

enum {
	SUMMARY_MAX = 4096, /**< A summary [bytes], ours */
};

/** What it says; account points into the body */
struct summary {
	bool waiting;	   /**< There are new ones                     */
	bool counted;	   /**< The numbers were said                  */
	uint32_t fresh;	   /**< New voice messages                     */
	uint32_t old;	   /**< Those heard already                    */
	struct pl account; /**< Whom to call to hear them; may be empty */
};

/**
 * Read one.
 *
 * @return 0, EBADMSG it does not begin with Messages-Waiting, or is too long
 */
int summary_decode(struct summary *s, const struct pl *body);

#endif
