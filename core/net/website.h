/**
 * @file core/net/website.h  Web site: what is served, and to whom
 *
 *     webpeer: request -> [website] -> reply
 *                            |-> webnames (Host), webfile (table), webreply
 *
 * The files of the page, one text that is made at run time, and the one
 * place where a WebSocket may begin. Pure; shared by all connections.
 */
#ifndef CORE_NET_WEBSITE_H
#define CORE_NET_WEBSITE_H

#include "core/net/webfile.h"
#include "core/net/webnames.h"
#include "core/net/webreply.h"

#define WEBSITE_SOCKET "/sip"	     /**< Where a WebSocket begins, ours  */
#define WEBSITE_INFO   "/board.json" /**< What the board says about itself */

struct website;

/**
 * Allocate. Free with mem_deref().
 *
 * @param filev  Ended by path NULL, lives on; NULL: none
 * @param names  A reference is kept
 * @param hsts   Tell browsers to insist on https: never when the certificate
 *               is one that a person had to accept
 *
 * @return 0, ENOMEM
 */
int website_alloc(struct website **sp, const struct webfile *filev,
		  struct webnames *names, bool hsts);

/** Set what is at WEBSITE_INFO; NULL for nothing. @return 0, ENOMEM */
int website_set_info(struct website *s, const char *json);

/**
 * Answer a request. An upgrade that may happen is answered by 101.
 *
 * @param rep  Zeroed, or a reply from before
 *
 * @return 0, ENOMEM, EPROTO
 */
int website_answer(const struct website *s, const struct webrequest *r,
		   struct webreply *rep);

/** Answer one that did not come through TLS: it is sent to https.
    @return 0, ENOMEM */
int website_answer_plain(const struct website *s, const struct webrequest *r,
			 struct webreply *rep);

/** Answer with a status instead. @return 0, ENOMEM */
int website_refuse(const struct website *s, const struct webrequest *r,
		   enum webrequest_status status, struct webreply *rep);

#endif
