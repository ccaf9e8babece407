/**
 * @file core/net/weblink.h  Web link: one WebSocket connection to one URL
 *
 *     flow <-> messages <-> [weblink] <-> wsock, upgrade <-> stream
 *
 * From a URL to messages both ways: connects, upgrades, keeps alive, closes.
 * Once over it stays so; what then is to be done is the flow's business.
 */
#ifndef CORE_NET_WEBLINK_H
#define CORE_NET_WEBLINK_H

#include "core/base/clock.h"
#include "core/net/resolver.h"
#include "core/net/weburl.h"

struct weblink;

/** Where to and how; borrowed for the call */
struct weblink_params {
	struct resolver *resolver; /**< A reference is kept               */
	const struct weburl *url;
	const char *ca_file;	     /**< Trust anchors, NULL: the system's */
	const char *origin;	     /**< Origin header, NULL for none      */
	uint64_t ping_min, ping_max; /**< Wait between pings [us]           */
};

/** Messages can be sent. May free the link */
typedef void(weblink_up_h)(uint64_t now, void *arg);

/** A message came. May free the link; mb may be kept by reference */
typedef void(weblink_recv_h)(struct mbuf *mb, uint64_t now, void *arg);

/**
 * It is over, or never came up; no handler is called after this. May free
 * the link.
 *
 * @param err     0 closed in order, else errno
 * @param reason  A sentence, safe to log
 * @param after   The server wants to be left in peace for this long [s]
 */
typedef void(weblink_close_h)(int err, const char *reason, uint32_t after,
			      uint64_t now, void *arg);

/**
 * Connect. Handlers are called from the loop, never from here. mem_deref()
 * drops the connection.
 *
 * @return 0, ENOMEM, EINVAL host
 */
int weblink_connect(struct weblink **cp, const struct weblink_params *prm,
		    weblink_up_h *uph, weblink_recv_h *recvh,
		    weblink_close_h *closeh, void *arg);

/**
 * Send a message, from mb->pos on; it is copied.
 *
 * @return 0, ENOTCONN not up, EMSGSIZE, ENOMEM, ENOBUFS the server does not
 *         read: the close handler will be called from the loop
 */
int weblink_send(struct weblink *c, struct mbuf *mb);

/**
 * Close in order; the close handler is called within WSOCK_CLOSE_MAX.
 *
 * @return 0, ENOTCONN not up, or as weblink_send()
 */
int weblink_close(struct weblink *c, uint64_t now);

/** Wait so long between pings from now on, at random between the two [us] */
void weblink_set_ping(struct weblink *c, uint64_t min, uint64_t max,
		      uint64_t now);

/** Is the server there? @return as wsock_probe() */
int weblink_probe(struct weblink *c, uint64_t patience, uint64_t now);

/** Address of the peer, or of the last attempt */
const struct sa *weblink_peer(const struct weblink *c);

/** Own address. @return 0, ENOTCONN */
int weblink_local(const struct weblink *c, struct sa *local);

/** Print stream and WebSocket, for %H */
int weblink_print(struct re_printf *pf, const struct weblink *c);

#endif
