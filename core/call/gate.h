/**
 * @file core/call/gate.h  Gate: where browsers come in
 *
 *     browser -> webserver -> webconn -> [gate] -> reception -> guest
 *     test -> a simulated browser -----> [gate] -> reception
 *
 * A table of functions, as trunk.h is one: the trunk leads to a server, the
 * gate lets browsers in. The real one is gate_web(), made of
 * core/net/webserver.h. Connections are told apart by a pointer of the
 * driver's own, which mem_ref() and mem_deref() work on; the last reference
 * given back drops the connection.
 */
#ifndef CORE_CALL_GATE_H
#define CORE_CALL_GATE_H

#include "core/base/clock.h"
#include "core/base/config.h"
#include "core/net/webfile.h"

/** Why a connection is closed: codes of RFC 6455 section 7.4.1 */
enum gate_code {
	GATE_DONE = 1000,   /**< All is said                     */
	GATE_GOING = 1001,  /**< The board is going down         */
	GATE_POLICY = 1008, /**< Not authenticated, or displaced */
};

/**
 * A browser made a connection. Take a reference and set handlers, else it is
 * closed.
 */
typedef void(gate_open_h)(void *conn, uint64_t now, void *arg);

/** A whole SIP message arrived; may free the connection; mb may be kept */
typedef void(gate_recv_h)(struct mbuf *mb, uint64_t now, void *arg);

/**
 * A connection is over, no handler is called after this.
 *
 * @param err     0 closed in order, else errno
 * @param reason  A sentence, safe to log
 */
typedef void(gate_close_h)(int err, const char *reason, uint64_t now,
			   void *arg);

struct gate_params {
	const struct config *cfg;
	const struct webfile *filev; /**< The page; lives on; may be NULL */
	gate_open_h *openh;
	void *arg;
};

struct gate_driver {
	/**
	 * Let browsers in. mem_deref() ends that; connections live on as
	 * long as they are referred to.
	 *
	 * @return 0, or errno (logged)
	 */
	int (*alloc)(void **gp, const struct gate_params *prm);

	/** What the page is told of the board; copied. @return 0, ENOMEM */
	int (*set_info)(void *g, const char *json);

	/** Of the certificate, "AA:BB:..."; "" when there is none */
	const char *(*fingerprint)(const void *g);

	/** Print where it listens, and counters, for %H */
	int (*print)(struct re_printf *pf, const void *g);

	/** Whom to call about a connection; NULL: nobody any longer */
	void (*set_handlers)(void *conn, gate_recv_h *recvh,
			     gate_close_h *closeh, void *arg);

	/** Send a message; mb is lent. @return 0, ENOTCONN, ENOBUFS */
	int (*send)(void *conn, struct mbuf *mb);

	/** Close in order; the close handler follows, from the loop */
	void (*close)(void *conn, enum gate_code code, const char *reason,
		      uint64_t now);

	/** It has proved who it is: no newcomer takes its place */
	void (*trust)(void *conn);

	/** Address of the peer */
	const struct sa *(*peer)(const void *conn);
};

/** The driver made of core/net/webserver.h */
const struct gate_driver *gate_web(void);

#endif
