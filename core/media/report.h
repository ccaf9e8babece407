/**
 * @file core/media/report.h  Report: RTCP of one stream in each direction
 *
 *     RTP sent, RTP received -> [report] -> SR/RR + SDES -> SRTCP
 *     SRTCP -> SR, RR, BYE, feedback -> [report] -> loss, jitter, round trip
 *
 * RFC 3550 section 6. The accounting of A.1, A.3 and A.8, the timing of 6.2
 * with the shorter intervals of RFC 4585. Reduced size (RFC 5506) and
 * feedback packets are accepted. Holds no clock; the NTP time in SRs is the
 * monotonic one, as RFC 3550 section 4 allows: it never steps.
 */
#ifndef CORE_MEDIA_REPORT_H
#define CORE_MEDIA_REPORT_H

#include "core/base/clock.h"
#include "core/media/compound.h"
#include "core/media/packet.h"

enum {
	REPORT_INTERVAL = 2500 * CLOCK_MS, /**< Mean time between reports
						[us], RFC 4585 3.4, ours   */
	REPORT_FIRST = 500 * CLOCK_MS, /**< The first one [us], ours       */
	REPORT_SIZE = 512,	       /**< Longest that we send [bytes]   */
	REPORT_CNAME = 64,	       /**< Longest CNAME we send [bytes]  */
};

/** Numbers for `stats` */
struct report_stats {
	uint64_t tx_packets, tx_bytes; /**< Payload                        */
	uint64_t rx_packets, rx_bytes; /**< Payload                        */
	uint32_t rx_lost;      /**< Expected and not received [packets]   */
	uint32_t rx_late;      /**< Received out of order or twice        */
	uint32_t rx_restarts;  /**< New SSRC, or jumps of the sequence    */
	uint32_t rx_jitter;    /**< Interarrival [us]                     */
	int32_t tx_lost;       /**< As the far end reports [packets]      */
	uint32_t tx_fraction;  /**< The same, lately [1/256]              */
	uint32_t tx_jitter;    /**< As the far end reports [us]           */
	uint32_t round_trip;   /**< Last [us]; 0 for not known            */
	uint32_t tx_reports;   /**< Sent                                  */
	uint32_t rx_reports;   /**< Received, compound packets            */
	uint32_t rx_malformed; /**< Received and refused, whole or part   */
	bool bye;	       /**< The far end said BYE                  */
};

struct report;

/**
 * Allocate. Free with mem_deref().
 *
 * @param ssrc   Of what we send
 * @param cname  RFC 7022; at most REPORT_CNAME bytes, copied
 * @param clock  RTP clock of what we send [Hz], not 0
 * @param now    Monotonic time [us]
 *
 * @return 0, ENOMEM
 */
int report_alloc(struct report **rp, uint32_t ssrc, const char *cname,
		 uint32_t clock, uint64_t now);

/** The RTP clock of what we send changed with the codec [Hz] */
void report_set_clock(struct report *r, uint32_t clock);

/**
 * An RTP packet was sent.
 *
 * @param ts    Its timestamp
 * @param size  Its payload [bytes]
 */
void report_sent(struct report *r, uint32_t ts, size_t size, uint64_t now);

/**
 * An RTP packet was received.
 *
 * @param p      Its header
 * @param size   Its payload [bytes]
 * @param clock  Of its timestamp [Hz]; 0 when that does not count for the
 *               jitter (a telephone event repeats the same one)
 */
void report_received(struct report *r, const struct packet *p, size_t size,
		     uint32_t clock, uint64_t now);

/**
 * An RTCP packet was received, from mb->pos on.
 *
 * @param h    Gets each packet that can be decoded; may be NULL
 *
 * @return 0, EBADMSG what could be decoded was taken, the rest counted
 */
int report_recv(struct report *r, struct mbuf *mb, uint64_t now,
		compound_packet_h *h, void *arg);

/**
 * When something received was captured, in the far end's clock, as its last
 * SR says (RFC 3550 section 6.4.1).
 *
 * @param ts     RTP timestamp, less than half a wrap from the SR's
 * @param clock  Of it [Hz], not 0
 * @param timep  Set to that time [us]; its beginning is anywhere
 *
 * @return 0, ENOENT no SR of this source has come
 */
int report_captured(const struct report *r, uint32_t ts, uint32_t clock,
		    uint64_t *timep);

/** When report_build() is due [us] */
uint64_t report_due(const struct report *r);

/**
 * Write the next compound packet at mb->pos: SR when something was sent
 * lately, else RR, and SDES. Sets the time of the next one.
 *
 * @param bye  Whether this is the last one: with BYE
 *
 * @return 0, ENOMEM
 */
int report_build(struct report *r, struct mbuf *mb, bool bye, uint64_t now);

/** Numbers so far */
void report_stats(const struct report *r, struct report_stats *stats);

/** Print them on one line, for %H */
int report_print(struct re_printf *pf, const struct report *r);

#endif
