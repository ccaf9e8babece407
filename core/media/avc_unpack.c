/**
 * @file core/media/avc_unpack.c  AVC depacketizer
 *
 * NAL units are written to the unit as they come, and looked at when they are
 * whole. Parameter sets are kept for an IDR that comes without.
 */
#include "core/base/frame.h"
#include "core/media/assembly.h"
#include "core/media/avc.h"
#include "core/media/avc_unpack.h"

enum {
	FU_HEAD = 2, /* Indicator and header, RFC 6184 section 5.8 */
	FU_START = 0x80,
	FU_END = 0x40,
	STAP_HEAD = 1,	 /* RFC 6184 section 5.7                    */
	STAP_SIZE = 2,	 /* Before each NAL unit, section 5.7.1     */
	FIRST_MB = 0x80, /* first_mb_in_slice is 0: ue(v) is "1"    */
	RESERVED = 30,	 /* And 31: ignored, RFC 6184 section 5.4   */
	SETS_MAX = 2048, /* Parameter sets kept [bytes], ours       */
};

/* What a unit has, or what has been kept */
struct content {
	bool slice, idr, used; /* used: something refers to it         */
	bool sps, pps;
	unsigned width, height; /* As the SPS says, 0 if there is none  */
};

struct avc_unpack {
	struct assembly unit;
	struct content has;
	size_t nal;	    /* Where the last NAL unit is, with its code */
	uint8_t fragment;   /* First octet of the one in fragments, or 0 */
	struct mbuf *sets;  /* Last parameter sets                       */
	struct content set; /* What is in these                          */
	uint32_t skipped;   /* Counter: NAL units of unknown types       */
};

static const uint8_t start[AVC_START] = { 0, 0, 0, 1 };

static void destructor(void *arg)
{
	struct avc_unpack *u = arg;

	mem_deref(u->sets);
	assembly_close(&u->unit);
}

int avc_unpack_alloc(struct avc_unpack **up)
{
	struct avc_unpack *u = mem_zalloc(sizeof(*u), destructor);
	int err;

	if (!u)
		return ENOMEM;

	err = assembly_init(&u->unit);
	u->sets = mbuf_alloc(SETS_MAX);
	if (err || !u->sets) {
		mem_deref(u);
		return ENOMEM;
	}

	*up = u;
	return 0;
}

void avc_unpack_begin(struct avc_unpack *u)
{
	assembly_begin(&u->unit);
	memset(&u->has, 0, sizeof(u->has));
	u->fragment = 0;
}

void avc_unpack_reset(struct avc_unpack *u)
{
	avc_unpack_begin(u);
	memset(&u->set, 0, sizeof(u->set));
	mbuf_rewind(u->sets);
}

static int open_nal(struct avc_unpack *u, uint8_t first)
{
	int err;

	u->nal = u->unit.mb->end;
	err = assembly_add(&u->unit, start, sizeof(start));
	return err ? err : assembly_add(&u->unit, &first, 1);
}

static int look_at_slice(struct content *has, const struct avc_nal *nal)
{
	bool idr = avc_type(nal) == AVC_IDR;

	/* H.264 section 7.4.1.2.4: all slices of a picture, or none */
	if (has->slice && has->idr != idr)
		return EBADMSG;

	has->slice = true;
	has->idr = idr;
	has->used |= (nal->data[0] & AVC_NRI) != 0;
	return 0;
}

static int look_at_sps(struct content *has, const struct avc_nal *nal)
{
	struct avc_sps sps;
	int err = avc_sps_decode(&sps, nal);

	if (err)
		return err;

	has->sps = true;
	has->width = sps.width;
	has->height = sps.height;
	return 0;
}

/* A NAL unit is whole. What a decoder does not need does not get to it */
static int close_nal(struct avc_unpack *u)
{
	struct mbuf *mb = u->unit.mb;
	struct avc_nal nal = { mb->buf + u->nal + AVC_START, 0 };
	unsigned type = avc_type(&nal);

	u->fragment = 0;
	if (type > AVC_PPS) {
		u->skipped += type > AVC_FILLER;
		mb->pos = mb->end = u->nal;
		return 0;
	}

	/* Some senders count zeros behind it as part of it */
	while (mb->end > u->nal + AVC_START && !mb->buf[mb->end - 1])
		--mb->end;
	mb->pos = mb->end;
	nal.size = mb->end - u->nal - AVC_START;
	if (nal.size < 2 || !avc_is_clean(&nal))
		return EBADMSG;

	if (avc_is_slice(type))
		return look_at_slice(&u->has, &nal);
	if (type == AVC_SPS)
		return look_at_sps(&u->has, &nal);

	u->has.pps |= type == AVC_PPS;
	return 0;
}

