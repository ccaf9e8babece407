/**
 * @file core/media/packet.c  Packet
 */
#include <assert.h>
#include "core/media/packet.h"

enum {
	PROTOCOL = 2, /* RFC 3550 section 5.1             */
	PROTOCOL_SHIFT = 6,
	PADDING_BIT = 0x20,
	EXTENSION_BIT = 0x10,
	CSRC_MASK = 0x0f,
	MARKER_BIT = 0x80,
	WORD = 4,	       /* Lengths count these [bytes]      */
	REPORT_FIRST_PT = 192, /* RFC 5761 section 4             */
	REPORT_LAST_PT = 223,
};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

int packet_encode(struct mbuf *mb, const struct packet *p)
{
	int err;

	assert(p->pt <= PACKET_PT_MAX);

	err = mbuf_write_u8(mb, PROTOCOL << PROTOCOL_SHIFT);
	err |= mbuf_write_u8(mb,
			     (uint8_t)((p->marker ? MARKER_BIT : 0) | p->pt));
	err |= mbuf_write_u16(mb, htons(p->seq));
	err |= mbuf_write_u32(mb, htonl(p->ts));
	err |= mbuf_write_u32(mb, htonl(p->ssrc));

	return err ? ENOMEM : 0;
}

/* The length of the extension with its own header, or 0 for none that fits */
static size_t extension(struct packet *p, const uint8_t *d, size_t left)
{
	size_t len;

	if (left < WORD)
		return 0;

	len = (size_t)get16(d + 2) * WORD;
	if (len > left - WORD)
		return 0;

	p->profile = get16(d);
	p->ext_len = len;
	return len + WORD;
}

int packet_decode(struct packet *p, struct mbuf *mb)
{
	const uint8_t *d = mbuf_buf(mb);
	size_t left = mbuf_get_left(mb), head, pad = 0;

	memset(p, 0, sizeof(*p));

	if (left < PACKET_HEADER || d[0] >> PROTOCOL_SHIFT != PROTOCOL ||
	    packet_is_report(mb))
		return EBADMSG;

	head = PACKET_HEADER + (size_t)(d[0] & CSRC_MASK) * WORD;
	if (head > left)
		return EBADMSG;

	if (d[0] & EXTENSION_BIT) {
		size_t n = extension(p, d + head, left - head);

		if (!n)
			return EBADMSG;
		p->ext_pos = mb->pos + head + WORD;
		head += n;
	}

	if (d[0] & PADDING_BIT) {
		pad = d[left - 1];
		if (!pad || pad > left - head)
			return EBADMSG;
	}

	p->marker = (d[1] & MARKER_BIT) != 0;
	p->pt = d[1] & PACKET_PT_MAX;
	p->seq = get16(d + 2);
	p->ts = get32(d + 4);
	p->ssrc = get32(d + 8);

	mb->pos += head;
	mb->end -= pad;
	return 0;
}

bool packet_is_report(const struct mbuf *mb)
{
	const uint8_t *d = mbuf_buf(mb);

	return mbuf_get_left(mb) >= 2 && d[1] >= REPORT_FIRST_PT &&
	       d[1] <= REPORT_LAST_PT;
}

struct mbuf *packet_alloc(size_t payload)
{
	struct mbuf *mb;

	mb = mbuf_alloc(PACKET_HEADROOM + PACKET_HEADER + payload +
			PACKET_TAILROOM);
	if (!mb)
		return NULL;

	mb->pos = mb->end = PACKET_HEADROOM;
	return mb;
}
