/**
 * @file core/net/network.h  Network: sockets as a table of functions
 *
 *     kernel or simulation -> [network] -> agent -> relay, keying, media
 *
 * What ICE needs of the system: the local addresses, datagrams, and a byte
 * stream for TURN over TCP. network_kernel() is the real one; a test plugs
 * a simulated one. All handlers run in the loop's thread.
 *
 * An implementation allocates its own object with struct dgram (or struct
 * conduit) as the first member, and its destructor closes.
 */
#ifndef CORE_NET_NETWORK_H
#define CORE_NET_NETWORK_H

#include "core/base/clock.h"

enum {
	NETWORK_HEADROOM = 64,	 /**< Free bytes before what was received, and
				     wanted before what is sent through a
				     relay, ours                           */
	NETWORK_DATAGRAM = 2048, /**< Longer datagrams are dropped [bytes]:
				     an Ethernet MTU and more, ours        */
	NETWORK_BACKLOG = 65536, /**< Unsent bytes of a conduit; more are
				     dropped, ours                         */
};

struct network;
struct dgram;
struct conduit;

/**
 * A datagram arrived.
 *
 * @param src  Where from, as the kernel says
 * @param mb   From mb->pos on, NETWORK_HEADROOM free bytes before; keep it
 *             with mem_ref(). Never NULL, may be empty
 * @param now  Monotonic time [us]
 *
 * The dgram may be freed in the handler.
 */
typedef void(dgram_recv_h)(const struct sa *src, struct mbuf *mb, uint64_t now,
			   void *arg);

/** Bytes of a stream arrived: any number, as dgram_recv_h otherwise */
typedef void(conduit_recv_h)(struct mbuf *mb, uint64_t now, void *arg);

/**
 * A stream changed its state: err 0 once when connected, then once an errno
 * when it has ended (ECONNRESET when the other side closed).
 */
typedef void(conduit_state_h)(int err, uint64_t now, void *arg);

/** One local address, port 0; the best first. @return true to stop */
typedef bool(network_address_h)(const struct sa *addr, void *arg);

/**
 * Links, addresses or routes have changed, maybe.
 *
 * @param routed  The default route has, for sure
 */
typedef void(network_changed_h)(bool routed, uint64_t now, void *arg);

/** A datagram socket: what implementations begin with */
struct dgram {
	/** See dgram_send() */
	int (*sendh)(struct dgram *d, const struct sa *dst, struct mbuf *mb);
	struct sa local; /**< Bound address and port */
};

/** A byte stream: what implementations begin with */
struct conduit {
	/** See conduit_send() */
	int (*sendh)(struct conduit *w, struct mbuf *mb);
	struct sa local; /**< Bound address and port */
};

/** The table of functions. Implementations may embed it */
struct network {
	/** See network_open() */
	int (*openh)(struct dgram **dp, const struct network *n,
		     const struct sa *local, dgram_recv_h *h, void *arg);
	/** See network_connect() */
	int (*connecth)(struct conduit **wp, const struct network *n,
			const struct sa *peer, conduit_recv_h *rh,
			conduit_state_h *sh, void *arg);
	/** See network_addresses() */
	int (*addressesh)(const struct network *n, network_address_h *h,
			  void *arg);
	/** See network_watch(); NULL for a network that never changes */
	int (*watchh)(void **wp, const struct network *n, network_changed_h *h,
		      void *arg);
};

/** The kernel's network */
const struct network *network_kernel(void);

/**
 * Open a datagram socket. Close it with mem_deref().
 *
 * @param local  Address to bind to; port 0 for any
 *
 * @return 0, ENOMEM, or errno of the kernel (EADDRNOTAVAIL, EMFILE ...)
 */
int network_open(struct dgram **dp, const struct network *n,
		 const struct sa *local, dgram_recv_h *h, void *arg);

/**
 * Connect a byte stream. Close it with mem_deref(); sh is called later,
 * never from here.
 *
 * @return 0 in progress, ENOMEM, or errno of the kernel
 */
int network_connect(struct conduit **wp, const struct network *n,
		    const struct sa *peer, conduit_recv_h *rh,
		    conduit_state_h *sh, void *arg);

/**
 * List local addresses of interfaces that are up and connected: all families,
 * loopback included (the caller decides), the best first: those of the default
 * route, then others, then loopback. Link-local IPv6 is left out.
 *
 * @return 0 or errno
 */
int network_addresses(const struct network *n, network_address_h *h, void *arg);

/**
 * Whether packets can flow: up, and not with its cable pulled.
 *
 * @param flags  Of an interface (netdevice(7)), as getifaddrs() has them
 */
bool network_connected(unsigned flags);

/**
 * Watch for changes. End it with mem_deref(), not inside the handler.
 *
 * @return 0, ENOTSUP, ENOMEM, or errno of the kernel
 */
int network_watch(void **wp, const struct network *n, network_changed_h *h,
		  void *arg);

/**
 * Send a datagram, from mb->pos on. The position is kept; bytes before it
 * may be overwritten. Not queued: what the kernel cannot take is lost.
 *
 * @return 0, EAGAIN, or errno of the kernel
 */
int dgram_send(struct dgram *d, const struct sa *dst, struct mbuf *mb);

/** The address and port the socket is bound to */
const struct sa *dgram_local(const struct dgram *d);

/**
 * Send bytes, from mb->pos on; queued while the stream is slow.
 *
 * @return 0, ENOBUFS backlog full and nothing queued, ENOTCONN
 */
int conduit_send(struct conduit *w, struct mbuf *mb);

#endif
