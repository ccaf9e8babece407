/**
 * @file core/media/vp8unpack.c  VP8 depacketizer
 */
#include "core/base/frame.h"
#include "core/media/assembly.h"
#include "core/media/vp8unpack.h"

enum {
	/* The descriptor, RFC 7741 section 4.2 */
	EXTENDED = 0x80,
	SPARE = 0x20,
	START = 0x10,
	PARTITION = 0x07,
	HAS_PICTURE = 0x80,
	HAS_LEVEL = 0x40, /* TL0PICIDX */
	HAS_LAYER = 0x20, /* TID       */
	HAS_KEY = 0x10,	  /* KEYIDX    */
	LONG_PICTURE = 0x80,
	SHORT_BITS = 7,
	LONG_BITS = 15,

	/* The frame, RFC 6386 section 9.1 */
	TAG = 3,
	KEY_TAG = 10,
	NOT_KEY = 0x01,
	FIRST_SHIFT = 5,  /* Where the length of partition 1 begins    */
	SIDE_MASK = 0x3f, /* Of its upper byte; the rest is for scaling */
};

/* One packet's descriptor */
struct head {
	bool starts; /* The S bit                             */
	bool spare;  /* The N bit                             */
	unsigned partition;
	uint8_t has;   /* Which of these, HAS_...           */
	unsigned bits; /* Of the picture                    */
	unsigned picture;
	uint8_t level; /* TL0PICIDX                         */
	uint8_t layer; /* TID, Y and KEYIDX                 */
	size_t size;   /* Of the descriptor [bytes]         */
};

struct vp8unpack {
	struct assembly unit;
	struct head first;  /* Of this frame                          */
	unsigned partition; /* Of the packet before                   */
	unsigned width, height;
};

static void destructor(void *arg)
{
	struct vp8unpack *v = arg;

	assembly_close(&v->unit);
}

int vp8unpack_alloc(struct vp8unpack **vp)
{
	struct vp8unpack *v = mem_zalloc(sizeof(*v), destructor);

	if (!v)
		return ENOMEM;
	if (assembly_init(&v->unit)) {
		mem_deref(v);
		return ENOMEM;
	}

	*vp = v;
	return 0;
}

void vp8unpack_begin(struct vp8unpack *v)
{
	assembly_begin(&v->unit);
	v->partition = 0;
}

void vp8unpack_reset(struct vp8unpack *v)
{
	vp8unpack_begin(v);
	v->width = v->height = 0;
}

/* The next octet of the descriptor. @return false: there is none */
static bool take(struct head *h, const uint8_t *p, size_t size, uint8_t *octet)
{
	if (h->size == size)
		return false;

	*octet = p[h->size++];
	return true;
}

static bool take_picture(struct head *h, const uint8_t *p, size_t size)
{
	uint8_t high, low;

	if (!take(h, p, size, &high))
		return false;

	h->bits = SHORT_BITS;
	h->picture = high & (uint8_t)~LONG_PICTURE;
	if (high & LONG_PICTURE) {
		if (!take(h, p, size, &low))
			return false;
		h->bits = LONG_BITS;
		h->picture = h->picture << 8 | low;
	}
	return true;
}

/* Reserved bits are ignored. @return false: it does not add up, or there is
 * nothing behind it */
static bool decode(struct head *h, const uint8_t *p, size_t size)
{
	uint8_t octet;

	memset(h, 0, sizeof(*h));
	if (!take(h, p, size, &octet))
		return false;

	h->spare = octet & SPARE;
	h->starts = octet & START;
	h->partition = octet & PARTITION;
	if (octet & EXTENDED && !take(h, p, size, &h->has))
		return false;
	if (h->has & HAS_LEVEL && !(h->has & HAS_LAYER))
		return false;
	if (h->has & HAS_PICTURE && !take_picture(h, p, size))
		return false;
	if (h->has & HAS_LEVEL && !take(h, p, size, &h->level))
		return false;
	if (h->has & (HAS_LAYER | HAS_KEY) && !take(h, p, size, &h->layer))
		return false;

	return h->size < size;
}

