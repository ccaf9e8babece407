/**
 * @file core/net/channel.h  Channel: DTLS-SRTP over a path that ICE finds
 *
 *     OUT  packet, report -> [channel: protect] -> transport -> agent
 *     IN   agent -> transport -> [channel: keying, protect] -> handlers
 *
 * Joins keying and protect. What cannot go on yet waits in short queues:
 * a flight of DTLS while there is no path, media that overtook the
 * handshake. Knows neither ICE nor SDP.
 *
 * Instead of DTLS the keys may come out of the SDP, or there be none at all:
 * what `[call] insecure_media` allows.
 *
 * Handlers must not free the channel: transport holds itself meanwhile.
 */
#ifndef CORE_NET_CHANNEL_H
#define CORE_NET_CHANNEL_H

#include "core/net/keying.h"
#include "core/net/protect.h"

enum {
	CHANNEL_FLIGHT = 4, /**< DTLS kept while there is no path
				 [datagrams], ours                        */
	CHANNEL_MEDIA = 32, /**< SRTP kept that overtook the handshake
				 [datagrams], ours                        */
};

struct channel;

/** Send DTLS. @return 0, ENOTCONN no path yet, or errno of the socket */
typedef int(channel_send_h)(struct mbuf *mb, void *arg);

/** Keys are there and the peer is who it should be */
typedef void(channel_open_h)(uint64_t now, void *arg);

/** An authentic RTP packet or RTCP compound */
typedef void(channel_recv_h)(struct mbuf *mb, uint64_t now, void *arg);

/** It is over; see keying_down_h */
typedef void(channel_down_h)(int err, const char *reason, uint64_t now,
			     void *arg);

struct channel_handlers {
	channel_send_h *send;
	channel_open_h *open;
	channel_recv_h *packet, *report;
	channel_down_h *down;
};

/**
 * Allocate. Free with mem_deref().
 *
 * @param id  A reference is kept
 *
 * @return 0, ENOMEM
 */
int channel_alloc(struct channel **cp, struct identity *id,
		  const struct channel_handlers *h, void *arg);

/**
 * Say who the peer is and which role is ours. A handshake that the peer
 * began before goes on if the role is right. Others than before mean a new
 * handshake, and no media until it is done.
 */
void channel_set_peer(struct channel *c, enum keying_role role,
		      const struct fingerprint *fpv, size_t fpc, uint64_t now);

/** Forget a handshake that the peer began before it is known, which was not on
    the path that there will be: it begins again */
void channel_forget_early(struct channel *c);

/**
 * The keys are those of the SDP, and there is no DTLS. Again: another key of
 * the peer's, or the same.
 *
 * @return 0, ENOMEM, EPROTO
 */
int channel_set_keys(struct channel *c, const struct sdes *tx,
		     const struct sdes *rx, uint64_t now);

/** There are no keys: RTP is bare, and neither secret nor authentic */
void channel_set_bare(struct channel *c, uint64_t now);

/** There is a path, or a better one: what waited is sent, DTLS starts */
void channel_set_path(struct channel *c, uint64_t now);

/** Media may flow now, once there are keys: kept packets are delivered, and
    the open handler is called, at most once for each handshake */
void channel_allow(struct channel *c, uint64_t now);

/**
 * DTLS arrived.
 *
 * @param early  Whether a ClientHello may begin it although the peer is not
 *               known yet: we made the offer
 */
void channel_recv_dtls(struct channel *c, struct mbuf *mb, bool early,
		       uint64_t now);

/** SRTP or SRTCP arrived */
void channel_recv_media(struct channel *c, struct mbuf *mb, bool report,
			uint64_t now);

/** Encrypt in place. @return 0, ENOTCONN not open, or as protect */
int channel_seal(struct channel *c, struct mbuf *mb, bool report);

/** Whether media may be sent */
bool channel_is_open(const struct channel *c);

/** The role, once the peer is set */
enum keying_role channel_role(const struct channel *c);

/** When to call channel_tick() [us] */
uint64_t channel_due(const struct channel *c);

/** Let DTLS retransmit */
void channel_tick(struct channel *c, uint64_t now);

/** Send close_notify; nothing comes of it any more */
void channel_close(struct channel *c, uint64_t now);

/** Print, for %H */
int channel_print(struct re_printf *pf, const struct channel *c);

#endif
