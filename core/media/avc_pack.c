/**
 * @file core/media/avc_pack.c  AVC packetizer
 *
 * One NAL unit is looked at ahead, to know which payload is the last.
 */
#include <assert.h>
#include "core/media/avc.h"
#include "core/media/avc_pack.h"

enum {
	FU_HEAD = 2, /* Indicator and header, RFC 6184 section 5.8    */
	FU_START = 0x80,
	FU_END = 0x40,
	STAP_HEAD = 1, /* RFC 6184 section 5.7                          */
	STAP_SIZE = 2, /* Before each NAL unit of it, section 5.7.1     */
};

/* A unit while it is packetized */
struct run {
	struct avc_pack *pack;
	struct avc_walk walk;
	struct avc_nal next;
	bool more; /* `next` is one */
	size_t max;
	payload_h *h;
	void *arg;
};

static bool is_wanted(const struct avc_nal *nal)
{
	unsigned type = avc_type(nal);

	return type >= AVC_SLICE && type <= AVC_PPS &&
	       !(nal->data[0] & AVC_FORBIDDEN);
}

static bool fetch(struct avc_walk *w, struct avc_nal *nal, uint32_t *dropped)
{
	while (avc_next(w, nal)) {
		if (is_wanted(nal))
			return true;
		++*dropped;
	}
	return false;
}

/* Know before the first packet is out, or half a unit would be */
static int check(const struct avc_pack *a, const uint8_t *data, size_t size,
		 size_t max)
{
	struct avc_walk walk;
	struct avc_nal nal;
	uint32_t dropped = 0;
	int err = EBADMSG;

	avc_walk(&walk, data, size);
	while (fetch(&walk, &nal, &dropped)) {
		if (!a->mode && nal.size > max)
			return EMSGSIZE;
		if (avc_is_slice(avc_type(&nal)))
			err = 0;
	}
	return err;
}

/* @param overhead  Of it, bytes that are not the NAL units' */
static int emit(struct run *r, struct payload *p, size_t overhead, bool last)
{
	p->last = last;
	++r->pack->stats.payloads;
	r->pack->stats.bytes += p->size;
	r->pack->stats.overhead += overhead;
	return r->h(p, r->arg);
}

static int emit_single(struct run *r, const struct avc_nal *nal)
{
	struct payload p = { .piecec = 0 };

	(void)payload_add(&p, nal->data, nal->size);
	return emit(r, &p, 0, !r->more);
}

static int emit_fragments(struct run *r, const struct avc_nal *nal)
{
	const uint8_t *body = nal->data + 1;
	size_t left = nal->size - 1;
	size_t n = (left + r->max - FU_HEAD - 1) / (r->max - FU_HEAD);
	uint8_t head[FU_HEAD];
	int err = 0;

	head[0] = (uint8_t)((nal->data[0] & ~AVC_TYPE) | AVC_FU_A);
	head[1] = (uint8_t)(avc_type(nal) | FU_START);

	for (; n && !err; n--) {
		struct payload p = { .piecec = 0 };
		size_t len = (left + n - 1) / n;

		if (n == 1)
			head[1] |= FU_END;
		(void)payload_add(&p, head, sizeof(head));
		(void)payload_add(&p, body, len);
		/* The first one's stands for the NAL unit's own */
		err = emit(r, &p, head[1] & FU_START ? 1 : FU_HEAD,
			   n == 1 && !r->more);
		head[1] &= (uint8_t)~FU_START;
		body += len;
		left -= len;
	}
	return err;
}

static int emit_aggregate(struct run *r, const struct avc_nal *nalv,
			  unsigned nalc)
{
	struct payload p = { .piecec = 0 };
	uint8_t sizev[PAYLOAD_NALS][STAP_SIZE];
	uint8_t nri = 0, head;

	for (unsigned i = 0; i < nalc; i++) {
		if ((nalv[i].data[0] & AVC_NRI) > nri)
			nri = nalv[i].data[0] & AVC_NRI;
	}
	head = (uint8_t)(nri | AVC_STAP_A);

	(void)payload_add(&p, &head, sizeof(head));
	for (unsigned i = 0; i < nalc; i++) {
		sizev[i][0] = (uint8_t)(nalv[i].size >> 8);
		sizev[i][1] = (uint8_t)nalv[i].size;
		(void)payload_add(&p, sizev[i], STAP_SIZE);
		(void)payload_add(&p, nalv[i].data, nalv[i].size);
	}
	return emit(r, &p, STAP_HEAD + nalc * STAP_SIZE, !r->more);
}

/* The next payload, or those of one long NAL unit */
static int step(struct run *r)
{
	struct avc_nal nalv[PAYLOAD_NALS];
	size_t size = STAP_HEAD;
	unsigned n = 0;

	do {
		nalv[n++] = r->next;
		size += STAP_SIZE + r->next.size;
		r->more = fetch(&r->walk, &r->next, &r->pack->stats.dropped);
	} while (r->more && r->pack->mode && n < PAYLOAD_NALS &&
		 size + STAP_SIZE + r->next.size <= r->max);

	if (n > 1)
		return emit_aggregate(r, nalv, n);

	return nalv[0].size <= r->max ? emit_single(r, &nalv[0])
				      : emit_fragments(r, &nalv[0]);
}

int avc_pack_unit(struct avc_pack *a, const uint8_t *data, size_t size,
		  size_t max, payload_h *h, void *arg)
{
	struct run r = { .pack = a, .max = max, .h = h, .arg = arg };
	int err;

	assert(a->mode <= 1 && max >= PAYLOAD_MIN && max <= PAYLOAD_MAX);

	err = check(a, data, size, max);
	if (err) {
		a->stats.oversize += err == EMSGSIZE;
		a->stats.refused += err == EBADMSG;
		return err;
	}

	avc_walk(&r.walk, data, size);
	r.more = fetch(&r.walk, &r.next, &a->stats.dropped);
	while (r.more && !err)
		err = step(&r);
	if (!err)
		++a->stats.units;
	return err;
}
