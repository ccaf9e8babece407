/**
 * @file core/net/server.h  Server: a STUN or TURN server's address
 *
 *     [ice] servers -> [server] -> resolver fills addr -> agent
 *
 * RFC 7064 and 7065 URIs, and `turn:user:pass@host` as the configuration
 * writes them. Names are resolved by others, ahead of a call.
 */
#ifndef CORE_NET_SERVER_H
#define CORE_NET_SERVER_H

#include "core/base/re.h"

enum {
	SERVER_HOST = 256,   /**< Host name with its 0, RFC 1035 2.3.4  */
	SERVER_SECRET = 256, /**< User, password each with 0, ours      */
	SERVER_MAX = 8,	     /**< In one list, ours                     */
	SERVER_PORT = 3478,  /**< RFC 8489 section 18.6                 */
};

/** What a server does, and how it is reached */
enum server_kind {
	SERVER_STUN,	 /**< Binding over UDP */
	SERVER_TURN_UDP, /**< TURN over UDP    */
	SERVER_TURN_TCP, /**< TURN over TCP    */
};

/** A server */
struct server {
	enum server_kind kind;
	char host[SERVER_HOST];
	uint16_t port;
	char user[SERVER_SECRET];
	char password[SERVER_SECRET]; /**< Never printed                   */
	struct sa addr; /**< Set when host is literal; else the resolver's
			     result, to be filled in; unset: not used      */
};

/**
 * Parse `stun:HOST[:PORT]` or
 * `turn:[USER:PASSWORD@]HOST[:PORT][?transport=udp|tcp]`; percent escapes
 * in user and password; IPv6 in square brackets.
 *
 * @return 0; EINVAL malformed; ENOTSUP `stuns:` and `turns:`; EOVERFLOW a
 *         part is too long
 */
int server_parse(struct server *s, const struct pl *pl);

/** Print as a URI without the password, for %H */
int server_print(struct re_printf *pf, const struct server *s);

#endif
