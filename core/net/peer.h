/**
 * @file core/net/peer.h  Peer: what the other side's SDP says, parsed
 *
 *     struct transport_remote -> [peer] -> agent, keying
 */
#ifndef CORE_NET_PEER_H
#define CORE_NET_PEER_H

#include "core/net/candidate.h"
#include "core/net/fingerprint.h"
#include "core/net/transport.h"

struct peer {
	struct fingerprint fpv[FINGERPRINT_MAX];
	size_t fpc;
	struct candidate candidatev[CANDIDATE_MAX];
	size_t candidatec;
	unsigned unusable; /**< Candidates malformed, too many, or not for us */
};

/**
 * Parse. Free with mem_deref().
 *
 * @return 0, ENOMEM, EACCES no usable fingerprint
 */
int peer_alloc(struct peer **pp, const struct transport_remote *remote);

/** Whether a list of fingerprints is the same */
bool peer_has(const struct peer *p, const struct fingerprint *fpv, size_t fpc);

#endif
