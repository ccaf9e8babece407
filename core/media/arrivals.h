/**
 * @file core/media/arrivals.h  Arrivals: when packets came, told to the sender
 *
 *     packet, extension -> [arrivals] -> RTCP feedback -> SRTCP
 *
 * Two formats: transport-wide feedback
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1) and
 * congestion control feedback (RFC 8888). Packets that come late are told
 * again with those around them. Holds no clock.
 */
#ifndef CORE_MEDIA_ARRIVALS_H
#define CORE_MEDIA_ARRIVALS_H

#include "core/base/clock.h"
#include "core/media/packet.h"

enum {
	ARRIVALS_MAX = 1024,  /**< Remembered per stream, a power of two,
				   ours [packets]                         */
	ARRIVALS_STREAMS = 4, /**< RFC 8888: sources told of, ours        */
	ARRIVALS_INTERVAL = 100 * CLOCK_MS,	/**< Between feedbacks [us],
						 the draft: 50..250 ms    */
	ARRIVALS_INTERVAL_BUSY = 50 * CLOCK_MS, /**< The same, from ...   */
	ARRIVALS_BUSY = 3,    /**< ... so many packets on, ours          */
	ARRIVALS_SIZE = 1200, /**< Longest that is built [bytes]         */
};

/** How the peer wants to be told (a=rtcp-fb) */
enum arrivals_format {
	ARRIVALS_TRANSPORT, /**< transport-cc                          */
	ARRIVALS_CCFB,	    /**< ack ccfb, RFC 8888                    */
};

/** Numbers for `stats` */
struct arrivals_stats {
	uint32_t received; /**< Packets put                               */
	uint32_t reported; /**< Packets told as received                  */
	uint32_t missing;  /**< Packets told as not received              */
	uint32_t twice;	   /**< Packets put again, ignored                */
	uint32_t refused;  /**< Packets too old, or of too many streams   */
	uint32_t restarts; /**< Numbers jumped: begun anew                */
	uint32_t built;	   /**< Feedback packets                          */
};

struct arrivals;

/** Allocate. Free with mem_deref(). @return 0, ENOMEM */
int arrivals_alloc(struct arrivals **ap, enum arrivals_format format);

/**
 * A packet came.
 *
 * @param ssrc  Its source
 * @param seq   Transport-wide number (ARRIVALS_TRANSPORT) or the RTP
 *              sequence number (ARRIVALS_CCFB)
 * @param now   Monotonic time at which it came [us]
 */
void arrivals_put(struct arrivals *a, uint32_t ssrc, uint16_t seq,
		  uint64_t now);

/** When to call arrivals_build() [us]; CLOCK_NEVER when nothing came */
uint64_t arrivals_due(const struct arrivals *a);

/**
 * Write one feedback packet at mb->pos: RTCP without a report before it
 * (RFC 5506). When not all fits into one, arrivals_due() is at once again.
 *
 * @param ssrc  Ours
 *
 * @return 0, ENOENT nothing to tell, ENOMEM
 */
int arrivals_build(struct arrivals *a, struct mbuf *mb, uint32_t ssrc,
		   uint64_t now);

/** Numbers so far */
void arrivals_stats(const struct arrivals *a, struct arrivals_stats *stats);

#endif
