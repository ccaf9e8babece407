/**
 * @file core/media/payload.c  Payload
 */
#include <assert.h>
#include "core/media/payload.h"

enum {
	SHORT_BITS = 7, /* PictureID without M bit, RFC 7741 section 4.2 */
};

bool payload_add(struct payload *p, const uint8_t *data, size_t size)
{
	assert(size);

	if (p->piecec == PAYLOAD_PIECES)
		return false;

	p->piecev[p->piecec].data = data;
	p->piecev[p->piecec++].size = size;
	p->size += size;
	return true;
}

int payload_write(struct mbuf *mb, const struct payload *p)
{
	int err = 0;

	for (unsigned i = 0; i < p->piecec && !err; i++)
		err = mbuf_write_mem(mb, p->piecev[i].data, p->piecev[i].size);
	return err;
}

unsigned payload_unit_gap(const struct payload_unit *before,
			  const struct payload_unit *after)
{
	unsigned bits, range, ahead;

	if (before->picture < 0 || after->picture < 0)
		return 0;

	/* A sender may go over from 7 to 15 bits, and goes on counting */
	bits = before->picture_bits == after->picture_bits ? after->picture_bits
							   : SHORT_BITS;
	range = 1U << bits;
	ahead = ((unsigned)after->picture - (unsigned)before->picture) % range;
	return ahead ? ahead - 1 : 0;
}

int payload_stats_print(struct re_printf *pf, const struct payload_stats *s)
{
	return re_hprintf(pf,
			  "units=%u payloads=%u bytes=%llu overhead=%llu"
			  " dropped=%u oversize=%u refused=%u",
			  s->units, s->payloads, (unsigned long long)s->bytes,
			  (unsigned long long)s->overhead, s->dropped,
			  s->oversize, s->refused);
}
