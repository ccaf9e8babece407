/**
 * @file core/media/compound.c  Compound
 */
#include "core/media/compound.h"

enum {
	PROTOCOL = 2,
	PROTOCOL_SHIFT = 6,
	PADDING_BIT = 0x20,
	COUNT_MASK = 0x1f,
	WORD = 4,	/* Lengths count these [bytes]       */
	HEAD = 4,	/* Before the first SSRC [bytes]     */
	SSRC = 4,	/* [bytes]                           */
	SENDER = 20,	/* Sender info, RFC 3550 6.4.1       */
	BLOCK = 24,	/* Report block, RFC 3550 6.4.1      */
	CNAME = 1,	/* RFC 3550 section 6.5.1            */
	TYPE_MIN = 192, /* RFC 5761 section 4                */
	TYPE_MAX = 223,
	LOST_SIGN = 0x800000,
	LOST_RANGE = 0x1000000,
};

static uint32_t get16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) << 16 | get16(p + 2);
}

static bool take(struct compound_packet *p, size_t n)
{
	if (p->size < n)
		return false;

	p->data += n;
	p->size -= n;
	return true;
}

static void decode_block(struct compound_block *b, const uint8_t *d)
{
	enum {
		FRACTION = 4,
		SEQ = 8,
		JITTER = 12,
		LSR = 16,
		DLSR = 20
	};
	uint32_t word = get32(d + FRACTION);
	int32_t lost = (int32_t)(word & (LOST_RANGE - 1));

	b->ssrc = get32(d);
	b->fraction = (uint8_t)(word >> 24);
	b->lost = lost & LOST_SIGN ? lost - LOST_RANGE : lost;
	b->sequence = get32(d + SEQ);
	b->jitter = get32(d + JITTER);
	b->lsr = get32(d + LSR);
	b->dlsr = get32(d + DLSR);
}

static bool decode_report(struct compound_packet *p)
{
	enum {
		TS = 8,
		PACKETS = 12,
		BYTES = 16
	};
	const uint8_t *d = p->data;

	if (p->type == COMPOUND_SR) {
		if (!take(p, SENDER))
			return false;
		p->ntp = (uint64_t)get32(d) << 32 | get32(d + WORD);
		p->ts = get32(d + TS);
		p->packets = get32(d + PACKETS);
		p->bytes = get32(d + BYTES);
	}

	for (; p->blockc < p->count; p->blockc++) {
		d = p->data;
		if (!take(p, BLOCK))
			return false;
		decode_block(&p->blockv[p->blockc], d);
	}
	return true;
}

/* Items of the first chunk, up to the first CNAME */
static bool decode_sdes(struct compound_packet *p)
{
	enum {
		ITEM = 2
	};
	const uint8_t *d = p->data;
	size_t left = p->size;

	if (!p->count)
		return true;

	while (left && d[0]) {
		size_t len;

		if (left < ITEM || d[1] > left - ITEM)
			return false;
		len = d[1];
		if (d[0] == CNAME && !p->text.p) {
			p->text.p = (const char *)d + ITEM;
			p->text.l = len;
		}
		d += ITEM + len;
		left -= ITEM + len;
	}
	return left > 0; /* A chunk ends with a zero */
}

static bool decode_bye(struct compound_packet *p)
{
	if (p->count > 1 && !take(p, (size_t)(p->count - 1) * SSRC))
		return false;
	if (!p->size)
		return true;
	if (p->data[0] > p->size - 1)
		return false;

	p->text.p = (const char *)p->data + 1;
	p->text.l = p->data[0];
	return true;
}

static bool decode_body(struct compound_packet *p)
{
	const uint8_t *d = p->data;

	/* Only an SDES or BYE about nobody has none */
	if (!take(p, SSRC))
		return !p->count &&
		       (p->type == COMPOUND_SDES || p->type == COMPOUND_BYE);

	p->ssrc = get32(d);
	d = p->data;

	switch (p->type) {
	case COMPOUND_SR:
	case COMPOUND_RR:
		return decode_report(p);
	case COMPOUND_SDES:
		return decode_sdes(p);
	case COMPOUND_BYE:
		return decode_bye(p);
	case COMPOUND_TRANSPORT:
	case COMPOUND_PAYLOAD:
		if (!take(p, SSRC))
			return false;
		p->media = get32(d);
		return true;
	default:
		return true;
	}
}

int compound_decode(const uint8_t *data, size_t size, compound_packet_h *h,
		    void *arg)
{
	if (!size)
		return EBADMSG;

	for (unsigned n = 0; size; n++) {
		struct compound_packet p = { .blockc = 0 };
		size_t len, pad = 0;

		if (n == COMPOUND_PACKETS || size < HEAD ||
		    data[0] >> PROTOCOL_SHIFT != PROTOCOL ||
		    data[1] < TYPE_MIN || data[1] > TYPE_MAX)
			return EBADMSG;

		len = (get16(data + 2) + 1) * WORD;
		if (len > size)
			return EBADMSG;
		if (data[0] & PADDING_BIT) {
			pad = data[len - 1];
			if (!pad || pad > len - HEAD)
				return EBADMSG;
		}

		p.type = (enum compound_type)data[1];
		p.count = data[0] & COUNT_MASK;
		p.data = data + HEAD;
		p.size = len - HEAD - pad;
		if (!decode_body(&p))
			return EBADMSG;

		h(&p, arg);
		data += len;
		size -= len;
	}
	return 0;
}
