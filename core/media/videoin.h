/**
 * @file core/media/videoin.h  Video in: from packets to pictures
 *
 *     packet -> [videoin]: gaps, reorder -> lipsync -> decoder -> frame
 *                   '----> what to ask for: NACK, PLI
 *
 * Nothing is decoded over a gap: what is missing is asked for; what does not
 * come in time costs a key frame, which is asked for, too. A decoder exists
 * from the first key frame on; what comes at once behind a gap waits for it.
 */
#ifndef CORE_MEDIA_VIDEOIN_H
#define CORE_MEDIA_VIDEOIN_H

#include "core/device/coder.h"
#include "core/media/gaps.h"
#include "core/media/packet.h"
#include "core/media/reorder.h"

struct videoin_handlers {
	/** When the picture of an RTP timestamp is to be shown [us] */
	uint64_t (*when)(uint32_t ts, uint64_t now, void *arg);
	/** A picture; borrowed, take a reference to keep it */
	void (*frame)(struct frame *f, uint64_t now, void *arg);
	/** videoin_due() may have changed, without a call from outside */
	void (*wake)(void *arg);
};

struct videoin_stats {
	uint32_t decoded;	/**< Pictures                               */
	uint32_t keys;		/**< Key frames given to the decoder         */
	uint32_t undecodable;	/**< Units refused, by us or the decoder     */
	uint32_t busy;		/**< Units dropped: the decoder is too slow  */
	uint32_t skipped;	/**< Units dropped until a key frame comes   */
	uint32_t pleas;		/**< Key frames asked for                    */
	unsigned width, height; /**< Of the last picture [pixels]          */
	struct gaps_stats gaps;
	struct reorder_stats reorder;
};

struct videoin;

/**
 * Allocate. Free with mem_deref().
 *
 * @param coderv  For decoders; outlives it
 *
 * @return 0, ENOMEM
 */
int videoin_alloc(struct videoin **vp, const struct coder *coderv,
		  const struct videoin_handlers *h, void *arg);

/** Pictures are to come from now on, or no longer */
void videoin_set_open(struct videoin *v, bool open, uint64_t now);

/** What a round trip is [us]; 0 unknown */
void videoin_set_round_trip(struct videoin *v, uint32_t rtt);

/**
 * Put a packet, also one that was sent again.
 *
 * @param codec  "H264" or "VP8", static; another one than before begins anew
 *
 * @return 0, ENOTSUP no decoder for it, ENOMEM, or as reorder_put()
 */
int videoin_put(struct videoin *v, const char *codec, const struct packet *p,
		const uint8_t *payload, size_t size, uint64_t now);

/** Which packets to ask for now; see gaps_get() */
unsigned videoin_missing(struct videoin *v, uint16_t *seqv, unsigned max,
			 uint64_t now);

/** Whether to ask for a key frame now */
bool videoin_plea(struct videoin *v, uint64_t now);

/** When to call videoin_tick(), _missing() and _plea() next [us] */
uint64_t videoin_due(const struct videoin *v);

/** Go on with what waited long enough */
void videoin_tick(struct videoin *v, uint64_t now);

/** Numbers so far */
void videoin_stats(const struct videoin *v, struct videoin_stats *stats);

/** Print them on a few lines, for %H */
int videoin_print(struct re_printf *pf, const struct videoin *v);

#endif
