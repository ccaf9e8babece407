/**
 * @file core/net/hello.c  Hello
 *
 * A datagram is a row of records, a record of type handshake is a row of
 * fragments (RFC 6347 sections 4.1, 4.2.2):
 *
 *     type 1 | version 2 | epoch 2 | sequence 6 | length 2 | fragments
 *     type 1 | length 3 | message 2 | offset 3 | fragment length 3 | bytes
 *
 * Records that are nothing but fragments of a ClientHello are cut out; the
 * rest of their datagram passes. The whole hello takes the record number of
 * the fragment that completed it: the library never saw that one, and its
 * replay check would refuse a number of before.
 */
#include "core/net/hello.h"

enum {
	RECORD_HEADER = 13,
	RECORD_EPOCH = 3, /* Offsets in a record's header */
	RECORD_LENGTH = 11,
	RECORD_HANDSHAKE = 22, /* RFC 5246 section 6.2.1 */
	VERSION_MAJOR = 0xfe,  /* DTLS 1.x */
	FRAGMENT_HEADER = 12,
	CLIENT_HELLO = 1,  /* RFC 5246 section 7.4 */
	HELLO_NUMBERS = 2, /* 0, and 1 after a HelloVerifyRequest */
};

struct range {
	uint32_t start, end; /* Bytes of the message that are there */
};

struct fragment {
	uint32_t total;	 /* Of the message  */
	uint16_t number; /* Of the message */
	uint32_t offset, len;
	const uint8_t *p;
};

/* A message that is being put together */
struct part {
	uint8_t *v; /* total bytes; NULL when none is begun */
	uint32_t total;
	struct range rangev[HELLO_RANGES]; /* Sorted, apart from each other */
	unsigned rangec;
};

/* One for each message number: those from before a HelloVerifyRequest may
   still be under way and mix with those after it */
struct hello {
	struct part partv[HELLO_NUMBERS];
	uint32_t whole, fragments, refused; /* Counters */
};

static void hello_destructor(void *arg)
{
	struct hello *h = arg;

	for (unsigned i = 0; i < HELLO_NUMBERS; i++)
		mem_deref(h->partv[i].v);
}

int hello_alloc(struct hello **hp)
{
	*hp = mem_zalloc(sizeof(**hp), hello_destructor);
	return *hp ? 0 : ENOMEM;
}

static uint32_t get16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t get24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | get16(p + 1);
}

static void put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put24(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 16);
	put16(p + 1, v & 0xffff);
}

/* Length of the record at p with its header, 0 if it is not one */
static size_t record_len(const uint8_t *p, size_t left)
{
	size_t len;

	if (left < RECORD_HEADER || p[1] != VERSION_MAJOR)
		return 0;

	len = RECORD_HEADER + get16(p + RECORD_LENGTH);
	return len <= left ? len : 0;
}

static bool decode_fragment(struct fragment *f, const uint8_t *p, size_t left)
{
	if (left < FRAGMENT_HEADER || p[0] != CLIENT_HELLO)
		return false;

	f->total = get24(p + 1);
	f->number = (uint16_t)get16(p + 4);
	f->offset = get24(p + 6);
	f->len = get24(p + 9);
	f->p = p + FRAGMENT_HEADER;

	return f->len <= left - FRAGMENT_HEADER && f->offset <= f->total &&
	       f->len <= f->total - f->offset;
}

/* Whether a record holds fragments of a ClientHello and nothing else, at
   least one of which is not the whole */
static bool is_fragmented(const uint8_t *p, size_t len)
{
	static const uint8_t first_epoch[2];
	bool part = false;

	if (p[0] != RECORD_HANDSHAKE ||
	    memcmp(p + RECORD_EPOCH, first_epoch, sizeof(first_epoch)))
		return false;

	for (size_t pos = RECORD_HEADER; pos < len;) {
		struct fragment f;

		if (!decode_fragment(&f, p + pos, len - pos))
			return false;

		part |= f.len < f.total;
		pos += FRAGMENT_HEADER + f.len;
	}

	return part;
}

static void forget(struct part *m)
{
	m->v = mem_deref(m->v);
	m->rangec = 0;
}

