/**
 * @file core/net/plain.h  Plain: the path to a peer that does no ICE
 *
 *     c= and m= of its SDP -> [plain] -> path
 *     where authentic packets come from -> [plain] -> path
 *
 * Such a peer is sent to at the address in its SDP. Behind a NAT, or beside
 * a gateway, that is not where it is: then what it sends shows where, as
 * symmetric RTP has it (RFC 4961). Only what passed the authentication of
 * DTLS or SRTP does, so that nobody else can bend the path. That the other
 * end has done a handshake is the consent which ICE would have asked for.
 *
 * DTLS itself is heard from the host in the SDP only, from any port of it:
 * a handshake shows who it is with at its end, so that one with a stranger
 * would keep the peer's from being heard.
 */
#ifndef CORE_NET_PLAIN_H
#define CORE_NET_PLAIN_H

#include "core/net/gather.h"
#include "core/net/path.h"

/** A peer without ICE; embed it, zeroed */
struct plain {
	bool on;
	bool fixed;	   /**< Send to the address in the SDP and no other */
	bool strict;	   /**< And hear no other: nothing is authentic     */
	bool loopback;	   /**< Loopback addresses are allowed              */
	bool told;	   /**< Our default address is known to the peer:
			       it is sent to from there              */
	bool proven;	   /**< The handshake is done                       */
	struct sa remote;  /**< What the SDP says; unset: nothing           */
	struct sa local;   /**< What ours is to say; unset: nothing yet     */
	struct base *base; /**< Of the datagram at hand, borrowed, or NULL  */
	struct sa src;	   /**< Likewise                                    */
	uint32_t moves;	   /**< To where packets came from                  */
};

/** Before anything else; the arguments are those of the fields */
void plain_init(struct plain *pl, bool told, bool fixed, bool loopback);

/**
 * From now on the peer does no ICE, and says this address, or none.
 *
 * @param strict  Its RTP is bare: only that address is heard, and sent to
 */
void plain_set(struct plain *pl, const struct sa *remote, bool strict);

/** From now on it does */
void plain_end(struct plain *pl);

/**
 * Bring the path there, from the base that is most likely to get there; one
 * that has been moved stays while it still stands on an address of ours.
 *
 * @param keys  Ours, for checks that come nevertheless
 *
 * @return 0, ENOENT no address, or none of ours for it
 */
int plain_begin(struct plain *pl, struct path *path, const struct gather *g,
		const struct check_keys *keys, uint64_t now);

/**
 * A datagram came: whether it may be looked at. It is the one at hand until
 * plain_done().
 */
bool plain_heard(struct plain *pl, struct path *path, struct base *b,
		 const struct sa *src, const struct mbuf *mb, uint64_t now);

/** There is none at hand any more */
void plain_done(struct plain *pl);

/** The handshake is done, and the datagram at hand is authentic: send to
    where it is from */
void plain_latch(struct plain *pl, struct path *path, uint64_t now);

#endif
