/**
 * @file tests/loop/support/agent.h  Agent: a presence server in the exchange
 *
 *     phone A -> PUBLISH -> [agent] -> NOTIFY -> phone B
 *
 * RFC 3903 and 3856 as far as whole phones need them, in virtual time.
 */
#ifndef TESTS_LOOP_SUPPORT_AGENT_H
#define TESTS_LOOP_SUPPORT_AGENT_H

#include "tests/loop/support/exchange.h"

/** Counters for tests, since agent_start() */
struct agent_stats {
	unsigned publishes;  /**< Those that named a tag included      */
	unsigned forgotten;  /**< 412                                  */
	unsigned subscribes; /**< Within a dialog included             */
	unsigned notifies;
};

/** What is special about it; zero for nothing */
struct agent_mood {
	bool early;	  /**< NOTIFY before the 200 to SUBSCRIBE      */
	unsigned expires; /**< Grants no more [s]; 0: what is asked    */
};

/** Begin, after rig_start() */
void agent_start(const struct agent_mood *mood);

/** Know nothing any more: tags, dialogs */
void agent_forget(void);

/** End all subscriptions with this, such as "deactivated" */
void agent_end(const char *reason, uint64_t now);

/** What a voice mail server says to who watches message-summary */
void agent_messages(const char *body, uint64_t now);

const struct agent_stats *agent_stats(void);

/** What is still published, and watched */
unsigned agent_left(void);

#endif
