/**
 * @file core/net/record.c  Record
 */
#include "core/net/network.h"
#include "core/net/record.h"

enum {
	STUN_FIRST_MAX = 0x03,	  /* First octets, RFC 7983     */
	CHANNEL_FIRST_MIN = 0x40, /* RFC 8656 section 12        */
	CHANNEL_FIRST_MAX = 0x4f, /* RFC 8656 section 12        */
	BACKLOG = 2 * RECORD_MAX + NETWORK_DATAGRAM, /* Unread bytes, ours */
};

struct record {
	struct mbuf *mb; /* pos..end is unread */
};

static void record_destructor(void *arg)
{
	struct record *r = arg;

	mem_deref(r->mb);
}

int record_alloc(struct record **rp)
{
	struct record *r = mem_zalloc(sizeof(*r), record_destructor);

	if (!r)
		return ENOMEM;

	r->mb = mbuf_alloc(RECORD_MAX);
	if (!r->mb) {
		mem_deref(r);
		return ENOMEM;
	}

	*rp = r;
	return 0;
}

int record_put(struct record *r, const struct mbuf *mb)
{
	size_t left = mbuf_get_left(r->mb);
	int err;

	if (left + mbuf_get_left(mb) > BACKLOG)
		return ENOBUFS;

	memmove(r->mb->buf, mbuf_buf(r->mb), left);
	r->mb->pos = r->mb->end = left;
	err = mbuf_write_mem(r->mb, mbuf_buf(mb), mbuf_get_left(mb));
	r->mb->pos = 0;
	return err;
}

/* Length of the first message, and of its padding. @return 0, EBADMSG */
static int measure(const uint8_t *p, size_t *length, size_t *padding)
{
	size_t n = (size_t)(p[2] << 8 | p[3]);

	if (p[0] <= STUN_FIRST_MAX)
		*length = STUN_HEADER_SIZE + n;
	else if (p[0] >= CHANNEL_FIRST_MIN && p[0] <= CHANNEL_FIRST_MAX)
		*length = RECORD_CHANNEL + n;
	else
		return EBADMSG;

	*padding = (RECORD_ALIGN - *length % RECORD_ALIGN) % RECORD_ALIGN;
	return *length > RECORD_MAX ? EBADMSG : 0;
}

int record_get(struct record *r, struct mbuf **mbp)
{
	size_t length, padding;
	struct mbuf *mb;
	int err;

	if (mbuf_get_left(r->mb) < RECORD_CHANNEL)
		return ENOENT;

	err = measure(mbuf_buf(r->mb), &length, &padding);
	if (err)
		return err;
	if (mbuf_get_left(r->mb) < length + padding)
		return ENOENT;

	mb = mbuf_alloc(NETWORK_HEADROOM + length);
	if (!mb)
		return ENOMEM;

	mb->pos = mb->end = NETWORK_HEADROOM;
	(void)mbuf_write_mem(mb, mbuf_buf(r->mb), length);
	mb->pos = NETWORK_HEADROOM;
	r->mb->pos += length + padding;
	*mbp = mb;
	return 0;
}

void record_reset(struct record *r)
{
	mbuf_rewind(r->mb);
}
