/**
 * @file core/media/assembly.c  Assembly
 */
#include "core/media/assembly.h"

enum {
	FIRST = 16384, /* To begin with, ours [bytes] */
};

int assembly_init(struct assembly *a)
{
	a->mb = mbuf_alloc(FIRST);
	return a->mb ? 0 : ENOMEM;
}

void assembly_close(struct assembly *a)
{
	a->mb = mem_deref(a->mb);
}

void assembly_begin(struct assembly *a)
{
	mbuf_rewind(a->mb);
	a->err = 0;
	a->some = false;
	a->marked = false;
}

int assembly_fail(struct assembly *a, int err)
{
	if (a->err)
		return a->err;

	a->gaps += err == EILSEQ;
	a->large += err == EMSGSIZE;
	a->broken += err != EILSEQ && err != EMSGSIZE;
	a->err = err;
	return err;
}

int assembly_next(struct assembly *a, uint16_t seq, size_t size, bool marker)
{
	if (a->err)
		return a->err;
	if (a->some && seq != (uint16_t)(a->seq + 1))
		return EILSEQ;
	if (a->marked && size)
		return EBADMSG;

	a->some = true;
	a->seq = seq;
	a->marked |= marker;
	return 0;
}

int assembly_add(struct assembly *a, const uint8_t *data, size_t size)
{
	if (size > PAYLOAD_UNIT_MAX - a->mb->end)
		return EMSGSIZE;

	return mbuf_write_mem(a->mb, data, size);
}

int assembly_over(struct assembly *a, bool next)
{
	if (a->err)
		return a->err;

	return a->some && (a->marked || next) ? 0 : EBADMSG;
}

int assembly_print(struct re_printf *pf, const struct assembly *a)
{
	return re_hprintf(pf, "units=%u gaps=%u broken=%u large=%u", a->units,
			  a->gaps, a->broken, a->large);
}
