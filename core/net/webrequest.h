/**
 * @file core/net/webrequest.h  Web request: what a browser asks for
 *
 *     webpeer: bytes -> [webrequest] -> website: what to answer
 *
 * The head of an HTTP/1.1 request (RFC 9112), for a server that knows GET
 * and HEAD, wants no body, and can upgrade to WebSocket (RFC 6455 section
 * 4.2.1). Pure. What is ambiguous is refused, with the status to answer.
 */
#ifndef CORE_NET_WEBREQUEST_H
#define CORE_NET_WEBREQUEST_H

#include "core/net/webhead.h"

enum {
	WEBREQUEST_TARGET_MAX = 2048, /**< Path and query, ours [bytes]     */
	WEBREQUEST_PATH_SIZE = 256,   /**< Path with its 0, ours [bytes]    */
	WEBREQUEST_HOST_SIZE = 264,   /**< Name of 255, port (RFC 1035), 0  */
	WEBREQUEST_ORIGIN_SIZE = 280, /**< The same after a scheme          */
	WEBREQUEST_MATCH_SIZE = 256,  /**< Tags, ours: a longer list is
					   taken for none                   */
	WEBREQUEST_KEY_SIZE = 25,     /**< 16 bytes in base64, and 0        */
};

/** Status codes that are used (RFC 9110 section 15) */
enum webrequest_status {
	WEBREQUEST_SWITCHING = 101,
	WEBREQUEST_OK = 200,
	WEBREQUEST_NOT_MODIFIED = 304,
	WEBREQUEST_REDIRECT = 307,
	WEBREQUEST_BAD = 400,
	WEBREQUEST_FORBIDDEN = 403,
	WEBREQUEST_NOT_FOUND = 404,
	WEBREQUEST_METHOD = 405,
	WEBREQUEST_NOT_ACCEPTABLE = 406,
	WEBREQUEST_TOO_LARGE = 413,
	WEBREQUEST_URI_LONG = 414,
	WEBREQUEST_MISDIRECTED = 421,
	WEBREQUEST_UPGRADE = 426,
	WEBREQUEST_HEADERS_LARGE = 431,
	WEBREQUEST_UNAVAILABLE = 503,
	WEBREQUEST_VERSION = 505,
};

/** One request; zeroed before its first byte is looked at */
struct webrequest {
	bool head;    /**< HEAD, not GET                             */
	bool gzip;    /**< Compressed content is welcome             */
	bool keep;    /**< The connection is to live on              */
	bool upgrade; /**< To WebSocket, asked for as it should be   */
	bool foreign; /**< There is an Origin header                 */
	char path[WEBREQUEST_PATH_SIZE];     /**< Without query         */
	char host[WEBREQUEST_HOST_SIZE];     /**< As it was sent        */
	char origin[WEBREQUEST_ORIGIN_SIZE]; /**< As it was sent        */
	char match[WEBREQUEST_MATCH_SIZE];   /**< If-None-Match         */
	char key[WEBREQUEST_KEY_SIZE];	     /**< Sec-WebSocket-Key     */
	enum webrequest_status status;	     /**< After EPROTO: answer it */
	size_t scanned;			     /**< How far was looked      */
	bool skipped;			     /**< An empty line before it */
};

/**
 * Decode a request. On success mb->pos is behind its head.
 *
 * @param mb  All bytes of the connection that are not yet dealt with, from
 *            mb->pos on
 *
 * @return 0, EAGAIN more is needed, EPROTO refused: answer r->status and
 *         close, ENOMEM
 */
int webrequest_decode(struct webrequest *r, struct mbuf *mb);

/** Whether the browser has what bears this tag (without quotes) already */
bool webrequest_has(const struct webrequest *r, const char *etag);

#endif
