/**
 * @file core/media/extension.c  Extension
 *
 *     | RTP header, X set | profile, words | id len data | ... | zeros |
 */
#include "core/base/clock.h"
#include "core/media/extension.h"

enum {
	EXTENSION_BIT = 0x10,	/* RFC 3550 section 5.1                   */
	HEAD = 4,		/* Profile and words [bytes], 5.3.1        */
	WORD = 4,		/* Lengths count these [bytes]             */
	ONE_BYTE = 0xbede,	/* RFC 8285 section 4.2                    */
	TWO_BYTE = 0x1000,	/* RFC 8285 section 4.3 ...                */
	TWO_BYTE_MASK = 0xfff0, /* ... whose last four bits are free     */
	ID_SHIFT = 4,
	LEN_MASK = 0x0f,
	ID_STOP = 15, /* RFC 8285 section 4.2 */
	TIME_LEN = 3,
	TIME_MASK = 0xffffff,
	TRANSPORT_LEN = 2,
	TRANSPORT_LONG_LEN = 4, /* With a request, transport-wide-cc-02 */
};

/* An element, and where the next one is looked for */
struct element {
	bool two; /* Two-byte form */
	const uint8_t *p, *end;
	unsigned id;
	const uint8_t *data;
	size_t len;
};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static bool next_short(struct element *e)
{
	e->id = e->p[0] >> ID_SHIFT;
	e->len = (e->p[0] & LEN_MASK) + 1U;
	e->data = e->p + 1;
	return e->id != 0 && e->id != ID_STOP;
}

static bool next_long(struct element *e)
{
	if (e->end - e->p < 2)
		return false;

	e->id = e->p[0];
	e->len = e->p[1];
	e->data = e->p + 2;
	return true;
}

/* Step to the next element; false at the end, or where it does not add up */
static bool next(struct element *e)
{
	while (e->p < e->end && !*e->p)
		++e->p; /* Padding */
	if (e->p == e->end || !(e->two ? next_long(e) : next_short(e)) ||
	    e->len > (size_t)(e->end - e->data))
		return false;

	e->p = e->data + e->len;
	return true;
}

static size_t element_size(unsigned id, size_t len)
{
	return id && id <= EXTENSION_ID_MAX ? 1 + len : 0;
}

static size_t mid_len(const char *mid)
{
	size_t len = mid ? strlen(mid) : 0;

	return len <= EXTENSION_MID_MAX ? len : 0;
}

/* The elements without padding [bytes] */
static size_t elements_size(const struct extension_ids *ids, const char *mid)
{
	size_t len = mid_len(mid);

	if (!ids)
		return 0;

	return element_size(ids->time, TIME_LEN) +
	       element_size(ids->transport, TRANSPORT_LEN) +
	       (len ? element_size(ids->mid, len) : 0);
}

static size_t padding(size_t size)
{
	return (WORD - size % WORD) % WORD;
}

size_t extension_size(const struct extension_ids *ids, const char *mid)
{
	size_t size = elements_size(ids, mid);

	return PACKET_HEADER + (size ? HEAD + size + padding(size) : 0);
}

/* Zeros when there are no data yet */
static int write_element(struct mbuf *mb, unsigned id, const char *data,
			 size_t len)
{
	int err;

	if (!len || !element_size(id, len))
		return 0;

	err = mbuf_write_u8(mb, (uint8_t)(id << ID_SHIFT | (len - 1)));
	if (data)
		err |= mbuf_write_mem(mb, (const uint8_t *)data, len);
	else
		err |= mbuf_fill(mb, 0, len);

	return err;
}

int extension_encode(struct mbuf *mb, const struct packet *p,
		     const struct extension_ids *ids, const char *mid)
{
	size_t size = elements_size(ids, mid), start = mb->pos;
	int err;

	err = packet_encode(mb, p);
	if (err || !size)
		return err;

	mb->buf[start] |= EXTENSION_BIT;
	err = mbuf_write_u16(mb, htons(ONE_BYTE));
	err |= mbuf_write_u16(mb, htons((uint16_t)((size + WORD - 1) / WORD)));
	err |= write_element(mb, ids->time, NULL, TIME_LEN);
	err |= write_element(mb, ids->transport, NULL, TRANSPORT_LEN);
	err |= write_element(mb, ids->mid, mid, mid_len(mid));
	if (padding(size))
		err |= mbuf_fill(mb, 0, padding(size));

	return err ? ENOMEM : 0;
}

/* The extension of a packet of ours; none when there is none */
static struct element begin(const uint8_t *d, size_t left)
{
	struct element e = { .two = false };
	size_t len;

	if (left < PACKET_HEADER + HEAD || !(d[0] & EXTENSION_BIT) ||
	    get16(d + PACKET_HEADER) != ONE_BYTE)
		return e;

	len = (size_t)get16(d + PACKET_HEADER + 2) * WORD;
	if (len <= left - PACKET_HEADER - HEAD) {
		e.p = d + PACKET_HEADER + HEAD;
		e.end = e.p + len;
	}
	return e;
}

bool extension_stamp(struct mbuf *mb, const struct extension_ids *ids,
		     uint16_t transport, uint64_t now)
{
	uint32_t time = (uint32_t)(now % CLOCK_S * EXTENSION_TIME_HZ / CLOCK_S +
				   now / CLOCK_S * EXTENSION_TIME_HZ);
	uint8_t *d = mbuf_buf(mb);
	struct element e = begin(d, mbuf_get_left(mb));
	bool set = false;

	while (next(&e)) {
		uint8_t *p = d + (e.data - d);

		if (e.id == ids->time && e.len == TIME_LEN) {
			p[0] = (uint8_t)(time >> (8 + 8));
			p[1] = (uint8_t)(time >> 8);
			p[2] = (uint8_t)time;
		}
		if (e.id == ids->transport && e.len == TRANSPORT_LEN) {
			p[0] = (uint8_t)(transport >> 8);
			p[1] = (uint8_t)transport;
			set = true;
		}
	}
	return set;
}

static void take(struct extension *x, const struct element *e,
		 const struct extension_ids *ids)
{
	const uint8_t *d = e->data;

	if (e->id == ids->time && e->len == TIME_LEN) {
		x->timed = true;
		x->time = (uint32_t)get16(d) << 8 | d[2];
	}
	if (e->id == ids->transport &&
	    (e->len == TRANSPORT_LEN || e->len == TRANSPORT_LONG_LEN)) {
		x->numbered = true;
		x->transport = get16(d);
	}
	if (e->id == ids->mid && e->len) {
		x->mid.p = (const char *)d;
		x->mid.l = e->len;
	}
}

void extension_decode(struct extension *x, const struct packet *p,
		      const struct mbuf *mb, const struct extension_ids *ids)
{
	struct element e = { .two = false };

	memset(x, 0, sizeof(*x));
	if (!p->ext_len || p->ext_pos > mb->size ||
	    p->ext_len > mb->size - p->ext_pos)
		return;

	e.two = (p->profile & TWO_BYTE_MASK) == TWO_BYTE;
	if (!e.two && p->profile != ONE_BYTE)
		return;

	e.p = mb->buf + p->ext_pos;
	e.end = e.p + p->ext_len;
	while (next(&e))
		take(x, &e, ids);
}
