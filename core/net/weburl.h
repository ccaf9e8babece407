/**
 * @file core/net/weburl.h  Web URL: ws://host:port/path?query
 *
 *     [transport] url= -> [weburl] -> flow
 *
 * RFC 6455 section 3, strict: no user, no fragment, no control characters.
 */
#ifndef CORE_NET_WEBURL_H
#define CORE_NET_WEBURL_H

#include "core/base/re.h"

enum {
	WEBURL_MAX = 1024,	  /**< Length of a URL [bytes], ours          */
	WEBURL_HOST_MAX = 253,	  /**< RFC 1035 section 2.3.4 [bytes]         */
	WEBURL_PORT_PLAIN = 80,	  /**< Default of ws, RFC 6455 section 3      */
	WEBURL_PORT_SECURE = 443, /**< Default of wss, RFC 6455 section 3    */
};

/** A decoded URL */
struct weburl {
	bool secure;			/**< wss                        */
	bool literal6;			/**< host was in brackets       */
	char host[WEBURL_HOST_MAX + 1]; /**< Name or address, no brackets */
	uint16_t port;
	char path[WEBURL_MAX]; /**< "/path?query", "/" when there is none */
};

/**
 * Decode a URL.
 *
 * @param whyp  Set to what is wrong, a static text; may be NULL
 *
 * @return 0, EINVAL
 */
int weburl_decode(struct weburl *u, const char *text, const char **whyp);

/** Print what the Host header says: host, and port when not the default */
int weburl_print_host(struct re_printf *pf, const struct weburl *u);

#endif
