/**
 * @file core/net/relay.h  Relay: a TURN client, RFC 8656
 *
 *     server's datagrams or bytes -> [relay] -> peers' datagrams -> agent
 *     agent -> [relay] -> sendh -> server
 *
 * One allocation at one server, over UDP or over a byte stream. Holds no
 * socket, no clock: bytes in, bytes out, due and tick. Every handler may
 * free the relay with mem_deref().
 */
#ifndef CORE_NET_RELAY_H
#define CORE_NET_RELAY_H

#include "core/base/clock.h"

enum {
	RELAY_HEADROOM = 4,  /**< Channel data before a datagram [bytes],
				  RFC 8656 section 12.4                     */
	RELAY_REDIRECTS = 3, /**< ALTERNATE-SERVER followed, SECURITY 27    */
};

struct relay;

enum relay_transport {
	RELAY_UDP,
	RELAY_TCP, /**< Channel data padded to 4, RFC 8656 section 12.5 */
};

/** Send these bytes to the server, from mb->pos on */
typedef int(relay_send_h)(const struct sa *server, struct mbuf *mb, void *arg);

/**
 * The state changed: err 0 when allocated; else it has ended and err says
 * why: EACCES credentials refused, ETIMEDOUT no answer, EPROTO, ENOSPC the
 * server's quota, ECONNREFUSED otherwise refused.
 */
typedef void(relay_state_h)(int err, uint64_t now, void *arg);

/** A peer's datagram, as dgram_recv_h */
typedef void(relay_recv_h)(const struct sa *peer, struct mbuf *mb, uint64_t now,
			   void *arg);

/** A permission was granted (err 0) or refused */
typedef void(relay_permit_h)(const struct sa *peer, int err, uint64_t now,
			     void *arg);

/**
 * Over RELAY_TCP only: the server named another one. The owner connects to
 * it, and then calls relay_start() again.
 */
typedef void(relay_redirect_h)(const struct sa *server, uint64_t now,
			       void *arg);

/** How to make a relay */
struct relay_params {
	enum relay_transport transport;
	struct sa server;
	const char *user, *password; /**< Copied                           */
	int af;	       /**< Family of the relayed address, RFC 8656 s. 18.6 */
	bool loopback; /**< An alternate server may be on loopback          */
	relay_send_h *sendh;
	relay_state_h *stateh;
	relay_recv_h *recvh;
	relay_permit_h *permith;
	relay_redirect_h *redirecth; /**< NULL with RELAY_UDP              */
	void *arg;
};

/** Allocate a relay; sends nothing yet. @return 0, ENOMEM, EINVAL */
int relay_alloc(struct relay **rp, const struct relay_params *params);

/** Send the first Allocate request. @return 0 or errno of sendh */
int relay_start(struct relay *r, uint64_t now);

/**
 * Give the allocation back: a Refresh with lifetime 0, once, not awaited.
 * Called by the destructor of the owner before mem_deref().
 */
void relay_stop(struct relay *r);

/**
 * A datagram came from the socket that sendh uses.
 *
 * @param src  Its source
 *
 * @return true when it was the relay's: it has been dealt with
 */
bool relay_recv(struct relay *r, const struct sa *src, struct mbuf *mb,
		uint64_t now);

/** Bytes came from the stream. @return 0, EPROTO: close the stream */
int relay_recv_bytes(struct relay *r, struct mbuf *mb, uint64_t now);

/** The relayed address; unset before it is allocated */
const struct sa *relay_addr(const struct relay *r);

/** Our address as the server sees it; unset before it is allocated */
const struct sa *relay_mapped(const struct relay *r);

/**
 * Ask for a permission for the peer's address (its port does not matter),
 * and keep it refreshed. Granted ones are not asked for again.
 *
 * @return 0: permith is called later, unless it is there already;
 *         ENOBUFS too many peers, ENOTCONN, EAFNOSUPPORT
 */
int relay_permit(struct relay *r, const struct sa *peer, uint64_t now);

/** Whether the peer's address has a permission */
bool relay_permitted(const struct relay *r, const struct sa *peer);

/** Bind a channel to the peer: 4 bytes of overhead. @return as permit */
int relay_bind(struct relay *r, const struct sa *peer, uint64_t now);

/**
 * Send a datagram to a peer that is permitted.
 *
 * @param mb  From mb->pos on, position and end are kept; the bytes around
 *            it are copied when there is no headroom
 *
 * @return 0, ENOTCONN not allocated, EACCES no permission, or of sendh
 */
int relay_send(struct relay *r, const struct sa *peer, struct mbuf *mb);

/** When to call relay_tick() next [us]; CLOCK_NEVER when not */
uint64_t relay_due(const struct relay *r);

/** Do what is due: retransmissions and refreshes */
void relay_tick(struct relay *r, uint64_t now);

/** Print state and counters, for %H; no credentials */
int relay_print(struct re_printf *pf, const struct relay *r);

#endif
