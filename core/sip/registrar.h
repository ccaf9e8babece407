/**
 * @file core/sip/registrar.h  Registrar: who is at the other end of a flow
 *
 *     gate -> ua -> request handler -> [registrar] -> replies, events
 *                                      verifier <-'
 *
 * The registrar of RFC 3261 section 10.3 for one connection and one address
 * of record, whose one Contact is reached over that connection (RFC 5626).
 * Decides about every request outside a dialog: REGISTER is answered here,
 * always with a digest; INVITE and MESSAGE go on to the ua once the far end
 * is registered or answered a challenge; all else then too, and before that
 * gets 403. Belongs to the connection, not to the ua: when a browser comes
 * back over another one, its new registrar can join its old ua.
 */
#ifndef CORE_SIP_REGISTRAR_H
#define CORE_SIP_REGISTRAR_H

#include "core/sip/server.h"
#include "core/sip/verifier.h"

enum {
	REGISTRAR_EXPIRES = 600, /**< When none is asked for [s], ours      */
	REGISTRAR_LEAST = 60,	 /**< Below is 423 [s], ours                */
	REGISTRAR_MOST = 3600,	 /**< More is not granted [s], ours         */
	REGISTRAR_GRACE = 60 * CLOCK_S, /**< Kept after the end [us]: browsers
					     run the timers of a hidden page
					     once a minute               */
	REGISTRAR_TEXT_MAX = 512,	/**< Contact URI, instance and the like
				       [bytes], ours                      */
};

enum registrar_what {
	REGISTRAR_EV_REGISTERED, /**< The first, or another Contact        */
	REGISTRAR_EV_REFRESHED,	 /**< The same Contact again               */
	REGISTRAR_EV_REMOVED,	 /**< The far end took it back             */
	REGISTRAR_EV_EXPIRED,	 /**< It was not refreshed                 */
};

/** The far end. Texts are checked: they can stand in a header */
struct registrar_binding {
	const char *contact;  /**< URI to call: ua_call(), ua_message()     */
	const char *instance; /**< "urn:uuid:...", "" when it gave none     */
	const char *agent;    /**< User-Agent, foreign text, "" for none    */
	uint32_t reg_id;      /**< RFC 5626 section 4.2, 0 when none        */
	uint64_t since;	      /**< Registered [us]                          */
	uint64_t until;	      /**< Expires [us], without the grace          */
};

/**
 * Called last, after the reply was sent: the registrar, the ua and the
 * connection may be freed inside.
 *
 * @param b  What is (REMOVED, EXPIRED: was) registered; valid during the call
 */
typedef void(registrar_h)(enum registrar_what what,
			  const struct registrar_binding *b, uint64_t now,
			  void *arg);

struct registrar;

/**
 * Allocate. Free it with mem_deref(): silent.
 *
 * @param realm    Domain of the address of record, "boardphone"; copied
 * @param user     Its user, "home"; copied
 * @param v        Knows the password; a reference is kept
 * @param address  The far end's, NULL when not known
 *
 * @return 0, ENOMEM
 */
int registrar_alloc(struct registrar **rp, const char *realm, const char *user,
		    struct verifier *v, const struct sa *address);

/** Whom events go to; none by default. Another owner may set it anew */
void registrar_set_handler(struct registrar *r, registrar_h *h, void *arg);

/**
 * A request outside a dialog, of ua's request handler: ua_request_h can
 * return what this returns. Last of all: r may be freed.
 *
 * @return true it was answered, false it may go on
 */
bool registrar_recv(struct registrar *r, struct server *s,
		    const struct sip_msg *msg, uint64_t now);

/** Whether a request of this connection was admitted by its password */
bool registrar_admitted(const struct registrar *r);

/** What is registered, NULL nothing; borrowed until the next call of ours */
const struct registrar_binding *registrar_binding(const struct registrar *r);

/** When to call registrar_tick() [us]; CLOCK_NEVER: not at all */
uint64_t registrar_due(const struct registrar *r);

/** Do what is due. Last of all: r may be freed */
void registrar_tick(struct registrar *r, uint64_t now);

/** Print the state on one line, for %H */
int registrar_print(struct re_printf *pf, const struct registrar *r);

#endif