/* Join the range with those that it touches; false when there are too many */
static bool add_range(struct part *m, uint32_t start, uint32_t end)
{
	unsigned i = 0, j;

	while (i < m->rangec && m->rangev[i].end < start)
		++i;

	for (j = i; j < m->rangec && m->rangev[j].start <= end; j++) {
		if (m->rangev[j].start < start)
			start = m->rangev[j].start;
		if (m->rangev[j].end > end)
			end = m->rangev[j].end;
	}

	if (m->rangec - (j - i) == HELLO_RANGES)
		return false;

	memmove(&m->rangev[i + 1], &m->rangev[j],
		(m->rangec - j) * sizeof(m->rangev[0]));
	m->rangec = m->rangec - (j - i) + 1;
	m->rangev[i].start = start;
	m->rangev[i].end = end;
	return true;
}

static bool is_complete(const struct part *m)
{
	return m->v && m->rangec == 1 && m->rangev[0].start == 0 &&
	       m->rangev[0].end == m->total;
}

static int add_fragment(struct hello *h, const struct fragment *f)
{
	struct part *m;

	++h->fragments;
	if (f->total > HELLO_MAX || f->number >= HELLO_NUMBERS) {
		++h->refused;
		return 0;
	}

	m = &h->partv[f->number];
	if (m->v && f->total != m->total)
		forget(m);

	if (!m->v) {
		m->v = mem_alloc(f->total, NULL);
		if (!m->v)
			return ENOMEM;

		m->total = f->total;
	}

	if (!add_range(m, f->offset, f->offset + f->len)) {
		++h->refused;
		return 0;
	}

	memcpy(m->v + f->offset, f->p, f->len);
	return 0;
}

/* Write the whole message as one record; its header but for the length is
   that of the record at p */
static int write_whole(struct hello *h, unsigned number, struct mbuf *mb,
		       const uint8_t *p)
{
	uint8_t head[RECORD_HEADER + FRAGMENT_HEADER];
	struct part *m = &h->partv[number];
	uint8_t *f = head + RECORD_HEADER;
	int err;

	memcpy(head, p, RECORD_LENGTH);
	put16(head + RECORD_LENGTH, FRAGMENT_HEADER + m->total);
	f[0] = CLIENT_HELLO;
	put24(f + 1, m->total);
	put16(f + 4, number);
	put24(f + 6, 0);
	put24(f + 9, m->total);

	err = mbuf_write_mem(mb, head, sizeof(head));
	err |= mbuf_write_mem(mb, m->v, m->total);
	++h->whole;
	forget(m);
	return err;
}

static int take_record(struct hello *h, struct mbuf *out, const uint8_t *p,
		       size_t len)
{
	for (size_t pos = RECORD_HEADER; pos < len;) {
		struct fragment f;
		int err;

		if (!decode_fragment(&f, p + pos, len - pos))
			break;

		err = add_fragment(h, &f);
		if (err)
			return err;

		pos += FRAGMENT_HEADER + f.len;
	}

	for (unsigned i = 0; i < HELLO_NUMBERS; i++) {
		if (is_complete(&h->partv[i]))
			return write_whole(h, i, out, p);
	}

	return 0;
}

/* Whether any record in it has to be taken out */
static bool has_fragments(const uint8_t *p, size_t left)
{
	size_t len;

	for (; (len = record_len(p, left)); p += len, left -= len) {
		if (is_fragmented(p, len))
			return true;
	}

	return false;
}

static int rewrite(struct hello *h, struct mbuf *out, const uint8_t *p,
		   size_t left)
{
	size_t len;
	int err = 0;

	for (; !err && (len = record_len(p, left)); p += len, left -= len) {
		if (is_fragmented(p, len))
			err = take_record(h, out, p, len);
		else
			err = mbuf_write_mem(out, p, len);
	}

	return err;
}

int hello_put(struct hello *h, struct mbuf *mb, struct mbuf **outp)
{
	const uint8_t *p = mbuf_buf(mb);
	size_t left = mbuf_get_left(mb);
	struct mbuf *out;
	int err;

	if (!has_fragments(p, left)) {
		*outp = mem_ref(mb);
		return 0;
	}

	out = mbuf_alloc(left);
	if (!out)
		return ENOMEM;

	err = rewrite(h, out, p, left);
	if (!err && !out->end)
		err = EAGAIN;
	if (err) {
		mem_deref(out);
		return err;
	}

	mbuf_set_pos(out, 0);
	*outp = out;
	return 0;
}

int hello_print(struct re_printf *pf, const struct hello *h)
{
	return re_hprintf(pf, "hellos=%u fragments=%u refused=%u", h->whole,
			  h->fragments, h->refused);
}
