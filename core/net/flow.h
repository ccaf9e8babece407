/**
 * @file core/net/flow.h  Flow: the SIP connection that comes back
 *
 *     ua <-> SIP messages <-> [flow] <-> wsock <-> stream <-> server
 *
 * Connects to the first of its URLs that works, keeps the connection alive,
 * finds out when it is dead, and connects again when retry.h says.
 */
#ifndef CORE_NET_FLOW_H
#define CORE_NET_FLOW_H

#include "core/base/clock.h"
#include "core/net/resolver.h"

enum {
	FLOW_URLS_MAX = 8,		/**< In failover order, ours     */
	FLOW_PING_MIN = 95 * CLOCK_S,	/**< RFC 5626 section 4.4.1 [us] */
	FLOW_PING_MAX = 120 * CLOCK_S,	/**< The same                    */
	FLOW_PING_LEAST = 10 * CLOCK_S, /**< Whatever the server says, ours */
	FLOW_PATIENCE = 1 * CLOCK_S,	/**< With a server that is probed: a
					     packet may be lost twice, at
					     200 ms as Linux has it; ours
					     [us]                        */
	FLOW_REASON_MAX = 384,		/**< Text [bytes], ours          */
};

enum flow_state {
	FLOW_IDLE = 0,	 /**< Not started, or closed: nothing will happen  */
	FLOW_CONNECTING, /**< Resolving, TCP, TLS or handshake             */
	FLOW_UP,	 /**< Messages can be sent                         */
	FLOW_DOWN,	 /**< Was up and is lost; comes back by itself     */
	FLOW_FAILED,	 /**< No URL worked; tries again by itself         */
	FLOW_CLOSING,	 /**< After flow_close(), waiting for the server   */
};

struct flow;

/** What to connect to; borrowed for the call */
struct flow_params {
	struct resolver *resolver; /**< A reference is kept                */
	const char **urlv;	   /**< ws[s]://host:port/path?query       */
	unsigned urlc;		   /**< 1 to FLOW_URLS_MAX                 */
	const char *ca_file;	   /**< Trust anchors, NULL: the system's  */
	const char *origin;	   /**< Origin header, NULL for none       */
	bool insecure;		   /**< ws:// is allowed                   */
	uint32_t ping;		   /**< Keep-alive [s], 0 for 95 to 120 s;
					mobile NATs want 20 to 30          */
};

/** One SIP message came. May free the flow; mb may be kept by reference */
typedef void(flow_recv_h)(struct mbuf *mb, uint64_t now, void *arg);

/**
 * The state changed. May free the flow, or close it.
 *
 * @param err     0, or why it is DOWN or FAILED
 * @param reason  A sentence, safe to log; "" when there is nothing to say
 */
typedef void(flow_state_h)(enum flow_state state, int err, const char *reason,
			   uint64_t now, void *arg);

/**
 * Allocate a flow. Free with mem_deref(), which drops the connection; end it
 * with flow_close() where there is time.
 *
 * @param reason  Set to a sentence on error, size FLOW_REASON_MAX
 *
 * @return 0, ENOMEM, EINVAL a URL is wrong, EPERM ws:// without insecure
 */
int flow_alloc(struct flow **fp, const struct flow_params *prm,
	       flow_recv_h *recvh, flow_state_h *stateh, void *arg,
	       char *reason);

/** Connect. The handler is called from the loop, never from here */
void flow_start(struct flow *f, uint64_t now);

/**
 * Send one SIP message.
 *
 * @param mb  From mb->pos on; unchanged, not kept
 *
 * @return 0, ENOTCONN not up, EMSGSIZE, ENOBUFS: the flow is lost, which the
 *         handler will say from the loop
 */
int flow_send(struct flow *f, struct mbuf *mb);

/**
 * Take the flow for dead and connect again: by the same rules as when it is
 * lost, or at once. The handler is called from the loop.
 *
 * @param at_once  The network changed, or a person asked: no waiting
 */
void flow_restart(struct flow *f, const char *reason, bool at_once,
		  uint64_t now);

/**
 * Ping within the time that the server's Flow-Timer names, as long as this
 * connection lives: after 80 to 100 % of it (RFC 5626 section 4.4.1).
 *
 * @param seconds  0 for what flow_params said
 */
void flow_set_timer(struct flow *f, uint32_t seconds, uint64_t now);

/**
 * Something makes believe that the connection is dead: ask the server. When
 * no answer comes within FLOW_PATIENCE it is lost, and made anew at once.
 * Harmless when it is not up, or asked already.
 *
 * @return whether it is up, and so asked
 */
bool flow_probe(struct flow *f, uint64_t now);

/**
 * End for good: close with 1000, wait for the server at most a second. The
 * handler is called with FLOW_IDLE, from the loop.
 */
void flow_close(struct flow *f, uint64_t now);

/** The state now */
enum flow_state flow_state(const struct flow *f);

/** Name of a state, "up" */
const char *flow_state_name(enum flow_state state);

/** When it tries again [us]; CLOCK_NEVER when it is not waiting */
uint64_t flow_retry_due(const struct flow *f);

/** The URL in use, or tried last */
const char *flow_url(const struct flow *f);

/** Own address of the connection. @return 0, ENOTCONN */
int flow_local(const struct flow *f, struct sa *local);

/** Print state, server, TLS and counters, for %H */
int flow_print(struct re_printf *pf, const struct flow *f);

#endif
