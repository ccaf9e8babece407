/**
 * @file core/sip/screen.h  Screen: what a request must have before we look
 *
 *     transactions -> ua -> [screen] -> accepted | 405 406 415 416 420 501
 *
 * The general part of a user agent server (RFC 3261 section 8.2), in its
 * order: method, Request-URI, Require, content.
 */
#ifndef CORE_SIP_SCREEN_H
#define CORE_SIP_SCREEN_H

#include "core/sip/reply.h"

/** A method that is allowed */
struct screen_method {
	const char *name;
	const char *accept; /**< Types of body, comma list; NULL: any, since
				 nobody reads it                           */
	const char *gives;  /**< Type of the reply's body, NULL none: an
				 Accept that lacks it gets 406             */
};

/** What this phone does */
struct screen_policy {
	const struct screen_method *methodv;
	size_t methodc;
	const char *supported; /**< Option tags, comma list; may be ""     */
};

/**
 * Look at a request.
 *
 * @param msg      Of message_decode(), no ACK: that gets no reply
 * @param p        Policy
 * @param r        scode and reason set when refused: 405, 406, 415, 416, 420
 *                 or 501; r->headers is set to headers
 * @param headers  Empty; Allow, Accept, Unsupported are added
 *
 * @return 0 accepted, EPERM refused: reply with r, ENOMEM or EINVAL: reply 500
 */
int screen_request(const struct sip_msg *msg, const struct screen_policy *p,
		   struct reply *r, struct mbuf *headers);

/** Whether a method is allowed */
bool screen_allows(const struct screen_policy *p, const char *method);

/** Add Allow, for replies and requests. @return 0 or errno */
int screen_add_allow(struct mbuf *headers, const struct screen_policy *p);

#endif
