/**
 * @file core/net/webvisitor.h  Web visitor: a connection that speaks HTTP
 *
 *     listener -> socket -> [webvisitor] <-> stream, webpeer
 *                                `-> webserver: a WebSocket is wanted, or gone
 *
 * From a socket that was accepted to its end, or until it is a WebSocket.
 * The first byte says whether there is TLS: people type addresses without
 * https, and are told what is right. Who says nothing costs no TLS session.
 */
#ifndef CORE_NET_WEBVISITOR_H
#define CORE_NET_WEBVISITOR_H

#include "core/base/clock.h"
#include "core/net/website.h"

struct webvisitor;
struct pagecert;
struct stream;

/** Whom to tell; called last, from the loop */
struct webvisitor_handlers {
	/** It wants a WebSocket: call webvisitor_upgrade() and free it, or
	    webvisitor_refuse() */
	void (*upgradeh)(struct webvisitor *v, uint64_t now, void *arg);

	/** webvisitor_yields() may be another; must not free it */
	void (*changedh)(struct webvisitor *v, uint64_t now, void *arg);

	/** Its Host is no name of the board; must not free it */
	void (*strangerh)(const struct sa *peer, const char *host, void *arg);

	/** It is over: free it */
	void (*goneh)(struct webvisitor *v, uint64_t now, void *arg);
};

/**
 * Allocate. mem_deref() closes the connection.
 *
 * @param list  Where it is from now on, until it is freed
 * @param fd    Non-blocking socket; its own from now on, also on error
 * @param cert  A reference is kept; NULL: without TLS, for tests
 * @param site  A reference is kept
 * @param h     Lives on
 *
 * @return 0, ENOMEM, errno of epoll
 */
int webvisitor_alloc(struct list *list, int fd, const struct sa *peer,
		     struct pagecert *cert, const struct website *site,
		     const struct webvisitor_handlers *h, void *arg,
		     uint64_t now);

/**
 * Answer the upgrade and give the stream away; then free it.
 *
 * @param sp     Set to the stream; the caller's
 * @param restp  Set to what came behind the request; the caller's, may be
 *               NULL
 *
 * @return 0, or errno of the stream: sp is not set
 */
int webvisitor_upgrade(struct webvisitor *v, struct stream **sp,
		       struct mbuf **restp);

/** Answer that there is no place */
void webvisitor_refuse(struct webvisitor *v, uint64_t now);

/** From when on it may be dropped when somebody else wants its place [us] */
uint64_t webvisitor_yields(const struct webvisitor *v);

/** Print state and counters on one line, for %H */
int webvisitor_print(struct re_printf *pf, const struct webvisitor *v);

#endif
