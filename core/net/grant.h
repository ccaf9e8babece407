/**
 * @file core/net/grant.h  Grant: the peers a TURN server lets through
 *
 *     relay -> [grant] -> ask -> server
 *
 * Permissions (by address) and channels (by address and port) of one
 * allocation, RFC 8656 sections 9 and 12, and their refreshing. A
 * permission is one request for each peer: a peer that the server refuses
 * then does not take others with it.
 */
#ifndef CORE_NET_GRANT_H
#define CORE_NET_GRANT_H

#include "core/net/ask.h"

enum {
	GRANT_PEERS = 32,	      /**< Permissions held at once, ours */
	GRANT_CHANNELS = 4,	      /**< Channels bound at once, ours   */
	GRANT_CHANNEL_FIRST = 0x4000, /**< RFC 8656 section 12  */
	GRANT_CHANNEL_LAST = 0x4fff,  /**< RFC 8656 section 12  */
};

/** A permission */
struct grant_peer {
	struct sa peer; /**< Unset: free              */
	bool granted;
	uint64_t due; /**< Refresh [us]              */
};

/** A channel */
struct grant_channel {
	struct sa peer; /**< Unset: free              */
	uint16_t number;
	bool bound;
	uint64_t due; /**< Refresh [us]              */
};

/** Embed it, zeroed */
struct grants {
	struct grant_peer peerv[GRANT_PEERS];
	struct grant_channel channelv[GRANT_CHANNELS];
	uint32_t refused; /**< Counter */
};

/** Ask for a permission, unless there is one. @return 0, ENOBUFS, of ask */
int grants_permit(struct grants *g, struct asks *asks, const struct sa *peer,
		  uint64_t now);

/** Bind a channel, unless there is one. @return 0, ENOBUFS, of ask */
int grants_bind(struct grants *g, struct asks *asks, const struct sa *peer,
		uint64_t now);

/** The server has answered a CreatePermission or ChannelBind */
void grants_answer(struct grants *g, const struct ask_about *about, int err,
		   uint64_t now);

/** Whether the peer's address has a permission */
bool grants_permitted(const struct grants *g, const struct sa *peer);

/** The channel that is bound to the peer; 0 none */
uint16_t grants_channel(const struct grants *g, const struct sa *peer);

/** The peer of a channel; NULL none */
const struct sa *grants_peer(const struct grants *g, uint16_t number);

/** When to call grants_tick() next [us]; CLOCK_NEVER when not */
uint64_t grants_due(const struct grants *g);

/** Refresh what is due */
void grants_tick(struct grants *g, struct asks *asks, uint64_t now);

#endif
