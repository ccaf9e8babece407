/**
 * @file core/sip/reply.h  Reply: the bytes of a response to a request
 *
 *     invite, ua, screen -> [reply] -> server -> flow
 *
 * Via, From, To, Call-ID, CSeq and, where they make a dialog, Record-Route
 * are copied from the request as they came, folded lines made straight.
 */
#ifndef CORE_SIP_REPLY_H
#define CORE_SIP_REPLY_H

#include "core/base/re.h"

/** Status codes that this folder names (RFC 3261 section 21) */
enum reply_code {
	REPLY_TRYING = 100,
	REPLY_OK = 200,	      /**< From here on a reply is final        */
	REPLY_REDIRECT = 300, /**< From here on it is not a success     */
	REPLY_BAD_REQUEST = 400,
	REPLY_UNAUTHORIZED = 401,
	REPLY_METHOD = 405,
	REPLY_NOT_ACCEPTABLE = 406,
	REPLY_PROXY_UNAUTHORIZED = 407,
	REPLY_MEDIA_TYPE = 415,
	REPLY_URI_SCHEME = 416,
	REPLY_EXTENSION = 420,
	REPLY_NO_DIALOG = 481,
	REPLY_LOOP = 482,
	REPLY_INTERNAL = 500,
	REPLY_NOT_IMPLEMENTED = 501,
	REPLY_UNAVAILABLE = 503,
	REPLY_VERSION = 505,
	REPLY_TOO_LARGE = 513,
};

/** A response. All is borrowed for the call */
struct reply {
	uint16_t scode;		    /**< 100 to 699                        */
	const char *reason;	    /**< NULL for the RFC's                */
	const struct mbuf *headers; /**< Lines by header_add(), from 0 to
					 end; may be NULL                  */
	const char *ctype;	    /**< Content-Type, NULL without body   */
	struct pl body;		    /**< May be empty                      */
};

/** The RFC's reason phrase: 486 is "Busy Here"; by class if unknown */
const char *reply_reason(uint16_t scode);

/**
 * Make the bytes of a response.
 *
 * @param mbp  Set to a new buffer, pos 0; the caller owns the reference
 * @param msg  The request, also a faulty one of message_decode()
 * @param r    What to say
 * @param tag  Our tag, put into To if that has none and this is not a 100
 *
 * @return 0, EINVAL something that cannot stand in a line, ENOMEM
 */
int reply_encode(struct mbuf **mbp, const struct sip_msg *msg,
		 const struct reply *r, const char *tag);

#endif
