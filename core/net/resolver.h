/**
 * @file core/net/resolver.h  Resolver: from a host name to its addresses
 *
 *     stream -> [resolver] -> literal | /etc/hosts | cache | DNS (libre)
 *
 * Never blocks. Asks for A and AAAA at once, keeps answers as long as they
 * say, and old ones as a fallback for when DNS does not answer. All
 * addresses come out, in the order in which to try them (RFC 8305).
 */
#ifndef CORE_NET_RESOLVER_H
#define CORE_NET_RESOLVER_H

#include "core/base/clock.h"
#include "core/net/addresses.h"

enum {
	RESOLVER_NAMES_MAX = 16,	/**< In the cache, ours         */
	RESOLVER_SERVERS_MAX = 4,	/**< Name servers, ours         */
	RESOLVER_TTL_MIN = 5 * CLOCK_S, /**< SECURITY row 41 [us]       */
	RESOLVER_DELAY = 50 * CLOCK_MS, /**< For the other family,
						RFC 8305 section 3 [us]    */
	RESOLVER_TIMEOUT = 5 * CLOCK_S, /**< Of a question, ours [us]   */
	RESOLVER_NAME_MAX = 253,	/**< RFC 1035 [bytes]           */
	RESOLVER_HOSTS_MAX = 64 * 1024, /**< Of /etc/hosts [bytes], ours */
};

/** Longest time an answer is taken for fresh: a day [us], SECURITY row 41 */
#define RESOLVER_TTL_MAX (86400ULL * CLOCK_S)

struct resolver;
struct resolver_query;

/**
 * The answer. The query is over after this; mem_deref() of it in here is
 * allowed.
 *
 * @param err    0, ENOENT no such name, ETIMEDOUT, ENONET no name server,
 *               or other errno
 * @param addrv  Addresses with port, best first; borrowed for the call
 * @param n      At least 1 when err is 0
 * @param now    Monotonic time [us]
 */
typedef void(resolver_h)(int err, const struct sa *addrv, unsigned n,
			 uint64_t now, void *arg);

/**
 * Allocate a resolver; one is enough for all. Free with mem_deref(), after
 * its queries.
 *
 * @return 0, ENOMEM
 */
int resolver_alloc(struct resolver **rp);

/**
 * Ask these name servers instead of those of /etc/resolv.conf.
 *
 * @param n  At most RESOLVER_SERVERS_MAX; 0 for /etc/resolv.conf again
 */
void resolver_set_servers(struct resolver *r, const struct sa *srvv,
			  unsigned n);

/** Read this instead of /etc/hosts; the text is borrowed for ever */
void resolver_set_hosts_file(struct resolver *r, const char *path);

/**
 * Resolve a name. The handler is called from the loop, never from here.
 *
 * @param qp    Set to the query; mem_deref() cancels it, and is needed after
 *              the handler was called as well
 * @param host  Name, or literal address without brackets
 * @param port  Put into each address
 *
 * @return 0, ENOMEM, EINVAL not a name
 */
int resolver_query(struct resolver_query **qp, struct resolver *r,
		   const char *host, uint16_t port, resolver_h *h, void *arg);

/** Print the cache and counters, for %H */
int resolver_print(struct re_printf *pf, const struct resolver *r);

#endif
