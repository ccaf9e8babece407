/**
 * @file core/media/resend.h  Resend: sent packets, for who missed them
 *
 *     pacer -> [resend] put -> SRTP
 *     NACK  -> [resend] get -> rtx -> pacer
 *
 * A ring by sequence number with copies of RTP packets from before SRTP, which
 * encrypts in place. (Not called history: libedit owns that word.) A packet is
 * given once in a round trip, and what is given stays within RESEND_SHARE of
 * all that is sent, itself too, over RESEND_WINDOW (SECURITY row 30).
 *
 * On a way that loses a fifth that is not enough: what is sent again is lost
 * as often. So more, up to RESEND_SHARE_MAX, is given as long as all that is
 * sent stays within what that share of the full rate would make, which is the
 * old bound in bits: whoever asks for everything gets not one more. They come
 * out of the encoder's (see resend_rate()): a coarser picture, which he could
 * have had by a REMB.
 */
#ifndef CORE_MEDIA_RESEND_H
#define CORE_MEDIA_RESEND_H

#include "core/base/clock.h"
#include "core/media/packet.h"

enum {
	RESEND_SLOTS = 512,	      /**< Packets kept, a power of two, ours */
	RESEND_SIZE = 1400,	      /**< Longest packet kept [bytes], ours  */
	RESEND_AGE = CLOCK_S,	      /**< Kept at most [us], ours            */
	RESEND_SHARE = 20,	      /**< Of what is sent [%], SECURITY      */
	RESEND_SHARE_MAX = 50,	      /**< The same within the bound, ours    */
	RESEND_WINDOW = 2 * CLOCK_S,  /**< Over which that holds [us], ours   */
	RESEND_AGAIN = 10 * CLOCK_MS, /**< Not sooner, however short the
					   round trip [us], ours             */
};

struct resend_stats {
	uint32_t asked;	 /**< Calls of resend_get()                      */
	uint32_t given;	 /**< Packets given                              */
	uint64_t bytes;	 /**< Their length [bytes]                       */
	uint32_t gone;	 /**< Not there, or too old                      */
	uint32_t soon;	 /**< Within a round trip of the last time       */
	uint32_t budget; /**< Refused since it would have been too much  */
};

struct resend;

/** Allocate. Free with mem_deref(). @return 0, ENOMEM */
int resend_alloc(struct resend **rp);

/**
 * A packet is being sent: keep a copy of it, from mb->pos on, which begins
 * with an RTP header. The next of the same number takes its place.
 *
 * @return 0, EMSGSIZE longer than RESEND_SIZE or shorter than a header
 */
int resend_put(struct resend *r, const struct mbuf *mb, uint64_t now);

/** What the way can take for what is put and given [bit/s]; 0 not known: then
 *  RESEND_SHARE is all */
void resend_set_rate(struct resend *r, uint32_t bitrate);

/** What was given lately, over RESEND_WINDOW [bit/s] */
uint32_t resend_rate(const struct resend *r);

/**
 * Get a packet that was missed.
 *
 * @param rtt  Round trip [us], 0 unknown
 * @param mbp  Set to a new packet buffer, whose reference the caller owns:
 *             the packet as it was put, with PACKET_HEADROOM and what
 *             rtx_wrap() needs before it, and PACKET_TAILROOM behind
 *
 * @return 0, ENOENT not there, EALREADY sent less than a round trip ago,
 *         EDQUOT over the budget, ENOMEM
 */
int resend_get(struct resend *r, uint16_t seq, uint32_t rtt, uint64_t now,
	       struct mbuf **mbp);

/** Forget all packets: the stream begins anew */
void resend_clear(struct resend *r);

/** Numbers so far */
void resend_stats(const struct resend *r, struct resend_stats *stats);

/** Print the numbers on one line, for %H */
int resend_print(struct re_printf *pf, const struct resend *r);

#endif
