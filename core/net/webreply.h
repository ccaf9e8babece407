/**
 * @file core/net/webreply.h  Web reply: the bytes of an answer
 *
 *     website: what to answer -> [webreply] -> webpeer: bytes
 *
 * Every answer bears the same strict headers: nothing but the page's own
 * files may run, nothing may frame it, nothing is told to others. Pure.
 */
#ifndef CORE_NET_WEBREPLY_H
#define CORE_NET_WEBREPLY_H

#include "core/net/webfile.h"
#include "core/net/webrequest.h"

/** One answer; zeroed, then filled by one of the functions below */
struct webreply {
	enum webrequest_status status;
	struct mbuf *head;   /**< Status line and headers              */
	const uint8_t *body; /**< What follows, or NULL                */
	size_t size;	     /**< Of it [bytes]                        */
	void *keep;	     /**< Reference in which body lives, or
				  NULL: a constant                     */
	bool close;	     /**< Close the connection after it        */
};

/** Drop what it holds */
void webreply_clear(struct webreply *rep);

/**
 * Answer with a status and a line of text that names it.
 *
 * @param rep  Cleared first; what was asked decides about body and close:
 *             r->head and r->keep
 *
 * @return 0, ENOMEM
 */
int webreply_status(struct webreply *rep, const struct webrequest *r,
		    enum webrequest_status status, bool hsts);

/**
 * Answer with a file, or that it has not changed.
 *
 * @param f     Lives until the reply is cleared, see keep
 * @param keep  A reference to it is kept, or NULL
 *
 * @return 0, ENOMEM
 */
int webreply_file(struct webreply *rep, const struct webrequest *r,
		  const struct webfile *f, void *keep, bool hsts);

/**
 * Send to the same host by https. Nothing else is ever said in the clear.
 *
 * @param r  Its host is one of ours
 *
 * @return 0, ENOMEM
 */
int webreply_redirect(struct webreply *rep, const struct webrequest *r);

/** Answer 101 to an upgrade. @return 0, ENOMEM, EPROTO */
int webreply_switch(struct webreply *rep, const struct webrequest *r);

#endif
