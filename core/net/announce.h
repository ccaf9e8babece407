/**
 * @file core/net/announce.h  Announce: so that one types https://NAME.local
 *
 *     name, port -> [announce] -> sysbus -> Avahi -> multicast DNS
 *
 * Has Avahi, when it runs, tell the local network that NAME.local is this
 * board (RFC 6762) and that a page is served there (_https._tcp, RFC 6763).
 * When another board has that name it becomes NAME-2.local, and so on. Avahi
 * may come and go, addresses may change. Without Avahi nothing happens.
 */
#ifndef CORE_NET_ANNOUNCE_H
#define CORE_NET_ANNOUNCE_H

#include "core/base/clock.h"

enum {
	ANNOUNCE_NAMES = 4,	/**< NAME to NAME-4, ours                   */
	ANNOUNCE_NAME_MAX = 72, /**< A label, RFC 1035 (63), "-4", ".local"
				     [bytes]                                */
};

struct announce;

/**
 * Begin to announce. Free with mem_deref(), which takes it back.
 *
 * @param name  A label without ".local"
 * @param port  Of the page
 *
 * @return 0, ENOMEM, EINVAL name
 */
int announce_alloc(struct announce **ap, const char *name, uint16_t port);

/**
 * Print the i-th name that may be announced, with ".local".
 *
 * @param buf  Size ANNOUNCE_NAME_MAX
 * @param i    Less than ANNOUNCE_NAMES
 *
 * @return 0, EINVAL name
 */
int announce_print_name(char *buf, const char *name, unsigned i);

/** The name that is announced now, "boardphone.local"; NULL while none is */
const char *announce_name(const struct announce *a);

/** Print what is announced, or why nothing is, for %H */
int announce_print(struct re_printf *pf, const struct announce *a);

#endif
