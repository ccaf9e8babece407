/**
 * @file core/sip/request.h  Request: what we ask, as a struct and as bytes
 *
 *     registration, invite, dialog -> [request] -> client -> flow
 *
 * Via, Max-Forwards and Content-Length are made here, all else is given.
 */
#ifndef CORE_SIP_REQUEST_H
#define CORE_SIP_REQUEST_H

#include "core/base/re.h"

enum {
	REQUEST_FORWARDS = 70, /**< RFC 3261 section 8.1.1.6          */
	REQUEST_ROUTES = 32,   /**< Route values, ours                */
};

/** A request. All is borrowed for the call; strings are UTF-8 */
struct request {
	const char *method;
	const char *uri;	   /**< Request-URI                        */
	const char *const *routev; /**< Route values: "<sip:host;lr>"      */
	size_t routec;
	const char *from; /**< Value: "\"Me\" <sip:me@x>;tag=abc" */
	const char *to;	  /**< Value: "<sip:you@x>;tag=def"       */
	const char *callid;
	uint32_t cseq;
	const struct mbuf *headers; /**< Lines by header_add(), from 0 to
					 end; may be NULL                  */
	const char *ctype;	    /**< Content-Type, NULL without body    */
	struct pl body;		    /**< May be empty                       */
};

/** Where a request says that it comes from */
struct request_via {
	const char *transport; /**< "WSS" or "WS" (RFC 7118 section 5.2)  */
	const char *host;      /**< "x7dk....invalid" (RFC 7118 section 5) */
	const char *branch;    /**< With its z9hG4bK                       */
};

/**
 * Make the bytes of a request.
 *
 * @param mbp  Set to a new buffer, pos 0; the caller owns the reference
 *
 * @return 0, EINVAL something that cannot stand in a line, or no method,
 *         URI, From, To, Call-ID; ENOMEM
 */
int request_encode(struct mbuf **mbp, const struct request *r,
		   const struct request_via *via);

#endif
