/**
 * @file core/media/videoout.h  Video out: from access units to packets
 *
 *     access unit -> [videoout]: avc_pack, vp8pack -> pacer -> RTP
 *     NACK -> resend -> rtx -> pacer        transport-cc, REMB -> estimate
 *
 * Sequence numbers and timestamps run on whatever is negotiated anew. What
 * leaves is copied before SRTP, for who missed it; how fast it may leave, and
 * what the encoder should make, follows what arrives.
 */
#ifndef CORE_MEDIA_VIDEOOUT_H
#define CORE_MEDIA_VIDEOOUT_H

#include "core/media/feedback.h"
#include "core/media/pacer.h"
#include "core/media/payload.h"
#include "core/media/resend.h"
#include "core/media/video.h"

enum {
	VIDEOOUT_MTU = 1200, /**< RTP packet [bytes], below every MTU on the
				  path (RFC 8834 section 7.1, ours)     */
};

/** A packet leaves now, from mb->pos; see video_send_h */
typedef void(videoout_packet_h)(struct mbuf *mb, uint32_t ts, size_t payload,
				uint64_t captured, uint64_t now, void *arg);

struct videoout_stats {
	uint32_t units;		/**< Access units put in packets            */
	uint32_t keys;		/**< Of them IDRs                           */
	uint32_t dropped;	/**< Refused: not open, too large, queue full */
	uint32_t stale;		/**< Packets that had waited for too long     */
	uint32_t wishes;	/**< PLI, FIR, vain NACKs that came         */
	uint32_t bitrate;	/**< What the way can take [bit/s]          */
	unsigned width, height; /**< Of the last one [pixels]         */
	struct pacer_stats pacer;
	struct resend_stats resend;
	struct payload_stats payload;
};

struct videoout;

/** Allocate. Free with mem_deref(). @return 0, ENOMEM */
int videoout_alloc(struct videoout **vp, uint32_t ssrc, uint32_t rtx_ssrc,
		   videoout_packet_h *h, void *arg, uint64_t now);

/** What is sent from now on */
void videoout_set_media(struct videoout *v, const struct video_media *media);

/** What a round trip is [us]; 0 unknown */
void videoout_set_round_trip(struct videoout *v, uint32_t rtt);

/** Packetize an access unit; packets leave now and when due. @return whether
    a key frame is needed, and nothing else is taken */
bool videoout_put(struct videoout *v, const struct encoder_unit *u,
		  uint64_t now);

/** Forget what waits to leave */
void videoout_clear(struct videoout *v);

/** A RTCP packet that may be about what we sent. @return whether the peer
    needs a key frame */
bool videoout_feedback(struct videoout *v, const struct compound_packet *p,
		       uint64_t now);

/** What the peer lost of ours lately, of 256, by its reports */
void videoout_loss(struct videoout *v, unsigned fraction, uint64_t now);

/** What the way to the peer can take [bit/s] */
uint32_t videoout_bitrate(const struct videoout *v);

/** So much waits, here or on the way, that another picture would only come
    later for it: none should be made now */
bool videoout_full(const struct videoout *v);

/** When to call videoout_tick() [us] */
uint64_t videoout_due(const struct videoout *v);

/** Let packets leave */
void videoout_tick(struct videoout *v, uint64_t now);

/** Numbers so far */
void videoout_stats(const struct videoout *v, struct videoout_stats *stats);

/** Print them on a few lines, for %H */
int videoout_print(struct re_printf *pf, const struct videoout *v);

#endif
