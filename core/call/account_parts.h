/**
 * @file core/call/account_parts.h  Account's inside, for its own files only
 *
 *     account -> [account_parts] <- account_show
 */
#ifndef CORE_CALL_ACCOUNT_PARTS_H
#define CORE_CALL_ACCOUNT_PARTS_H

#include "core/base/loop.h"
#include "core/call/account.h"

struct account {
	const struct config *cfg;
	const struct trunk_driver *driver;
	struct event_bus *events;
	struct ua *ua;
	struct line line;
	struct tidings *tidings;
	void *trunk;
	ua_call_h *callh;
	account_renewed_h *renewedh;
	void *arg; /* Of both */
	struct loop_timer timer, leave;
	enum trunk_state state;
	bool was_up, stopping, left;
	bool lost;		     /* The connection, and not renewed yet */
	char reason[ACCOUNT_REASON]; /* Why it is not registered, or "" */
	account_stopped_h *stoppedh, *lefth;
	void *stopped_arg, *left_arg;
};

#endif
