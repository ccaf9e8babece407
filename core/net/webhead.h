/**
 * @file core/net/webhead.h  Web head: the head of an HTTP message, checked
 *
 *     upgrade (response), webrequest (request) -> [webhead] -> libre's parser
 *
 * What both directions refuse before libre's HTTP parser, which is generous,
 * gets to see it.
 */
#ifndef CORE_NET_WEBHEAD_H
#define CORE_NET_WEBHEAD_H

#include "core/base/re.h"

enum {
	WEBHEAD_MAX = 16 * 1024,  /**< SECURITY rows 15, 43 [bytes] */
	WEBHEAD_HEADERS_MAX = 64, /**< Ours                         */
};

/**
 * Look for the empty line.
 *
 * @param scanned  How far earlier calls have looked, 0 at first; updated
 *
 * @return Size of the head with that line [bytes], 0 if it has not come
 */
size_t webhead_size(const uint8_t *p, size_t size, size_t *scanned);

/**
 * Whether a head has no controls within a line, no bare CR or LF, and no
 * folded line.
 *
 * @param size  With the final CRLF
 */
bool webhead_is_clean(const uint8_t *p, size_t size);

/** The only header of that name; NULL when there is none or more than one */
const struct pl *webhead_only(const struct http_msg *msg, const char *name);

/** How many headers of that name there are */
unsigned webhead_count(const struct http_msg *msg, const char *name);

/** Whether a comma list has the token, in any of the headers of that name */
bool webhead_has(const struct http_msg *msg, const char *name,
		 const char *token);

/** Whether a character may be in a token (RFC 9110 section 5.6.2) */
bool webhead_is_tchar(int c);

/** Take the blanks at both ends away */
struct pl webhead_trim(struct pl pl);

/**
 * Take the next element of a comma list, blanks at its ends apart.
 *
 * @param list  Shortened by it
 *
 * @return false when there is none left
 */
bool webhead_element(struct pl *list, struct pl *element);

#endif
