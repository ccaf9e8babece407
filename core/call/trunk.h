/**
 * @file core/call/trunk.h  Trunk: the way of SIP messages to a server
 *
 *     account -> [trunk] -> flow -> WebSocket -> TLS -> TCP
 *     account -> [trunk] -> a simulated server, in tests
 *
 * A table of functions. The real one is trunk_flow(), made of core/net/flow.h.
 */
#ifndef CORE_CALL_TRUNK_H
#define CORE_CALL_TRUNK_H

#include "core/base/clock.h"
#include "core/base/config.h"

/** A trunk's state */
enum trunk_state {
	TRUNK_DOWN = 0,	  /**< No connection, none being made        */
	TRUNK_CONNECTING, /**< Being made, or waiting for a next try */
	TRUNK_UP,	  /**< Messages can be sent                  */
};

/** A whole SIP message arrived; mb is lent for the call */
typedef void(trunk_recv_h)(struct mbuf *mb, uint64_t now, void *arg);

/**
 * The state changed.
 *
 * @param reason  Why, for a person; never NULL
 * @param retry   [us] until the next try, 0 when none or at once
 */
typedef void(trunk_state_h)(enum trunk_state state, const char *reason,
			    uint64_t retry, uint64_t now, void *arg);

/** Handlers of the owner */
struct trunk_handlers {
	trunk_recv_h *recvh;
	trunk_state_h *stateh;
	void *arg;
};

struct trunk_driver {
	/**
	 * Make a trunk and begin to connect. mem_deref() frees it without a
	 * word to the peer.
	 *
	 * @return 0, ENOMEM, EINVAL the configuration names no usable URL
	 */
	int (*alloc)(void **wp, const struct config *cfg,
		     const struct trunk_handlers *h, uint64_t now);

	/** Send a message; mb is lent. @return 0, ENOTCONN, ENOBUFS */
	int (*send)(void *w, struct mbuf *mb);

	/**
	 * Take the connection for dead and make another.
	 *
	 * @param at_once  A person asked: without waiting
	 */
	void (*renew)(void *w, const char *reason, bool at_once, uint64_t now);

	/** The network changed: connect again, if that is needed or of use */
	void (*moved)(void *w, uint64_t now);

	/** The peer of a call is silent: is the connection dead? It ends and
	    is made anew at once if so. @return whether there is one */
	bool (*probe)(void *w, uint64_t now);

	/**
	 * Keep it alive as often as the server wants it.
	 *
	 * @param seconds  Of its Flow-Timer (RFC 5626); 0: it said none
	 */
	void (*set_timer)(void *w, uint32_t seconds, uint64_t now);

	/** Close in order; ends with TRUNK_DOWN, at the latest after 1 s */
	void (*close)(void *w, uint64_t now);

	/** Print where it is connected to and what it counted, for %H */
	int (*print)(struct re_printf *pf, const void *w);
};

/** The driver made of core/net/flow.h */
const struct trunk_driver *trunk_flow(void);

#endif