static int put_single(struct avc_unpack *u, const uint8_t *p, size_t size)
{
	unsigned type = p[0] & AVC_TYPE;
	int err;

	if (!type || type > AVC_SINGLE || p[0] & AVC_FORBIDDEN)
		return EBADMSG;

	err = open_nal(u, p[0]);
	if (!err && size > 1)
		err = assembly_add(&u->unit, p + 1, size - 1);
	return err ? err : close_nal(u);
}

static int put_aggregate(struct avc_unpack *u, const uint8_t *p, size_t size)
{
	if (size == STAP_HEAD)
		return EBADMSG;

	p += STAP_HEAD;
	size -= STAP_HEAD;
	while (size) {
		size_t len;
		int err;

		if (size < STAP_SIZE)
			return EBADMSG;
		len = (size_t)p[0] << 8 | p[1];
		p += STAP_SIZE;
		size -= STAP_SIZE;
		if (!len || len > size)
			return EBADMSG;

		err = put_single(u, p, len);
		if (err)
			return err;
		p += len;
		size -= len;
	}
	return 0;
}

static int put_fragment(struct avc_unpack *u, const uint8_t *p, size_t size)
{
	bool first, last;
	uint8_t octet;
	int err = 0;

	if (size < FU_HEAD)
		return EBADMSG;

	first = p[1] & FU_START;
	last = p[1] & FU_END;
	octet = (uint8_t)((p[0] & AVC_NRI) | (p[1] & AVC_TYPE));
	if (!(octet & AVC_TYPE) || (octet & AVC_TYPE) > AVC_SINGLE ||
	    (first && last))
		return EBADMSG;

	/* A start ends nothing, and what goes on is what was started */
	if (u->fragment != (first ? 0 : octet))
		return EBADMSG;

	if (first)
		err = open_nal(u, octet);
	u->fragment = octet;
	if (!err && size > FU_HEAD)
		err = assembly_add(&u->unit, p + FU_HEAD, size - FU_HEAD);
	if (!err && last)
		err = close_nal(u);
	return err;
}

static int put(struct avc_unpack *u, const uint8_t *p, size_t size)
{
	unsigned type = p[0] & AVC_TYPE;

	if (p[0] & AVC_FORBIDDEN)
		return EBADMSG;
	if (type == AVC_FU_A)
		return put_fragment(u, p, size);

	/* Fragments of a NAL unit follow each other, section 5.8 */
	if (u->fragment)
		return EBADMSG;
	if (type == AVC_STAP_A)
		return put_aggregate(u, p, size);
	if (!type || type >= RESERVED) {
		++u->skipped;
		return 0;
	}
	return put_single(u, p, size);
}

int avc_unpack_put(struct avc_unpack *u, uint16_t seq, const uint8_t *payload,
		   size_t size, bool marker)
{
	int err = assembly_next(&u->unit, seq, size, marker);

	if (!err && size)
		err = put(u, payload, size);
	return err ? assembly_fail(&u->unit, err) : 0;
}

static bool is_kept(struct avc_unpack *u, const struct avc_nal *nal)
{
	struct avc_walk walk;
	struct avc_nal kept;

	avc_walk(&walk, u->sets->buf, u->sets->end);
	while (avc_next(&walk, &kept)) {
		if (kept.size == nal->size &&
		    !memcmp(kept.data, nal->data, nal->size))
			return true;
	}
	return false;
}

static int keep(struct avc_unpack *u, const struct avc_nal *nal)
{
	if (is_kept(u, nal))
		return 0;
	if (u->sets->end + AVC_START + nal->size > SETS_MAX)
		return ENOBUFS;

	return mbuf_write_mem(u->sets, start, sizeof(start)) ||
			       mbuf_write_mem(u->sets, nal->data, nal->size)
		       ? ENOMEM
		       : 0;
}

