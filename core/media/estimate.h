/**
 * @file core/media/estimate.h  Estimate: how much may be sent
 *
 *     acks -----------+
 *     RR: loss -------+-> [estimate] -> target -> encoder, pacer
 *     REMB, TMMBR ----+
 *
 * Congestion control of what we send, after draft-ietf-rmcat-gcc-02: a part
 * that listens to the delay (section 5) and one that listens to losses
 * (section 6). Beyond the draft: a queue that was noticed is let run empty
 * before the rate returns; growth speeds up while nothing objects; losses
 * that stay when less is sent are the way's own, not ours, and do not count,
 * nor do those of an outage, after which half of the rate before is there at
 * once. Without acks, losses in reports (and the peer's REMB) decide alone.
 * Holds no clock.
 */
#ifndef CORE_MEDIA_ESTIMATE_H
#define CORE_MEDIA_ESTIMATE_H

#include "core/base/clock.h"
#include "core/media/acks.h"

enum {
	ESTIMATE_MIN = 30000,	 /**< [bit/s], SECURITY row 30             */
	ESTIMATE_MAX = 8000000,	 /**< The same                             */
	ESTIMATE_START = 500000, /**< [bit/s], ours                        */
};

/** Who limits us; the last word of each counts until he says another */
enum estimate_cap {
	ESTIMATE_REMB,	/**< draft-alvestrand-rmcat-remb-03: its estimate */
	ESTIMATE_TMMBR, /**< RFC 5104 section 4.2.1: its wish             */
	ESTIMATE_LOCAL, /**< Ours: configuration, b=TIAS, the encoder     */
	ESTIMATE_CAPS
};

/** Numbers for `stats` */
struct estimate_stats {
	uint32_t target;   /**< [bit/s]                                    */
	uint32_t rate;	   /**< The same before caps [bit/s]               */
	uint32_t sent;	   /**< Lately [bit/s]                             */
	uint32_t acked;	   /**< Measured at the far end, lately [bit/s]    */
	uint32_t capacity; /**< Of the way, when a queue showed it [bit/s];
				0 for not known                          */
	uint32_t loss;	   /**< Lately [1/1000]                            */
	uint32_t own_loss; /**< Of it, the way's, not ours [1/1000]        */
	uint32_t queue;	   /**< Delay over the least [us]                  */
	uint32_t overuses; /**< Times that the queue grew                  */
	uint32_t silences; /**< Times that feedback stopped                */
};

struct estimate;

/**
 * Allocate. Free with mem_deref().
 *
 * @param start  Target to begin with [bit/s]; clamped
 *
 * @return 0, ENOMEM
 */
int estimate_alloc(struct estimate **ep, uint32_t start, uint64_t now);

/**
 * What a feedback says, of acks_decode(); also when n is 0: the peer is
 * there. From the first on, reports' losses (estimate_loss()) do not count.
 */
void estimate_acks(struct estimate *e, const struct acks_packet *v, unsigned n,
		   uint64_t now);

/**
 * A packet was sent: tells a target that is not used from one that is.
 *
 * @param size  As for acks_sent() [bytes]
 */
void estimate_sent(struct estimate *e, size_t size, uint64_t now);

/**
 * A report block about what we send (RR, SR).
 *
 * @param fraction  Lost since the last report [1/256]
 */
void estimate_loss(struct estimate *e, uint8_t fraction, uint64_t now);

/** Round trip as measured by reports [us]; 100 ms until known */
void estimate_set_rtt(struct estimate *e, uint32_t rtt);

/** A cap [bit/s]: clamped to ESTIMATE_MIN; 0 lifts it */
void estimate_set_cap(struct estimate *e, enum estimate_cap who,
		      uint64_t bitrate);

/**
 * The target, everything on the line included (SRTP, UDP, IP) [bit/s];
 * ESTIMATE_MIN..ESTIMATE_MAX. Ask after each of the calls above and tick.
 */
uint32_t estimate_target(const struct estimate *e);

/** Nothing was sent for a while on purpose: what arrived then says nothing of
    the way */
void estimate_resume(struct estimate *e);

/** Whether it is known how much the way takes: a queue showed it lately */
bool estimate_tight(const struct estimate *e);

/** Whether a queue began lately: a burst may have been too fast */
bool estimate_wary(const struct estimate *e);

/**
 * The peer's feedback may have stopped: without any for long while we send,
 * less is sent.
 */
void estimate_tick(struct estimate *e, uint64_t now);

/** When to call estimate_tick() [us]; CLOCK_NEVER when not needed */
uint64_t estimate_due(const struct estimate *e);

/** Numbers so far */
void estimate_stats(const struct estimate *e, struct estimate_stats *stats);

/** Print them on one line, for %H */
int estimate_print(struct re_printf *pf, const struct estimate *e);

#endif
