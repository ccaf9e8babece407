/**
 * @file core/call/servers.h  Servers: the STUN and TURN servers, resolved
 *
 *     [ice] servers -> [servers] -> resolver -> session -> agent
 *
 * Names are looked up at the start and again now and then, so that a call
 * never waits for DNS; a server whose name is not known yet is left out.
 */
#ifndef CORE_CALL_SERVERS_H
#define CORE_CALL_SERVERS_H

#include "core/base/config.h"
#include "core/net/icehost.h"

enum {
	SERVERS_RENEW = 300, /**< Names are looked up again after [s], ours */
	SERVERS_RETRY = 15,  /**< Or after a failure [s], ours             */
};

struct servers;

/**
 * Read `[ice] servers` and begin to look up. Free with mem_deref().
 *
 * @return 0, EINVAL an entry is wrong (logged), ENOMEM
 */
int servers_alloc(struct servers **sp, const struct config *cfg, uint64_t now);

/** The servers; those without address are to be left out */
const struct icehost *servers_get(const struct servers *s, size_t *np);

/** Print them without passwords, for %H */
int servers_print(struct re_printf *pf, const struct servers *s);

#endif
