/**
 * @file core/media/codec.c  Codec
 *
 * Opus is libopus, G.722 is in wide.c, the two laws of G.711 are computed.
 */
#include <assert.h>
#include <opus.h>
#include "core/base/log.h"
#include "core/media/codec.h"
#include "core/media/conceal.h"
#include "core/media/law.h"
#include "core/media/wide.h"

enum {
	OPUS_CLOCK = 48000, /* RFC 7587 section 4.1          */
	LAW_RATE = 8000,    /* RFC 3551 section 4.5.14       */
	WIDE_CLOCK = 8000,  /* RFC 3551 section 4.5.2        */
	PERCENT = 100,
	FRAME_MS = 20, /* LBRR is at most so long [ms]  */
	MS_PER_S = 1000,
};

struct codec {
	const struct codec_type *type;
	uint32_t rate;
	struct codec_params prm;
	OpusEncoder *enc;
	OpusDecoder *dec;
	struct wide *wide;
	struct conceal *conceal; /* All but Opus */
};

static const struct codec_type table[] = {
	{ "opus", OPUS_CLOCK, 2, CODEC_NO_PT, "minptime=10;useinbandfec=1",
	  true },
	{ "G722", WIDE_CLOCK, 1, 9, NULL, false },
	{ "PCMU", LAW_RATE, 1, 0, NULL, false },
	{ "PCMA", LAW_RATE, 1, 8, NULL, false },
};

static bool is_opus(const struct codec_type *type)
{
	return type == &table[0];
}

static bool is_wide(const struct codec_type *type)
{
	return type == &table[1];
}

static bool is_ulaw(const struct codec_type *type)
{
	return type == &table[2];
}

/* At which all but Opus run */
static uint32_t fixed_rate(const struct codec_type *type)
{
	return is_wide(type) ? WIDE_RATE : LAW_RATE;
}

const struct codec_type *codec_at(unsigned i)
{
	return i < ARRAY_SIZE(table) ? &table[i] : NULL;
}

const struct codec_type *codec_find(const struct pl *name, uint32_t clock,
				    unsigned channels)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const struct codec_type *t = &table[i];

		if (!pl_strcasecmp(name, t->name) &&
		    (!clock || clock == t->clock) &&
		    (!channels || channels == t->channels))
			return t;
	}
	return NULL;
}

const struct codec_type *codec_static(uint8_t pt)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].pt == pt && pt != CODEC_NO_PT)
			return &table[i];
	}
	return NULL;
}

static bool fmtp_number(const struct pl *fmtp, const char *name, uint32_t *np)
{
	struct pl val;

	if (!fmt_param_get(fmtp, name, &val) || !val.l)
		return false;

	*np = pl_u32(&val);
	return true;
}

void codec_params_decode(struct codec_params *prm,
			 const struct codec_type *type, const struct pl *fmtp)
{
	uint32_t n;

	if (!is_opus(type))
		return;

	/* Absent is 0: no FEC is wanted (RFC 7587 section 6.1) */
	prm->no_fec = true;
	if (!fmtp || !fmtp->l)
		return;

	if (fmtp_number(fmtp, "useinbandfec", &n))
		prm->no_fec = n != 1;
	if (fmtp_number(fmtp, "cbr", &n) && n == 1)
		prm->cbr = true;
	if (fmtp_number(fmtp, "maxaveragebitrate", &n) && n &&
	    n < (prm->bitrate ? prm->bitrate : CODEC_BITRATE))
		prm->bitrate = n;
	if (fmtp_number(fmtp, "maxplaybackrate", &n) && n &&
	    (!prm->max_rate || n < prm->max_rate))
		prm->max_rate = n;
}

uint32_t codec_rate(const struct codec_type *type, uint32_t device)
{
	static const uint32_t ratev[] = { 8000, 12000, 16000, 24000 };

	if (!is_opus(type))
		return fixed_rate(type);

	for (size_t i = 0; i < ARRAY_SIZE(ratev); i++) {
		if (device <= ratev[i])
			return ratev[i];
	}
	return CODEC_RATE_MAX;
}

unsigned codec_ticks(const struct codec_type *type, const uint8_t *p,
		     size_t size)
{
	int n;

	if (!size)
		return 0;
	if (!is_opus(type)) /* An octet is a tick, of G.722 as well */
		return size <= CODEC_FRAME_MAX / (CODEC_RATE_MAX / LAW_RATE)
			       ? (unsigned)size
			       : 0;

	if (size > INT32_MAX)
		return 0;
	n = opus_packet_get_nb_samples(p, (opus_int32)size, OPUS_CLOCK);
	return n > 0 && n <= CODEC_FRAME_MAX ? (unsigned)n : 0;
}

