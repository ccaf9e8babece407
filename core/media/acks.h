/**
 * @file core/media/acks.h  Acks: which packets arrived, and when
 *
 *     extension_stamp -> acks_sent --+
 *     SRTCP -> compound -> [acks_decode] -> estimate
 *
 * Remembers what was sent, and matches the peer's feedback against it, in
 * both formats that arrivals.h builds (told apart by their number). Strict:
 * every count is checked against the length before anything of a feedback
 * counts. Holds no clock.
 */
#ifndef CORE_MEDIA_ACKS_H
#define CORE_MEDIA_ACKS_H

#include "core/base/clock.h"
#include "core/media/compound.h"

enum {
	ACKS_MAX = 2048,	 /**< Packets remembered, a power of two, ours:
				   2 s at 8 Mbit/s                        */
	ACKS_REORDER = 16,	 /**< Told missing, a packet counts as lost once
				   one sent so many later arrived, ours   */
	ACKS_FMT_CCFB = 11,	 /**< RFC 8888 section 3.1                   */
	ACKS_FMT_TRANSPORT = 15, /**< draft-holmer-rmcat-transport-wide-cc-
				      extensions-01 section 3.1           */
};

/** What became of a packet */
struct acks_packet {
	uint64_t sent;	  /**< When, our clock [us]                       */
	uint64_t arrived; /**< When, the peer's clock, unwrapped, starting
			       anywhere [us]; not valid when lost         */
	uint32_t size;	  /**< As given to acks_sent() [bytes]            */
	bool lost;
	bool run; /**< Lost, and the one sent before it was lost, too  */
};

/** Numbers for `stats` */
struct acks_stats {
	uint32_t sent;	    /**< Packets remembered so far                 */
	uint32_t arrived;   /**< Packets told as received                  */
	uint32_t lost;	    /**< Packets that count as lost                */
	uint32_t late;	    /**< Packets that arrived after that           */
	uint32_t unknown;   /**< Told of, and not in the history           */
	uint32_t feedbacks; /**< Feedback packets taken                    */
	uint32_t malformed; /**< Feedback packets refused                  */
};

struct acks;

/** Allocate. Free with mem_deref(). @return 0, ENOMEM */
int acks_alloc(struct acks **ap);

/** The transport-wide number of the packet that leaves next */
uint16_t acks_next(const struct acks *a);

/**
 * A packet left, with number acks_next(), which advances. Of every stream and
 * retransmission that has the number; of RFC 8888: of every stream.
 *
 * @param ssrc  Its source
 * @param seq   Its RTP sequence number
 * @param size  On the line, IP and UDP headers included [bytes]
 * @param now   Monotonic time [us]
 */
void acks_sent(struct acks *a, uint32_t ssrc, uint16_t seq, size_t size,
	       uint64_t now);

/**
 * Decode a feedback of either format and match it.
 *
 * @param p   Feedback: type COMPOUND_TRANSPORT
 * @param vp  Set to what became of packets: those that arrived, in the order
 *            they were sent, then the lost ones; each once; until the next call
 * @param np  Set to how many, at most ACKS_MAX; may be 0
 *
 * @return 0, ENOENT another kind of feedback, EBADMSG nothing of it was taken
 */
int acks_decode(struct acks *a, const struct compound_packet *p,
		const struct acks_packet **vp, unsigned *np);

/**
 * Packets that left after the last one known to have arrived, and of which
 * nothing is known [bytes]. Grows when feedback stops.
 */
size_t acks_flight(const struct acks *a);

/** When the first packet of acks_flight() left [us]; 0 when there is none */
uint64_t acks_waiting(const struct acks *a);

/** Numbers so far */
void acks_stats(const struct acks *a, struct acks_stats *stats);

#endif
