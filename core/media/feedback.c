/**
 * @file core/media/feedback.c  Feedback
 */
#include <assert.h>
#include "core/media/feedback.h"

enum {
	FORMAT_NACK = 1,  /* RTPFB, RFC 4585 section 6.2                    */
	FORMAT_TMMBR = 3, /* RTPFB, RFC 5104 section 4.2                    */
	FORMAT_TMMBN = 4,
	FORMAT_PLI = 1,		 /* PSFB, RFC 4585 section 6.3              */
	FORMAT_FIR = 4,		 /* PSFB, RFC 5104 section 4.3              */
	FORMAT_APPLICATION = 15, /* PSFB, RFC 4585 section 6.4              */
	VERSION_2 = 0x80,	 /* And no padding, RFC 3550 section 6.4.1  */
	WORD = 4,		 /* Lengths count these [bytes]             */
	LENGTH = 2,		 /* Where the length is in a packet         */
	ENTRY = 8,		 /* Of a FIR, TMMBR, TMMBN [bytes]          */
	BITMASK = 16,		 /* Packets in a mask, RFC 4585 6.2.1       */
	FIR_SEQ_SHIFT = 24,
	MAXIMUM_EXPONENT_SHIFT = 26, /* RFC 5104 section 4.2.1.1        */
	MAXIMUM_MANTISSA_SHIFT = 9,
	MAXIMUM_MANTISSA = 0x1ffff,
	MAXIMUM_OVERHEAD = 0x1ff,
	REMB = 0x52454d42, /* "REMB", the draft's section 2.2        */
	REMB_COUNT_SHIFT = 24,
	REMB_EXPONENT_SHIFT = 18,
	REMB_MANTISSA = 0x3ffff,
	EXPONENT_MASK = 0x3f,
	EXPONENT_MAX = 23, /* 2 to this is over FEEDBACK_BITRATE_MAX       */
};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

uint32_t feedback_clamp(uint64_t bitrate)
{
	if (bitrate < FEEDBACK_BITRATE_MIN)
		return FEEDBACK_BITRATE_MIN;
	if (bitrate > FEEDBACK_BITRATE_MAX)
		return FEEDBACK_BITRATE_MAX;
	return (uint32_t)bitrate;
}

static uint32_t bitrate_of(uint32_t mantissa, uint32_t exponent)
{
	if (exponent > EXPONENT_MAX)
		exponent = EXPONENT_MAX;
	return feedback_clamp((uint64_t)mantissa << exponent);
}

static int decode_nack(const struct compound_packet *p, struct feedback *f,
		       feedback_h *h, void *arg)
{
	unsigned n = 0;

	if (!p->size || p->size % WORD)
		return EBADMSG;

	for (size_t i = 0; i < p->size; i += WORD) {
		uint16_t first = get16(p->data + i);
		/* The first one is the lowest bit, the mask behind it */
		uint32_t bits = (uint32_t)get16(p->data + i + 2) << 1 | 1;

		for (unsigned k = 0; k <= BITMASK; k++) {
			if (!(bits >> k & 1) || n++ >= FEEDBACK_LOST_MAX)
				continue;
			f->seq = (uint16_t)(first + k);
			h(f, arg);
		}
	}
	return 0;
}

static int decode_entries(const struct compound_packet *p, struct feedback *f,
			  feedback_h *h, void *arg)
{
	if (p->size % ENTRY || (!p->size && f->type != FEEDBACK_TMMBN))
		return EBADMSG;

	for (size_t i = 0; i < p->size; i += ENTRY) {
		uint32_t word = get32(p->data + i + WORD);

		f->media = get32(p->data + i);
		if (f->type == FEEDBACK_FIR) {
			f->seq = (uint16_t)(word >> FIR_SEQ_SHIFT);
		} else {
			f->bitrate = bitrate_of(word >> MAXIMUM_MANTISSA_SHIFT &
							MAXIMUM_MANTISSA,
						word >> MAXIMUM_EXPONENT_SHIFT);
			f->overhead = (uint16_t)(word & MAXIMUM_OVERHEAD);
		}
		h(f, arg);
	}
	return 0;
}

