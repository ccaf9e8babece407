/**
 * @file core/media/pacer.h  Pacer: spreads a burst of packets over time
 *
 *     encoder -> packetizer -> [pacer] -> SRTP -> transport
 *
 * A key frame is a hundred packets at once, which would overflow the queue of
 * a slow uplink. Sound leaves at once, repairs before pictures; all count as
 * use of the line. Nothing is held for longer than PACER_HOLD: when it would
 * be, the rate rises until all has left. On a way that was full lately a burst
 * is hardly faster than the target; on one that takes no more it may take
 * longer, too. While the brake is on pictures and repairs wait. Holds no clock.
 */
#ifndef CORE_MEDIA_PACER_H
#define CORE_MEDIA_PACER_H

#include "core/base/clock.h"
#include "core/base/re.h"

enum {
	PACER_MAX = 1024,	      /**< Packets held in a class, a power of
					 two, ours                        */
	PACER_HOLD = 250 * CLOCK_MS,  /**< Held at most [us], ours           */
	PACER_HOLD_TIGHT = CLOCK_S,   /**< The same on a way that takes no more
					 [us], ours                       */
	PACER_PROBE = 200 * CLOCK_MS, /**< While held, one leaves in [us] */
	PACER_SPEED = 40,	      /**< Faster than the target rate
					 [tenths], ours: a key frame of VGA
					 leaves within 100 ms             */
	PACER_BURST = 4000000,	      /**< But not faster than that [bit/s],
					 unless the target is             */
	PACER_SPEED_WARY = 13,	      /**< Then, or on a way that was full
					 lately [tenths], ours            */
	PACER_SPEED_TIGHT = 12,	      /**< On one that takes no more       */
	PACER_OVERHEAD = 28,	      /**< IPv4 and UDP headers [bytes]
					 (RFC 791 section 3.1, RFC 768)   */
};

/** What is known of the way: how fast a burst may leave */
enum pacer_way {
	PACER_WIDE = 0, /**< Nothing against PACER_SPEED             */
	PACER_WARY,	/**< A queue began lately, maybe of a burst  */
	PACER_TIGHT,	/**< It takes no more than the target        */
};

/** What leaves first, in this order */
enum pacer_class {
	PACER_SOUND = 0, /**< At once                                */
	PACER_REPAIR,	 /**< Retransmissions                        */
	PACER_PICTURE,
	PACER_CLASSES,
};

struct pacer_stats {
	uint32_t held;	   /**< Packets now                           */
	uint32_t held_max; /**< Packets, most so far                  */
	uint32_t wait_max; /**< Longest hold [us]                     */
	uint32_t refused;  /**< Packets for which there was no room   */
	uint32_t raised;   /**< How often the rate had to rise        */
};

struct pacer;

/**
 * Allocate a pacer. Free it with mem_deref().
 *
 * @param bitrate  Target of the encoder [bit/s], not 0; what leaves is
 *                 PACER_SPEED times as fast
 *
 * @return 0, ENOMEM
 */
int pacer_alloc(struct pacer **pp, uint32_t bitrate);

/** Another target [bit/s], not 0, on such a way; goes for what is held, too */
void pacer_set_rate(struct pacer *p, uint32_t bitrate, enum pacer_way way);

/**
 * Let nothing leave but sound, and one packet when nothing left nor was heard
 * for PACER_PROBE; or go on.
 *
 * @param heard  When the peer was heard of last [us]
 */
void pacer_set_held(struct pacer *p, bool held, uint64_t heard, uint64_t now);

/** How long it takes until all that is held has left, if nothing comes and
    the rate is not raised [us] */
uint64_t pacer_backlog(const struct pacer *p);

/** Drop what is held of a class. @return how many packets */
unsigned pacer_drop(struct pacer *p, enum pacer_class c);

/**
 * Queue a packet, from mb->pos on; the pacer keeps a reference.
 *
 * @param tag  Given back by pacer_get()
 *
 * @return 0, ENOBUFS full: the packet was not queued
 */
int pacer_put(struct pacer *p, enum pacer_class c, struct mbuf *mb,
	      uint16_t tag, uint64_t now);

/**
 * Get the next packet, if it may leave now. Call until it says no.
 *
 * @param mbp   Set to the packet; the caller then owns the reference
 * @param tagp  Set to its tag; may be NULL
 *
 * @return 0, ENOENT empty, EAGAIN not before pacer_due()
 */
int pacer_get(struct pacer *p, struct mbuf **mbp, uint16_t *tagp, uint64_t now);

/** When to call pacer_get() next [us]; CLOCK_NEVER when empty */
uint64_t pacer_due(const struct pacer *p);

/** Drop all that is held */
void pacer_clear(struct pacer *p);

/** Numbers so far */
void pacer_stats(const struct pacer *p, struct pacer_stats *stats);

/** Print the state on one line, for %H */
int pacer_print(struct re_printf *pf, const struct pacer *p);

#endif
