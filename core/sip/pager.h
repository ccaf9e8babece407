/**
 * @file core/sip/pager.h  Pager: MESSAGE, a text without a call
 *
 *     core/call -> ua_message() -> [pager] -> exchange -> flow
 *     flow -> ua -> [pager] -> message handler of core/call -> reply
 *
 * Page mode of RFC 3428. A body is what its type says and is not looked at,
 * but for its length, and text for being UTF-8. Made and driven by ua.
 */
#ifndef CORE_SIP_PAGER_H
#define CORE_SIP_PAGER_H

#include "core/base/clock.h"

enum {
	PAGER_BODY_MAX = 4096, /**< [bytes] ours; RFC 3428 section 8 has 1300
				    where the way may be UDP             */
};

struct origin;
struct pager;
struct server;

/** A message to send; all is copied */
struct pager_params {
	const char *to;		    /**< "johndoe" or a sip: URI            */
	const char *ctype;	    /**< NULL: text/plain;charset=UTF-8     */
	struct pl body;		    /**< At most PAGER_BODY_MAX             */
	const char *const *headerv; /**< Further "Name: value", up to NULL;
					 or NULL                       */
};

/** A message that came. Valid during the call */
struct pager_message {
	struct pl from;	 /**< URI, foreign text, as all of these           */
	struct pl name;	 /**< Display name, escapes not undone; may be empty */
	struct pl ctype; /**< Content-Type with parameters; "" without body */
	struct pl body;
	bool within;		   /**< It came within a dialog             */
	const struct sip_msg *msg; /**< For a closer look                   */
};

/**
 * A message came. It is answered as soon as this returns; everything may be
 * freed inside.
 *
 * @param reason  May be set to another reason phrase, which must live on
 *
 * @return The status code: 200, 403 ...; what is no final code answers 500
 */
typedef unsigned(pager_recv_h)(const struct pager_message *m,
			       const char **reason, uint64_t now, void *arg);

/**
 * What became of ours. The pager may be released inside.
 *
 * @param code    Final status code; 408 silent, 503 no flow
 * @param reason  Reason phrase, foreign text
 */
typedef void(pager_result_h)(unsigned code, const struct pl *reason,
			     uint64_t now, void *arg);

/**
 * Send a message. Use ua_message().
 *
 * @param pp  Set to the pager, a reference for pager_release(); NULL: nobody
 *            is interested, and h is NULL too
 *
 * @return 0, ENOMEM, EINVAL a receiver, type or header that cannot be,
 *         EMSGSIZE the body is too long, ENOTCONN no flow, ENOBUFS too many
 *         requests wait (TRANSACTIONS_MAX); h is not called then
 */
int pager_send(struct pager **pp, struct origin *o,
	       const struct pager_params *prm, pager_result_h *h, void *arg,
	       uint64_t now);

/** The result is not wanted any more; p may be NULL. @return NULL, always */
struct pager *pager_release(struct pager *p);

/** A MESSAGE came: check it, ask h, reply. For ua.c */
void pager_recv(struct server *s, const struct sip_msg *msg, pager_recv_h *h,
		void *arg, uint64_t now);

/** Whether it is of that type, "text/plain", whatever the parameters */
bool pager_is(const struct pager_message *m, const char *type);

#endif