/* Keep the parameter sets of a unit; a new SPS makes the old ones void */
static void keep_sets(struct avc_unpack *u)
{
	const struct mbuf *mb = u->unit.mb;
	struct avc_walk walk;
	struct avc_nal nal;
	int err = 0;

	if (u->has.sps) {
		mbuf_rewind(u->sets);
		u->set = u->has;
	}
	u->set.pps |= u->has.pps;

	avc_walk(&walk, mb->buf, mb->end);
	while (!err && avc_next(&walk, &nal)) {
		unsigned type = avc_type(&nal);

		if (type == AVC_SPS || type == AVC_PPS)
			err = keep(u, &nal);
	}
	if (err) { /* So many that the next IDR has to bring its own */
		u->set.sps = u->set.pps = false;
		mbuf_rewind(u->sets);
	}
}

/* Put what has been kept before an IDR that comes without */
static int insert_sets(struct avc_unpack *u)
{
	struct mbuf *mb = u->unit.mb;
	size_t size = mb->end, more = u->sets->end;
	int err = assembly_add(&u->unit, u->sets->buf, more);

	if (err)
		return err;

	memmove(mb->buf + more, mb->buf, size);
	memcpy(mb->buf, u->sets->buf, more);
	return 0;
}

static int finish(struct avc_unpack *u)
{
	if (u->fragment)
		return EBADMSG;
	if (u->has.sps || u->has.pps)
		keep_sets(u);
	if (!u->has.slice)
		return u->has.sps || u->has.pps ? ENODATA : EBADMSG;

	if (u->has.idr && !(u->has.sps && u->has.pps) && u->set.sps &&
	    u->set.pps) {
		u->has.sps = u->has.pps = true;
		return insert_sets(u);
	}
	return 0;
}

int avc_unpack_end(struct avc_unpack *u, bool next, struct payload_unit *unit)
{
	int err = assembly_over(&u->unit, next);

	if (!err)
		err = finish(u);
	if (err)
		return err == ENODATA ? err : assembly_fail(&u->unit, err);

	++u->unit.units;
	*unit = (struct payload_unit){
		.data = u->unit.mb->buf,
		.size = u->unit.mb->end,
		.key = u->has.idr && u->has.sps && u->has.pps,
		.spare = !u->has.used,
		.width = u->set.width,
		.height = u->set.height,
		.picture = -1,
	};
	return 0;
}

/* The first NAL unit of a payload: its type, and its second octet if that is
 * there. @return 0: none begins here */
static unsigned first_nal(const uint8_t *p, size_t size, uint8_t *second)
{
	size_t at = 0;
	unsigned type = size ? p[0] & AVC_TYPE : 0;

	if (type == AVC_FU_A) {
		if (size < FU_HEAD || !(p[1] & FU_START))
			return 0;
		at = 1;
	} else if (type == AVC_STAP_A) {
		at = STAP_HEAD + STAP_SIZE;
	}
	if (at >= size)
		return 0;

	*second = at + 1 < size ? p[at + 1] : 0;
	return p[at] & AVC_TYPE;
}

bool avc_unpack_starts(const uint8_t *payload, size_t size)
{
	uint8_t second;
	unsigned type = first_nal(payload, size, &second);

	if (type == AVC_SLICE || type == AVC_PART_A || type == AVC_IDR)
		return second & FIRST_MB;

	/* Before the slices of a picture, section 7.4.1.2.3; and 14..18 */
	return type >= AVC_SEI && type <= AVC_SINGLE;
}

static bool is_key(unsigned type)
{
	return type == AVC_IDR || type == AVC_SPS;
}

bool avc_unpack_key(const uint8_t *payload, size_t size)
{
	uint8_t second;
	unsigned type = first_nal(payload, size, &second);

	if (!type || (payload[0] & AVC_TYPE) != AVC_STAP_A)
		return is_key(type);

	payload += STAP_HEAD;
	size -= STAP_HEAD;
	while (size > STAP_SIZE) {
		size_t len = (size_t)payload[0] << 8 | payload[1];

		if (is_key(payload[STAP_SIZE] & AVC_TYPE))
			return true;
		if (!len || len > size - STAP_SIZE)
			return false;
		payload += STAP_SIZE + len;
		size -= STAP_SIZE + len;
	}
	return false;
}

int avc_unpack_print(struct re_printf *pf, const struct avc_unpack *u)
{
	return re_hprintf(pf, "%H skipped=%u", assembly_print, &u->unit,
			  u->skipped);
}