static void codec_destructor(void *arg)
{
	struct codec *c = arg;

	if (c->enc)
		opus_encoder_destroy(c->enc);
	if (c->dec)
		opus_decoder_destroy(c->dec);
	mem_deref(c->wide);
	mem_deref(c->conceal);
}

static int bandwidth_of(uint32_t rate)
{
	static const struct {
		uint32_t rate;
		int bandwidth;
	} v[] = { { 8000, OPUS_BANDWIDTH_NARROWBAND },
		  { 12000, OPUS_BANDWIDTH_MEDIUMBAND },
		  { 16000, OPUS_BANDWIDTH_WIDEBAND },
		  { 24000, OPUS_BANDWIDTH_SUPERWIDEBAND } };

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		if (rate <= v[i].rate)
			return v[i].bandwidth;
	}
	return OPUS_BANDWIDTH_FULLBAND;
}

static uint32_t clamp_bitrate(uint32_t bitrate)
{
	if (!bitrate)
		return CODEC_BITRATE;
	if (bitrate < CODEC_BITRATE_MIN)
		return CODEC_BITRATE_MIN;
	return bitrate < CODEC_BITRATE_MAX ? bitrate : CODEC_BITRATE_MAX;
}

/* libopus chooses CELT while nothing is lost, SILK with LBRR once it is:
 * the first costs a third of the second (measured) */
static int open_opus(struct codec *c)
{
	const struct codec_params *prm = &c->prm;
	int complexity = prm->complexity ? (int)prm->complexity
					 : CODEC_COMPLEXITY;
	int n = OPUS_OK, err = OPUS_OK;

	c->enc = opus_encoder_create((opus_int32)c->rate, 1,
				     OPUS_APPLICATION_AUDIO, &n);
	c->dec = opus_decoder_create((opus_int32)c->rate, 1, &err);
	if (!c->enc || !c->dec)
		return n == OPUS_BAD_ARG || err == OPUS_BAD_ARG ? EINVAL
								: ENOMEM;

	n = opus_encoder_ctl(c->enc, OPUS_SET_COMPLEXITY(complexity));
	n |= opus_encoder_ctl(
		c->enc,
		OPUS_SET_BITRATE((opus_int32)clamp_bitrate(prm->bitrate)));
	n |= opus_encoder_ctl(c->enc, OPUS_SET_INBAND_FEC(!prm->no_fec));
	n |= opus_encoder_ctl(c->enc, OPUS_SET_VBR(!prm->cbr));
	n |= opus_encoder_ctl(c->enc, OPUS_SET_SIGNAL(OPUS_AUTO));
	if (prm->max_rate)
		n |= opus_encoder_ctl(
			c->enc,
			OPUS_SET_MAX_BANDWIDTH(bandwidth_of(prm->max_rate)));
	return n == OPUS_OK ? 0 : EINVAL;
}

int codec_alloc(struct codec **cp, const struct codec_type *type, uint32_t rate,
		const struct codec_params *prm)
{
	struct codec *c;
	int err;

	if (!is_opus(type) && rate != fixed_rate(type))
		return EINVAL;

	c = mem_zalloc(sizeof(*c), codec_destructor);
	if (!c)
		return ENOMEM;

	c->type = type;
	c->rate = rate;
	if (prm)
		c->prm = *prm;

	if (is_opus(type))
		err = open_opus(c);
	else
		err = conceal_alloc(&c->conceal, rate);
	if (!err && is_wide(type))
		err = wide_alloc(&c->wide);
	if (err)
		mem_deref(c);
	else
		*cp = c;
	return err;
}

const struct codec_type *codec_type(const struct codec *c)
{
	return c->type;
}

uint32_t codec_pcm_rate(const struct codec *c)
{
	return c->rate;
}

void codec_set_loss(struct codec *c, unsigned percent)
{
	int loss = (int)(percent < PERCENT ? percent : PERCENT);
	int signal = loss ? OPUS_SIGNAL_VOICE : OPUS_AUTO;

	if (!c->enc || c->prm.no_fec)
		return;

	/* Only SILK has FEC, and only a voice makes sure of SILK */
	(void)opus_encoder_ctl(c->enc, OPUS_SET_SIGNAL(signal));
	(void)opus_encoder_ctl(c->enc, OPUS_SET_PACKET_LOSS_PERC(loss));
}

void codec_set_bitrate(struct codec *c, uint32_t bitrate)
{
	if (c->enc)
		(void)opus_encoder_ctl(
			c->enc,
			OPUS_SET_BITRATE((opus_int32)clamp_bitrate(bitrate)));
}

