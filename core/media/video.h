/**
 * @file core/media/video.h  Video: the path of a call's picture
 *
 *     OUT  access unit -> videoout (packets, pacer, history) -> RTP
 *     IN   RTP -> videoin (repair, order, decoder) -> frame
 *     RTCP key frames, losses, arrivals <-> feedback of both directions
 *
 * Joins both directions and the reports of one call. Given access units and
 * what was negotiated; holds no clock, device nor socket: what leaves goes to
 * handlers. SRTP and the choice of codecs are the session's, cameras and
 * encoders the studio's.
 */
#ifndef CORE_MEDIA_VIDEO_H
#define CORE_MEDIA_VIDEO_H

#include "core/device/coder.h"
#include "core/media/report.h"

enum {
	VIDEO_CODECS = 8,	/**< Negotiated at once, ours               */
	VIDEO_CLOCK = 90000,	/**< [Hz] RFC 6184 8.2.1, RFC 7741 6.1      */
	VIDEO_RATE_MIN = 30000, /**< [bit/s] SECURITY row 30                */
	VIDEO_RATE_MAX = 8000000,
};

/** What is told of a codec's losses and wishes (RFC 4585, 5104) */
enum video_feedback {
	VIDEO_NACK = 1, /**< "nack"         */
	VIDEO_PLI = 2,	/**< "nack pli"     */
	VIDEO_FIR = 4,	/**< "ccm fir"      */
	VIDEO_REMB = 8, /**< "goog-remb"    */
	VIDEO_TWCC = 16 /**< "transport-cc" */
};

/** A negotiated codec */
struct video_codec {
	const char *name;  /**< "H264" or "VP8", static                    */
	uint8_t pt;	   /**< Payload type that we send                  */
	uint8_t pt_recv;   /**< And that we receive                        */
	uint8_t rtx;	   /**< Of what we send again, 0: as it was         */
	uint8_t rtx_recv;  /**< Of what the peer sends again, 0: none       */
	bool single;	   /**< H264: packetization-mode 0                  */
	unsigned feedback; /**< Set of enum video_feedback                 */
};

/** Header extensions that were agreed, 0 for none (RFC 8285) */
struct video_exts {
	uint8_t abs_time; /**< abs-send-time                 */
	uint8_t sequence; /**< transport-wide sequence number */
};

/** What was negotiated. Copied */
struct video_media {
	struct video_codec codecv[VIDEO_CODECS]; /**< The first is sent, all
						      are received       */
	unsigned codecc; /**< At least 1                                 */
	struct video_exts exts;
	uint32_t bitrate; /**< Most that is sent [bit/s]                 */
	bool send, recv;  /**< Direction                                 */
};

/**
 * A packet to be sent: from mb->pos, PACKET_HEADROOM bytes before it and
 * PACKET_TAILROOM behind it are free. Borrowed, may be changed in place.
 */
typedef void(video_send_h)(struct mbuf *mb, uint64_t now, void *arg);

/** The peer needs an IDR */
typedef void(video_wish_h)(uint64_t now, void *arg);

/** What the way to the peer can take now [bit/s]; 0: it is full, another
    picture would only wait */
typedef void(video_rate_h)(uint32_t bitrate, uint64_t now, void *arg);

/** A picture of the peer's; borrowed, take a reference to keep it */
typedef void(video_frame_h)(struct frame *f, uint64_t now, void *arg);

/** video_due() may have changed, without a call from outside */
typedef void(video_wake_h)(void *arg);

/** What comes with video_alloc(). Handlers must not free the video */
struct video_params {
	uint32_t ssrc;		    /**< Of what we send, random            */
	uint32_t rtx_ssrc;	    /**< Of what we send again              */
	const char *cname;	    /**< RFC 7022, copied                   */
	const struct coder *coderv; /**< For decoders; outlives it  */
	video_send_h *rtph;	    /**< RTP to be sent             */
	video_send_h *reporth;	    /**< RTCP to be sent            */
	video_wish_h *wishh;
	video_rate_h *rateh;
	video_frame_h *frameh;
	video_wake_h *wakeh;
	void *arg;
};

struct video;

/**
 * Allocate. Free with mem_deref().
 *
 * @return 0, ENOMEM, EINVAL nothing negotiated that can be
 */
int video_alloc(struct video **vp, const struct video_params *prm,
		const struct video_media *media, uint64_t now);

/**
 * Take what was negotiated anew; what has not changed goes on.
 *
 * @return 0, EINVAL, ENOMEM
 */
int video_set_media(struct video *v, const struct video_media *media,
		    uint64_t now);

/** The encrypted channel is open, or no longer: nothing is sent before */
void video_set_open(struct video *v, bool open, uint64_t now);

/** OUT: an access unit of the codec that is sent; dropped while not open */
void video_put(struct video *v, const struct encoder_unit *u, uint64_t now);

/** Whether a packet of this payload type is ours */
bool video_owns(const struct video *v, uint8_t pt);

/** IN: an RTP packet, from mb->pos; the buffer comes back unchanged */
void video_recv(struct video *v, struct mbuf *mb, uint64_t now);

/** IN: an RTCP compound, from mb->pos; the buffer comes back unchanged */
void video_recv_report(struct video *v, struct mbuf *mb, uint64_t now);

/** The round trip, where audio knows it better [us] */
void video_set_round_trip(struct video *v, uint32_t rtt);

/**
 * Show pictures no sooner than their sound is heard.
 *
 * @param latency  Of sound, see audio_latency() [us]
 */
void video_set_latency(struct video *v, int64_t latency);

/** When video_tick() is to be called [us] */
uint64_t video_due(const struct video *v);

/** Let timers fire: packets, reports, requests */
void video_tick(struct video *v, uint64_t now);

/** RTCP BYE; nothing is sent any more */
void video_bye(struct video *v, uint64_t now);

/** The codec that is sent, as in SDP */
const char *video_codec_name(const struct video *v);

#endif
