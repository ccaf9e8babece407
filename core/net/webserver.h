/**
 * @file core/net/webserver.h  Web server: the board's own page, over HTTPS
 *
 *     browser -> listener -> [webserver] -> webvisitor (HTTP)
 *                                 `-> webconn (WebSocket) -> owner
 *
 * Serves a table of files, /board.json, and the upgrade of /sip to a
 * WebSocket with the subprotocol "sip" (RFC 7118); nothing else. Holds a few
 * connections only (SECURITY row 43): in HTTP, who is idle or slow gives way
 * to who comes; of WebSockets, the oldest stranger of the address that has
 * most strangers.
 */
#ifndef CORE_NET_WEBSERVER_H
#define CORE_NET_WEBSERVER_H

#include "core/net/webconn.h"
#include "core/net/webfile.h"

enum {
	WEBSERVER_VISITORS_MAX = 8, /**< In HTTP, SECURITY row 43       */
	WEBSERVER_CONNS_MAX = 8,    /**< WebSockets, ours               */
	WEBSERVER_LISTEN_MAX = 4,   /**< Addresses to listen at, ours   */
	WEBSERVER_REASON_MAX = 256, /**< Text of a failure [bytes], ours */
};

struct pagecert;
struct webserver;

/**
 * A browser, or a phone, has made a WebSocket. Take a reference and set
 * handlers, else it is closed.
 */
typedef void(webserver_open_h)(struct webconn *c, uint64_t now, void *arg);

/** What to serve; borrowed for the call but where it says otherwise */
struct webserver_params {
	const struct sa *listenv;    /**< Addresses with ports; 0: any port   */
	size_t listenc;		     /**< 1 .. WEBSERVER_LISTEN_MAX           */
	struct pagecert *cert;	     /**< A reference is kept                 */
	const char *const *namev;    /**< Names of the board besides localhost
				       and the host's, ended by NULL; for one
				       without a dot NAME.local, too; NULL:
				       none                                */
	const struct webfile *filev; /**< Ended by path NULL, lives on;
					  NULL: none                       */
	webserver_open_h *openh;
	void *arg;
};

/**
 * Listen. mem_deref() stops that and drops all that is in HTTP; WebSockets
 * live on as long as their owners want.
 *
 * @param reason  Set to a sentence on error, size WEBSERVER_REASON_MAX
 *
 * @return 0, ENOMEM, EADDRINUSE, EACCES, or errno of the socket
 */
int webserver_alloc(struct webserver **wp, const struct webserver_params *prm,
		    char *reason);

/**
 * Set what is at /board.json.
 *
 * @param json  Copied; NULL for nothing
 *
 * @return 0, ENOMEM
 */
int webserver_set_info(struct webserver *w, const char *json);

/** Port of the first address listened at */
uint16_t webserver_port(const struct webserver *w);

/** Print counters, a line, and a line for each connection, for %H */
int webserver_print(struct re_printf *pf, const struct webserver *w);

#endif
