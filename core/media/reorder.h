/**
 * @file core/media/reorder.h  Reorder: packets in any order, whole frames out
 *
 *     packet, rtx -> [reorder] -> depacketizer -> decoder
 *
 * A frame is given as soon as all its packets are there and the frame before
 * it was given: decoding never goes over a gap (SECURITY row 29). Half the time
 * that a gap has, it is waited for; then a key frame is wanted, too, and what
 * is whole first goes on, the frames behind the gap or a key frame. In the end
 * it is given up: only a key frame helps, and packets of the time before one
 * could be asked for do not. When it is to be shown is for others.
 */
#ifndef CORE_MEDIA_REORDER_H
#define CORE_MEDIA_REORDER_H

#include "core/base/clock.h"
#include "core/media/packet.h"
#include "core/media/shelf.h"

enum {
	REORDER_SLOTS =
		SHELF_SLOTS, /**< Packets held, a power of two: an access
				    unit of 1.5 MB (SECURITY row 29)      */
	REORDER_PAYLOAD =
		SHELF_PAYLOAD, /**< Longest payload [bytes]: an Ethernet's
				     1500 without IPv4 and UDP            */
	REORDER_WAIT_MIN = 600 * CLOCK_MS, /**< For a gap to be filled,
						[us], ours: the tenth try
						of a fifth lost both ways
						is hardly ever needed     */
	REORDER_WAIT_MAX = CLOCK_S,	   /**< The same, at most        */
	REORDER_WAIT_TRIPS = 12,	   /**< Between: round trips      */
};

/** What the codec's payload format knows */
struct reorder_format {
	/** Whether a frame may begin with this payload, which is not empty.
	 *  VP8: S is set and PID is 0. H.264: not a fragment, or a first */
	bool (*starts)(const uint8_t *payload, size_t size);
	/** Whether decoding can begin with it: VP8's key frame; H.264's
	 *  parameter sets or IDR */
	bool (*key)(const uint8_t *payload, size_t size);
};

/** A payload */
struct reorder_piece {
	const uint8_t *data;
	size_t size; /**< [bytes], not 0                                  */
};

/** A frame: its payloads in order, until the next call of any function that
    can change the buffer */
struct reorder_frame {
	uint32_t ts; /**< RTP timestamp                                   */
	uint8_t pt;  /**< Payload type of the first packet                */
	bool key;    /**< Decoding can begin with it                      */
	bool first;  /**< Frames before it were skipped, or it is the first */
	uint64_t arrival; /**< Of its last packet [us]                    */
	size_t size;	  /**< Of all payloads [bytes]                    */
	const struct reorder_piece *piecev;
	unsigned piecec;
};

struct reorder_stats {
	uint32_t held;	    /**< Packets now                              */
	uint32_t held_max;  /**< Packets, most so far                     */
	uint32_t frames;    /**< Frames given                             */
	uint32_t keys;	    /**< Of them key frames                       */
	uint32_t late;	    /**< Packets after their time, dropped        */
	uint32_t duplicate; /**< Packets received twice, dropped          */
	uint32_t long_ones; /**< Payloads over REORDER_PAYLOAD, dropped   */
	uint32_t skipped;   /**< Packets dropped without being given      */
	uint32_t lost;	    /**< How often it gave up                     */
	uint32_t overflow;  /**< Of them for want of room                 */
	uint32_t resync;    /**< New starts: SSRC, sequence jumped        */
};

struct reorder;

/**
 * Allocate. Free with mem_deref().
 *
 * @param fmt  Borrowed for the lifetime
 *
 * @return 0, ENOMEM
 */
int reorder_alloc(struct reorder **rp, const struct reorder_format *fmt);

/** Drop everything, and start anew with the next packet; another format if
 *  not NULL */
void reorder_reset(struct reorder *r, const struct reorder_format *fmt);

/** What a round trip is [us], 0 unknown: how long a gap is waited for */
void reorder_set_round_trip(struct reorder *r, uint32_t rtt);

/**
 * Put a packet, also one that was sent again; the payload is copied. An empty
 * one is padding, and only counts as received.
 *
 * @return 0, ETIME too late, EALREADY twice, EMSGSIZE too long, EAGAIN the
 *         sequence jumped: wait for the next
 */
int reorder_put(struct reorder *r, const struct packet *p,
		const uint8_t *payload, size_t size, uint64_t now);

/**
 * Get the next frame. Call after each packet, and when due, until it says no.
 *
 * @return 0, EAGAIN none is complete; see then reorder_wants_key()
 */
int reorder_get(struct reorder *r, struct reorder_frame *f, uint64_t now);

/** When a gap will be given up [us]; CLOCK_NEVER for no gap */
uint64_t reorder_due(const struct reorder *r);

/** Whether a key frame would help, as of the last reorder_get(): a gap is in
 *  doubt, or was given up. Then until the first packet of one is there; see
 *  plea_lost() */
bool reorder_wants_key(const struct reorder *r);

/** The sequence number before which nothing is wanted any more, for
 *  gaps_forget() */
uint16_t reorder_next(const struct reorder *r);

/** Numbers so far */
void reorder_stats(const struct reorder *r, struct reorder_stats *stats);

/** Print the numbers on one line, for %H */
int reorder_print(struct re_printf *pf, const struct reorder *r);

#endif
