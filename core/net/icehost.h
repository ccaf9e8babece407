/**
 * @file core/net/icehost.h  ICE host: a STUN or TURN server's address
 *
 *     [ice] servers -> [icehost] -> resolver fills addr -> agent
 *
 * RFC 7064 and 7065 URIs, and `turn:user:pass@host` as the configuration
 * writes them. Names are resolved by others, ahead of a call.
 */
#ifndef CORE_NET_ICEHOST_H
#define CORE_NET_ICEHOST_H

#include "core/base/re.h"

enum {
	ICEHOST_HOST = 256,   /**< Host name with its 0, RFC 1035 2.3.4  */
	ICEHOST_SECRET = 256, /**< User, password each with 0, ours      */
	ICEHOST_MAX = 8,      /**< In one list, ours                     */
	ICEHOST_PORT = 3478,  /**< RFC 8489 section 18.6                 */
};

/** What a server does, and how it is reached */
enum icehost_kind {
	ICEHOST_STUN,	  /**< Binding over UDP */
	ICEHOST_TURN_UDP, /**< TURN over UDP    */
	ICEHOST_TURN_TCP, /**< TURN over TCP    */
};

/** A STUN or TURN server */
struct icehost {
	enum icehost_kind kind;
	char host[ICEHOST_HOST];
	uint16_t port;
	char user[ICEHOST_SECRET];
	char password[ICEHOST_SECRET]; /**< Never printed                   */
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
int icehost_parse(struct icehost *s, const struct pl *pl);

/** Print as a URI without the password, for %H */
int icehost_print(struct re_printf *pf, const struct icehost *s);

#endif
