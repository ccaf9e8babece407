/**
 * @file core/media/codec.h  Codec: Opus, G722, PCMU, PCMA
 *
 *     resampler -> [codec] -> packet      jitter -> [codec] -> resampler
 *
 * ONE table of what can be negotiated, and one object that codes both ways,
 * always mono. Opus runs at 8, 12, 16, 24 or 48 kHz, whatever suits the
 * device; its RTP clock is 48 kHz all the same (RFC 7587 section 4.1). G.722
 * runs at 16 kHz, its clock at 8 (RFC 3551 section 4.5.2).
 */
#ifndef CORE_MEDIA_CODEC_H
#define CORE_MEDIA_CODEC_H

#include "core/base/re.h"

enum {
	CODEC_PTIME = 20,	    /**< Packet time [ms], RFC 3551 4.2      */
	CODEC_PTIME_MAX = 120,	    /**< Longest packet [ms], RFC 6716 2.1.4 */
	CODEC_RATE_MAX = 48000,	    /**< [Hz]                                */
	CODEC_FRAME_MAX = 5760,	    /**< Longest packet [samples], 120 ms    */
	CODEC_PAYLOAD_MAX = 1200,   /**< That we make [bytes], ours          */
	CODEC_BITRATE = 32000,	    /**< Opus [bit/s], RFC 7587 3.1.1: full
					band speech 28 to 40 kbit/s         */
	CODEC_BITRATE_MIN = 6000,   /**< Opus [bit/s], RFC 7587 3.1.1        */
	CODEC_BITRATE_MAX = 128000, /**< Opus mono [bit/s], ours            */
	CODEC_COMPLEXITY = 5,	    /**< Of 10: 1.2 CPU s a minute, measured */
	CODEC_NO_PT = 255,	    /**< No static payload type              */
};

/** A row of the table */
struct codec_type {
	const char *name;  /**< As in SDP, RFC 7587, RFC 3551           */
	uint32_t clock;	   /**< RTP clock, as in SDP [Hz]               */
	unsigned channels; /**< As in SDP                               */
	uint8_t pt;	   /**< Static payload type, or CODEC_NO_PT     */
	const char *fmtp;  /**< What we say of our receiver, or NULL    */
	bool fec;	   /**< A packet may repeat the one before it   */
};

/** What is asked of our encoder; 0 leaves the choice to us */
struct codec_params {
	uint32_t bitrate;    /**< [bit/s]                                 */
	uint32_t max_rate;   /**< The far end plays up to this rate [Hz]  */
	bool no_fec;	     /**< The far end cannot use in-band FEC      */
	bool cbr;	     /**< Constant bit rate wanted                */
	unsigned complexity; /**< 1..10 for CODEC_COMPLEXITY else     */
};

struct codec;

/** The i-th codec in order of preference, NULL behind the last */
const struct codec_type *codec_at(unsigned i);

/**
 * Find a codec of the table.
 *
 * @param name      As in SDP, case-insensitive
 * @param clock     [Hz]; 0 for any
 * @param channels  0 for any
 *
 * @return it, or NULL
 */
const struct codec_type *codec_find(const struct pl *name, uint32_t clock,
				    unsigned channels);

/** The codec of a static payload type, or NULL */
const struct codec_type *codec_static(uint8_t pt);

/**
 * Read the far end's fmtp into what our encoder has to do.
 *
 * @param prm   Values already set (limits of ours) are only lowered
 * @param fmtp  e.g. "minptime=10;useinbandfec=1"; foreign, may be NULL
 */
void codec_params_decode(struct codec_params *prm,
			 const struct codec_type *type, const struct pl *fmtp);

/** The PCM rate at which a codec should run for a device [Hz] */
uint32_t codec_rate(const struct codec_type *type, uint32_t device);

/**
 * Length of a received payload.
 *
 * @return [ticks of the RTP clock], 0 not a payload of this codec
 */
unsigned codec_ticks(const struct codec_type *type, const uint8_t *p,
		     size_t size);

/** Whether a payload repeats the packet before it (in-band FEC) */
bool codec_has_fec(const struct codec_type *type, const uint8_t *p,
		   size_t size);

/**
 * Allocate encoder and decoder. Free with mem_deref().
 *
 * @param rate  PCM rate, from codec_rate() [Hz]
 * @param prm   Copied; NULL for defaults
 *
 * @return 0, ENOMEM, EINVAL not a rate of this codec
 */
int codec_alloc(struct codec **cp, const struct codec_type *type, uint32_t rate,
		const struct codec_params *prm);

/** Its row of the table */
const struct codec_type *codec_type(const struct codec *c);

/** The PCM rate that it runs at [Hz] */
uint32_t codec_pcm_rate(const struct codec *c);

/** Tell the encoder what share of its packets is lost [percent] */
void codec_set_loss(struct codec *c, unsigned percent);

/** Limit the encoder's rate [bit/s] */
void codec_set_bitrate(struct codec *c, uint32_t bitrate);

/**
 * Encode one packet, appended at mb->pos.
 *
 * @param samples  A packet time that the codec has (Opus: 10, 20, 40, 60 ms;
 *                 G.722: a pair at least)
 *
 * @return 0, ENOMEM, EPROTO
 */
int codec_encode(struct codec *c, struct mbuf *mb, const int16_t *pcm,
		 unsigned samples);

/**
 * Decode a payload.
 *
 * @param pcm      Room for CODEC_FRAME_MAX samples
 * @param samplep  Set to what was decoded [samples]
 *
 * @return 0, EBADMSG
 */
int codec_decode(struct codec *c, int16_t *pcm, unsigned *samplep,
		 const uint8_t *p, size_t size);

/**
 * Decode the packet before `p` out of p's in-band FEC.
 *
 * @param samples  Wanted length [samples]; all of it is filled
 *
 * @return 0, EBADMSG, ENOENT the payload has no FEC: conceal
 */
int codec_decode_fec(struct codec *c, int16_t *pcm, unsigned samples,
		     const uint8_t *p, size_t size);

/** Invent `samples` samples for what was lost */
void codec_conceal(struct codec *c, int16_t *pcm, unsigned samples);

#endif