static int encode_wide(struct codec *c, struct mbuf *mb, const int16_t *pcm,
		       unsigned samples)
{
	if (samples % WIDE_PAIR)
		return EPROTO;

	wide_encode(c->wide, mbuf_buf(mb), pcm, samples);
	mb->pos += samples / WIDE_PAIR;
	return 0;
}

static int encode_law(struct codec *c, struct mbuf *mb, const int16_t *pcm,
		      unsigned samples)
{
	bool ulaw = is_ulaw(c->type);
	uint8_t *p = mbuf_buf(mb);

	for (unsigned i = 0; i < samples; i++)
		p[i] = ulaw ? law_to_u(pcm[i]) : law_to_a(pcm[i]);

	mb->pos += samples;
	return 0;
}

int codec_encode(struct codec *c, struct mbuf *mb, const int16_t *pcm,
		 unsigned samples)
{
	size_t room = is_opus(c->type) ? CODEC_PAYLOAD_MAX : samples;
	int err = 0, n;

	if (mb->size < mb->pos + room)
		err = mbuf_resize(mb, mb->pos + room);
	if (err)
		return err;

	if (!is_opus(c->type)) {
		err = c->wide ? encode_wide(c, mb, pcm, samples)
			      : encode_law(c, mb, pcm, samples);
		goto out;
	}

	n = opus_encode(c->enc, pcm, (int)samples, mbuf_buf(mb),
			CODEC_PAYLOAD_MAX);
	if (n < 0) {
		log_warning("codec: opus: %s\n", opus_strerror(n));
		return EPROTO;
	}
	mb->pos += (size_t)n;

out:
	if (mb->end < mb->pos)
		mb->end = mb->pos;
	return err;
}

static void decode_law(struct codec *c, int16_t *pcm, const uint8_t *p,
		       unsigned samples)
{
	bool ulaw = is_ulaw(c->type);

	for (unsigned i = 0; i < samples; i++)
		pcm[i] = ulaw ? law_from_u(p[i]) : law_from_a(p[i]);
}

/* What is no Opus. @return [samples] */
static unsigned decode_fixed(struct codec *c, int16_t *pcm, const uint8_t *p,
			     unsigned ticks)
{
	unsigned samples = ticks * (c->rate / c->type->clock);

	if (c->wide)
		wide_decode(c->wide, pcm, p, ticks);
	else
		decode_law(c, pcm, p, ticks);

	conceal_good(c->conceal, pcm, samples);
	return samples;
}

int codec_decode(struct codec *c, int16_t *pcm, unsigned *samplep,
		 const uint8_t *p, size_t size)
{
	unsigned ticks = codec_ticks(c->type, p, size);
	int n;

	if (!ticks)
		return EBADMSG;

	if (!is_opus(c->type)) {
		*samplep = decode_fixed(c, pcm, p, ticks);
		return 0;
	}

	n = opus_decode(c->dec, p, (opus_int32)size, pcm, CODEC_FRAME_MAX, 0);
	if (n < 0)
		return EBADMSG;

	*samplep = (unsigned)n;
	return 0;
}

/* Whether the first SILK frame of a packet has LBRR: RFC 6716 4.2.3, 4.2.4.
 * CELT-only packets have none */
bool codec_has_fec(const struct codec_type *type, const uint8_t *p, size_t size)
{
	enum {
		CELT = 0x80,
		CODE = 0x03,
		LBRR = 0x40
	};
	int frames;

	if (!is_opus(type) || size < 2 || p[0] & CELT || p[0] & CODE)
		return false;

	/* A SILK packet begins with a VAD bit per 20 ms, then the LBRR bit */
	frames = opus_packet_get_samples_per_frame(p, OPUS_CLOCK) /
		 (OPUS_CLOCK / MS_PER_S * FRAME_MS);
	return p[1] << (frames > 1 ? frames - 1 : 0) & LBRR;
}

int codec_decode_fec(struct codec *c, int16_t *pcm, unsigned samples,
		     const uint8_t *p, size_t size)
{
	if (!codec_has_fec(c->type, p, size))
		return ENOENT;

	if (opus_decode(c->dec, p, (opus_int32)size, pcm, (int)samples, 1) !=
	    (int)samples)
		return EBADMSG;

	return 0;
}

void codec_conceal(struct codec *c, int16_t *pcm, unsigned samples)
{
	if (!is_opus(c->type)) {
		conceal_bad(c->conceal, pcm, samples);
		return;
	}

	if (opus_decode(c->dec, NULL, 0, pcm, (int)samples, 0) != (int)samples)
		memset(pcm, 0, samples * sizeof(*pcm));
}
