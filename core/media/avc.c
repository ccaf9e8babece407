/**
 * @file core/media/avc.c  AVC
 */
#include "core/base/frame.h"
#include "core/media/avc.h"

enum {
	CODE = 3,      /* Start code without the zero before it [bytes] */
	ESCAPE = 3,    /* emulation_prevention_three_byte, 7.3.1        */
	ESCAPED = 2,   /* Up to this, a byte behind two zeros is not raw */
	BLOCK = 16,    /* Side of a macroblock [pixels]                 */
	BYTE = 8,      /* [bits]                                        */
	GOLOMB = 31,   /* Zeros before the longest number that we read  */
	SPS_ID = 31,   /* Highest, 7.4.2.1.1                            */
	CHROMA = 3,    /* Highest chroma_format_idc                     */
	DEPTH = 6,     /* Highest bit_depth_luma_minus8                 */
	LOG2 = 12,     /* Highest log2_max_..._minus4                   */
	CYCLE = 255,   /* num_ref_frames_in_pic_order_cnt_cycle         */
	REFS = 16,     /* MaxDpbFrames, A.3.1                           */
	LIST4 = 16,    /* Entries of a 4x4 scaling list                 */
	LIST8 = 64,    /* Entries of an 8x8 scaling list                */
	LISTS4 = 6,    /* How many of the small ones                    */
	LISTS = 8,     /* How many there are                            */
	LISTS444 = 12, /* How many there are in 4:4:4                   */
	SCALE = 8,     /* What a scaling list begins with               */
	SCALES = 256,  /* Its range                                     */
};

/* The bits of a NAL unit, emulation prevention taken out */
struct bits {
	const uint8_t *pos, *end;
	unsigned zeros; /* Zero bytes just before pos      */
	unsigned byte;	/* Being read                      */
	unsigned left;	/* Of its bits                     */
	bool bad;	/* Read over the end, or nonsense  */
};

/* Where the next start code is, or `end` */
static const uint8_t *find(const uint8_t *p, const uint8_t *end)
{
	while (end - p >= CODE) {
		if (p[2] > 1)
			p += CODE;
		else if (p[2] == 1 && !p[0] && !p[1])
			return p;
		else
			++p;
	}
	return end;
}

void avc_walk(struct avc_walk *w, const uint8_t *data, size_t size)
{
	w->pos = data;
	w->end = data + size;
}

bool avc_next(struct avc_walk *w, struct avc_nal *nal)
{
	while (w->pos != w->end) {
		const uint8_t *p = find(w->pos, w->end);
		const uint8_t *end;

		w->pos = p;
		if (p == w->end)
			break;

		p += CODE;
		end = w->pos = find(p, w->end);
		while (end != p && !end[-1])
			--end;
		if (end == p)
			continue;

		nal->data = p;
		nal->size = (size_t)(end - p);
		return true;
	}
	return false;
}

bool avc_is_clean(const struct avc_nal *nal)
{
	const uint8_t *p = nal->data;

	if (p[0] & AVC_FORBIDDEN || !p[nal->size - 1])
		return false;

	for (size_t i = 2; i < nal->size;) {
		if (p[i] > ESCAPED)
			i += CODE;
		else if (!p[i - 1] && !p[i - 2])
			return false;
		else
			++i;
	}
	return true;
}

static void load(struct bits *b)
{
	if (b->zeros >= 2 && b->pos != b->end && *b->pos == ESCAPE) {
		++b->pos;
		b->zeros = 0;
	}
	if (b->pos == b->end) {
		b->bad = true;
		return;
	}
	b->byte = *b->pos++;
	b->zeros = b->byte ? 0 : b->zeros + 1;
	b->left = BYTE;
}

static unsigned get(struct bits *b, unsigned n)
{
	unsigned v = 0;

	while (n--) {
		if (!b->left)
			load(b);
		if (b->bad)
			return 0;
		v = v << 1 | (b->byte >> --b->left & 1);
	}
	return v;
}

/* ue(v), section 9.1; more than `max` is nonsense */
static unsigned number(struct bits *b, unsigned max)
{
	unsigned zeros = 0, v;

	while (!b->bad && !get(b, 1)) {
		if (++zeros > GOLOMB)
			b->bad = true;
	}
	if (b->bad)
		return 0;

	v = (1U << zeros) - 1 + get(b, zeros);
	if (v > max)
		b->bad = true;
	return b->bad ? 0 : v;
}

/* se(v), section 9.1.1 */
static int64_t difference(struct bits *b)
{
	int64_t v = number(b, UINT32_MAX);

	return v & 1 ? (v + 1) / 2 : -(v / 2);
}

