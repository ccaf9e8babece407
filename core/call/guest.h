/**
 * @file core/call/guest.h  Guest: one browser
 *
 *     gate connection <-> [guest] -> ua -> calls, messages
 *                            '-> registrar: who it is
 *
 * Joins a user agent (no socket, no clock) with a connection of the gate and
 * a timer, as account.h does for a server. A guest whose connection is lost
 * lives on for a while if it is in a call: when the same browser registers
 * over another connection, guest_adopt() gives it that one, and the call goes
 * on (RFC 5626).
 */
#ifndef CORE_CALL_GUEST_H
#define CORE_CALL_GUEST_H

#include <jansson.h>
#include "core/call/gate.h"
#include "core/call/line.h"
#include "core/sip/pager.h"
#include "core/sip/registrar.h"

enum {
	GUEST_LOGIN = 30 * CLOCK_S, /**< Time to register [us], ours       */
	GUEST_LOST = 60 * CLOCK_S,  /**< Time to come back [us], ours      */
	GUEST_CALLS_MAX = 2,	    /**< Calls of one at once, ours        */
};

struct guest;

/** What the owner hears. Of `registered` and `over` the guest may be freed */
struct guest_handlers {
	/** It calls; as ua_call_h */
	void (*call)(struct guest *g, struct invite *inv,
		     const struct sip_msg *msg, uint64_t now, void *arg);

	/** It sent a message; as pager_recv_h */
	unsigned (*message)(struct guest *g, const struct pager_message *m,
			    const char **reason, uint64_t now, void *arg);

	/** It knows the password and is registered, for the first time over
	    this connection */
	void (*registered)(struct guest *g, uint64_t now, void *arg);

	/** It is registered no longer, for a reason in words */
	void (*left)(struct guest *g, const char *reason, uint64_t now,
		     void *arg);

	/** Whether there are calls on its line */
	bool (*busy)(const struct guest *g, void *arg);

	/** It will not come back: free it */
	void (*over)(struct guest *g, uint64_t now, void *arg);

	void *arg;
};

/** What it is made of; all of it outlives it */
struct guest_params {
	unsigned id;
	const struct gate_driver *gate;
	struct verifier *verifier;
	const char *realm, *user, *board; /**< Of the page, as reception.h */
	const char *name;		  /**< Shown to those who are called */
	const struct guest_handlers *h;
};

/**
 * Take a connection that was just made. mem_deref() drops it.
 *
 * @param conn  Of the gate; a reference is kept
 *
 * @return 0 or errno
 */
int guest_alloc(struct guest **gp, const struct guest_params *prm, void *conn,
		uint64_t now);

/**
 * Give a guest the connection and the registration of another one, which is
 * the same browser. The other one is then to be freed.
 */
void guest_adopt(struct guest *g, struct guest *from, uint64_t now);

/**
 * Hang up, close; over follows, from the loop. It counts as gone at once.
 *
 * @param why  For the peer and the log; static
 */
void guest_stop(struct guest *g, enum gate_code code, const char *why,
		uint64_t now);

/** Its calls are to end without a word: it is to be freed */
void guest_cut(struct guest *g, uint64_t now);

/** Send a message. @return 0, ENOTCONN, or errno of ua_message() */
int guest_send(struct guest *g, const char *ctype, const char *body,
	       uint64_t now);

/** What calls go by; lives as long as the guest */
const struct line *guest_line(const struct guest *g);

/** The guest of a line */
struct guest *guest_of(const struct line *line);

unsigned guest_id(const struct guest *g);

/** What it registered, also while it is lost; NULL when it did not */
const char *guest_contact(const struct guest *g);

/** "urn:uuid:...", "" when it gave none */
const char *guest_instance(const struct guest *g);

/** Whether it can be called now */
bool guest_registered(const struct guest *g);

/** A line for `status` */
int guest_print(struct re_printf *pf, const struct guest *g);

/** @return new reference, NULL without memory */
json_t *guest_json(const struct guest *g);

#endif