static int decode_remb(const struct compound_packet *p, struct feedback *f,
		       feedback_h *h, void *arg)
{
	enum {
		COUNT = 4, /* Where it is, and the sources */
		SOURCES = 8
	};
	uint32_t word, count;

	if (p->size < WORD || get32(p->data) != REMB)
		return ENOTSUP;
	if (p->size < SOURCES)
		return EBADMSG;

	word = get32(p->data + COUNT);
	count = word >> REMB_COUNT_SHIFT;
	if (p->size - SOURCES < (size_t)count * WORD)
		return EBADMSG;

	f->bitrate = bitrate_of(word & REMB_MANTISSA,
				word >> REMB_EXPONENT_SHIFT & EXPONENT_MASK);
	for (uint32_t i = 0; i < count; i++) {
		f->media = get32(p->data + SOURCES + i * WORD);
		h(f, arg);
	}
	return 0;
}

static int decode_transport(const struct compound_packet *p, struct feedback *f,
			    feedback_h *h, void *arg)
{
	switch (p->count) {
	case FORMAT_NACK:
		f->type = FEEDBACK_NACK;
		return decode_nack(p, f, h, arg);
	case FORMAT_TMMBR:
		f->type = FEEDBACK_TMMBR;
		return decode_entries(p, f, h, arg);
	case FORMAT_TMMBN:
		f->type = FEEDBACK_TMMBN;
		return decode_entries(p, f, h, arg);
	default:
		return ENOTSUP;
	}
}

static int decode_payload(const struct compound_packet *p, struct feedback *f,
			  feedback_h *h, void *arg)
{
	switch (p->count) {
	case FORMAT_PLI:
		if (p->size)
			return EBADMSG;
		f->type = FEEDBACK_PLI;
		h(f, arg);
		return 0;
	case FORMAT_FIR:
		f->type = FEEDBACK_FIR;
		return decode_entries(p, f, h, arg);
	case FORMAT_APPLICATION:
		f->type = FEEDBACK_REMB;
		return decode_remb(p, f, h, arg);
	default:
		return ENOTSUP;
	}
}

int feedback_decode(const struct compound_packet *p, feedback_h *h, void *arg)
{
	struct feedback f = { .ssrc = p->ssrc, .media = p->media };

	switch (p->type) {
	case COMPOUND_TRANSPORT:
		return decode_transport(p, &f, h, arg);
	case COMPOUND_PAYLOAD:
		return decode_payload(p, &f, h, arg);
	default:
		return ENOTSUP;
	}
}

bool feedback_fir_is_new(struct feedback_fir *last, const struct feedback *f)
{
	if (last->known && last->ssrc == f->ssrc && last->seq == f->seq)
		return false;

	last->known = true;
	last->ssrc = f->ssrc;
	last->seq = f->seq;
	return true;
}

static int put16(struct mbuf *mb, uint16_t v)
{
	return mbuf_write_u16(mb, htons(v)) ? ENOMEM : 0;
}

static int put32(struct mbuf *mb, uint32_t v)
{
	return mbuf_write_u32(mb, htonl(v)) ? ENOMEM : 0;
}

/* The head of a packet with `size` bytes behind its two sources */
static int begin(struct mbuf *mb, enum compound_type type, unsigned format,
		 uint32_t ssrc, uint32_t media, size_t size)
{
	int err = mbuf_write_u8(mb, (uint8_t)(VERSION_2 | format));

	err |= mbuf_write_u8(mb, (uint8_t)type);
	err |= put16(mb, (uint16_t)(2 + size / WORD));
	err |= put32(mb, ssrc);
	err |= put32(mb, media);
	return err ? ENOMEM : 0;
}

/* How many of the numbers go into an entry with the first, and its bits */
static unsigned entry_of(const uint16_t *seqv, unsigned seqc, uint16_t *bits)
{
	unsigned n = 1;

	for (*bits = 0; n < seqc; n++) {
		unsigned ahead = (uint16_t)(seqv[n] - seqv[0]);

		if (!ahead || ahead > BITMASK)
			break;
		*bits = (uint16_t)(*bits | 1U << (ahead - 1));
	}
	return n;
}

