/**
 * @file core/media/rtx.c  RTX
 */
#include <assert.h>
#include "core/media/rtx.h"

enum {
	PT = 1, /* Where they are in the header, RFC 3550 section 5.1 */
	SEQ = 2,
	SSRC = 8,
	SSRC_SIZE = 4,
};

/* Length of the header at mb->pos with sources and extension, 0 if wrong */
static size_t head_of(const struct mbuf *mb)
{
	struct mbuf copy = *mb;
	struct packet p;

	if (packet_decode(&p, &copy))
		return 0;
	return copy.pos - mb->pos;
}

static void put16(uint8_t *d, uint16_t v)
{
	d[0] = (uint8_t)(v >> 8);
	d[1] = (uint8_t)v;
}

int rtx_wrap(struct rtx *x, struct mbuf *mb)
{
	size_t head = head_of(mb);
	uint8_t *d;

	assert(x->pt <= PACKET_PT_MAX);

	if (!head || mb->pos < RTX_HEADER)
		return EBADMSG;

	/* The header goes forward; its sequence number stays behind it */
	mb->pos -= RTX_HEADER;
	d = mbuf_buf(mb);
	memmove(d, d + RTX_HEADER, head);
	memcpy(d + head, d + SEQ, RTX_HEADER);

	d[PT] = (uint8_t)((d[PT] & ~PACKET_PT_MAX) | x->pt);
	put16(d + SEQ, x->seq++);
	put16(d + SSRC, (uint16_t)(x->ssrc >> 16));
	put16(d + SSRC + SSRC_SIZE / 2, (uint16_t)x->ssrc);
	return 0;
}

int rtx_unwrap(struct packet *p, struct mbuf *mb, uint8_t pt, uint32_t ssrc)
{
	const uint8_t *d = mbuf_buf(mb);

	if (!mbuf_get_left(mb))
		return ENODATA;
	if (mbuf_get_left(mb) < RTX_HEADER)
		return EBADMSG;

	p->seq = (uint16_t)(d[0] << 8 | d[1]);
	p->pt = pt;
	p->ssrc = ssrc;
	mb->pos += RTX_HEADER;
	return 0;
}