/* Scaling lists are of no interest but for their length, 7.3.2.1.1.1 */
static void skip_list(struct bits *b, unsigned n)
{
	int64_t last = SCALE, next = SCALE;

	for (unsigned i = 0; i < n && next && !b->bad; i++) {
		next = (last + difference(b) + SCALES) % SCALES;
		last = next;
	}
}

static bool is_high(uint8_t idc)
{
	/* Section 7.3.2.1.1 */
	static const uint8_t idcv[] = { 100, 110, 122, 244, 44,	 83, 86,
					118, 128, 138, 139, 134, 135 };

	return memchr(idcv, idc, sizeof(idcv)) != NULL;
}

/* @return chroma_format_idc, ChromaArrayType 0 in planes of their own */
static unsigned read_high(struct bits *b)
{
	unsigned chroma = number(b, CHROMA), type = chroma;

	if (chroma == CHROMA && get(b, 1))
		type = 0;
	(void)number(b, DEPTH);
	(void)number(b, DEPTH);
	(void)get(b, 1);
	if (get(b, 1)) {
		unsigned lists = chroma == CHROMA ? LISTS444 : LISTS;

		for (unsigned i = 0; i < lists && !b->bad; i++) {
			if (get(b, 1))
				skip_list(b, i < LISTS4 ? LIST4 : LIST8);
		}
	}
	return type;
}

static void skip_order(struct bits *b)
{
	unsigned type = number(b, 2);

	if (!type)
		(void)number(b, LOG2);
	if (type == 1) {
		unsigned n;

		(void)get(b, 1);
		(void)difference(b);
		(void)difference(b);
		for (n = number(b, CYCLE); n && !b->bad; n--)
			(void)difference(b);
	}
}

/* What is cut off both sides, in crop units of `unit` [pixels] */
static unsigned crop(struct bits *b, unsigned coded, unsigned unit)
{
	unsigned first = number(b, FRAME_SIDE_MAX);
	unsigned second = number(b, FRAME_SIDE_MAX);

	if ((first + second) * unit >= coded) {
		b->bad = true;
		return coded;
	}
	return coded - (first + second) * unit;
}

/* @return the sides are not too long; nonsense is in b->bad */
static bool read_size(struct bits *b, struct avc_sps *sps, unsigned chroma)
{
	uint64_t columns = (uint64_t)number(b, UINT32_MAX) + 1;
	uint64_t rows = (uint64_t)number(b, UINT32_MAX) + 1;
	unsigned fields = 2 - get(b, 1); /* 2: interlaced */

	if (columns > FRAME_SIDE_MAX / BLOCK ||
	    rows > FRAME_SIDE_MAX / BLOCK / fields)
		return false;

	if (fields == 2)
		(void)get(b, 1);
	(void)get(b, 1);
	sps->coded_width = sps->width = (unsigned)columns * BLOCK;
	sps->coded_height = sps->height = (unsigned)rows * BLOCK * fields;

	/* Table 6-1: chroma is half as wide in 4:2:0 and 4:2:2 */
	if (get(b, 1)) {
		unsigned across = chroma == 1 || chroma == 2 ? 2 : 1;
		unsigned down = (chroma == 1 ? 2 : 1) * fields;

		sps->width = crop(b, sps->width, across);
		sps->height = crop(b, sps->height, down);
	}
	return true;
}

int avc_sps_decode(struct avc_sps *sps, const struct avc_nal *nal)
{
	struct bits b = { nal->data + 1, nal->data + nal->size, 0, 0, 0, 0 };
	unsigned chroma = 1;

	memset(sps, 0, sizeof(*sps));
	if (avc_type(nal) != AVC_SPS || nal->data[0] & AVC_FORBIDDEN)
		return EBADMSG;

	sps->profile.idc = (uint8_t)get(&b, BYTE);
	sps->profile.iop = (uint8_t)get(&b, BYTE);
	sps->profile.level = (uint8_t)get(&b, BYTE);
	(void)number(&b, SPS_ID);
	if (is_high(sps->profile.idc))
		chroma = read_high(&b);
	(void)number(&b, LOG2);
	skip_order(&b);
	sps->refs = number(&b, REFS);
	(void)get(&b, 1);
	if (b.bad)
		return EBADMSG;
	if (!read_size(&b, sps, chroma))
		return b.bad ? EBADMSG : EMSGSIZE;

	(void)get(&b, 1); /* Whether VUI follow: the end of what must be */
	return b.bad ? EBADMSG : 0;
}

int avc_profile_print(struct re_printf *pf, const struct avc_profile *p)
{
	return re_hprintf(pf, "%02x%02x%02x", p->idc, p->iop, p->level);
}
