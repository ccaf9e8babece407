/**
 * @file tests/loop/support/flowtest.h  A flow with what it told, for tests
 */
#ifndef TESTS_LOOP_SUPPORT_FLOWTEST_H
#define TESTS_LOOP_SUPPORT_FLOWTEST_H

#include "core/net/flow.h"
#include "tests/loop/support/wsserver.h"

enum {
	FLOWTEST_TEXT = 1 << 18,
	FLOWTEST_WAIT = 8 * CLOCK_S, /**< For anything to happen [us] */
};

struct flowtest {
	struct flow *f;
	struct resolver *resolver;
	char hosts[64];			 /**< Path of the hosts file       */
	char ca[64];			 /**< Path of the trust anchors    */
	enum flow_state state;		 /**< The last that was told       */
	unsigned told[FLOW_CLOSING + 1]; /**< How often            */
	uint64_t due; /* flow_retry_due(), when it was told a loss */
	int err;      /**< Of the last DOWN or FAILED   */
	char reason[FLOW_REASON_MAX];
	char text[FLOWTEST_TEXT]; /**< The last message            */
	unsigned messages;
	enum flow_state free_at; /**< Free the flow when it is told */
	bool free_on_recv;
};

/** Prepare; hosts is the text of a hosts file, ca what to trust, or NULL */
void flowtest_init(struct flowtest *t, const char *hosts, const struct pki *ca);

/** Make the flow and start it. Blank-separated URLs; %u is the port */
void flowtest_start(struct flowtest *t, const char *urls, uint16_t port);

/** Run the loop until true; fails the test after FLOWTEST_WAIT */
void flowtest_run(struct flowtest *t, bool (*done)(const struct flowtest *t));

/** Run until the flow is up, or failed, or down, or idle */
void flowtest_settle(struct flowtest *t);

/** Run until that state has been told */
void flowtest_until(struct flowtest *t, enum flow_state state);

/** Send text, and run until so many messages have come in all */
void flowtest_say(struct flowtest *t, const char *text, unsigned messages);

/** Free all */
void flowtest_free(struct flowtest *t);

#endif
