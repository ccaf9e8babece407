/**
 * @file core/media/feedback.h  Feedback: what receivers ask of senders
 *
 *     SRTCP -> compound -> [feedback] decode -> resend, keyrule, bit rate
 *     gaps, plea, estimate -> [feedback] nack, pli, remb -> SRTCP
 *
 * Generic NACK and PLI (RFC 4585 sections 6.2.1, 6.3.1), FIR, TMMBR and TMMBN
 * (RFC 5104 sections 4.3.1, 4.2.1, 4.2.2), REMB (draft-alvestrand-rmcat-remb).
 * Feedback on each packet (transport-cc, RFC 8888) is for others.
 */
#ifndef CORE_MEDIA_FEEDBACK_H
#define CORE_MEDIA_FEEDBACK_H

#include "core/media/compound.h"

enum {
	FEEDBACK_LOST_MAX = 512,      /**< Sequence numbers taken from one NACK,
				      ours                               */
	FEEDBACK_BITRATE_MIN = 30000, /**< [bit/s], SECURITY row 30    */
	FEEDBACK_BITRATE_MAX = 8000000, /**< [bit/s], SECURITY row 30    */
	FEEDBACK_SOURCES = 8, /**< In a REMB that we write, ours         */
};

enum feedback_type {
	FEEDBACK_NACK = 1, /**< `seq` is missing                         */
	FEEDBACK_PLI,	   /**< A key frame is wanted                    */
	FEEDBACK_FIR,	   /**< The same, as a command with a number     */
	FEEDBACK_REMB,	   /**< `bitrate` is what the path can take      */
	FEEDBACK_TMMBR,	   /**< No more than `bitrate`, please           */
	FEEDBACK_TMMBN,	   /**< So it is                                 */
};

/** One thing that is said about one stream */
struct feedback {
	enum feedback_type type;
	uint32_t ssrc;	   /**< Who says it                              */
	uint32_t media;	   /**< Whose stream it is about                 */
	uint16_t seq;	   /**< NACK: of the RTP packet; FIR: of the
				command, modulo 256                      */
	uint32_t bitrate;  /**< REMB, TMMBR, TMMBN [bit/s], clamped      */
	uint16_t overhead; /**< TMMBR, TMMBN: of a packet [bytes]        */
};

/** `f` is borrowed for the call */
typedef void(feedback_h)(const struct feedback *f, void *arg);

/**
 * Decode a packet of compound_decode(): the handler is called for each
 * sequence number of a NACK, and for each stream else.
 *
 * @return 0, EBADMSG lengths or counts that do not add up: nothing was
 *         handed on; ENOTSUP not one of these
 */
int feedback_decode(const struct compound_packet *p, feedback_h *h, void *arg);

/** The last command that came; zero at first */
struct feedback_fir {
	bool known;
	uint32_t ssrc;
	uint16_t seq;
};

/** Whether this FIR is a command, not the last one repeated (RFC 5104
 *  section 4.3.1.1); remembers it */
bool feedback_fir_is_new(struct feedback_fir *last, const struct feedback *f);

/**
 * Write a NACK at mb->pos. All writers: one RTCP packet, to be sent alone
 * (RFC 5506) or in a compound.
 *
 * @param ssrc   Our source
 * @param media  Whose packets are missing
 * @param seqv   Sequence numbers, ascending (as signed distance)
 * @param seqc   How many, 1..FEEDBACK_LOST_MAX
 *
 * @return 0, ENOMEM
 */
int feedback_nack(struct mbuf *mb, uint32_t ssrc, uint32_t media,
		  const uint16_t *seqv, unsigned seqc);

/** Write a PLI. @return 0, ENOMEM */
int feedback_pli(struct mbuf *mb, uint32_t ssrc, uint32_t media);

/** Write a FIR; a repetition has the same number. @return 0, ENOMEM */
int feedback_fir(struct mbuf *mb, uint32_t ssrc, uint32_t media, uint8_t seq);

/**
 * Write a REMB.
 *
 * @param bitrate  [bit/s], clamped
 * @param mediav   Sources it is about
 * @param mediac   How many, 1..FEEDBACK_SOURCES
 *
 * @return 0, ENOMEM
 */
int feedback_remb(struct mbuf *mb, uint32_t ssrc, uint32_t bitrate,
		  const uint32_t *mediav, unsigned mediac);

/** Write a TMMBR: bit rate [bit/s], clamped, and overhead of a packet
 *  [bytes], up to 511. @return 0, ENOMEM */
int feedback_tmmbr(struct mbuf *mb, uint32_t ssrc, uint32_t media,
		   uint32_t bitrate, uint16_t overhead);

/** Write a TMMBN, the answer to a TMMBR whose sender is `owner`.
 *  @return 0, ENOMEM */
int feedback_tmmbn(struct mbuf *mb, uint32_t ssrc, uint32_t owner,
		   uint32_t bitrate, uint16_t overhead);

/** A bit rate within FEEDBACK_BITRATE_MIN and _MAX [bit/s] */
uint32_t feedback_clamp(uint64_t bitrate);

#endif
