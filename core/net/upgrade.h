/**
 * @file core/net/upgrade.h  Upgrade: from HTTP to WebSocket
 *
 *     flow: URL -> [upgrade] -> request;  response -> [upgrade] -> verdict
 *
 * The client's handshake of RFC 6455 section 4.1 for the subprotocol "sip"
 * (RFC 7118). Pure functions; whatever the server says that was not asked
 * for is a refusal.
 */
#ifndef CORE_NET_UPGRADE_H
#define CORE_NET_UPGRADE_H

#include "core/base/clock.h"
#include "core/net/webhead.h"
#include "core/net/weburl.h"

enum {
	UPGRADE_TIMEOUT = 10 * CLOCK_S, /**< SECURITY row 15 [us]         */
	UPGRADE_KEY_SIZE = 16,		/**< RFC 6455 section 4.1 [bytes] */
	UPGRADE_TEXT_SIZE = 32,		/**< Key and accept, base64       */
	UPGRADE_RETRY_MAX = 1800,	/**< SECURITY row 39 [s]          */
	UPGRADE_REASON_MAX = 256,	/**< Text of a refusal, ours      */
};

/** One handshake */
struct upgrade {
	char key[UPGRADE_TEXT_SIZE];	 /**< Sec-WebSocket-Key             */
	char accept[UPGRADE_TEXT_SIZE];	 /**< What must come back           */
	size_t scanned;			 /**< Of the response, for the end  */
	unsigned status;		 /**< Of the response, 0 if none    */
	unsigned retry_after;		 /**< [s], 0 when it did not say    */
	char reason[UPGRADE_REASON_MAX]; /**< Of a refusal, safe to log    */
};

/**
 * Begin a handshake with a new random key, and print the request.
 *
 * @param mb      Gets the request, appended
 * @param origin  Value of the Origin header, or NULL for none
 *
 * @return 0, ENOMEM, EPROTO
 */
int upgrade_request(struct upgrade *up, struct mbuf *mb,
		    const struct weburl *url, const char *origin);

/** The accept value that belongs to a key. @return 0, EPROTO */
int upgrade_accept(char accept[UPGRADE_TEXT_SIZE], const char *key);

/**
 * Check what the server has answered so far. On success mb->pos is behind
 * the response: what follows are frames.
 *
 * @param mb  All bytes since the request, from mb->pos on
 *
 * @return 0 upgraded, EAGAIN more is needed, ECONNREFUSED a status other
 *         than 101, EPROTO not as RFC 6455 wants it, EOVERFLOW too long,
 *         ENOMEM; reason says why
 */
int upgrade_response(struct upgrade *up, struct mbuf *mb);

#endif