int feedback_nack(struct mbuf *mb, uint32_t ssrc, uint32_t media,
		  const uint16_t *seqv, unsigned seqc)
{
	unsigned entries = 0;
	uint16_t bits;
	int err;

	assert(seqc && seqc <= FEEDBACK_LOST_MAX);

	for (unsigned i = 0; i < seqc; entries++)
		i += entry_of(seqv + i, seqc - i, &bits);

	err = begin(mb, COMPOUND_TRANSPORT, FORMAT_NACK, ssrc, media,
		    (size_t)entries * WORD);
	for (unsigned i = 0; i < seqc && !err;) {
		unsigned n = entry_of(seqv + i, seqc - i, &bits);

		err = put16(mb, seqv[i]);
		err |= put16(mb, bits);
		i += n;
	}
	return err ? ENOMEM : 0;
}

int feedback_pli(struct mbuf *mb, uint32_t ssrc, uint32_t media)
{
	return begin(mb, COMPOUND_PAYLOAD, FORMAT_PLI, ssrc, media, 0);
}

int feedback_fir(struct mbuf *mb, uint32_t ssrc, uint32_t media, uint8_t seq)
{
	int err = begin(mb, COMPOUND_PAYLOAD, FORMAT_FIR, ssrc, 0, ENTRY);

	err |= put32(mb, media);
	err |= put32(mb, (uint32_t)seq << FIR_SEQ_SHIFT);
	return err ? ENOMEM : 0;
}

/* The least exponent with which a bit rate fits; rounded down */
static uint32_t exponent_of(uint32_t *bitrate, uint32_t mantissa_max)
{
	uint32_t exponent = 0;

	for (; *bitrate > mantissa_max; *bitrate >>= 1)
		++exponent;
	return exponent;
}

int feedback_remb(struct mbuf *mb, uint32_t ssrc, uint32_t bitrate,
		  const uint32_t *mediav, unsigned mediac)
{
	uint32_t rate = feedback_clamp(bitrate);
	uint32_t exponent = exponent_of(&rate, REMB_MANTISSA);
	int err;

	assert(mediac && mediac <= FEEDBACK_SOURCES);

	err = begin(mb, COMPOUND_PAYLOAD, FORMAT_APPLICATION, ssrc, 0,
		    (2 + (size_t)mediac) * WORD);
	err |= put32(mb, REMB);
	err |= put32(mb, mediac << REMB_COUNT_SHIFT |
				 exponent << REMB_EXPONENT_SHIFT | rate);
	for (unsigned i = 0; i < mediac; i++)
		err |= put32(mb, mediav[i]);
	return err ? ENOMEM : 0;
}

static int put_maximum(struct mbuf *mb, unsigned format, uint32_t ssrc,
		       uint32_t about, uint32_t bitrate, uint16_t overhead)
{
	uint32_t rate = feedback_clamp(bitrate);
	uint32_t exponent = exponent_of(&rate, MAXIMUM_MANTISSA);
	int err;

	assert(overhead <= MAXIMUM_OVERHEAD);

	err = begin(mb, COMPOUND_TRANSPORT, format, ssrc, 0, ENTRY);
	err |= put32(mb, about);
	err |= put32(mb, exponent << MAXIMUM_EXPONENT_SHIFT |
				 rate << MAXIMUM_MANTISSA_SHIFT | overhead);
	return err ? ENOMEM : 0;
}

int feedback_tmmbr(struct mbuf *mb, uint32_t ssrc, uint32_t media,
		   uint32_t bitrate, uint16_t overhead)
{
	return put_maximum(mb, FORMAT_TMMBR, ssrc, media, bitrate, overhead);
}

int feedback_tmmbn(struct mbuf *mb, uint32_t ssrc, uint32_t owner,
		   uint32_t bitrate, uint16_t overhead)
{
	return put_maximum(mb, FORMAT_TMMBN, ssrc, owner, bitrate, overhead);
}
