/**
 * @file core/call/accounts.h  Accounts: several of them, and which one is meant
 *
 *     phone -> [accounts] -> account -> ua -> trunk    one server
 *                      '---> account -> ua -> trunk    another one
 *
 * Each has its connection, its registration and its calls by itself: what
 * becomes of one server is nothing to the others. Who is to be called decides
 * over which one, unless the user does.
 */
#ifndef CORE_CALL_ACCOUNTS_H
#define CORE_CALL_ACCOUNTS_H

#include "core/call/account.h"

enum {
	ACCOUNTS_MAX = CONFIG_ACCOUNTS_MAX + 1, /**< And one without name */
};

struct accounts;

/** A call comes in over a line */
typedef void(accounts_call_h)(const struct line *line, struct invite *inv,
			      const struct sip_msg *msg, uint64_t now,
			      void *arg);

/** A lost connection is back, as account_renewed_h */
typedef void(accounts_renewed_h)(const struct line *line, uint64_t now,
				 void *arg);

/** Whether something still goes on over a line */
typedef bool(accounts_busy_h)(const struct line *line, void *arg);

/** What they are made of; all outlives them */
struct accounts_params {
	const struct config *cfg;
	const struct trunk_driver *trunk;
	struct event_bus *events;
	accounts_call_h *callh;
	accounts_renewed_h *renewedh;
	accounts_busy_h *busyh;
	void *arg; /**< Of these three */
};

/**
 * Allocate those of the configuration, off; there may be none. Free with
 * mem_deref(), silent.
 *
 * @return as account_alloc()
 */
int accounts_alloc(struct accounts **asp, const struct accounts_params *prm);

/** How many there are */
unsigned accounts_count(const struct accounts *as);

/** The n-th, in the order of preference; NULL: there are no more */
struct account *accounts_get(const struct accounts *as, unsigned n);

/** One by its name. @return NULL: no such account */
struct account *accounts_find(const struct accounts *as, const char *name);

/** Start all. @return as account_start(), of the first that cannot */
int accounts_start(struct accounts *as, uint64_t now);

/** Stop all; h is called once, as late as the last one is. Maybe inside */
void accounts_stop(struct accounts *as, account_stopped_h *h, void *arg,
		   uint64_t now);

/**
 * Make those anew whose configuration is another one by now: the old one
 * un-REGISTERs, then the new one begins; the old one ends when nothing goes on
 * over it any more. One that cannot be made stays as it was (logged), and so
 * does being un-registered by the user.
 */
void accounts_change(struct accounts *as, uint64_t now);

/** The network changed */
void accounts_moved(struct accounts *as, uint64_t now);

/**
 * Register, or un-register.
 *
 * @param name  NULL: all of them
 *
 * @return 0, ENODEV there is none, ENXIO none of that name, ENOTCONN as
 *         account_register(), of any
 */
int accounts_register(struct accounts *as, const char *name, uint64_t now);
int accounts_unregister(struct accounts *as, const char *name, uint64_t now);

/**
 * Choose the account for a call or a message: that of the domain, else the
 * first; those that can be used now before those that are only connected.
 *
 * @param ap    Set to it
 * @param name  The only one that may be; NULL: any
 * @param to    `user`, `user@host` or `sip:...`
 *
 * @return 0, ENODEV there is none, ENXIO none of that name, ENOTCONN
 */
int accounts_choose(struct account **ap, const struct accounts *as,
		    const char *name, const char *to);

/** The same for what may wait for a connection. @return never ENOTCONN */
int accounts_choose_later(struct account **ap, const struct accounts *as,
			  const char *name, const char *to);

/** Whether all that want to be are registered, and there is one that is */
bool accounts_registered(const struct accounts *as);

/** Print all for `status`, for %H */
int accounts_print(struct re_printf *pf, const struct accounts *as);

/** The same as an array. @return new reference, NULL without memory */
json_t *accounts_json(const struct accounts *as);

#endif
