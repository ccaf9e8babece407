/**
 * @file core/call/account.h  Account: an address at a server, and its line
 *
 *     phone -> [account] -> ua -> [account] -> trunk -> server
 *
 * Joins a user agent (no socket, no clock) with a trunk and a timer, and says
 * in events what becomes of the connection and of the registration.
 */
#ifndef CORE_CALL_ACCOUNT_H
#define CORE_CALL_ACCOUNT_H

#include "core/base/config.h"
#include "core/base/event.h"
#include "core/call/line.h"
#include "core/call/tidings.h"
#include "core/call/trunk.h"
#include "core/sip/ua.h"

enum {
	ACCOUNT_REASON = 256, /**< Text kept for `status` [bytes], ours */
	ACCOUNT_LEAVE = 2 * CLOCK_S, /**< A server that is silent [us], ours */
};

struct account;

/** The account is unregistered and disconnected. May free it */
typedef void(account_stopped_h)(uint64_t now, void *arg);

/** A lost connection is back, and registered again if that is wanted */
typedef void(account_renewed_h)(uint64_t now, void *arg);

/** What an account is made of; all outlives it */
struct account_params {
	const struct config *cfg; /**< Of config_account() */
	const struct trunk_driver *trunk;
	struct event_bus *events;
	ua_call_h *callh; /**< A call comes in */
	account_renewed_h *renewedh;
	void *arg; /**< Of both */
};

/**
 * Allocate, off. Free with mem_deref(), silent.
 *
 * @return 0, EINVAL the configuration names no usable account (logged), ENOMEM
 */
int account_alloc(struct account **ap, const struct account_params *prm);

/** Connect, and register if configured. @return 0 or errno (logged) */
int account_start(struct account *a, uint64_t now);

/** Hang up all, un-REGISTER, close; h is called once, from the loop */
void account_stop(struct account *a, account_stopped_h *h, void *arg,
		  uint64_t now);

/**
 * Un-REGISTER for good, and take back what is told and watched. Calls over it
 * go on, and new ones; account_stop() ends it then. It says no more in events
 * of its connection, as another one has its name.
 *
 * @param h  Called once, from the loop, after ACCOUNT_LEAVE at the latest; not
 *           after account_stop()
 */
void account_leave(struct account *a, account_stopped_h *h, void *arg,
		   uint64_t now);

/** Register now. @return 0, ENOTCONN: connects at once, and then registers */
int account_register(struct account *a, uint64_t now);

/** The network changed */
void account_moved(struct account *a, uint64_t now);

/** Un-REGISTER and stay so */
void account_unregister(struct account *a, uint64_t now);

/** What calls go by; lives as long as the account */
const struct line *account_line(const struct account *a);

/** What it tells and watches; lives as long as the account */
struct tidings *account_tidings(const struct account *a);

/** Whether messages can be sent now */
bool account_connected(const struct account *a);

bool account_registered(const struct account *a);

/** Whether it is registered, or is not to be */
bool account_ready(const struct account *a);

/** Whether a host is its domain */
bool account_serves(const struct account *a, const struct pl *host);

/** Its configuration, and its name there */
const struct config *account_config(const struct account *a);
const char *account_name(const struct account *a);

#endif
