/**
 * @file core/media/audio.h  Audio: the path of a call's sound
 *
 *     OUT  mic -> level -> (echo) -> resampler -> codec -> packet -> RTP
 *     IN   RTP -> packet -> jitter -> codec -> resampler -> level -> spk
 *
 * Joins the modules of this folder for one call. Given what the device runs
 * at and what was negotiated; holds no clock, device nor socket: the device
 * beats audio_period(), the network calls audio_recv(), and what leaves goes
 * to handlers. The far end's clock is followed by the resampler on the way
 * in. SRTP and the choice of codecs are the session's.
 */
#ifndef CORE_MEDIA_AUDIO_H
#define CORE_MEDIA_AUDIO_H

#include "core/device/sound.h"
#include "core/media/codec.h"
#include "core/media/level.h"
#include "core/media/playout.h"
#include "core/media/report.h"

enum {
	AUDIO_CODECS = 8, /**< Negotiated at once, ours               */
	AUDIO_EVENTS = 2, /**< telephone-event, one a clock, ours     */
};

/** A negotiated codec */
struct audio_codec {
	uint8_t pt;		       /**< Payload type that we send  */
	uint8_t pt_recv;	       /**< And that we receive        */
	const struct codec_type *type; /**< From codec_find()          */
	struct codec_params prm;       /**< For our encoder            */
};

/** A negotiated telephone-event (RFC 4733) */
struct audio_event {
	uint8_t pt;	 /**< Payload type that we send */
	uint8_t pt_recv; /**< And that we receive       */
	uint32_t clock;	 /**< [Hz], not 0               */
};

/** What was negotiated. Copied */
struct audio_media {
	struct audio_codec codecv[AUDIO_CODECS]; /**< The first is sent, all
						      are received       */
	unsigned codecc; /**< At least 1                            */
	struct audio_event eventv[AUDIO_EVENTS]; /**< The first is sent, all
						      are received       */
	unsigned eventc;
	uint8_t noise_pt; /**< Comfort noise (RFC 3389), 0 for none  */
	unsigned ptime;	  /**< Packet time that we send [ms], 0 for
				    CODEC_PTIME                           */
	bool send, recv;  /**< Direction                             */
};

/**
 * A packet to be sent: from mb->pos, PACKET_HEADROOM bytes before it and
 * PACKET_TAILROOM behind it are free. Borrowed, may be changed in place.
 */
typedef void(audio_send_h)(struct mbuf *mb, uint64_t now, void *arg);

/** A digit was received, 0-9 * # A-D */
typedef void(audio_digit_h)(char digit, uint64_t now, void *arg);

/** What comes with audio_alloc(). Handlers must not free the audio */
struct audio_params {
	struct sound_format sound; /**< What the device runs at       */
	uint32_t ssrc;		   /**< Of what we send, random       */
	const char *cname;	   /**< RFC 7022, copied              */
	audio_send_h *rtph;	   /**< RTP to be sent                */
	audio_send_h *reporth;	   /**< RTCP to be sent               */
	audio_digit_h *digith;	   /**< May be NULL                   */
	void *arg;
};

/** Numbers for `stats` */
struct audio_stats {
	const char *codec;	     /**< Sent: name                        */
	uint32_t rate;		     /**< PCM rate of the codec [Hz]        */
	double mic_level, spk_level; /**< Last second [dBFS]                */
	bool muted;
	bool heard;	      /**< Something was received and played        */
	uint32_t delay;	      /**< Arrival to loudspeaker, mean [us]        */
	int32_t drift;	      /**< Far end's clock against the device [ppm] */
	int32_t speed;	      /**< Correction now applied [ppm]             */
	uint32_t held;	      /**< PCM waiting for the speaker [samples]    */
	uint32_t cuts;	      /**< Pieces shortened to catch up             */
	uint32_t undecodable; /**< Payloads that the codec refused          */
	uint32_t unknown;     /**< Packets of a type not negotiated         */
	uint32_t malformed;   /**< Packets that are not RTP                 */
	uint32_t digits_sent, digits_received;
	struct jitter_stats jitter;
	struct report_stats report;
};

struct audio;

/**
 * Allocate. Free with mem_deref().
 *
 * @return 0, ENOMEM, EINVAL a format or codec that cannot be
 */
int audio_alloc(struct audio **ap, const struct audio_params *prm,
		const struct audio_media *media, uint64_t now);

/**
 * Negotiated anew (re-INVITE, hold). Sequence, timestamp and statistics run
 * on; what did not change is not disturbed.
 *
 * @return 0, ENOMEM, EINVAL
 */
int audio_set_media(struct audio *a, const struct audio_media *media,
		    uint64_t now);

/** The device runs at something else (it was opened anew). @return as alloc */
int audio_set_sound(struct audio *a, const struct sound_format *fmt);

/**
 * Whether the channel is up. Before, and after, nothing is encoded and
 * nothing sent, whatever the direction says. Off at first.
 */
void audio_set_open(struct audio *a, bool open, uint64_t now);

/** Mute the microphone: silence is sent */
void audio_set_mute(struct audio *a, bool mute);

/**
 * The device's heartbeat; see sound_period_h. `spk` is overwritten.
 */
void audio_period(struct audio *a, const int16_t *mic, int16_t *spk,
		  unsigned frames, uint64_t now);

/** RTP was received and authenticated, from mb->pos on; borrowed */
void audio_recv(struct audio *a, struct mbuf *mb, uint64_t now);

/** RTCP was received and authenticated, from mb->pos on; borrowed */
void audio_recv_report(struct audio *a, struct mbuf *mb, uint64_t now);

/**
 * Send digits, one after the other.
 *
 * @return 0, EINVAL not digits, ENOBUFS too many, ENOTSUP not negotiated
 */
int audio_send_digits(struct audio *a, const char *text);

/**
 * How long sound is under way, from the far end's microphone to our speaker.
 *
 * @param latencyp  Set to our time of playing less the far end's of capture
 *                  [us]; the clocks differ, so this is no time by itself
 *
 * @return 0, ENOENT not known
 */
int audio_latency(const struct audio *a, int64_t *latencyp);

/** When audio_tick() is due [us], for RTCP */
uint64_t audio_due(const struct audio *a);

/** Do what is due */
void audio_tick(struct audio *a, uint64_t now);

/** Say BYE in RTCP; nothing is sent any more. Before the channel closes */
void audio_bye(struct audio *a, uint64_t now);

/** Numbers so far */
void audio_stats(const struct audio *a, struct audio_stats *stats);

/** Print them, three lines, for %H and `stats` */
int audio_print(struct re_printf *pf, const struct audio *a);

#endif