static bool is_first(const struct head *h)
{
	return h->starts && !h->partition;
}

/* Whether two packets may be of the same frame */
static bool agree(const struct head *a, const struct head *b)
{
	uint8_t both = a->has & b->has;

	if (both & HAS_PICTURE &&
	    (a->picture != b->picture || a->bits != b->bits))
		return false;
	if (both & HAS_LEVEL && a->level != b->level)
		return false;

	return !(both & (HAS_LAYER | HAS_KEY)) || a->layer == b->layer;
}

static int put(struct vp8unpack *v, const uint8_t *p, size_t size)
{
	struct head h;

	if (!decode(&h, p, size))
		return EBADMSG;

	if (!v->unit.mb->end) {
		if (!is_first(&h))
			return EBADMSG;
		v->first = h;
	} else if (h.partition < v->partition ||
		   (h.starts && h.partition == v->partition) ||
		   !agree(&v->first, &h)) {
		return EBADMSG;
	}

	v->partition = h.partition;
	return assembly_add(&v->unit, p + h.size, size - h.size);
}

int vp8unpack_put(struct vp8unpack *v, uint16_t seq, const uint8_t *payload,
		  size_t size, bool marker)
{
	int err = assembly_next(&v->unit, seq, size, marker);

	if (!err && size)
		err = put(v, payload, size);
	return err ? assembly_fail(&v->unit, err) : 0;
}

/* A side of a key frame, little-endian, with two bits for scaling */
static unsigned side(const uint8_t *p)
{
	return (unsigned)(p[1] & SIDE_MASK) << 8 | p[0];
}

static int check_key(struct vp8unpack *v, const uint8_t *p, size_t size)
{
	static const uint8_t code[] = { 0x9d, 0x01, 0x2a };
	const uint8_t *sides = p + TAG + sizeof(code);
	unsigned width, height;

	if (size < KEY_TAG || memcmp(p + TAG, code, sizeof(code)))
		return EBADMSG;

	width = side(sides);
	height = side(sides + 2);
	if (!width || !height)
		return EBADMSG;
	if (width > FRAME_SIDE_MAX || height > FRAME_SIDE_MAX)
		return EMSGSIZE;

	v->width = width;
	v->height = height;
	return 0;
}

static int check(struct vp8unpack *v, const uint8_t *p, size_t size)
{
	bool key;
	size_t first;

	if (size < TAG)
		return EBADMSG;

	key = !(p[0] & NOT_KEY);
	first = ((size_t)p[2] << 16 | (size_t)p[1] << 8 | p[0]) >> FIRST_SHIFT;
	if (first > size - (key && size >= KEY_TAG ? KEY_TAG : TAG))
		return EBADMSG;

	return key ? check_key(v, p, size) : 0;
}

int vp8unpack_end(struct vp8unpack *v, bool next, struct payload_unit *unit)
{
	const struct mbuf *mb = v->unit.mb;
	int err = assembly_over(&v->unit, next);

	if (!err)
		err = check(v, mb->buf, mb->end);
	if (err)
		return assembly_fail(&v->unit, err);

	++v->unit.units;
	*unit = (struct payload_unit){
		.data = mb->buf,
		.size = mb->end,
		.key = !(mb->buf[0] & NOT_KEY),
		.spare = v->first.spare,
		.width = v->width,
		.height = v->height,
		.picture = v->first.bits ? (int)v->first.picture : -1,
		.picture_bits = v->first.bits,
	};
	return 0;
}

bool vp8unpack_starts(const uint8_t *payload, size_t size)
{
	struct head h;

	return decode(&h, payload, size) && is_first(&h);
}

bool vp8unpack_key(const uint8_t *payload, size_t size)
{
	struct head h;

	return decode(&h, payload, size) && is_first(&h) &&
	       !(payload[h.size] & NOT_KEY);
}

int vp8unpack_print(struct re_printf *pf, const struct vp8unpack *v)
{
	return assembly_print(pf, &v->unit);
}
