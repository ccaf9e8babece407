/**
 * @file core/net/path.h  Path: the pair in use, and the peer's consent
 *
 *     DTLS, SRTP -> [path] -> base -> peer
 *
 * Consent is the answer to an authenticated check every 5 s or so; without
 * one for 30 s nothing more is sent (RFC 7675). Keeps the keys of its own
 * generation, and so survives an ICE restart.
 */
#ifndef CORE_NET_PATH_H
#define CORE_NET_PATH_H

#include "core/net/check.h"
#include "core/net/pair.h"

enum {
	PATH_INTERVAL = 5 * CLOCK_S, /**< Times 0.8..1.2, RFC 7675 5.1     */
	PATH_EXPIRY = 30 * CLOCK_S,  /**< RFC 7675 section 5.1             */
	PATH_CHECKS = 8, /**< Checks whose answer counts: 30 s of them     */
};

/** A path; embed it, zeroed. In use while base is not NULL */
struct path {
	struct base *base; /**< A reference is kept */
	struct sa remote;
	enum candidate_type remote_type;
	struct check_keys keys;
	bool nominated;
	uint64_t rtt;		/**< [us]                                  */
	uint64_t expires, next; /**< [us]                                  */
	struct {
		struct query q; /**< Only its transaction id is used       */
		uint64_t sent;	/**< [us], 0 none                          */
	} checkv[PATH_CHECKS];
	unsigned index;
};

/** Use a valid pair */
void path_use(struct path *path, const struct pair *p,
	      const struct check_keys *keys, bool nominated, uint64_t now);

/**
 * Use a base and an address that are right without checks: for a peer that
 * does no ICE. It never expires.
 *
 * @param keys  May be the path's own
 */
void path_fix(struct path *path, struct base *base, const struct sa *remote,
	      const struct check_keys *keys, uint64_t now);

/** Stop using it */
void path_drop(struct path *path);

/** Send a datagram. @return 0, ENOTCONN, or of base_send() */
int path_send(struct path *path, struct mbuf *mb);

/** An answer came. @return true when it was consent */
bool path_recv(struct path *path, const struct base *base, const struct sa *src,
	       const struct stun_msg *msg, uint64_t now);

/** When to call path_tick() next [us]; CLOCK_NEVER when not */
uint64_t path_due(const struct path *path);

/** Check for consent. @return false: it has expired, drop the path */
bool path_tick(struct path *path, uint64_t now);

/** Print both ends, for %H; nothing when there is none */
int path_print(struct re_printf *pf, const struct path *path);

#endif
