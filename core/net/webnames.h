/**
 * @file core/net/webnames.h  Web names: what the board may be called
 *
 *     website: Host, Origin -> [webnames] -> ours, or not
 *
 * A page of somebody else's whose name was made to point to the board (DNS
 * rebinding) asks with its own name in Host, and is refused (SECURITY row
 * 43). Addresses are always ours: they cannot be rebound. Pure.
 */
#ifndef CORE_NET_WEBNAMES_H
#define CORE_NET_WEBNAMES_H

#include "core/base/re.h"

enum {
	WEBNAMES_MAX = 64, /**< Names in all, ours */
};

struct webnames;

/**
 * Allocate a set with localhost in it. Free with mem_deref().
 *
 * @param hostname  Name of the machine, or NULL: with it come its first
 *                  label, and that label below .local
 * @param namev     More names, ended by NULL, or NULL: one without a dot
 *                  comes with itself below .local
 *
 * @return 0, ENOMEM, ENOBUFS too many
 */
int webnames_alloc(struct webnames **np, const char *hostname,
		   const char *const *namev);

/**
 * Whether a Host header (RFC 9110 section 7.2) names the board: an address,
 * or a name of the set, with any port or none.
 */
bool webnames_has(const struct webnames *n, const char *host);

/**
 * Whether an Origin header (RFC 6454) is that of the page at a host: https
 * and the same name and port.
 */
bool webnames_is_origin(const char *origin, const char *host);

#endif
