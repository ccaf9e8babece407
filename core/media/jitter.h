/**
 * @file core/media/jitter.h  Jitter buffer: packets in, one piece at a time
 *
 *     packet -> [jitter] -> play | FEC | conceal -> codec
 *
 * Works in RTP time. Each packet's transit (arrival minus timestamp) is
 * remembered; the target is a high quantile of it. The buffer itself never
 * stretches time: it says how far the delay is from the target, and whoever
 * plays goes faster or slower (drift), or cuts (stretch). A loss is declared
 * only once the next packet is there, whose FEC then fills the hole.
 */
#ifndef CORE_MEDIA_JITTER_H
#define CORE_MEDIA_JITTER_H

#include "core/base/clock.h"
#include "core/media/packet.h"

enum {
	JITTER_SLOTS = 256, /**< Packets held, a power of two, ours       */
	JITTER_DELAY_MAX = CLOCK_S,	/**< Held at most [us]
					 (SECURITY row 32)                */
	JITTER_JUMP = CLOCK_S,		/**< A transit so far off is another
				    stream's [us] (SECURITY row 32)       */
	JITTER_EXCESS = 250 * CLOCK_MS, /**< Delay over the target that is
					     dropped at once [us], ours   */
	JITTER_CUT = 40 * CLOCK_MS,	/**< Delay over the target that is
					 cut out bit by bit [us], ours    */
};

/** What to play next */
enum jitter_do {
	JITTER_PLAY,	/**< Decode the payload                        */
	JITTER_FEC,	/**< Decode the one before it from its FEC     */
	JITTER_CONCEAL, /**< Invent; the payload is empty              */
	JITTER_IDLE,	/**< Nothing came for long: silence            */
};

/** A piece */
struct jitter_piece {
	enum jitter_do what;
	unsigned ticks;	     /**< How long it is, in the RTP clock            */
	uint8_t pt;	     /**< Payload type                                */
	const uint8_t *data; /**< Payload; until the next call           */
	size_t size;	     /**< [bytes]                                     */
	bool cut;	     /**< Shorten it: the delay is well over target   */
};

struct jitter_stats {
	uint32_t delay;	    /**< Arrival to being played, mean [us]          */
	uint32_t target;    /**< The same, as wished [us]                    */
	uint32_t held;	    /**< Packets now                                 */
	uint32_t held_max;  /**< Packets, most so far                       */
	uint32_t played;    /**< Pieces decoded                              */
	uint32_t fec;	    /**< Pieces from FEC                             */
	uint32_t concealed; /**< Pieces invented                           */
	uint32_t late;	    /**< Packets after their time, dropped           */
	uint32_t duplicate; /**< Packets received twice, dropped           */
	uint32_t overflow;  /**< Packets dropped for want of room           */
	uint32_t skipped;   /**< Packets dropped to catch up                 */
	uint32_t resync;    /**< New starts: SSRC, sequence, time jumped     */
};

struct jitter;

/**
 * Allocate. Free with mem_deref().
 *
 * @param clock  RTP clock [Hz], not 0
 * @param beat   Period of who calls jitter_get() [us]: no packet can be
 *               fetched sooner
 *
 * @return 0, ENOMEM
 */
int jitter_alloc(struct jitter **jp, uint32_t clock, uint32_t beat);

/** Drop everything and start anew with the next packet */
void jitter_reset(struct jitter *j);

/**
 * Put a packet; the payload is copied.
 *
 * @param p      Header
 * @param ticks  Length of the payload in the RTP clock, not 0
 * @param fec    Whether it repeats the packet before it
 *
 * @return 0, ENOMEM, ETIME too late, EALREADY twice, ENOBUFS no room,
 *         EAGAIN the time or sequence jumped: wait for the next
 */
int jitter_put(struct jitter *j, const struct packet *p, const uint8_t *data,
	       size_t size, unsigned ticks, bool fec, uint64_t now);

/**
 * Get what is to be played next. Always something.
 *
 * @param at  When its first sample is played: the heartbeat, or up to a
 *            period later [us]
 */
void jitter_get(struct jitter *j, struct jitter_piece *piece, uint64_t at);

/** So much was cut out of the last piece [ticks] */
void jitter_cut(struct jitter *j, unsigned ticks);

/** How far the mean delay is over (+) or under (-) the target [us] */
int64_t jitter_error(const struct jitter *j);

/** Numbers so far */
void jitter_stats(const struct jitter *j, struct jitter_stats *stats);

#endif
