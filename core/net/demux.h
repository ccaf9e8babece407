/**
 * @file core/net/demux.h  Demux: what a datagram is, by its first bytes
 *
 *     pair of ICE -> [demux] -> agent | keying | protect
 *
 * RFC 7983 with RFC 9443, and RFC 5761 for RTP and RTCP on one port.
 */
#ifndef CORE_NET_DEMUX_H
#define CORE_NET_DEMUX_H

#include "core/base/re.h"

enum demux_kind {
	DEMUX_NONE,    /**< To be dropped: ZRTP, QUIC, anything else */
	DEMUX_STUN,    /**< First octet 0..3                         */
	DEMUX_DTLS,    /**< 20..63                                   */
	DEMUX_CHANNEL, /**< 64..79: TURN channel                     */
	DEMUX_PACKET,  /**< 128..191 and not RTCP: RTP               */
	DEMUX_REPORT,  /**< RTCP: payload type 64..95 without marker */
};

/** Say what it is */
enum demux_kind demux_sort(const uint8_t *p, size_t len);

#endif
