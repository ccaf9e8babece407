/**
 * @file tests/loop/support/wsserver.h  A WebSocket server for tests
 *
 * On loopback, in the loop of the test, with or without TLS; good, or bad in
 * the way that is asked for. Echoes each message.
 */
#ifndef TESTS_LOOP_SUPPORT_WSSERVER_H
#define TESTS_LOOP_SUPPORT_WSSERVER_H

#include "core/base/re.h"
#include "tests/loop/support/pki.h"

enum wsserver_mode {
	WSSERVER_GOOD = 0,
	WSSERVER_SILENT,   /**< Takes connections and says nothing         */
	WSSERVER_SLAM,	   /**< Closes them at once                        */
	WSSERVER_BUSY,	   /**< 503 with Retry-After: 120                  */
	WSSERVER_NO_PROTO, /**< 101 without subprotocol                    */
	WSSERVER_DEAF,	   /**< Reads nothing after the upgrade            */
	WSSERVER_EAGER,	   /**< Sends a message together with the upgrade  */
};

struct wsserver {
	struct list conns;
	struct loop_watch *watch;
	int fd;
	uint16_t port;
	enum wsserver_mode mode;
	struct pki *cert;	 /**< NULL for no TLS                      */
	const struct pki *chain; /**< Sent too, NULL for none              */
	unsigned accepted, upgraded, messages;
	char request[2048]; /**< The last one                              */
	char close[64];	    /**< Reason of the last orderly close          */
};

/**
 * Listen on an address, at s->port if that is not 0, else at any; s->cert
 * and s->mode are what the caller has set.
 */
void wsserver_start(struct wsserver *s, const char *addr);

/** Drop all connections, without a word */
void wsserver_drop(struct wsserver *s);

/** Send to all connections, as frames of that many bytes; 0 for one frame */
void wsserver_send(struct wsserver *s, const char *text, size_t fragment);

/** Stop listening and drop all */
void wsserver_stop(struct wsserver *s);

#endif
