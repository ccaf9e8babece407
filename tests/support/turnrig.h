/**
 * @file tests/support/turnrig.h  A relay, and the server that a test plays
 *
 *     relay -> [turnrig: kept, decoded]    [turnrig: encoded] -> relay
 */
#ifndef TESTS_SUPPORT_TURNRIG_H
#define TESTS_SUPPORT_TURNRIG_H

#include "core/net/query.h"
#include "core/net/relay.h"

enum {
	TURNRIG_TOP = 128,
	TURNRIG_HEADROOM = 64,
	TURNRIG_LIFETIME = 600,
	TURNRIG_UNAUTHENTICATED = 401,
	TURNRIG_STALE = 438,
	TURNRIG_QUOTA = 486,
	TURNRIG_ALTERNATE = 300,
	TURNRIG_FORBIDDEN = 403,
};

/** Zeroed by turnrig_open() */
struct turnrig {
	struct relay *r;
	struct sa server, relayed, mapped, peer, other;
	uint64_t now;
	struct mbuf *lastv[TURNRIG_TOP]; /* What the relay sent */
	struct sa dstv[TURNRIG_TOP];
	unsigned sent;
	int err; /* Of the last state, -1 none */
	unsigned states, permits, received, redirects;
	int permit_err;
	struct sa from;
	uint8_t data[TURNRIG_TOP];
	size_t size;
	uint8_t key[MD5_SIZE];
	bool free_it, grow_it; /* On data: the relay, the buffer */
};

/** Allocate a relay and start it */
void turnrig_open(struct turnrig *rig, enum relay_transport transport);

/** Free all */
void turnrig_close(struct turnrig *rig);

/** The newest request, decoded; the caller frees it */
struct stun_msg *turnrig_asked(struct turnrig *rig, uint16_t method);

/** An empty buffer with headroom */
struct mbuf *turnrig_buffer(void);

/** Give a datagram of the server to the relay, and free it */
bool turnrig_feed(struct turnrig *rig, struct mbuf *mb);

/** Refuse the newest request */
void turnrig_refuse(struct turnrig *rig, uint16_t method, uint16_t code);

/** A success answer to the newest request, by who knows this password */
struct mbuf *turnrig_granted(struct turnrig *rig, uint16_t method,
			     uint32_t lifetime, const char *password);

/** A Data indication */
struct mbuf *turnrig_data(const struct sa *peer, const char *text);

/** Open, and allocate with credentials */
void turnrig_allocate(struct turnrig *rig);

/** Get a permission */
void turnrig_permit(struct turnrig *rig, const struct sa *peer);

/** Let time pass, with ticks */
void turnrig_pass(struct turnrig *rig, uint64_t us);

#endif
